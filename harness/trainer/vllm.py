"""Texts from a vLLM server beside the trainer, which follows the weights by LoRA adapters.

    renew(version):  adapter ─▶ folder skillgen-vNNN ─▶ load_lora_adapter ─▶ probe ─▶ old ones unloaded
    write(prompts):  token ids ─▶ /v1/completions of skillgen-vNNN ─▶ token ids and log-probabilities

Token ids go in and come out: nothing that was decoded is ever tokenised again. Every version has a name of its own,
since a server that loads new weights under an old name may answer from what it had cached for the old ones. After each
loading the server is asked for the log-probabilities of a fixed text: they have to be the trainer's, and to have moved
where the trainer's have. An adapter that was silently not taken over is an error, not a flat reward curve.

The server is any that speaks vLLM's protocol (0.10 or later), started with

    VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 vllm serve MODEL --enable-lora --max-lora-rank RANK --max-loras 3 \\
        --logprobs-mode processed_logprobs

and reads the run's folder. vLLM itself is never imported.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

import httpx

from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.envs.checks import check_amount, check_whole
from skillevo.harness.methods.generator import FULL, Decoding

_PROBE_TOKENS = 32
_MOVED = 1e-3
"""Nats by which the trainer's own log-probabilities must have moved before the server's have to have moved, too."""


@dataclass(frozen=True, slots=True)
class VllmOptions:
    """The server and how much it may differ.

    Attributes:
        url: as `http://127.0.0.1:8000`; empty for texts from the trainer's own process.
        stale: versions that the server keeps besides the newest; it needs `--max-loras` above it.
        tolerance: mean difference, in nats a token, between the server's log-probabilities and the trainer's at which
            a run stops.
        connections: requests under way at once.
        request_seconds: that one request may take; it is tried three times.
    """

    url: str = ""
    stale: int = 1
    tolerance: float = 0.05
    connections: int = 64
    request_seconds: float = 600.0

    def __post_init__(self) -> None:
        check_whole("stale", self.stale, 0)
        check_amount("tolerance", self.tolerance, zero=False)
        check_whole("connections", self.connections)
        check_amount("request_seconds", self.request_seconds, zero=False)


@dataclass(frozen=True, slots=True)
class Trainer:
    """What the engine needs of the model that is trained.

    Attributes:
        encode, decode: a prompt's token ids, and the text of a completion's.
        score: log-probabilities of completions' tokens at temperature 1, by the weights as they are now.
        save: writes the adapter into a folder.
    """

    encode: Callable[[str], list[int]]
    decode: Callable[[Sequence[int]], str]
    score: Callable[[Sequence[Call]], list[list[float]]]
    save: Callable[[Path], None]
    prompt_preset: str = FULL


@dataclass(frozen=True, slots=True)
class _Probed:
    """One version's log-probabilities of the probe's tokens."""

    version: int
    served: list[float]
    trained: list[float]


class VllmEngine:
    """A generator that a server runs and a trainer renews.

    Args:
        home: where adapters are written; the server must see the same folder under the same path.

    Attributes:
        version: optimiser steps behind the weights that are served.
        seconds: spent writing; texts written at the same time count once.
    """

    def __init__(
        self,
        trainer: Trainer,
        options: VllmOptions,
        home: Path,
        *,
        temperature: float = 1.0,
        max_new_tokens: int = 1024,
    ) -> None:
        self._trainer, self._options, self._home = trainer, options, home.resolve()
        self._temperature, self._max_new_tokens = temperature, max_new_tokens
        self._loaded: list[str] = []
        self._probe: Call | None = None
        self._probed: list[_Probed] = []
        self._under_way, self._since = 0, 0.0
        self.version, self.seconds = 0, 0.0

    @property
    def name(self) -> str:
        return f"vllm/{self._loaded[-1]}" if self._loaded else "vllm"

    @property
    def prompt_preset(self) -> str:
        return self._trainer.prompt_preset

    def describe(self) -> Mapping[str, Any]:
        sampling = {"temperature": self._temperature, "max_new_tokens": self._max_new_tokens}
        return {"kind": "vllm over HTTP", "url": self._options.url, **sampling}

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        if not self._under_way:
            self._since = perf_counter()
        self._under_way += 1
        try:
            limits = asyncio.Semaphore(self._options.connections)
            async with httpx.AsyncClient(timeout=self._options.request_seconds) as client:

                async def one(prompt: str, seed: int) -> Call:
                    async with limits:
                        return await self._write(client, prompt, decoding, seed)

                return await asyncio.gather(*(one(p, s) for p, s in zip(prompts, seeds, strict=True)))
        finally:
            self._under_way -= 1
            if not self._under_way:
                self.seconds += perf_counter() - self._since

    def renew(self, version: int) -> Mapping[str, float]:
        """Serve the weights as they are now, and make sure that they are served.

        Raises:
            SkillevoError: the server cannot be reached, refuses the adapter, or serves something else.
        """
        started = perf_counter()
        with httpx.Client(timeout=self._options.request_seconds) as client:
            base, taken = self._models(client)
            name = _free(f"skillgen-v{version:03d}", taken)
            folder = self._home / name
            shutil.rmtree(folder, ignore_errors=True)
            self._trainer.save(folder)
            _checked(client.post, self._url("/v1/load_lora_adapter"), {"lora_name": name, "lora_path": str(folder)})
            self._loaded.append(name)
            self.version = version
            told = self._check(client, name, base)
            while len(self._loaded) > self._options.stale + 1:
                old = self._loaded.pop(0)
                _checked(client.post, self._url("/v1/unload_lora_adapter"), {"lora_name": old})
                shutil.rmtree(self._home / old, ignore_errors=True)
        return {**told, "seconds_sync": perf_counter() - started}

    def _check(self, client: httpx.Client, name: str, base: str) -> dict[str, float]:
        if self._probe is None:
            self._probe = self._make_probe(client, base)
        (trained,) = self._trainer.score([self._probe])
        found = _Probed(self.version, self._served(client, name), trained)
        apart = _apart(found.served, found.trained)
        if not apart <= self._options.tolerance:
            raise SkillevoError(
                f"{self._options.url} serves {name} with log-probabilities {apart:.3f} nats a token away from the "
                f"trainer's (tolerance {self._options.tolerance:g}): is it the same base model, and is no top-p, top-k "
                "or quantisation set? A larger -T tolerance accepts it"
            )
        for old in self._probed:
            moved, followed = _apart(found.trained, old.trained), _apart(found.served, old.served)
            if moved > _MOVED and followed < moved / 100:
                raise SkillevoError(
                    f"{self._options.url} serves {name} with the weights of version {old.version}: the trainer's "
                    f"log-probabilities have moved by {moved:.4f} nats a token, the server's by {followed:.6f}"
                )
        before = self._probed[-1].trained if self._probed else found.trained
        self._probed = [*self._probed[:1], found]  # the first one, so that many small steps are seen, and the last
        return {"probe_mismatch": apart, "probe_moved": _apart(found.trained, before)}

    def _make_probe(self, client: httpx.Client, base: str) -> Call:
        """A fixed text: what the base model goes on with after a fixed prompt."""
        prompt = self._trainer.encode("Improve the skill: find the object, take it, and put it where it belongs.")
        body = {"model": base, "prompt": prompt, "max_tokens": _PROBE_TOKENS, "temperature": 1.0, "seed": 0,
                "ignore_eos": True, "logprobs": 0, "return_token_ids": True}  # fmt: skip
        choice = _checked(client.post, self._url("/v1/completions"), body)["choices"][0]
        ids, _ = _tokens(choice, self._options.url)
        return Call(CallRole.EDIT, base, "", prompt_ids=tuple(prompt), completion_ids=ids)

    def _served(self, client: httpx.Client, name: str) -> list[float]:
        """The server's log-probabilities of the probe."""
        assert self._probe is not None
        prompt, completion = self._probe.prompt_ids or (), self._probe.completion_ids or ()
        body = {"model": name, "prompt": [*prompt, *completion], "max_tokens": 1, "temperature": 1.0,
                "prompt_logprobs": 0}  # fmt: skip
        choice = _checked(client.post, self._url("/v1/completions"), body)["choices"][0]
        told = choice.get("prompt_logprobs") or []
        try:
            places = told[len(prompt) :]
            return [float(places[k][str(t)]["logprob"]) for k, t in enumerate(completion)]
        except (LookupError, TypeError):
            raise SkillevoError(f"{self._options.url} gives no prompt_logprobs: it is no vLLM server") from None

    async def _write(self, client: httpx.AsyncClient, prompt: str, decoding: Decoding, seed: int) -> Call:
        prompt_ids = self._trainer.encode(prompt)
        temperature = 0.0 if decoding == "greedy" else self._temperature
        body = {"model": self._loaded[-1], "prompt": prompt_ids, "max_tokens": self._max_new_tokens,
                "temperature": temperature, "top_p": 1.0, "seed": seed, "logprobs": 0,
                "return_token_ids": True}  # fmt: skip
        choice = (await _posted(client, self._url("/v1/completions"), body))["choices"][0]
        ids, logprobs = _tokens(choice, self._options.url)
        sampling = {"decoding": decoding, "temperature": self._temperature, "seed": seed,
                    "truncated": choice.get("finish_reason") == "length"}  # fmt: skip
        return Call(
            role=CallRole.EDIT,
            model=self.name,
            completion=self._trainer.decode(ids),
            prompt=prompt,
            prompt_ids=tuple(prompt_ids),
            completion_ids=ids,
            logprobs=logprobs,
            policy_version=self.version,
            sampling=sampling,
            input_tokens=len(prompt_ids),
            output_tokens=len(ids),
            cost=0.0,
        )

    def _models(self, client: httpx.Client) -> tuple[str, set[str]]:
        """The base model's name on the server, and all names."""
        listed = _checked(client.get, self._url("/v1/models"))["data"]
        bases = [m["id"] for m in listed if not m.get("parent")]
        if not bases:
            raise SkillevoError(f"{self._options.url} serves no base model")
        return bases[0], {m["id"] for m in listed}

    def _url(self, path: str) -> str:
        return self._options.url.rstrip("/") + path


