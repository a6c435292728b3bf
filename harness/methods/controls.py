"""Controls at equal budget: what the rollouts of an evolving method buy without evolution.

An evolving method spends N * (1 + G * M) rollouts on an instance; each control spends exactly as many.

`pass_at_n`: all of them under the initial skill. Its success is any success: what trying often is worth.
`best_of_n`: N rollouts under the initial skill for a history, N under each of G * M - 1 skills written from
that same history independently of each other, and the last N, fresh, under the skill that did best. It
is scored by the fresh ones alone, since those that chose the skill flatter it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.methods.base import Frozen, Phase, Record
from skillevo.harness.methods.recurrence import EVOLVING_AXES, Recurrence, RecurrenceOptions
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Attempt, Guard, Skill

FRESH = 2
"""The generation under which the chosen draft's fresh rollouts are kept; the drafts are generation 1."""


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
        conditioning, _ = self._guard.serve([skill], instance)
        played = await play.rollouts(instance, conditioning, self._budget.episodes())
        return Record(instance.id, tuple(played), (Attempt(0, 0, skill, tuple(played)),))

    def describe(self) -> Mapping[str, Any]:
        return {"rollouts": self._budget.episodes(), "beside": self._budget.as_dict()}


class BestOfN(Frozen):
    """Independent skills, the best chosen by its rollouts, scored by fresh ones.

    Raises:
        SkillevoError: the budget leaves no room for a choice (G * M must be at least 3).
    """

    name = "best_of_n"
    axes = EVOLVING_AXES

    def __init__(self, recurrence: Recurrence, initial: Callable[[TaskInstance], Skill]) -> None:
        o = recurrence.options
        if o.generations * o.candidates < 3:
            raise SkillevoError(
                "best_of_n needs generations x candidates of at least 3: one set of rollouts is spent on the fresh "
                f"score, the others on skills to choose from; {o.generations} x {o.candidates} leaves no choice"
            )
        # One generation of independent skills from H_0; the fresh rollouts are a generation of their own.
        self._drafts = Recurrence(
            recurrence.generator,
            replace(o, generations=1, candidates=o.generations * o.candidates - 1),
            recurrence.guard,
        )
        self._initial = initial

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        drafted = await self._drafts.evolve(instance, self._initial(instance), play, rng)
        best = max(drafted.attempts[1:], key=lambda a: a.reward)
        conditioning, _ = self._drafts.guard.serve([best.skill], instance)
        played = await play.rollouts(instance, conditioning, self._drafts.options.rollouts, generation=FRESH)
        fresh = Attempt(FRESH, 0, best.skill, tuple(played), best.place)
        return replace(
            drafted,
            played=(*drafted.played, *played),
            attempts=(*drafted.attempts, fresh),
            scored=FRESH,
        )

    def describe(self) -> Mapping[str, Any]:
        return self._drafts.describe()
