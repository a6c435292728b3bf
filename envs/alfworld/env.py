"""ALFWorld behind the `Env` protocol: one game, one episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.base import Observation, Step
from skillevo.envs.checks import check_flag, check_one_of

Engine = Literal["native", "official"]

VERSION = "alfworld-1-A"
"""Number: results are comparable within it. Letter: fixes that change no result."""


@dataclass(frozen=True, slots=True)
class AlfworldOptions:
    """How the world presents itself. Part of the protocol; recorded in every run.

    Attributes:
        admissible: whether the admissible commands are given with each observation.
        hide_help: leave `help` out of that list, as the RL papers' code does (it still works when typed).
        engine: `native` (exact, fast) or `official` (alfworld + textworld, one process per environment).
    """

    admissible: bool = True
    hide_help: bool = False
    engine: Engine = "native"

    def __post_init__(self) -> None:
        check_flag("admissible", self.admissible)
        check_flag("hide_help", self.hide_help)
        check_one_of("engine", self.engine, get_args(Engine))

    def as_dict(self) -> Mapping[str, Any]:
        return asdict(self)


class AlfworldEnv:
    """One episode of one game on the native engine.

    The reward is 1.0 on the step that wins and 0.0 otherwise. The step cap is the player's, not the world's.
    """

    __slots__ = ("_options", "_plain", "_world")

    def __init__(self, game: Game, options: AlfworldOptions = AlfworldOptions()) -> None:
        self._world = World(game)
        self._options = options
        self._plain = options.admissible and not options.hide_help

    async def reset(self) -> Observation:
        return Observation(self._world.reset(), self._list(), self._world.state_key)

    async def step(self, action: str) -> Step:
        # Observation is built in place: a call more would be a tenth of the whole step.
        world = self._world
        text = world.step(action)
        actions = world.actions if self._plain else self._list()
        won = world.won
        return Step(Observation(text, actions, world.state_key), 1.0 if won else 0.0, won)

    async def close(self) -> None:
        """Nothing to give back: the world is plain memory."""

    def _list(self) -> tuple[str, ...]:
        if not self._options.admissible:
            return ()
        return tuple(a for a in self._world.actions if a != "help") if self._options.hide_help else self._world.actions