def _free(name: str, taken: set[str]) -> str:
    """The name, or after a resume, when an earlier process had loaded it, the next one like it."""
    found, n = name, 1
    while found in taken:
        n += 1
        found = f"{name}-r{n}"
    return found


def _apart(a: Sequence[float], b: Sequence[float]) -> float:
    return fmean(abs(x - y) for x, y in zip(a, b, strict=True))


def _tokens(choice: Mapping[str, Any], url: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    ids, logprobs = choice.get("token_ids"), (choice.get("logprobs") or {}).get("token_logprobs")
    if not ids or not logprobs or len(ids) != len(logprobs):
        raise SkillevoError(
            f"{url} gives no token ids with log-probabilities, without which nothing can be learned from its texts: "
            "it has to be a vLLM server of version 0.10 or later"
        )
    return tuple(int(t) for t in ids), tuple(float(x) for x in logprobs)


def _checked(send: Callable[..., httpx.Response], url: str, body: Mapping[str, Any] | None = None) -> Any:
    """One request from outside the event loop; its answer."""
    try:
        return _answer(send(url) if body is None else send(url, json=body))
    except httpx.TransportError as e:
        raise _unreachable(url, e) from None


async def _posted(client: httpx.AsyncClient, url: str, body: Mapping[str, Any]) -> Any:
    """One request, tried three times."""
    for attempt in range(3):
        try:
            return _answer(await client.post(url, json=body))
        except httpx.TransportError as e:
            if attempt == 2:
                raise _unreachable(url, e) from None
            await asyncio.sleep(2**attempt)
    raise AssertionError


def _answer(response: httpx.Response) -> Any:
    if response.status_code != 200:
        what = " ".join(response.text.split())[:300]
        raise SkillevoError(f"{response.request.url} answers {response.status_code}: {what}")
    is_json = "json" in response.headers.get("content-type", "")
    return response.json() if is_json else response.text


def _unreachable(url: str, e: httpx.TransportError) -> SkillevoError:
    return SkillevoError(
        f"{url} cannot be reached ({type(e).__name__}: {e}): is the server up? The same command goes on from here"
    )
