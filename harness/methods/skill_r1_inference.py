"""`skill_r1_inference`: Skill-R1 (Vishe et al. 2026, arXiv 2605.09359) with an untrained generator.

Objective: none; generator and task model are both frozen. For g = 1..G the generator rewrites the skill
from the history H_{g-1}, and N rollouts under s_g are verified. What Skill-R1's tables call "Inference".

Scored by the last generation, or by fresh rollouts of the best skill (`score`); the paper does not say which one it
tabulates. Its protocol is skill_source =
same (a skill comes from the very instance it is scored on) and test_feedback = verdict.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from skillevo.envs.base import TaskInstance
from skillevo.harness.methods.base import Phase, Record
from skillevo.harness.methods.initial import FromBank
from skillevo.harness.methods.recurrence import EVOLVING_AXES, Recurrence
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Skill


class SkillR1Inference(FromBank):
    """The recurrence with a frozen generator.

    Args:
        initial: chooses s_0 for an instance.
    """

    name = "skill_r1_inference"
    axes = EVOLVING_AXES

    def __init__(self, recurrence: Recurrence, initial: Callable[[TaskInstance], Skill]) -> None:
        super().__init__(initial)
        self._recurrence = recurrence

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        return await self._recurrence.evolve(instance, self._initial(instance), play, rng)

    def describe(self) -> Mapping[str, Any]:
        return {**self._recurrence.describe(), **self.describe_bank()}
