"""From a plan to a training run: everything is checked and assembled here, then the loop has it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Panel, SkillevoError
from skillevo.harness.cli.judge import make_judge
from skillevo.harness.cli.plan import TrainPlan
from skillevo.harness.cli.train_tables import close
from skillevo.harness.methods import Record, Recurrence, Training, read_training
from skillevo.harness.methods.grpo import Grpo
from skillevo.harness.methods.initial import InitialBank
from skillevo.harness.methods.skill_r1 import SkillR1
from skillevo.harness.play import Policy
from skillevo.harness.pocket import generator_path
from skillevo.harness.policies import make_policy
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.redaction import any_private, check_shown, mark_private
from skillevo.harness.rollouts import Budget, Meter, Play
from skillevo.harness.rundir import RunDirectory
from skillevo.harness.skills import Guard, Skill, load_skills
from skillevo.harness.trainer import learns_nothing
from skillevo.harness.trainer.skill_credit import SkillCredit

if TYPE_CHECKING:
    from skillevo.harness.trainer.language_model import LanguageModel
    from skillevo.harness.trainer.loop import Loop, Progress

METHODS = {"skill_r1": SkillR1, "grpo": Grpo}


class Assembled:
    """A plan with everything loaded that can be loaded before the first step.

    Args:
        workers: episodes under way at once.

    Raises:
        SkillevoError: a missing folder, panel, model or skill.
    """

    def __init__(self, plan: TrainPlan, seed: int, arm: str = "", workers: int = 64) -> None:
        self.plan = plan
        self.seed = seed
        self.arm = arm
        self.workers = workers
        b = plan.benchmark
        b.check_installed(plan.world)
        self.judge = make_judge(b, plan.world, plan.grader)
        self.panel = b.load_panel(plan.panel, plan.root, plan.world).take(plan.limit)
        self.val_panel = self._validation_panel()
        for panel in filter(None, (self.panel, self.val_panel)):
            b.check_panel(panel, plan.world)
        self.skills: tuple[Skill, ...] = tuple(s for path in plan.skills for s in load_skills(path))
        if plan.loop.instances > len(self.panel):
            raise SkillevoError(
                f"a step takes {plan.loop.instances} instances and {self.panel.name} has {len(self.panel)}: "
                "lower -T instances"
            )
        self.policy = self._task_model()
        self.bank = InitialBank(self.skills, b.task, plan.bank, seed=seed, type_tag=b.group_by)

    def warning(self) -> str:
        """Why this run cannot learn anything; empty if it can."""
        r = self.plan.recurrence
        return learns_nothing(self.plan.credit, r.generations, r.candidates)

    def load_generator(self) -> LanguageModel:
        check_torch()
        from skillevo.harness.trainer.language_model import LanguageModel

        folder, adapter = self._folders()
        return LanguageModel(
            folder, adapter, self.plan.weights, temperature=self.plan.sampling.temperature, seed=self.seed
        )

    def loop(
        self,
        model: LanguageModel,
        directory: RunDirectory,
        meter: Meter,
        on_step: Callable[[Mapping[str, Any]], None],
    ) -> Loop:
        from skillevo.harness.trainer.engines import make_engine
        from skillevo.harness.trainer.learner import Learner
        from skillevo.harness.trainer.loop import Loop, Parts

        plan = self.plan
        engine, together = make_engine(model, plan.sampling, plan.vllm, directory.path / "adapters")
        credit = SkillCredit(plan.credit)
        guard = Guard("same")
        validated = Recurrence(together, plan.validation.of(plan.recurrence), guard)

        def play(phase: str, seed: int) -> Play:
            return Play(
                make_env=lambda i: plan.benchmark.make_env(i, plan.world),
                verify=plan.benchmark.verify,
                policy=self.policy,
                rules=plan.rules,
                seed=seed,
                journal=directory.journal,
                meter=meter,
                phase=phase,
                at_once=self.workers,
                judge=self.judge,
            )

        parts = Parts(
            method=METHODS[plan.method](Recurrence(together, plan.recurrence, guard), self.bank, credit),
            validation=METHODS[plan.method](validated, self.bank),
            panel=self.panel,
            validation_panel=self.val_panel,
            engine=engine,
            together=together,
            weights=model,
            learner=Learner(model, plan.objective, plan.optimiser, plan.steps),
            play=play,
            summarise=credit.metrics,
        )
        return Loop(
            parts,
            plan.loop,
            plan.steps,
            directory.path,
            self.seed,
            say=_say,
            on_step=on_step,
            on_record=lambda record: _keep(record, directory),
            beside=self._training().write,
        )

    def config(self, model: LanguageModel) -> dict[str, Any]:
        """What run.toml records: equal for equal runs."""
        plan, b = self.plan, self.plan.benchmark
        found: dict[str, Any] = {
            "command": "train",
            "task": {"name": b.name, "version": b.version},
            "seed": self.seed,
            "steps": plan.steps,
            "panel": _panel(self.panel),
            "method": {"name": plan.method, "skills": [s.id for s in self.skills]},
            "model": {"name": self.policy.name, **self.policy.describe()},
            "generator": {"path": plan.generator, "digest": model.digest()},
            **plan.sections(),
        }
        if self.arm:
            found["arm"] = self.arm
        if self.judge:
            found["grader"] = dict(self.judge.describe())
        if self.val_panel is not None:
            found["validation"] = {**found["validation"], **_panel(self.val_panel)}
        if plan.optimiser.schedule != "constant":  # then the rate of every step depends on it
            found["optimiser"] = {**found["optimiser"], "steps": plan.steps}
        return found

    def _folders(self) -> tuple[Path, Path | None]:
        folder, _, adapter = self.plan.generator.partition("+")
        return Path(generator_path(folder)).expanduser(), Path(adapter).expanduser() if adapter else None

    def _training(self) -> Training:
        """What a checkpoint says that it was trained on: these instances, and those of the training before."""
        earlier = read_training([f for f in reversed(self._folders()) if f is not None])
        ids = {*(earlier.instances if earlier else ()), *(i.id for i in (*self.panel, *(self.val_panel or ())))}
        return Training(self.plan.method, self.panel.name, self.panel.hash, tuple(sorted(ids)))

    def _validation_panel(self) -> Panel | None:
        plan = self.plan
        if plan.val_panel is None:
            return None
        found = plan.benchmark.load_panel(plan.val_panel, plan.root, plan.world).take(plan.val_limit)
        if shared := {i.id for i in found} & {i.id for i in self.panel}:
            raise SkillevoError(
                f"{found.name} holds {len(shared)} instances that are trained on ({min(shared)}, ...): "
                "what is chosen by them says nothing of others; give another --val-panel"
            )
        return found

    def _task_model(self) -> Policy:
        plan = self.plan
        given: dict[str, Any] = {k: _number(v) for k, v in plan.model_options.items()}
        prices = [given.pop(k, None) for k in ("price_in", "price_out")]
        if (prices[0] is None) != (prices[1] is None):
            raise SkillevoError("-M price_in and -M price_out go together (US dollars per million tokens)")
        return make_policy(
            plan.model,
            plan.benchmark.plans([*self.panel, *(self.val_panel or ())]),
            PromptOptions.of(plan.prompt.prompt, plan.prompt.history),
            generation=given,
            price=None if prices[0] is None else (float(prices[0]), float(prices[1])),
        )


def train(
    assembled: Assembled,
    path: Path,
    budget: Budget,
    bar: Callable[[Loop], AbstractContextManager[Callable[[Mapping[str, Any]], None]]],
    retry_errors: bool = False,
) -> tuple[Progress, Meter]:
    """Train what is missing of a run and close it.

    Returns:
        Where the run stands, and what this call spent.
    """
    played = (*assembled.panel, *(assembled.val_panel or ()))
    check_shown((s.name for s in assembled.skills if s.provenance.private), played)
    model = assembled.load_generator()
    meter = Meter(budget)
    with RunDirectory(path, assembled.config(model)) as directory:
        if any_private(played):
            mark_private(path)
        model.keep_reference()
        if retry_errors:
            directory.journal.forget_errors()
        for skill in assembled.skills:
            directory.keep_skill(skill)
        shown: list[Callable[[Mapping[str, Any]], None]] = []
        loop = assembled.loop(model, directory, meter, lambda row: shown[0](row))
        with bar(loop) as show:
            shown.append(show)
            try:
                progress = asyncio.run(loop.run())
            except (KeyboardInterrupt, asyncio.CancelledError):
                _say(f"interrupted after step {loop.progress.step}; the same command with --name {path.name} goes on")
                raise
        close(assembled, loop, directory)
    return progress, meter


def check_torch() -> None:
    """Raises SkillevoError where the extra that training needs is not installed."""
    missing = [name for name in ("torch", "transformers", "peft") if find_spec(name) is None]
    if missing:
        raise SkillevoError(f'training needs the extra [train], {missing[0]} is missing: pip install "skillevo[train]"')


def _panel(panel: Panel) -> dict[str, Any]:
    return {"name": panel.name, "hash": panel.hash, "n": len(panel), "note": panel.note}


def _number(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _keep(record: Record, directory: RunDirectory) -> None:
    for attempt in record.attempts:
        directory.keep_skill(attempt.skill)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
