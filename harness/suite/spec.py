"""A suite file: what a comparison compares, on what, under which seeds. TOML, validated key by key.

    title = "Skill evolution on pocket models"
    models = ["pocket/ranker"]               who plays
    generator = "pocket/writer"              who writes skills, and where every training starts
    seeds = [0, 1, 2]
    skills = ["start-household"]             s_0; paths start from the suite's folder

    [evolution]                              one recurrence, one parent rule, one decoding for every arm that evolves
    generations = 5
    rollouts = 2

    [[panels]]                               what is scored
    task = "alfworld"
    name = "pocket-test"
    panel_hash = "84d1212d2c5b2155"          refused if the panel is another one

    [[trainings]]                            a checkpoint for each seed, chosen on a validation panel
    name = "candidates"
    method = "skill_r1"
    preset = "pocket"

    [[arms]]                                 one line of the table
    name = "skill_r1"
    method = "skill_r1"
    training = "candidates"

An arm differs from another in what it says itself and in nothing else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from skillevo.envs.base import SkillevoError
from skillevo.harness.methods import EVOLVING, METHODS, TRAINED

Options = dict[str, str | int | float | bool]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]
Count = Annotated[int, Field(ge=1, strict=True)]


class Part(BaseModel):
    """A table of the file. Keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Model(Part):
    """A task model.

    Attributes:
        options: as `-M`: temperature, max_tokens, price_in, price_out, ...
    """

    name: str
    options: Options = {}


class Panel(Part):
    """Instances that are scored.

    Attributes:
        panel_hash: of the instances played, the first `limit` of them; empty where any will do.
        root: the benchmark's data.
        grader: the model that judges answers, where the options ask for one.
        options: of the world, as `-T`.
    """

    task: str
    name: str
    limit: Count | None = None
    panel_hash: str = ""
    root: str = ""
    grader: str = ""
    options: Options = {}


class Evolution(Part):
    """The recurrence that all evolving arms share; training follows its parent rule and validates by its decoding.

    Attributes:
        transfer: unseen siblings that each skill that an arm has written is played on.
        options: further ones, as `-T`: history_tokens, ...; trainings follow them, too.
    """

    generations: Count = 5
    candidates: Count = 1
    rollouts: Count = 4
    parent: Literal["last", "best", "random"] = "last"
    decoding: Literal["greedy", "sample"] = "sample"
    transfer: Annotated[int, Field(ge=0, strict=True)] = 0
    options: Options = {}


class Training(Part):
    """A generator that is trained from the suite's, once for each task model and seed.

    Attributes:
        preset: as `skillevo train --preset`: a name, or a file's path from the suite's folder.
        grader: as a panel's.
        options: as `-T`; they win over the preset.
    """

    name: Name
    method: str
    preset: str = ""
    task: str = ""
    panel: str = ""
    limit: Count | None = None
    panel_hash: str = ""
    val_panel: str = ""
    val_limit: Count | None = None
    val_panel_hash: str = ""
    root: str = ""
    grader: str = ""
    steps: Count | None = None
    options: Options = {}

    @field_validator("method")
    @classmethod
    def _known(cls, name: str) -> str:
        return _one_of(name, TRAINED)


class Arm(Part):
    """A method as it is compared: one line of the table.

    Attributes:
        training: whose best checkpoint writes the skills.
        rollouts: episodes per instance of a method that does not evolve, or under each skill; the suite's where an
            evolving arm says nothing, else one.
        generator: another than the suite's.
        skills: others than the suite's.
    """

    name: Name
    method: str
    training: str = ""
    rollouts: Count | None = None
    generations: Count | None = None
    candidates: Count | None = None
    transfer: Annotated[int, Field(ge=0, strict=True)] | None = None
    generator: str = ""
    generator_options: Options | None = None
    skills: list[str] | None = None
    options: Options = {}

    @field_validator("method")
    @classmethod
    def _known(cls, name: str) -> str:
        return _one_of(name, METHODS)

    @property
    def evolves(self) -> bool:
        return self.method in EVOLVING

    @property
    def writes(self) -> bool:
        """Whether a generator writes its skills."""
        return self.evolves and self.method != "pass_at_n"


class Budget(Part):
    """Limits of each single run, as the flags of the same names."""

    max_cost: Annotated[float, Field(ge=0)] | None = None
    max_tokens: Annotated[int, Field(ge=0, strict=True)] | None = None
    max_rollouts: Annotated[int, Field(ge=0, strict=True)] | None = None


class ReportSettings(Part):
    """The report at the end, as the flags of `skillevo report`.

    Attributes:
        baseline: the arm that others are tested against.
        metric: what the closing lines on the terminal are about.
    """

    baseline: str = ""
    metric: Literal["success", "reward"] = "success"
    across: list[str] = []
    published: list[str] = []
    cluster: str | None = None


class Suite(Part):
    """The file.

    Attributes:
        generator_options: as `-G`, of the generator and of the checkpoints that come of it.
        protocol: `-T` options of every run, trainings included: step_cap, ...
        logs: whether evaluations write Inspect logs.
        estimate: what the estimate of cost and time rests on, as a preset's table of that name.
    """

    title: str
    models: Annotated[list[Model], Field(min_length=1)]
    panels: Annotated[list[Panel], Field(min_length=1)]
    arms: Annotated[list[Arm], Field(min_length=1)]
    seeds: Annotated[list[Annotated[int, Field(strict=True)]], Field(min_length=1)] = [0]
    generator: str = ""
    generator_options: Options = {}
    skills: list[str] = []
    evolution: Evolution = Evolution()
    trainings: list[Training] = []
    protocol: Options = {}
    budget: Budget = Budget()
    report: ReportSettings = ReportSettings()
    estimate: Options = {}
    logs: bool = True

    @field_validator("models", mode="before")
    @classmethod
    def _by_name(cls, given: Any) -> Any:
        return [{"name": m} if isinstance(m, str) else m for m in given] if isinstance(given, list) else given

    def training(self, name: str) -> Training:
        return next(t for t in self.trainings if t.name == name)


