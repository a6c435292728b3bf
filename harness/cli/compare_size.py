"""How much the runs of a suite play and write, and whether each of them can: panels, pins and options, before any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.envs.benchmark import Benchmark, get_benchmark
from skillevo.harness.cli import options as opt
from skillevo.harness.cli.estimate import Assumptions, Line, Size, estimate
from skillevo.harness.cli.judge import wants_judge
from skillevo.harness.cli.methods import known_options
from skillevo.harness.cli.plan import read_plan
from skillevo.harness.cli.setup import OWN_OPTIONS
from skillevo.harness.methods import RecurrenceOptions
from skillevo.harness.play import PlayRules
from skillevo.harness.pocket import check_writer
from skillevo.harness.policies import check_model
from skillevo.harness.suite.jobs import Job, eval_options, preset_of, siblings, texts, train_flags, train_options
from skillevo.harness.suite.spec import Suite, nearest


@dataclass(frozen=True, slots=True)
class Sized:
    """A run with its size.

    Attributes:
        per_instance: episodes that an evaluation plays on one instance, transfer left out; 0 for a training.
        warning: what a person should know: data that is not here, a training that learns nothing.
    """

    job: Job
    size: Size
    per_instance: int = 0
    warning: str = ""


class Sizer:
    """Checks and sizes the jobs of a suite. Panels are loaded once each.

    Args:
        home: the suite's folder.
        strict: refuse panels whose data is not here.
    """

    def __init__(self, suite: Suite, home: Path, strict: bool) -> None:
        self._suite, self._home, self._strict = suite, home, strict
        self._panels: dict[tuple[object, ...], tuple[int, str]] = {}

    def size(self, job: Job) -> Sized:
        """Check a job and size it.

        Raises:
            SkillevoError: a model or an option that does not exist, a panel other than the one pinned, or data that is
                not here.
        """
        try:
            check_model(job.model.name)
            return self._evaluation(job) if job.panel is not None else self._training(job)
        except SkillevoError as e:
            raise SkillevoError(f"{job.name}: {e}") from None

    def _evaluation(self, job: Job) -> Sized:
        arm, panel = job.of, job.panel
        assert arm is not None and panel is not None
        benchmark = get_benchmark(panel.task)
        given = dict(opt.pairs(texts(eval_options(self._suite, arm, panel)), "-T"))
        known = [*OWN_OPTIONS, *known_options((benchmark.options, PlayRules))]
        if unknown := [k for k in given if k not in known]:
            raise SkillevoError(f"there is no option {unknown[0]!r}; {nearest(unknown[0], sorted(set(known)))}")
        world = opt.of_player(benchmark, given, job.model.name)
        if wants_judge(benchmark, world, panel.grader or None):
            check_model(panel.grader)
        check_writer(arm.generator or self._suite.generator)
        n, warning = self._panel(benchmark, panel.name, panel.root, world, panel.limit, panel.panel_hash)
        if not arm.evolves:
            episodes = arm.rollouts or 1
            return Sized(job, Size(n * episodes, 0, 0, 0), episodes, warning)
        shape = self._shape(job, given)
        # A control that chooses by fresh rollouts writes one skill less than its budget has room for.
        written = shape.generations * shape.candidates - (arm.method == "best_of_n" and shape.score == "last")
        size = Size(n * (shape.episodes() + siblings(self._suite, arm)), n * written * arm.writes, 0, 0)
        return Sized(job, size, shape.episodes(), warning)

    def _shape(self, job: Job, given: dict[str, str]) -> RecurrenceOptions:
        arm, shared = job.of, self._suite.evolution
        assert arm is not None
        own = {f.name for f in fields(RecurrenceOptions)} & given.keys()
        return opt.fill(
            RecurrenceOptions,
            {k: given[k] for k in own},
            "-T",
            generations=arm.generations or shared.generations,
            candidates=arm.candidates or shared.candidates,
            rollouts=arm.rollouts or shared.rollouts,
        )

    def _training(self, job: Job) -> Sized:
        from skillevo.harness.trainer import learns_nothing

        training = job.training
        assert training is not None
        preset = preset_of(training, self._home)
        flags: dict[str, Any] = dict(train_flags(self._suite, self._home, training, job.model))
        plan = read_plan(
            training.method,
            None if preset is None else str(preset),
            flags,
            texts(train_options(self._suite, training)),
            texts(job.model.options),
        )
        missing = [str(p) for p in plan.skills if not p.exists()]
        if missing:
            raise SkillevoError(f"there is no skill {missing[0]}")
        at = (plan.benchmark, plan.panel, plan.root or "", plan.world, plan.limit, training.panel_hash)
        n, warning = self._panel(*at)
        validated, warning_too = 0, ""
        if plan.val_panel:
            at = (plan.benchmark, plan.val_panel, plan.root or "", plan.world, plan.val_limit, training.val_panel_hash)
            validated, warning_too = self._panel(*at)
        idle = learns_nothing(plan.credit, plan.recurrence.generations, plan.recurrence.candidates)
        return Sized(job, plan.size(n, validated), 0, warning or warning_too or idle)

    def _panel(
        self, benchmark: Benchmark, name: str, root: str, world: Any, limit: int | None, pinned: str
    ) -> tuple[int, str]:
        """How many instances a panel has, and what is to be said of that."""
        key = (benchmark.name, name, root, world, limit)
        if key not in self._panels:
            try:
                benchmark.check_installed(world)
                found = benchmark.load_panel(name, root or None, world).take(limit)
                benchmark.check_panel(found, world)
            except SkillevoError as e:
                if self._strict or name not in benchmark.panels:
                    raise
                self._panels[key] = (limit or 0, f"{e}")
            else:
                self._panels[key] = (len(found), found.hash)
        n, told = self._panels[key]
        if " " in told:
            return n, f"{name}: {told}"
        if pinned and told != pinned:
            raise SkillevoError(
                f"panel {name} is {told} here and {pinned} in the suite: the instances are others than were pinned"
            )
        if limit is not None and n < limit:
            return n, f"{name} has {n:,} instances: limit = {limit:,} takes all of them"
        return n, ""


def size_all(suite: Suite, jobs: Sequence[Job], home: Path, strict: bool) -> list[Sized]:
    """Check and size all jobs, in order."""
    sizer = Sizer(suite, home, strict)
    # Evaluations first: their complaints are the shorter ones.
    found = {job.name: sizer.size(job) for job in sorted(jobs, key=lambda j: j.verb)}
    return [found[job.name] for job in jobs]


def total(sizes: Sequence[Size]) -> Size:
    return Size(*(sum(getattr(s, f.name) for s in sizes) for f in fields(Size)))


def estimate_all(suite: Suite, sized: Sequence[Sized], workers: int) -> list[Line]:
    """Tokens, dollars and hours of these runs, each with its formula; empty where the suite assumes nothing.

    Raises:
        SkillevoError: [estimate] holds something else.
    """
    if not suite.estimate or not sized:
        return []
    given = opt.pairs(texts(suite.estimate), "[estimate]")
    a = opt.fill(Assumptions, given, "[estimate]")
    opt.nothing_left(given, "[estimate]", opt.names(Assumptions), "the suite")
    lines = estimate(total([s.size for s in sized]), a)
    prices = _prices(suite)
    if prices is not None:
        edits = sum(s.size.edits for s in sized)
        cost = edits * (a.edit_prompt * prices[0] + a.edit_answer * prices[1]) / 1e6
        how = f"{edits:,} edits x ({a.edit_prompt:g} in at ${prices[0]:g}, {a.edit_answer:g} out at ${prices[1]:g})"
        lines.insert(-1, Line("generator costs", cost, "$", how))
        lines[-1] = Line("in all", lines[-1].value + cost, "$", lines[-1].how)
    hours = sum(line.value for line in lines if line.unit == "h")
    at_once = min(workers, len(sized))
    return [*lines, Line("elapsed", hours / at_once, "h", f"{at_once:,} runs at once; never less than the longest")]


def _prices(suite: Suite) -> tuple[float, float] | None:
    """US dollars per million tokens of the suite's generator, where they are stated."""
    _, price = opt.of_model(texts(suite.generator_options), "generator_options")
    return price
