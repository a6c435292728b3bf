"""`skill_r1`: Skill-R1 (Vishe et al. 2026, arXiv 2605.09359) with a generator that is trained.

    J(θ) = E_x E[ Σ_g γ^(g−1) r̄_g ],   s_g ~ π_θ(· | x, H_{g−1}),   r̄_g the mean reward of N rollouts of the frozen
    task model under s_g

The recurrence is that of `skill_r1_inference`; here the skills that it writes come back as rows to learn from. Which
advantage a skill gets (the paper's letters, or one of the variants that repair what they leave without a gradient) is
the credit that the method is given; the objective over the rows is the trainer's.

Departures: with M > 1 candidates are compared that were written from one history, where the paper writes one skill. An
answer that is no skill is played under its parent's text, so that the recurrence goes on, and earns 0.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from skillevo.envs.base import TaskInstance
from skillevo.harness.methods.base import Phase, Record, TrainRow
from skillevo.harness.methods.initial import FromBank
from skillevo.harness.methods.recurrence import EVOLVING_AXES, Recurrence
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Skill

CreditOf = Callable[[Record], Sequence[TrainRow]]
"""What of a record is learned from, and with which advantages."""


def no_credit(record: Record) -> Sequence[TrainRow]:
    """The credit of a method that is only evaluated."""
    return ()


class SkillR1(FromBank):
    """The recurrence with a generator that learns.

    Args:
        initial: chooses s_0 for an instance.
        credit: makes an instance's rows; without it nothing is learned.
        weights: whether the generator was trained on the instances that it is scored on.
    """

    name = "skill_r1"

    def __init__(
        self,
        recurrence: Recurrence,
        initial: Callable[[TaskInstance], Skill],
        credit: CreditOf = no_credit,
        *,
        weights: Literal["seen", "unseen"] = "unseen",
    ) -> None:
        super().__init__(initial)
        self._recurrence = recurrence
        self._credit = credit
        self.axes = {**EVOLVING_AXES, "weights": weights}

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        return await self._recurrence.evolve(instance, self._initial(instance), play, rng)

    def rows(self, records: Sequence[Record]) -> Sequence[TrainRow]:
        return [row for record in records for row in self._credit(record)]

    def describe(self) -> Mapping[str, Any]:
        return {**self._recurrence.describe(), **self.describe_bank()}
