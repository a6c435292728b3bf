"""The policy that plays a plan which somebody else made: a ceiling, and a check that games can be won."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skillevo.envs.base import StopReason
from skillevo.harness.play import Action, TurnContext

_SCRATCH = "oracle"


class OraclePolicy:
    """Plays the plan for the instance, then gives up.

    Args:
        plan: the actions for the instance of that id, asked once an episode; a turn tells no more than the id.
    """

    name = "oracle"

    def __init__(self, plan: Callable[[str], Sequence[str]]) -> None:
        self._plan = plan

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        return [self._act(turn) for turn in turns]

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        return ()

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name}

    def _act(self, turn: TurnContext) -> Action:
        plan: Sequence[str] | None = turn.scratch.get(_SCRATCH)
        if plan is None:
            plan = turn.scratch[_SCRATCH] = self._plan(turn.task.id)
        return Action(plan[turn.step]) if turn.step < len(plan) else Action("", stop=StopReason.GAVE_UP)
