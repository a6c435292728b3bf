"""The ranker's network in numpy: what is read once an episode, and what is computed at each turn.

    x        = Encoder(task words, skill words)                          two transformer blocks
    r(word)  = word's vector + what the text says where the word, or one like it, stands
    s        = what is remembered of the episode + what the text says to do in such a state
    score(c) = MLP(verb, r(verb), r(thing), r(place), flags of c, s)

Readings `r` depend on the text and the word alone: they are computed once an episode and word. The torch
twin, which training uses, is harness/pocket/ranker_net.py; a test holds the two together.

Shapes: T words of text, Q queried words, A commands, H heads, D width, K width of a head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skillevo.harness.policies.ranker.features import HOUSE, Text, Turn
from skillevo.harness.policies.ranker.shape import Shape
from skillevo.harness.policies.ranker.words import pieces

Array = NDArray[np.float32]

PIECE, WIDTH, HIDDEN, LAST = 64, 96, 160, 64
"""Widths: of a word's vector, of the stream, of the two hidden layers that score."""
LAYERS, HEADS, READ_HEADS, STATE_HEADS = 2, 4, 6, 4
POSITIONS = 27
"""Numbers that say where a word stands."""

_WAVES = np.array([4, 8, 16, 32, 64, 128], np.float32)
_SENTENCE_WAVES = np.array([3, 6, 12, 24, 48, 96], np.float32)


def positions(text: Text) -> Array:
    """Where each word stands, (T, POSITIONS): in the text, in which sentence, and whether the task says it."""
    n = len(text.tokens)
    at = np.arange(n, dtype=np.float32) - text.task
    sentence = np.array([t.sentence for t in text.tokens], np.float32)
    task = (np.arange(n) < text.task).astype(np.float32)
    waves = [f(2 * np.pi * at[:, None] / _WAVES) for f in (np.sin, np.cos)]
    waves += [f(2 * np.pi * sentence[:, None] / _SENTENCE_WAVES) for f in (np.sin, np.cos)]
    return np.concatenate((*waves, np.stack((task, at / 64, sentence / 8), 1)), 1).astype(np.float32)


@dataclass(slots=True)
class Reading:
    """What has been read for one episode; grows by the words that commands bring.

    Attributes:
        keys, values: of the text, for readings of words, (H, K, T) and (H, T, K); state_* for the state's.
        like: unit vectors of the text's words, (PIECE, T).
        nouns: r of each of the episode's nouns, as the scoring layers take them, (n, 2, HIDDEN); raw: r itself.
        verbs: r of each verb, as the scoring layer takes it, (V, HIDDEN).
    """

    keys: Array
    values: Array
    state_keys: Array
    state_values: Array
    like: Array
    verbs: Array
    raw: Array
    nouns: Array

    @property
    def size(self) -> int:
        return len(self.raw)


class Nouns(Protocol):
    """Of a reader: the nouns met so far, and whether task and skill have each."""

    nouns: list[str]

    def said(self, noun: int) -> tuple[bool, bool]: ...


