"""What the follower needs of a world: how its skills are read, and somebody who acts in it as they say.

One module for each: household.py (ALFWorld), webshop.py, webwalker.py, gaia.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from skillevo.envs.base import Observation
from skillevo.harness.play import SkillText, TurnContext


class Player(Protocol):
    """One episode's eyes and hands.

    Attributes:
        unread: sentences of the skills that could not be read.
        helpless: skills were shown, and no step of any could be read.
    """

    unread: tuple[str, ...]
    helpless: bool

    def observe(self, sent: str, seen: Observation) -> None:
        """An action and what it led to."""
        ...

    def next(self) -> str:
        """The next action; "" to give up."""
        ...


class World(Protocol):
    """One kind of world. Stateless: what it reads of a skill is kept by the follower."""

    def read(self, skill: SkillText) -> Any:
        """What a skill says, in whatever form `start` takes it."""
        ...

    def start(self, turn: TurnContext, skills: Sequence[Any]) -> Player:
        """A player at the first observation of an episode, with the skills as `read` gave them."""
        ...
