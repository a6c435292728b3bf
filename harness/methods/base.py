"""The protocol that every method meets, and what frozen methods share."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from skillevo.envs.base import Call, TaskInstance
from skillevo.harness.journal import Played
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Attempt

Reducer = Literal["mean", "any"]


class Phase(StrEnum):
    TRAIN = "train"
    EVAL = "eval"


@dataclass(frozen=True, slots=True)
class Record:
    """What a method did with one instance.

    Attributes:
        played: its episodes, in the order of their generations.
        attempts: the skills that it served, with their episodes, as they came; the trainer assigns credit to them.
        scored: the generation whose episodes the method is scored by; None for all.
        notes: what should be known about it (answers that were no skill, the guard's findings), and how often.
    """

    instance: str
    played: tuple[Played, ...]
    attempts: tuple[Attempt, ...] = ()
    scored: int | None = None
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def final(self) -> Attempt | None:
        """What the method would hand on: of the generation that it is scored by, the best; of equals, the first."""
        last = [a for a in self.attempts if self.scored in (None, a.generation)]
        return max(last, key=lambda a: a.reward, default=None)


@dataclass(frozen=True, slots=True)
class TrainRow:
    """One completion to learn from.

    Attributes:
        advantages: the completion's advantages, shared by its tokens: one, or one for each rollout under it
            (clipping acts on each by its sign).
        inter: the part of each of them that compares with another generation, for the metrics.
        mask: which of the completion's tokens are trained on, (C,); None for all.
    """

    call: Call
    advantages: tuple[float, ...]
    inter: float = 0.0
    mask: tuple[bool, ...] | None = None


class Method(Protocol):
    """Frozen and trainable, per-instance and library methods alike."""

    @property
    def name(self) -> str: ...

    @property
    def axes(self) -> Mapping[str, str]:
        """The three protocol axes that it is evaluated under: weights, skill_source, test_feedback."""
        ...

    @property
    def reducer(self) -> Reducer:
        """How an instance's scored episodes become its success: their `mean`, or `any` of them."""
        ...

    @property
    def barrier(self) -> int:
        """Instances between two commits; 0 where an instance's result depends on no other instance."""
        ...

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


AXES = {"weights": "unseen", "skill_source": "other", "test_feedback": "none"}
"""The protocol of a method that trains nothing, takes no skill from the scored instances and sees no verdict."""


class Frozen:
    """The part of the protocol that methods without training and memory share."""

    axes: Mapping[str, str] = AXES
    reducer: Reducer = "mean"
    barrier: int = 0

    def rows(self, records: Sequence[Record]) -> Sequence[TrainRow]:
        return ()

    def commit(self, records: Sequence[Record]) -> None:
        """Nothing is kept between instances."""

    def state(self) -> Mapping[str, Any]:
        return {}
