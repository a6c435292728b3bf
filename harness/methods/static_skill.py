"""`static_skill`: the task model with given skills that never change."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from skillevo.envs.base import TaskInstance
from skillevo.harness.methods.base import Frozen, Phase, Record
from skillevo.harness.play import Conditioning
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Skill


class StaticSkill(Frozen):
    """Objective: none. K rollouts per instance, every one shown the same skills.

    Args:
        skills: in the order in which they are shown.
        mode: whole in the `prompt`, or behind the `skill()` `tool`.
    """

    name = "static_skill"

    def __init__(self, skills: Sequence[Skill], mode: Literal["prompt", "tool"] = "prompt", rollouts: int = 1) -> None:
        self._skills = tuple(skills)
        self._conditioning = Conditioning(tuple(s.shown() for s in skills), skill_mode=mode)
        self._rollouts = rollouts

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        return Record(instance.id, tuple(await play.rollouts(instance, self._conditioning, self._rollouts)))

    def describe(self) -> Mapping[str, Any]:
        return {
            "rollouts": self._rollouts,
            "skill_mode": self._conditioning.skill_mode,
            "skills": list(self._conditioning.skill_ids),
        }
