"""Controls at equal budget: what the rollouts of an evolving method buy without evolution.

An evolving method spends N * (1 + G * M) rollouts on an instance, and N more where it is scored by fresh rollouts of
its best skill; each control spends exactly as many.

`pass_at_n`: all of them under the initial skill. Its success is any success: what trying often is worth.
`best_of_n`: N rollouts under the initial skill for a history, N under each of the skills written from that same
history independently of each other, as many as leave N, fresh, for the skill that did best. It is scored by the
fresh ones alone, since those that chose the skill flatter it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.methods.base import Frozen, Phase, Record
from skillevo.harness.methods.initial import FromBank, InitialBank
from skillevo.harness.methods.recurrence import EVOLVING_AXES, Recurrence, RecurrenceOptions
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Attempt, Guard, Skill


class PassAtN(Frozen):
    """Every rollout of the budget under the initial skill; success is any success."""

    name = "pass_at_n"
    reducer = "any"

    def __init__(self, initial: Callable[[TaskInstance], Skill], budget: RecurrenceOptions, guard: Guard) -> None:
        self._initial = initial
        self._budget = budget
        self._guard = guard

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        skill = self._initial(instance)
        conditioning, findings = self._guard.serve([skill], instance)
        played = tuple(await play.rollouts(instance, conditioning, self._budget.episodes()))
        notes = Counter(f"guard: {f.reason}" for f in findings)
        return Record(instance.id, played, (Attempt(0, 0, skill, played),), notes=notes)

    def describe(self) -> Mapping[str, Any]:
        bank = {"bank": self._initial.describe()} if isinstance(self._initial, InitialBank) else {}
        return {"rollouts": self._budget.episodes(), "beside": self._budget.as_dict(), **bank}


class BestOfN(FromBank):
    """Independent skills, the best chosen by its rollouts, scored by fresh ones.

    Args:
        recurrence: of the method that this one stands beside.

    Raises:
        SkillevoError: the budget leaves no room for a choice (two drafts and the fresh rollouts).
    """

    name = "best_of_n"
    axes = EVOLVING_AXES

    def __init__(self, recurrence: Recurrence, initial: Callable[[TaskInstance], Skill]) -> None:
        super().__init__(initial)
        o = recurrence.options
        drafts = o.generations * o.candidates + (o.score == "best") - 1
        if drafts < 2:
            raise SkillevoError(
                "best_of_n needs generations x candidates of at least 3: one set of rollouts is spent on the fresh "
                f"score, the others on skills to choose from; {o.generations} x {o.candidates} leaves no choice"
            )
        # One generation of independent skills from H_0, and the best of them played again.
        self._drafts = Recurrence(
            recurrence.generator, replace(o, generations=1, candidates=drafts, score="best"), recurrence.guard
        )

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        return await self._drafts.evolve(instance, self._initial(instance), play, rng)

    def describe(self) -> Mapping[str, Any]:
        return {**self._drafts.describe(), **self.describe_bank()}
