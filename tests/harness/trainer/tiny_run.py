"""A whole training run in seconds: a language model of a few thousand weights learns which number to write.

Also a program, for tests that end it: tiny_run.py HOME STEPS
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "methods")]

import tiny_lm
from worlds import Scripted, panel
from writers import make_play, skill

from skillevo.envs.base import Panel
from skillevo.harness.journal import Journal
from skillevo.harness.methods import EditRules, Recurrence, RecurrenceOptions
from skillevo.harness.methods.skill_r1 import SkillR1
from skillevo.harness.play import TurnContext
from skillevo.harness.rollouts import Budget, Meter, Play
from skillevo.harness.skills import Guard
from skillevo.harness.trainer import CreditConfig
from skillevo.harness.trainer.engines import make_engine
from skillevo.harness.trainer.language_model import LanguageModel
from skillevo.harness.trainer.learner import Learner
from skillevo.harness.trainer.loop import Loop, Parts, Progress
from skillevo.harness.trainer.objective_config import ObjectiveConfig
from skillevo.harness.trainer.options import LoopOptions, OptimiserOptions, SamplingOptions, WeightOptions
from skillevo.harness.trainer.skill_credit import SkillCredit
from skillevo.harness.trainer.vllm import VllmOptions

SHAPE = RecurrenceOptions(generations=2, candidates=4, rollouts=2, edit=EditRules(history_tokens=40))
OPTIMISER = OptimiserOptions(lr=0.04, warmup=2, micro_tokens=4096)
LOOP = LoopOptions(instances=4, validate_every=4, checkpoint_every=3)


def split() -> tuple[Panel, Panel]:
    everything = panel(16, length=0)
    return (
        Panel("train", "counter", everything.instances[:12]),
        Panel("val", "counter", everything.instances[12:]),
    )


def heed(turn: TurnContext) -> str:
    """Wins, at once, in as many of a hundred seeds as the first word of the skill says."""
    first = turn.conditioning.skills[0].body.split()[0]
    return "win" if turn.seed % 100 < (int(first) if first.isdigit() else 0) else "step"


class Run:
    """A run's parts, put together anew each time as after a start of the process."""

    def __init__(
        self,
        home: Path,
        *,
        steps: int,
        shape: RecurrenceOptions = SHAPE,
        optimiser: OptimiserOptions = OPTIMISER,
        options: LoopOptions = LOOP,
        objective: ObjectiveConfig | None = None,
        credit: CreditConfig | None = None,
        weights: WeightOptions | None = None,
        policy: Any = None,
        budget: Budget | None = None,
        vllm: VllmOptions | None = None,
        on_step: Callable[[Mapping[str, Any]], None] = lambda row: None,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        folder = home.parent / "lm"
        if not folder.exists():
            tiny_lm.make(folder)
        self.home = home
        self.said: list[str] = []
        self.journal = Journal(home / "journal.db")
        self.meter = Meter(budget or Budget())
        self.model = LanguageModel(folder, options=weights)
        self.model.keep_reference()
        self.engine, together = make_engine(
            self.model, SamplingOptions(max_new_tokens=3), vllm or VllmOptions(), home / "adapters"
        )
        self.credit = SkillCredit(credit or CreditConfig("candidates"))
        self.learner = Learner(self.model, objective or ObjectiveConfig(max_tokens=3), optimiser, steps)
        single = RecurrenceOptions(generations=2, rollouts=2, decoding="greedy", edit=shape.edit)
        trained, validated = split()
        guard = Guard("same")

        def play(phase: str, seed: int) -> Play:
            return make_play(
                policy=policy or Scripted(heed), phase=phase, seed=seed, journal=self.journal, meter=self.meter
            )

        parts = Parts(
            method=SkillR1(Recurrence(together, shape, guard), lambda i: skill(0), self.credit),
            validation=SkillR1(Recurrence(together, single, guard), lambda i: skill(0)),
            panel=trained,
            validation_panel=validated,
            engine=self.engine,
            together=together,
            weights=self.model,
            learner=self.learner,
            play=play,
            summarise=self.credit.metrics,
        )
        self.loop = Loop(parts, options, steps, home, 0, say=self.said.append, on_step=on_step)

    def run(self) -> Progress:
        try:
            return asyncio.run(self.loop.run())
        finally:
            self.journal.close()

    @property
    def weights(self) -> dict[str, Any]:
        return {k: v.clone() for k, v in self.model.model.state_dict().items()}


def train(home: Path, steps: int, **more: Any) -> Run:
    run = Run(home, steps=steps, **more)
    run.run()
    return run


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[2]), on_step=lambda row: print(row["step"], flush=True))
