"""The worlds that a ranker may know, each with its reader of turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from numpy import float32
from numpy.typing import NDArray

from skillevo.envs.base import Observation
from skillevo.harness.policies.ranker import features, shopping
from skillevo.harness.policies.ranker.features import HOUSE, Text, Turn
from skillevo.harness.policies.ranker.shape import Shape
from skillevo.harness.policies.ranker.shopping import SHOP

SHAPES = (HOUSE, SHOP)


class Reader(Protocol):
    """Makes the features of one episode's turns.

    Attributes:
        skill, task: what is followed, and what for; text: their words.
        nouns: what commands were about so far; the first is "", for none.
    """

    @property
    def shape(self) -> Shape: ...

    @property
    def task(self) -> str: ...

    skill: str
    text: Text
    nouns: list[str]

    def said(self, noun: int) -> tuple[bool, bool]:
        """Whether the task, and the skill, have the noun in so many letters."""
        ...

    def commands(self, seen: Observation) -> tuple[str, ...]:
        """What may be chosen from."""
        ...

    def turn(self, actions: tuple[str, ...], step: int) -> Turn:
        """The features of the turn in which these commands may be given."""
        ...

    def observe(self, sent: str, seen: Observation) -> None:
        """A command and what it led to."""
        ...


def make_reader(shape: Shape, seen: Observation, skill: str) -> Reader:
    """A reader at an episode's first observation."""
    if shape is SHOP:
        return shopping.Reader(seen, skill)
    return features.Reader(seen.text, skill)


def shape_named(world: str) -> Shape:
    """The shape of a world's turns.

    Raises:
        ValueError: no ranker knows this world.
    """
    found = next((s for s in SHAPES if s.world == world), None)
    if found is None:
        raise ValueError(f"no ranker knows {world!r}")
    return found


def shape_of(weights: Mapping[str, NDArray[float32]]) -> Shape:
    """The shape of the world that weights were trained in; HOUSE where they fit none."""
    rows = (len(weights["verbs"]), len(weights["score_flags.weight"]), len(weights["state.weight"]))
    return next((s for s in SHAPES if rows == (len(s.verbs), s.flags, s.state)), HOUSE)
