"""Episodes as tensors, for the ranker's torch network. Needs the extra `[train]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skillevo.harness.policies.ranker import network as net
from skillevo.harness.policies.ranker.features import Turn
from skillevo.harness.policies.ranker.record import Scene
from skillevo.harness.policies.ranker.words import pieces


@dataclass(frozen=True, slots=True)
class Sample:
    """Some turns of one episode, packed.

    Attributes:
        words: distinct words; `tokens`, `asked` index them from 1 (0 is no word).
        commands: (sum of A, 3) verb, thing, place; flags (sum of A, FLAGS) of 0 and 1; weights (sum of A,).
        ends: where each turn's commands end.
        turns: (n, 3) last verb, held, here; state (n, STATE_FLAGS).
    """

    words: tuple[str, ...]
    tokens: NDArray[np.int16]
    positions: NDArray[np.float16]
    asked: NDArray[np.int16]
    said: NDArray[np.bool_]
    commands: NDArray[np.int16]
    flags: NDArray[np.bool_]
    weights: NDArray[np.float16]
    ends: NDArray[np.int32]
    turns: NDArray[np.int16]
    state: NDArray[np.float16]


def pack(scene: Scene, turns: Sequence[tuple[Turn, NDArray[np.float32]]]) -> Sample:
    """An episode's turns with weights over their commands (targets, or whatever the trainer puts there)."""
    index: dict[str, int] = {}

    def number(word: str) -> int:
        return index.setdefault(word, len(index) + 1) if word else 0

    text = scene.text
    tokens = [number(t.word) for t in text.tokens]
    asked = [number(w) for w in (*scene.shape.verbs, *scene.nouns)]
    said = [*((v in text.in_task, v in text.in_skill) for v in scene.shape.verbs), *scene.said]
    only = [t for t, _ in turns]
    return Sample(
        tuple(index),
        np.array(tokens, np.int16),
        net.positions(text).astype(np.float16),
        np.array(asked, np.int16),
        np.array(said, np.bool_),
        np.concatenate([np.stack((t.verbs, t.things, t.places), 1) for t in only]).astype(np.int16),
        np.concatenate([t.flags for t in only]).astype(np.bool_),
        np.concatenate([w for _, w in turns]).astype(np.float16),
        np.cumsum([len(t.verbs) for t in only]).astype(np.int32),
        np.array([(t.last, t.held, t.here) for t in only], np.int16),
        np.stack([t.state for t in only]).astype(np.float16),
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Several samples as tensors. B episodes, N turns, C commands of all turns.

    Attributes:
        pieces, piece_starts: the words' rows of the table, flat, and where each word's begin.
        tokens, positions, mask: the texts, (B, T), (B, T, POSITIONS), (B, T).
        asked, said: verbs and nouns, (B, V + n) and (B, V + n, 2).
        verbs, things, places, flags, weights: commands, (C,) and (C, FLAGS).
        turn_of: (C,) the turn of each command; episode_of: (N,) the episode of each turn.
    """

    pieces: Tensor
    piece_starts: Tensor
    tokens: Tensor
    positions: Tensor
    mask: Tensor
    asked: Tensor
    said: Tensor
    verbs: Tensor
    things: Tensor
    places: Tensor
    flags: Tensor
    weights: Tensor
    turn_of: Tensor
    episode_of: Tensor
    state: Tensor
    last: Tensor
    held: Tensor
    here: Tensor


def collate(samples: Sequence[Sample]) -> Batch:
    """Samples side by side, padded."""
    index: dict[str, int] = {}
    maps = [np.array([0, *(index.setdefault(w, len(index) + 1) for w in s.words)], np.int64) for s in samples]
    rows = [pieces(w) for w in index]
    starts = np.cumsum([0, *(len(r) for r in rows[:-1])])
    longest, widest = max(max(len(s.tokens) for s in samples), 1), max(len(s.asked) for s in samples)
    tokens = np.zeros((len(samples), longest), np.int64)
    positions = np.zeros((len(samples), longest, net.POSITIONS), np.float32)
    mask = np.zeros((len(samples), longest), np.bool_)
    asked = np.zeros((len(samples), widest), np.int64)
    said = np.zeros((len(samples), widest, 2), np.float32)
    for b, (s, words) in enumerate(zip(samples, maps, strict=True)):
        t, n = len(s.tokens), len(s.asked)
        tokens[b, :t], positions[b, :t], mask[b, : max(t, 1)] = words[s.tokens], s.positions, True
        asked[b, :n], said[b, :n] = words[s.asked], s.said
    counts = [np.diff(s.ends, prepend=0) for s in samples]
    lengths = np.concatenate(counts)
    commands = np.concatenate([s.commands for s in samples]).astype(np.int64)
    turns = np.concatenate([s.turns for s in samples]).astype(np.int64)
    as_tensor = torch.from_numpy
    return Batch(
        pieces=torch.tensor([p for r in rows for p in r]),
        piece_starts=as_tensor(starts),
        tokens=as_tensor(tokens),
        positions=as_tensor(positions),
        mask=as_tensor(mask),
        asked=as_tensor(asked),
        said=as_tensor(said),
        verbs=as_tensor(commands[:, 0]),
        things=as_tensor(commands[:, 1]),
        places=as_tensor(commands[:, 2]),
        flags=as_tensor(np.concatenate([s.flags for s in samples]).astype(np.float32)),
        weights=as_tensor(np.concatenate([s.weights for s in samples]).astype(np.float32)),
        turn_of=as_tensor(np.repeat(np.arange(len(lengths)), lengths)),
        episode_of=as_tensor(np.repeat(np.arange(len(samples)), [len(c) for c in counts])),
        state=as_tensor(np.concatenate([s.state for s in samples]).astype(np.float32)),
        last=as_tensor(turns[:, 0]),
        held=as_tensor(turns[:, 1]),
        here=as_tensor(turns[:, 2]),
    )
