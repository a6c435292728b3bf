"""A small Llama in numpy: reads prompts, writes texts, keeps log-probabilities. No torch.

For folders of the pocket architecture, as transformers' `save_pretrained` leaves them: plain rotary positions,
as many key heads as query heads, no biases. A test in the torch environment holds it to transformers.

Shapes: B texts, T tokens, H heads, K width of a head, D width, V vocabulary.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import DataError
from skillevo.harness.methods.generator import Decoding

Array = NDArray[np.float32]

_TYPES: Mapping[str, Any] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
_COMPACT_AT = 0.75
"""Texts that have ended leave the batch when no more than this share of it is still being written."""


class Drawn(NamedTuple):
    """One text: token ids and natural-log probabilities at the drawing's temperature, the end token included."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    ended: bool


@dataclass(slots=True)
class _Cache:
    """Keys and values of each layer, (B, H, T, K) each, and how many tokens each text has so far, (B,)."""

    keys: list[Array]
    values: list[Array]
    lengths: NDArray[np.int64]

    def keep(self, rows: NDArray[np.int64]) -> None:
        self.keys = [k[rows] for k in self.keys]
        self.values = [v[rows] for v in self.values]
        self.lengths = self.lengths[rows]


class Llama:
    """The model.

    Attributes:
        longest: tokens of prompt and text together.
        ends: tokens that end a text.
        config: config.json, whole.
    """

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self.config = config
        self.heads = int(config["num_attention_heads"])
        self.width = int(config["hidden_size"])
        self.longest = int(config["max_position_embeddings"])
        ends = config["eos_token_id"]
        self.ends = frozenset(ends if isinstance(ends, list) else [ends])
        self._eps = np.float32(config["rms_norm_eps"])
        self._embed = weights["model.embed_tokens.weight"]
        head = self._embed if config.get("tie_word_embeddings") else weights["lm_head.weight"]
        self._head = np.ascontiguousarray(head.T)
        self._norm = weights["model.norm.weight"]
        self._layers = [_Layer.of(weights, i) for i in range(int(config["num_hidden_layers"]))]
        theta = float((config.get("rope_parameters") or config).get("rope_theta", 10000.0))
        k = self.width // self.heads
        angles = np.arange(self.longest)[:, None] / theta ** (np.arange(0, k, 2) / k)
        self._cos, self._sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

    @classmethod
    def load(cls, folder: Path) -> Llama:
        """Read config.json and model.safetensors.

        Raises:
            DataError: they are missing, damaged, or of another architecture.
        """
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
        except (OSError, ValueError) as e:
            raise DataError(f"{folder} has no readable config.json: {e}") from None
        if problem := _unfit(config):
            raise DataError(
                f"{folder} is not of the pocket architecture ({problem}); transformers can load it: [train]"
            )
        try:
            return cls(config, read_safetensors(folder / "model.safetensors"))
        except KeyError as e:
            raise DataError(f"{folder} lacks the weights {e}") from None

    def read(self, ids: Sequence[int]) -> tuple[Array, list[tuple[Array, Array]]]:
        """A text read whole.

        Returns:
            Logits of the token after each of its tokens, (T, V); keys and values by layer, (H, T, K).
        """
        x, kept = self._read(ids)
        return x @ self._head, kept

    def draw(
        self,
        prompts: Sequence[Sequence[int]],
        seeds: Sequence[int],
        decoding: Decoding,
        temperature: float,
        max_new_tokens: int,
    ) -> list[Drawn]:
        """A text for each prompt. Equal prompts are read once.

        Each text has a random stream of its own, the one that torch's generator of that seed would give: what it
        becomes does not depend on the others.

        Raises:
            DataError: a prompt leaves no room.
        """
        rooms = np.array([min(max_new_tokens, self.longest - len(p)) for p in prompts])
        if (rooms < 1).any():
            worst = max(map(len, prompts))
            raise DataError(f"a prompt takes {worst:,} tokens and the model reads {self.longest:,}")
        chances = np.stack([stream(s, int(rooms.max())) for s in seeds]) if decoding == "sample" else None
        logits, cache = self._begin(prompts, int(rooms.max()))
        ids: list[list[int]] = [[] for _ in prompts]
        logprobs: list[list[float]] = [[] for _ in prompts]
        ended = [False] * len(prompts)
        alive = np.arange(len(prompts))
        going = np.ones(len(prompts), bool)
        for t in range(int(rooms.max())):
            scores = _log_softmax(logits.astype(np.float64) / temperature)
            chosen = scores.argmax(-1) if chances is None else _pick(scores, chances[alive, t])
            for row, (token, b) in enumerate(zip(chosen, alive, strict=True)):
                if going[row]:
                    ids[b].append(int(token))
                    logprobs[b].append(float(scores[row, token]))
                    ended[b] = int(token) in self.ends
                    going[row] = not ended[b] and t + 1 < rooms[b]
            left = int(going.sum())
            if not left:
                break
            if left <= _COMPACT_AT * len(alive):
                rows = np.flatnonzero(going)
                cache.keep(rows)
                alive, chosen, going = alive[rows], chosen[rows], going[rows]
            logits = self._step(chosen, cache)
        return [Drawn(tuple(i), tuple(p), e) for i, p, e in zip(ids, logprobs, ended, strict=True)]

    def _begin(self, prompts: Sequence[Sequence[int]], room: int) -> tuple[Array, _Cache]:
        """What follows each prompt, (B, V), and a cache with room for the texts."""
        different = {p: self._read(p) for p in dict.fromkeys(map(tuple, prompts))}
        lengths = np.array([len(p) for p in prompts])
        k = self.width // self.heads
        shape = (len(prompts), self.heads, int(lengths.max()) + room, k)
        cache = _Cache([], [], lengths)
        for i in range(len(self._layers)):
            keys, values = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
            for b, p in enumerate(prompts):
                keys[b, :, : len(p)], values[b, :, : len(p)] = different[tuple(p)][1][i]
            cache.keys.append(keys)
            cache.values.append(values)
        last = np.stack([different[tuple(p)][0][-1] for p in prompts])
        return last @ self._head, cache

    def _read(self, ids: Sequence[int]) -> tuple[Array, list[tuple[Array, Array]]]:
        x = self._embed[list(ids)]
        t = len(ids)
        cos, sin = self._cos[:t], self._sin[:t]
        hidden = np.triu(np.full((t, t), -np.inf, np.float32), 1)
        kept = []
        for layer in self._layers:
            q, k, v = (y.reshape(t, self.heads, -1).transpose(1, 0, 2) for y in layer.qkv(self._rms(x, layer.norm1)))
            q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
            kept.append((k, v))
            share = _softmax(q @ k.transpose(0, 2, 1) * np.float32(q.shape[-1] ** -0.5) + hidden)
            mixed: Array = (share @ v).transpose(1, 0, 2).reshape(t, -1)
            x = x + mixed @ layer.out
            x = x + layer.mlp(self._rms(x, layer.norm2))
        return self._rms(x, self._norm), kept

    def _step(self, tokens: NDArray[np.int64], cache: _Cache) -> Array:
        """One more token of each text; what follows it, (B, V)."""
        b = len(tokens)
        rows, at = np.arange(b), cache.lengths
        cos, sin = self._cos[at][:, None], self._sin[at][:, None]
        reach = int(at.max()) + 1
        hidden = np.where(np.arange(reach) > at[:, None], np.float32(-np.inf), np.float32(0))[:, None]
        x = self._embed[tokens]
        for i, layer in enumerate(self._layers):
            q, k, v = (y.reshape(b, self.heads, -1) for y in layer.qkv(self._rms(x, layer.norm1)))
            q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
            cache.keys[i][rows, :, at] = k
            cache.values[i][rows, :, at] = v
            keys, values = cache.keys[i][:, :, :reach], cache.values[i][:, :, :reach]
            logits = (keys @ q[..., None])[..., 0] * np.float32(q.shape[-1] ** -0.5) + hidden
            mixed: Array = (_softmax(logits)[:, :, None] @ values)[:, :, 0].reshape(b, -1)
            x = x + mixed @ layer.out
            x = x + layer.mlp(self._rms(x, layer.norm2))
        cache.lengths = at + 1
        following: Array = self._rms(x, self._norm) @ self._head
        return following

    def _rms(self, x: Array, weight: Array) -> Array:
        scaled: Array = x / np.sqrt((x * x).mean(-1, keepdims=True) + self._eps) * weight
        return scaled


