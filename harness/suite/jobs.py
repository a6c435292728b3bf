"""From a suite to runs: names, commands and who waits for whom. The same suite gives the same list."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.harness.suite.spec import Arm, Model, Options, Panel, Suite, Training

BEST = Path("checkpoints") / "best"
Files = Callable[[str], Path | None]
_SMALL = 1 << 26
"""Bytes up to which a file is known by its content; of larger ones, weights of gigabytes, by size and time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a plan.

    Attributes:
        name: of the run's directory.
        arm: what its line in tables is called.
        args: the command line without what is the machine's: `train` or `eval` and so on. Paths are inputs.
        inputs: further files that the run reads: weights and presets that `args` has by name.
        limits: of the run's budget; they may be raised later.
        model, seed: what it is played by.
        panel, of: an evaluation's panel and arm.
        training: of a training run.
        needs: name of the training run whose best checkpoint it evaluates.
    """

    name: str
    arm: str
    args: tuple[str | Path, ...]
    inputs: tuple[Path, ...]
    limits: tuple[str, ...]
    model: Model
    seed: int
    panel: Panel | None = None
    of: Arm | None = None
    training: Training | None = None
    needs: str = ""

    @property
    def verb(self) -> str:
        return str(self.args[0])

    def argv(self, runs: Path) -> list[str]:
        """The arguments of `skillevo` that play it."""
        generator = ["--generator", str(runs / self.needs / BEST)] if self.needs else []
        where = ["--name", self.name, "--runs", str(runs), "--json"]
        return [*map(str, self.args), *generator, *self.limits, *where]

    def result(self, runs: Path) -> Path:
        """The file that stands there once the run is closed."""
        return runs / self.name / "episodes.parquet"


def plan_jobs(suite: Suite, home: Path, files: Files = lambda name: None) -> tuple[Job, ...]:
    """All runs of a suite, each after what it needs: trainings, then evaluations, seed by seed.

    Args:
        home: the suite's folder, from which its paths start.
        files: where the files lie that a name stands for: of a model, a generator or a preset.

    Raises:
        SkillevoError: two runs would have one name.
    """
    namer = _Namer(suite)
    trained: dict[tuple[str, str, int], Job] = {}
    evaluated = []
    for seed in suite.seeds:
        for model in suite.models:
            for training in suite.trainings:
                name = namer.of_training(training, model, seed)
                trained[training.name, model.name, seed] = Job(
                    name=name,
                    arm=training.name,
                    args=tuple(_train_args(suite, home, training, model, seed)),
                    inputs=_found(files, model.name, suite.generator, training.preset),
                    limits=_limits(suite),
                    model=model,
                    seed=seed,
                    training=training,
                )
            for panel in suite.panels:
                for arm in suite.arms:
                    needs = trained[arm.training, model.name, seed].name if arm.training else ""
                    evaluated.append(
                        Job(
                            name=namer.of_arm(arm, model, panel, seed),
                            arm=arm.name,
                            args=tuple(_eval_args(suite, home, arm, model, panel, seed)),
                            inputs=_found(files, model.name, _writer(suite, arm)),
                            limits=_limits(suite),
                            model=model,
                            seed=seed,
                            panel=panel,
                            of=arm,
                            needs=needs,
                        )
                    )
    jobs = (*trained.values(), *evaluated)
    names = [j.name for j in jobs]
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise SkillevoError(
            f"two runs of the suite would be called {twice}: give arms, trainings or models other names"
        )
    return jobs


def fingerprints(jobs: Sequence[Job]) -> dict[str, str]:
    """What decides each run's result, as a hash: its command, the contents of its input files, and what it needs.

    Raises:
        SkillevoError: an input is missing.
    """
    found: dict[str, str] = {}
    digests: dict[Path, str] = {}
    for job in jobs:
        parts = [_digest(a, digests) if isinstance(a, Path) else a for a in (*job.args, *job.inputs)]
        text = json.dumps([*parts, found.get(job.needs, "")])
        found[job.name] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


def texts(options: Mapping[str, str | int | float | bool]) -> list[str]:
    """Options as a command line has them: `key=value`."""
    return [f"{k}={str(v).lower() if isinstance(v, bool) else v}" for k, v in options.items()]


def eval_options(suite: Suite, arm: Arm, panel: Panel) -> dict[str, str | int | float | bool]:
    """The `-T` options of an evaluation."""
    e = suite.evolution
    root: Options = {"root": panel.root} if panel.root else {}
    own: Options = {"parent": e.parent, "decoding": e.decoding, **e.options} if arm.evolves else {}
    return {**root, **suite.protocol, **panel.options, **own, **arm.options}


def siblings(suite: Suite, arm: Arm) -> int:
    """How many siblings each final skill of an arm is handed on to."""
    if arm.transfer is None:
        return suite.evolution.transfer if arm.writes else 0
    return arm.transfer


def train_options(suite: Suite, training: Training) -> dict[str, str | int | float | bool]:
    """The `-T` options of a training."""
    e = suite.evolution
    return {**suite.protocol, "parent": e.parent, "val_decoding": e.decoding, **e.options, **training.options}


def train_flags(suite: Suite, home: Path, training: Training, model: Model) -> dict[str, str | int | list[Path]]:
    """What a training is told besides its options, by the flags' names; nothing where the preset decides."""
    given: dict[str, str | int | list[Path] | None] = {
        "task": training.task,
        "generator": suite.generator,
        "model": model.name,
        "grader": training.grader,
        "panel": training.panel,
        "limit": training.limit,
        "val_panel": training.val_panel,
        "val_limit": training.val_limit,
        "steps": training.steps,
        "root": training.root,
        "skills": [home / s for s in suite.skills],
    }
    return {k: v for k, v in given.items() if v}


