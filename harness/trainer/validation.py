"""How good the weights are on instances that are not learned from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from skillevo.envs.base import SkillevoError, StopReason, TaskInstance
from skillevo.harness.methods import Method, Phase, Record
from skillevo.harness.methods.together import Together
from skillevo.harness.rollouts import Play, run_in_order


@dataclass(frozen=True, slots=True)
class Validation:
    """One validation.

    Attributes:
        rewards: mean reward by generation, the initial skill's first.
        score: what checkpoints are compared by.
    """

    step: int
    rewards: tuple[float, ...]
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"step": self.step, "rewards": list(self.rewards), "score": self.score}


def judge(records: Sequence[Record], step: int, select: Literal["last", "all"]) -> Validation:
    """What the records of a whole validation panel say of the weights.

    Raises:
        SkillevoError: the budget ended it: a score of a part of the panel compares with nothing.
    """
    if cut_short(records):
        raise SkillevoError(f"the budget ended in the validation of step {step}; resume the run with a larger one")
    by_generation: dict[int, list[float]] = {}
    for record in records:
        for p in record.played:
            by_generation.setdefault(p.episode.key.generation, []).append(p.verdict.reward)
    rewards = tuple(fmean(by_generation[g]) for g in sorted(by_generation))
    written = rewards[1:] or rewards
    return Validation(step, rewards, written[-1] if select == "last" else fmean(written))


async def run_all(
    method: Method, instances: Sequence[TaskInstance], play: Play, together: Together, phase: Phase
) -> list[Record]:
    """A method's records of these instances, in their order, all of them under way at once.

    Two runs with one seed of `play` differ by the weights alone.
    """

    async def work(instance: TaskInstance) -> Record:
        rng = random.Random(f"{play.seed}/{method.name}/{instance.id}")
        return await together.among(method.run(instance, play, phase, rng))

    return await run_in_order(instances, work, len(instances))


def cut_short(records: Sequence[Record]) -> bool:
    """Whether the run's budget left something unplayed."""
    return any(p.episode.stop_reason is StopReason.BUDGET for r in records for p in r.played)
