"""`no_skill`: the task model alone, under the protocol's prompt. The floor that a skill is measured from."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from skillevo.envs.base import TaskInstance
from skillevo.harness.methods.base import Frozen, Phase, Record
from skillevo.harness.play import Conditioning
from skillevo.harness.rollouts import Play


class NoSkill(Frozen):
    """Objective: none. K rollouts per instance under an empty conditioning."""

    name = "no_skill"

    def __init__(self, rollouts: int = 1) -> None:
        self._rollouts = rollouts

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        return Record(instance.id, tuple(await play.rollouts(instance, Conditioning(), self._rollouts)))

    def describe(self) -> Mapping[str, Any]:
        return {"rollouts": self._rollouts}