class Network:
    """The weights, ready to score.

    Args:
        weights: by the torch twin's names.
        shape: of the world that they were trained in.
    """

    def __init__(self, weights: Mapping[str, Array], shape: Shape = HOUSE) -> None:
        self.shape = shape
        self.w = {name: np.ascontiguousarray(a, np.float32) for name, a in weights.items()}
        self._vectors: dict[str, Array] = {}

    def vector(self, word: str) -> Array:
        """A word's vector, (PIECE,)."""
        found = self._vectors.get(word)
        if found is None:
            found = self.w["table"][list(pieces(word))].mean(0) if word else np.zeros(PIECE, np.float32)
            if len(self._vectors) < 20_000:
                self._vectors[word] = found
        return found

    def read(self, text: Text) -> Reading:
        """Read task and skill."""
        w = self.w
        e = np.stack([self.vector(t.word) for t in text.tokens]) if text.tokens else np.zeros((1, PIECE), np.float32)
        around = np.concatenate((np.roll(e, 1, 0), e, np.roll(e, -1, 0)), 1)
        around[0, :PIECE] = around[-1, -PIECE:] = 0
        where = positions(text) if text.tokens else np.zeros((1, POSITIONS), np.float32)
        x = around @ w["enter.weight"] + w["enter.bias"] + where @ w["where.weight"]
        for i in range(LAYERS):
            h = _norm(x, w, f"blocks.{i}.norm1")
            q, k, v = np.split(h @ w[f"blocks.{i}.qkv.weight"] + w[f"blocks.{i}.qkv.bias"], 3, 1)
            mixed = _attend(_heads(q, HEADS), _heads(k, HEADS).transpose(0, 2, 1), _heads(v, HEADS))
            x = x + mixed @ w[f"blocks.{i}.out.weight"] + w[f"blocks.{i}.out.bias"]
            x = x + _mlp(_norm(x, w, f"blocks.{i}.norm2"), w, f"blocks.{i}")
        x = _norm(x, w, "norm")
        reading = Reading(
            keys=_heads(x @ w["read_key.weight"], READ_HEADS).transpose(0, 2, 1),
            values=_heads(x @ w["read_value.weight"], READ_HEADS),
            state_keys=_heads(x @ w["state_key.weight"], STATE_HEADS).transpose(0, 2, 1),
            state_values=_heads(x @ w["state_value.weight"], STATE_HEADS),
            like=_unit(e).T,
            verbs=np.zeros((0, HIDDEN), np.float32),
            raw=np.zeros((0, WIDTH), np.float32),
            nouns=np.zeros((0, 2, HIDDEN), np.float32),
        )
        said = [(v in text.in_task, v in text.in_skill) for v in self.shape.verbs]
        verbs = self._recall(reading, self.shape.verbs, said)
        reading.verbs = verbs @ w["score_verb.weight"] + w["verbs"] + w["score.bias"]
        return reading

    def meet(self, reading: Reading, nouns: Sequence[str], said: Sequence[tuple[bool, bool]]) -> None:
        """Read for further nouns of the episode."""
        w = self.w
        raw = self._recall(reading, nouns, said)
        taken = np.stack((raw @ w["score_thing.weight"], raw @ w["score_place.weight"]), 1)
        reading.raw = np.concatenate((reading.raw, raw))
        reading.nouns = np.concatenate((reading.nouns, taken))

    def scores(self, reading: Reading, turn: Turn) -> Array:
        """A score for each command, (A,): logits."""
        w = self.w
        s = turn.state @ w["state.weight"] + w["state.bias"] + w["last"][turn.last]
        s = s + reading.raw[turn.held] @ w["held.weight"] + reading.raw[turn.here] @ w["here.weight"]
        s = _gelu(s)
        q = _heads((s @ w["state_query.weight"] + w["state_query.bias"])[None], STATE_HEADS)
        s = s + (_attend(q, reading.state_keys, reading.state_values) @ w["state_out.weight"])[0]
        s = s + _mlp(_norm(s, w, "state_norm"), w, "state_mlp")
        h = reading.verbs[turn.verbs] + reading.nouns[turn.things, 0] + reading.nouns[turn.places, 1]
        h += turn.flags @ w["score_flags.weight"]
        h += s @ w["score_state.weight"]
        h = _gelu(_gelu(h) @ w["score2.weight"] + w["score2.bias"])
        scores: Array = h @ w["score3.weight"][:, 0]
        return scores

    def _recall(self, reading: Reading, words: Sequence[str], said: Sequence[tuple[bool, bool]]) -> Array:
        """r of each word, (Q, WIDTH)."""
        w = self.w
        e = np.stack([self.vector(word) for word in words])
        q = e @ w["query.weight"] + np.array(said, np.float32) @ w["said.weight"] + w["query.bias"]
        heads = _heads(q @ w["read_query.weight"] + w["read_query.bias"], READ_HEADS)
        logits = heads @ reading.keys * _narrow(heads)
        logits += w["sharp"][:, None, None] * (_unit(e) @ reading.like)[None]
        none = heads @ w["none_key"][:, :, None] + w["none"][:, None, None]
        share = _softmax(np.concatenate((none, logits), -1))
        out = share[..., 1:] @ reading.values + share[..., :1] * w["none_value"][:, None]
        mixed: Array = out.transpose(1, 0, 2).reshape(len(words), -1)
        r: Array = q + mixed @ w["read_out.weight"]
        return r + _mlp(_norm(r, w, "read_norm"), w, "read_mlp")


def read_turn(network: Network, reading: Reading, reader: Nouns, turn: Turn) -> Array:
    """The scores of a turn's commands, new nouns read first."""
    met = reading.size
    if met < len(reader.nouns):
        network.meet(reading, reader.nouns[met:], [reader.said(i) for i in range(met, len(reader.nouns))])
    return network.scores(reading, turn)


def _heads(x: Array, n: int) -> Array:
    """(T, D) -> (n, T, D / n)."""
    return x.reshape(len(x), n, -1).transpose(1, 0, 2)


def _attend(q: Array, keys: Array, values: Array) -> Array:
    """(H, Q, K), (H, K, T), (H, T, K) -> (Q, H * K)."""
    share = _softmax(q @ keys * _narrow(q))
    mixed: Array = (share @ values).transpose(1, 0, 2).reshape(q.shape[1], -1)
    return mixed


def _narrow(q: Array) -> np.float32:
    """One over the square root of a head's width."""
    return np.float32(q.shape[-1] ** -0.5)


def _mlp(x: Array, w: Mapping[str, Array], name: str) -> Array:
    h = _gelu(x @ w[f"{name}.up.weight"] + w[f"{name}.up.bias"])
    out: Array = h @ w[f"{name}.down.weight"] + w[f"{name}.down.bias"]
    return out


def _norm(x: Array, w: Mapping[str, Array], name: str) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-5))
    out: Array = centred / spread * w[f"{name}.weight"] + w[f"{name}.bias"]
    return out


def _gelu(x: Array) -> Array:
    """The tanh form."""
    out: Array = np.float32(0.5) * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))
    return out


def _softmax(x: Array) -> Array:
    e: Array = np.exp(x - x.max(-1, keepdims=True))
    e /= e.sum(-1, keepdims=True)
    return e


def _unit(x: Array) -> Array:
    out: Array = x / (np.linalg.norm(x, axis=-1, keepdims=True).astype(np.float32) + np.float32(1e-6))
    return out
