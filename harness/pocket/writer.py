"""`pocket/writer` and `pocket/writer-r1`: skill generators of about a million parameters, in plain numpy.

Reads the shipped weights, or any folder of the same architecture: a checkpoint that was trained further is used the
same way, without torch. It is asked with its world's compact prompt (harness/methods/compact_*.py), as its
config.json says. It knows the few hundred words that it was taught, and no table calls it a language model.

Seeds mean what they mean for a local transformers model: equal prompt, seed and weights give the same text there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.harness.methods.generator import FULL, Decoding
from skillevo.harness.pocket import WRITER_FOLDER, WRITERS
from skillevo.harness.pocket.bpe import Tokenizer
from skillevo.harness.pocket.llama import Drawn, Llama

MAX_NEW_TOKENS = 160
_AT_ONCE = 64
"""Texts written side by side: more gain nothing on a CPU."""


class PocketWriter:
    """Writes skills.

    Args:
        folder: config.json, model.safetensors and tokenizer.json.
        temperature: for decoding `sample`; the log-probabilities kept are those at this temperature.
        max_new_tokens: an answer that reaches it is cut, and said to be (`sampling.truncated`).
        version: optimiser steps behind these weights, for the record.

    Raises:
        SkillevoError: the folder holds no such model.
    """

    def __init__(
        self,
        folder: Path | str = WRITER_FOLDER,
        *,
        temperature: float = 1.0,
        max_new_tokens: int = MAX_NEW_TOKENS,
        version: int = 0,
    ) -> None:
        if temperature <= 0:
            raise SkillevoError(f"a temperature is above 0, not {temperature}; decoding=greedy draws nothing")
        self._folder = Path(folder)
        self._temperature, self._max_new_tokens, self._version = temperature, max_new_tokens, version
        self._model, self._tokenizer = Llama.load(self._folder), Tokenizer.load(self._folder)

    @property
    def name(self) -> str:
        return next((n for n, folder in WRITERS.items() if folder == self._folder), f"local/{self._folder.name}")

    @property
    def prompt_preset(self) -> str:
        return str(self._model.config.get("skillevo_prompt", FULL))

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        calls: list[Call] = []
        for start in range(0, len(prompts), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            calls += self._write(prompts[some], decoding, seeds[some])
            await asyncio.sleep(0)  # a signal may come in between
        return calls

    def describe(self) -> Mapping[str, Any]:
        weights = (self._folder / "model.safetensors").read_bytes()
        return {
            "kind": "pocket writer, numpy",
            "digest": sha256(weights).hexdigest()[:16],
            "temperature": self._temperature,
            "max_new_tokens": self._max_new_tokens,
            "policy_version": self._version,
        }

    def _write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> list[Call]:
        asked = [self._tokenizer.encode(p) for p in prompts]
        drawn = self._model.draw(asked, seeds, decoding, self._temperature, self._max_new_tokens)
        return [self._call(*each, decoding) for each in zip(prompts, asked, drawn, seeds, strict=True)]

    def _call(self, prompt: str, asked: list[int], drawn: Drawn, seed: int, decoding: Decoding) -> Call:
        return Call(
            role=CallRole.EDIT,
            model=self.name,
            completion=self._tokenizer.decode(drawn.ids),
            prompt=prompt,
            prompt_ids=tuple(asked),
            completion_ids=drawn.ids,
            logprobs=drawn.logprobs,
            policy_version=self._version,
            sampling={
                "decoding": decoding,
                "temperature": self._temperature,
                "seed": seed,
                "truncated": not drawn.ended,
            },
            input_tokens=len(asked),
            output_tokens=len(drawn.ids),
            cost=0.0,
        )


def fits(folder: Path) -> bool:
    """Whether a folder says that it holds a writer of the pocket kind, whole and without an adapter."""
    import json

    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return "skillevo_prompt" in config and (folder / "model.safetensors").is_file()
