"""`react` (Yao et al. 2023, arXiv 2210.03629): reason and act, on worked examples or on instructions alone.

Objective: none; the model is frozen. Two settings circulate under the name, more than ten points apart
on small models, so each is a prompt preset of its own:
`react-fewshot` shows two worked episodes of the task's own type and the whole transcript so far, and a
thought spends a step and is answered "OK."; `zeroshot-tags` shows none and asks for think and action tags.

Departures: the examples are episodes of our own generated training games, written in the paper's form,
in the vocabulary of alfworld 0.4 (`move X to Y`); the paper's hand-written ones use an older dialect.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skillevo.envs.base import TaskInstance
from skillevo.harness.methods.base import Frozen, Phase, Record
from skillevo.harness.play import Conditioning
from skillevo.harness.rollouts import Play


class React(Frozen):
    """K rollouts per instance under worked examples.

    Args:
        demos: (instance, n) -> n worked episodes as text, from training instances of its type; None for
            the preset without examples.
    """

    name = "react"

    def __init__(
        self,
        demos: Callable[[TaskInstance, int], Sequence[str]] | None,
        examples: int = 2,
        rollouts: int = 1,
    ) -> None:
        self._demos = demos
        self._examples = examples if demos is not None else 0
        self._rollouts = rollouts

    async def run(self, instance: TaskInstance, play: Play, phase: Phase, rng: random.Random) -> Record:
        demos = tuple(self._demos(instance, self._examples)) if self._demos is not None else ()
        return Record(instance.id, tuple(await play.rollouts(instance, Conditioning(demos=demos), self._rollouts)))

    def describe(self) -> Mapping[str, Any]:
        return {"rollouts": self._rollouts, "examples": self._examples}
