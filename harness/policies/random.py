"""The policy that knows nothing: any admissible action, each as likely as the others."""

from __future__ import annotations

import random
import re
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
        if turn.observation.actions or turn.observation.forms or (turn.turns and turn.turns[-1].done):
            return ()
        return ("the world lists no admissible actions to choose from",)

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name}


def _choose(turn: TurnContext) -> Action:
    choices = (*turn.observation.forms, *turn.observation.actions)
    if not choices:
        return Action("", stop=StopReason.GAVE_UP)
    # A text seed is hashed whole, so that neighbouring seeds and steps have nothing in common.
    rng = random.Random(f"{turn.seed}/{turn.step}")
    chosen = rng.choice(choices)
    return Action(_filled(chosen, turn.task.prompt, rng) if chosen in turn.observation.forms else chosen)


def _filled(form: str, task: str, rng: random.Random) -> str:
    """The form with one to four consecutive words of the task where it leaves a gap."""
    words = task.split() or ["anything"]
    start = rng.randrange(len(words))
    return re.sub(r"<[^>]*>", lambda _: " ".join(words[start : start + rng.randint(1, 4)]), form)