def read_suite(path: Path) -> Suite:
    """Read and check a suite.

    Raises:
        SkillevoError: no such file, no TOML, an unknown key (the nearest one is named), a value of another kind, or
            parts that do not fit together.
    """
    try:
        stated = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SkillevoError(f"there is no suite {path}") from None
    except tomllib.TOMLDecodeError as e:
        raise SkillevoError(f"suite {path} is no TOML: {e}") from None
    try:
        suite = Suite.model_validate(stated)
    except ValidationError as e:
        raise SkillevoError(f"suite {path}: {_complaint(e, stated)}") from None
    if complaint := next(_misfits(suite), ""):
        raise SkillevoError(f"suite {path}: {complaint}")
    return suite


def nearest(name: str, known: Mapping[str, object] | list[str] | tuple[str, ...]) -> str:
    """`, did you mean ...?` or a list of what there is."""
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"


def _misfits(suite: Suite) -> Iterator[str]:
    """What is wrong between the parts of a suite, each sound by itself."""
    names = {
        "arms": [a.name for a in suite.arms],
        "trainings": [t.name for t in suite.trainings],
        "seeds": list(map(str, suite.seeds)),
        "models": [m.name for m in suite.models],
    }
    for what, given in names.items():
        if twice := next((n for n in given if given.count(n) > 1), None):
            yield f"{what}: {twice!r} stands there twice"
    panels = [(p.task, p.name, p.limit) for p in suite.panels]
    if len(set(panels)) < len(panels):
        yield "panels: one stands there twice"
    for arm in suite.arms:
        yield from _misfits_of_arm(suite, arm)
    used = {a.training for a in suite.arms}
    for training in suite.trainings:
        if training.name not in used:
            yield f"trainings: no arm evaluates {training.name!r}"
        if not suite.generator:
            yield f"trainings: {training.name!r} starts from the suite's generator, and none is named"
        if owned := sorted({"parent", "decoding", "val_decoding"} & set(training.options) - {"decoding"}):
            yield f"trainings: {training.name!r} sets {owned[0]}, which [evolution] decides for every arm"
    baseline = suite.report.baseline
    if baseline and baseline not in names["arms"]:
        yield f"report.baseline: no arm is called {baseline!r}; {nearest(baseline, names['arms'])}"


def _misfits_of_arm(suite: Suite, arm: Arm) -> Iterator[str]:
    at = f"arms: {arm.name!r}"
    trainings = [t.name for t in suite.trainings]
    if arm.training and arm.training not in trainings:
        told = nearest(arm.training, trainings) if trainings else "the suite has none"
        yield f"{at} names the training {arm.training!r}: {told}"
    if arm.training and not arm.writes:
        yield f"{at} names a training, and {arm.method} has no generator"
    if arm.training and arm.generator:
        yield f"{at} names a training and a generator: one of them writes its skills"
    if not arm.evolves and (arm.generations or arm.candidates or arm.transfer):
        yield f"{at}: generations, candidates and transfer are for {', '.join(EVOLVING)}, not {arm.method}"
    if arm.writes and not (arm.training or arm.generator or suite.generator):
        yield f"{at} needs a generator, and the suite names none"
    if (arm.evolves or arm.method == "static_skill") and not (arm.skills or suite.skills):
        yield f"{at} begins with a skill, and neither it nor the suite names `skills`"
    if owned := sorted({"parent", "decoding"} & set(arm.options)):
        yield f"{at} sets {owned[0]}, which [evolution] decides for every arm"


def _one_of(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise ValueError(f"there is no method {name!r}: {nearest(name, known)}")
    return name


def _complaint(error: ValidationError, stated: Mapping[str, Any]) -> str:
    """The first thing that is wrong, with its place: `arms[2] (grpo).rollouts: ...`."""
    found = error.errors(include_url=False)
    # A key that is misspelt is also missing: its nearest name says more.
    first = next((e for e in found if e["type"] == "extra_forbidden"), found[0])
    place = ""
    at: Any = stated
    for part in first["loc"]:
        if isinstance(part, int):
            at = at[part] if isinstance(at, list) and part < len(at) else {}
            named = at.get("name") if isinstance(at, dict) else None
            place += f"[{part}]" + (f" ({named})" if named else "")
        else:
            at = at.get(part, {}) if isinstance(at, dict) else {}
            place += f".{part}" if place else str(part)
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        fields = _part_at(first["loc"][:-1]).model_fields
        return f"{place}: there is no such key; {nearest(key, list(fields))}"
    if first["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"


def _part_at(loc: tuple[int | str, ...]) -> type[Part]:
    parts: dict[str, type[Part]] = {
        "models": Model,
        "panels": Panel,
        "arms": Arm,
        "trainings": Training,
        "evolution": Evolution,
        "budget": Budget,
        "report": ReportSettings,
    }
    return parts.get(str(loc[0]), Suite) if loc else Suite
