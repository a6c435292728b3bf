"""The policy that knows nothing: any admissible action, each as likely as the others."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from skillevo.envs.base import StopReason
from skillevo.harness.play import Action, TurnContext


class RandomPolicy:
    """Picks uniformly among the admissible actions; gives up where the world lists none.

    The choice follows from the episode's seed and the step alone.
    """

    name = "random"

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        return [_choose(turn) for turn in turns]

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        return () if turn.observation.actions else ("the world lists no admissible actions to choose from",)

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name}


def _choose(turn: TurnContext) -> Action:
    actions = turn.observation.actions
    if not actions:
        return Action("", stop=StopReason.GAVE_UP)
    # A text seed is hashed whole, so that neighbouring seeds and steps have nothing in common.
    return Action(random.Random(f"{turn.seed}/{turn.step}").choice(actions))
