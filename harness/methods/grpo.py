"""`grpo`: Skill-R1's baseline "Vanilla GRPO", a generator trained without recurrence.

    L = E[ Σ_m A_m log π_θ(s_m | x, H_0) ],   A_m = r̄_m − (1/M) Σ_j r̄_j

M skills are written from H_0, the rollouts under the initial skill, and compared; there is one generation, so no skill
is ever rewritten from what its own rollouts showed. The paper calls it one-shot and says no more; its reward is here
the mean over N rollouts of the frozen task model, as in Skill-R1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from skillevo.envs.base import TaskInstance
from skillevo.harness.methods.recurrence import Recurrence
from skillevo.harness.methods.skill_r1 import CreditOf, SkillR1, no_credit
from skillevo.harness.skills import Skill


class Grpo(SkillR1):
    """Skills written once, from the initial skill's rollouts.

    Args:
        recurrence: its number of generations is taken to be 1.
    """

    name = "grpo"

    def __init__(
        self,
        recurrence: Recurrence,
        initial: Callable[[TaskInstance], Skill],
        credit: CreditOf = no_credit,
        *,
        weights: Literal["seen", "unseen"] = "unseen",
    ) -> None:
        once = Recurrence(recurrence.generator, replace(recurrence.options, generations=1), recurrence.guard)
        super().__init__(once, initial, credit, weights=weights)