def preset_of(training: Training, home: Path) -> str | Path | None:
    """A preset's name, or its file."""
    if not training.preset:
        return None
    return home / training.preset if training.preset.endswith(".toml") else training.preset


def _train_args(suite: Suite, home: Path, training: Training, model: Model, seed: int) -> Iterator[str | Path]:
    yield from ("train", training.method)
    if preset := preset_of(training, home):
        yield from ("--preset", preset)
    for name, value in train_flags(suite, home, training, model).items():
        for item in value if isinstance(value, list) else [value]:
            yield "--skill" if name == "skills" else f"--{name.replace('_', '-')}"
            yield item if isinstance(item, Path) else str(item)
    yield from ("--seed", str(seed), "--arm", training.name)
    yield from _flagged("-T", train_options(suite, training))
    yield from _flagged("-M", model.options)


def _eval_args(suite: Suite, home: Path, arm: Arm, model: Model, panel: Panel, seed: int) -> Iterator[str | Path]:
    yield from ("eval", panel.task, "--method", arm.method, "--model", model.name, "--panel", panel.name)
    if panel.limit:
        yield from ("--limit", str(panel.limit))
    if panel.grader:
        yield from ("--grader", panel.grader)
    yield from ("--seed", str(seed), "--arm", arm.name)
    shape = suite.evolution
    sizes = {"rollouts": arm.rollouts or (shape.rollouts if arm.evolves else 1)}
    if arm.evolves:
        sizes["generations"] = arm.generations or shape.generations
        sizes["candidates"] = arm.candidates or shape.candidates
        if transfer := siblings(suite, arm):
            sizes["transfer"] = transfer
    for name, value in sizes.items():
        yield from (f"--{name}", str(value))
    if arm.evolves or arm.method == "static_skill":
        for skill in suite.skills if arm.skills is None else arm.skills:
            yield from ("--skill", home / skill)
    if generator := _writer(suite, arm):
        yield from ("--generator", generator)
    yield from _flagged("-T", eval_options(suite, arm, panel))
    yield from _flagged("-M", model.options)
    if arm.writes:
        yield from _flagged("-G", suite.generator_options if arm.generator_options is None else arm.generator_options)
    if not suite.logs:
        yield "--no-log"


def _flagged(flag: str, options: Options) -> Iterator[str]:
    for text in texts(options):
        yield from (flag, text)


def _found(files: Files, *names: str) -> tuple[Path, ...]:
    return tuple(path for name in names if name and (path := files(name)) is not None)


def _writer(suite: Suite, arm: Arm) -> str:
    """The generator of an arm that has one and does not train it."""
    return (arm.generator or suite.generator) if arm.writes and not arm.training else ""


def _limits(suite: Suite) -> tuple[str, ...]:
    given = suite.budget.model_dump()
    return tuple(t for k, v in given.items() if v is not None for t in (f"--{k.replace('_', '-')}", str(v)))


class _Namer:
    """Names of runs; model and panel are in them where there are several."""

    def __init__(self, suite: Suite) -> None:
        self._models = len(suite.models) > 1
        self._tasks = len({p.task for p in suite.panels}) > 1
        self._panels = len(suite.panels) > 1

    def of_training(self, training: Training, model: Model, seed: int) -> str:
        return _slug("train", training.name, self._model(model), f"s{seed}")

    def of_arm(self, arm: Arm, model: Model, panel: Panel, seed: int) -> str:
        limit = str(panel.limit or "") if self._panels else ""
        where = (panel.task if self._tasks else "", panel.name if self._panels else "", limit)
        return _slug(arm.name, self._model(model), *where, f"s{seed}")

    def _model(self, model: Model) -> str:
        return model.name.rsplit("/", 1)[-1] if self._models else ""


def _slug(*parts: str) -> str:
    return "-".join(re.sub(r"[^A-Za-z0-9._+-]+", "-", p) for p in parts if p)


def _digest(path: Path, known: dict[Path, str]) -> str:
    """Of a file, or of all files of a folder with their names."""
    if path not in known:
        if not path.exists():
            raise SkillevoError(f"the suite names {path}, and there is nothing")
        files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
        found = hashlib.sha256()
        for file in files:
            found.update(f"{file.relative_to(path) if path.is_dir() else file.name}\0".encode())
            stat = file.stat()
            small = stat.st_size <= _SMALL
            found.update(
                hashlib.sha256(file.read_bytes()).digest() if small else f"{stat.st_size} {stat.st_mtime_ns}".encode()
            )
        known[path] = found.hexdigest()
    return known[path]