@dataclass(frozen=True, slots=True)
class _Layer:
    norm1: Array
    norm2: Array
    joint: Array
    out: Array
    gate_up: Array
    down: Array

    @classmethod
    def of(cls, w: Mapping[str, Array], i: int) -> _Layer:
        def part(name: str) -> Array:
            return w[f"model.layers.{i}.{name}.weight"]

        def turned(*names: str) -> Array:
            return np.ascontiguousarray(np.concatenate([part(n) for n in names]).T)

        return cls(
            part("input_layernorm"),
            part("post_attention_layernorm"),
            turned("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
            turned("self_attn.o_proj"),
            turned("mlp.gate_proj", "mlp.up_proj"),
            turned("mlp.down_proj"),
        )

    def qkv(self, x: Array) -> list[Array]:
        return np.split(x @ self.joint, 3, -1)

    def mlp(self, x: Array) -> Array:
        gate, up = np.split(x @ self.gate_up, 2, -1)
        out: Array = (gate / (1 + np.exp(-gate)) * up) @ self.down
        return out


def stream(seed: int, n: int) -> NDArray[np.float64]:
    """The n numbers of `torch.rand(n, dtype=float64)` from a CPU generator of that seed."""
    source = np.random.MT19937()
    source._legacy_seeding(seed & 0xFFFFFFFF)
    high, low = source.random_raw(2 * n).reshape(n, 2).T
    wide = (high.astype(np.uint64) << np.uint64(32)) | low.astype(np.uint64)
    return (wide & np.uint64((1 << 53) - 1)).astype(np.float64) / float(1 << 53)


def read_safetensors(path: Path) -> dict[str, Array]:
    """The tensors of a file in 32 or 16 bits, as float32.

    Raises:
        DataError: it is missing, cut short, or holds other types.
    """
    try:
        raw = path.read_bytes()
        size = int.from_bytes(raw[:8], "little")
        header = json.loads(raw[8 : 8 + size])
        data = memoryview(raw)[8 + size :]
        found = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            start, end = entry["data_offsets"]
            if end > len(data):
                raise ValueError("it is cut short")
            flat: Array = np.frombuffer(data[start:end], _TYPES[entry["dtype"]]).astype(np.float32)
            found[name] = flat.reshape(entry["shape"])
        return found
    except (OSError, ValueError, KeyError) as e:
        raise DataError(f"{path} cannot be read: {e}") from None


def _unfit(config: Mapping[str, Any]) -> str:
    if config.get("model_type") != "llama":
        return f"it is a {config.get('model_type')}"
    if config.get("num_key_value_heads") != config.get("num_attention_heads"):
        return "its heads share keys"
    if config.get("attention_bias") or config.get("mlp_bias"):
        return "it has biases"
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if rope.get("rope_type", "default") != "default":
        return "its rotary positions are scaled"
    return "" if config.get("hidden_act") == "silu" else f"its activation is {config.get('hidden_act')}"


def _rotate(x: Array, cos: Array, sin: Array) -> Array:
    first, second = np.split(x, 2, -1)
    return np.concatenate((first * cos - second * sin, second * cos + first * sin), -1)


def _pick(scores: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.int64]:
    cumulative = np.exp(scores).cumsum(-1)
    wanted = chances * cumulative[:, -1]
    chosen: NDArray[np.int64] = np.minimum((cumulative <= wanted[:, None]).sum(-1), scores.shape[1] - 1)
    return chosen


def _softmax(x: Array) -> Array:
    e: Array = np.exp(x - x.max(-1, keepdims=True))
    e /= e.sum(-1, keepdims=True)
    return e


def _log_softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted: NDArray[np.float64] = x - x.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted
