"""The protocol that every method meets, and what frozen methods share."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from skillevo.envs.base import Call, TaskInstance
from skillevo.harness.journal import Played
from skillevo.harness.rollouts import Play


class Phase(StrEnum):
    TRAIN = "train"
    EVAL = "eval"


@dataclass(frozen=True, slots=True)
class Record:
    """What a method did with one instance: its episodes, the scored ones last."""

    instance: str
    played: tuple[Played, ...]


@dataclass(frozen=True, slots=True)
class TrainRow:
    """One completion to learn from.

    Attributes:
        advantage: the completion's advantage, shared by its tokens.
        mask: which of the completion's tokens are trained on, (C,); None for all.
    """

    call: Call
    advantage: float
    mask: tuple[bool, ...] | None = None


class Method(Protocol):
    """Frozen and trainable, per-instance and library methods alike."""

    @property
    def name(self) -> str: ...

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        """Play what the method plays on one instance."""
        ...

    def rows(self, records: Sequence[Record]) -> Sequence[TrainRow]:
        """What the trainer learns from; empty for frozen methods."""
        ...

    def commit(self, records: Sequence[Record]) -> None:
        """Write to libraries and memories, in panel order, at a barrier."""
        ...

    def state(self) -> Mapping[str, Any]:
        """All that a resume needs."""
        ...

    def describe(self) -> Mapping[str, Any]:
        """What a run records of it."""
        ...


class Frozen:
    """The part of the protocol that methods without training and memory share."""

    def rows(self, records: Sequence[Record]) -> Sequence[TrainRow]:
        return ()

    def commit(self, records: Sequence[Record]) -> None:
        """Nothing is kept between instances."""

    def state(self) -> Mapping[str, Any]:
        return {}
