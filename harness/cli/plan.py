"""From a preset, flags and `-T` options to all that a training run is: read, typed, refused where it makes no sense.

A preset is a TOML file:

    task = "alfworld"              what is trained, on what, how long; each may be a flag, too
    generator = "Qwen/Qwen3-4B"
    [recurrence] ... [credit] ...  one table for each set of options; `-T key=value` goes to the table that has the key

What stands on the command line wins over the preset.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from skillevo.envs.base import SkillevoError
from skillevo.envs.benchmark import Benchmark, get_benchmark
from skillevo.envs.checks import check_whole
from skillevo.harness.cli import options as opt
from skillevo.harness.cli.estimate import Assumptions, Size
from skillevo.harness.cli.judge import wants_judge
from skillevo.harness.methods import EditRules, RecurrenceOptions
from skillevo.harness.methods.initial import BankOptions
from skillevo.harness.play import PlayRules
from skillevo.harness.trainer import CreditConfig
from skillevo.harness.trainer.objective_config import ObjectiveConfig
from skillevo.harness.trainer.options import LoopOptions, OptimiserOptions, SamplingOptions, WeightOptions
from skillevo.harness.trainer.vllm import VllmOptions

TRAINED = ("skill_r1", "grpo")
PRESETS = ("pocket", "pocket-webshop")
_TOP = ("task", "model", "grader", "generator", "panel", "limit", "val_panel", "val_limit", "steps", "skills", "root")


@dataclass(frozen=True, slots=True)
class ValidationShape:
    """How a generator is validated: one candidate a generation, as it is evaluated. The rest is as in training.

    Attributes:
        val_generations, val_rollouts: None for the recurrence's own.
        val_decoding: greedy, so that validations differ by the weights alone.
    """

    val_generations: int | None = None
    val_rollouts: int | None = None
    val_decoding: Literal["greedy", "sample"] = "greedy"

    def __post_init__(self) -> None:
        for name in ("val_generations", "val_rollouts"):
            if (value := getattr(self, name)) is not None:
                check_whole(name, value)

    def of(self, training: RecurrenceOptions) -> RecurrenceOptions:
        return replace(
            training,
            generations=self.val_generations or training.generations,
            candidates=1,
            rollouts=self.val_rollouts or training.rollouts,
            decoding=self.val_decoding,
        )


@dataclass(frozen=True, slots=True)
class PromptShape:
    """How a task model that is a language model is prompted (policies/prompts.py)."""

    prompt: str = "zeroshot-tags"
    history: str | None = None


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """All that a training run is."""

    method: str
    benchmark: Benchmark
    model: str
    grader: str | None
    generator: str
    panel: str
    limit: int | None
    val_panel: str | None
    val_limit: int | None
    steps: int
    skills: tuple[Path, ...]
    root: str | None
    world: Any
    rules: PlayRules
    prompt: PromptShape
    recurrence: RecurrenceOptions
    validation: ValidationShape
    bank: BankOptions
    credit: CreditConfig
    objective: ObjectiveConfig
    optimiser: OptimiserOptions
    loop: LoopOptions
    sampling: SamplingOptions
    weights: WeightOptions
    vllm: VllmOptions
    assumptions: Assumptions | None
    model_options: Mapping[str, str] = field(default_factory=dict)

    def size(self, panel: int, validated: int) -> Size:
        """How much the run plays and writes.

        Args:
            panel, validated: instances of either panel; a validation is of them all.
        """
        r, v = self.recurrence, self.validation.of(self.recurrence)
        visits = self.steps * min(self.loop.instances, panel)
        every = self.loop.validate_every
        checked = (1 + -(-self.steps // every)) * validated if every else 0
        return Size(
            episodes=visits * r.episodes() + checked * v.episodes(),
            edits=visits * r.generations * r.candidates + checked * v.generations,
            learned=visits * r.generations * r.candidates,
            prompts=visits * r.generations,
        )

    def sections(self) -> dict[str, Mapping[str, Any]]:
        """The options by table, as run.toml records them."""
        named = {name: getattr(self, name) for name in _tables(self.benchmark) if name not in ("edit", "protocol")}
        found: dict[str, dict[str, Any]] = {name: asdict(options) for name, options in named.items()}
        del found["vllm"]["url"]  # a server may stand elsewhere when a run is resumed
        return found | {"protocol": {**asdict(self.rules), **asdict(self.world)}}


def read_plan(
    method: str, preset: str | None, flags: Mapping[str, Any], task_options: Sequence[str], model_options: Sequence[str]
) -> TrainPlan:
    """The plan that a command line states.

    Args:
        flags: what `_TOP` names, None where it was not given.

    Raises:
        SkillevoError: an unknown method, preset, table or option; a value of the wrong type; something is missing.
    """
    if method not in TRAINED:
        raise SkillevoError(f"there is no method {method!r} to train; there are {', '.join(TRAINED)}")
    stated, home = _preset(preset)
    top = {k: stated.pop(k) for k in _TOP if k in stated}
    top |= {k: v for k, v in flags.items() if v is not None}
    benchmark = get_benchmark(str(_needed(top, "task", "--task alfworld")))
    tables = _tables(benchmark)
    if unknown := [k for k in stated if k not in tables and k not in ("model_options", "estimate")]:
        known = ", ".join((*_TOP, *tables))
        raise SkillevoError(f"preset {preset} says {unknown[0]!r}, which is nothing that there is; there are {known}")
    values = _options(stated, tables, task_options, f"preset {preset}")

    def made(name: str, **more: Any) -> Any:
        (kind,) = tables[name]
        return opt.fill(kind, values[name], "-T", **more)

    model = str(_needed(top, "model", "--model pocket/follower"))
    world = opt.of_player(benchmark, values["protocol"], model)
    wants_judge(benchmark, world, top.get("grader"))
    recurrence = made("recurrence", edit=made("edit"))
    sampling = made("sampling")
    return TrainPlan(
        method=method,
        benchmark=benchmark,
        model=model,
        grader=top.get("grader"),
        generator=str(_needed(top, "generator", "--generator FOLDER")),
        panel=str(top.get("panel") or benchmark.default_panel),
        limit=_whole(top, "limit"),
        val_panel=top.get("val_panel"),
        val_limit=_whole(top, "val_limit"),
        steps=_whole(top, "steps") or 100,
        skills=_paths(top.get("skills", ()), None if flags.get("skills") else home),
        root=top.get("root"),
        world=world,
        rules=opt.fill(PlayRules, values["protocol"], "-T", step_cap=benchmark.step_cap),
        prompt=made("prompt", prompt=benchmark.prompt),
        recurrence=replace(recurrence, generations=1) if method == "grpo" else recurrence,
        validation=made("validation"),
        bank=made("bank"),
        credit=made("credit", **({"mode": "grpo"} if method == "grpo" and "mode" not in values["credit"] else {})),
        objective=made("objective", max_tokens=sampling.max_new_tokens),
        optimiser=made("optimiser"),
        loop=made("loop"),
        sampling=sampling,
        weights=made("weights"),
        vllm=made("vllm"),
        assumptions=_assumptions(stated, f"preset {preset}"),
        model_options={**_texts(stated.get("model_options", {})), **opt.pairs(model_options, "-M")},
    )


def _tables(benchmark: Benchmark) -> dict[str, tuple[type[Any], ...]]:
    """The dataclasses that each table of a preset fills. No two have a field of one name."""
    return {
        "protocol": (PlayRules, benchmark.options),
        "prompt": (PromptShape,),
        "recurrence": (RecurrenceOptions,),
        "edit": (EditRules,),
        "validation": (ValidationShape,),
        "bank": (BankOptions,),
        "credit": (CreditConfig,),
        "objective": (ObjectiveConfig,),
        "optimiser": (OptimiserOptions,),
        "loop": (LoopOptions,),
        "sampling": (SamplingOptions,),
        "weights": (WeightOptions,),
        "vllm": (VllmOptions,),
    }


def preset_file(name: str) -> Path:
    """The file of a preset: one of those that come along, or the user's own."""
    return Path(__file__).parent / "presets" / f"{name}.toml" if name in PRESETS else Path(name).expanduser()


def _preset(name: str | None) -> tuple[dict[str, Any], Path | None]:
    """What a preset states, and the folder that its paths start from."""
    if name is None:
        return {}, None
    file = preset_file(name)
    if not file.is_file():
        raise SkillevoError(f"there is no preset {name!r}: give {', '.join(PRESETS)} or a TOML file")
    try:
        return tomllib.loads(file.read_text("utf-8")), file.parent
    except tomllib.TOMLDecodeError as e:
        raise SkillevoError(f"preset {name} is no TOML: {e}") from None


def _options(
    stated: Mapping[str, Any], tables: Mapping[str, Sequence[type[Any]]], task_options: Sequence[str], where: str
) -> dict[str, dict[str, str]]:
    """Each table's options as text: the preset's, and over them those of the command line."""
    found: dict[str, dict[str, str]] = {}
    for name, kinds in tables.items():
        known = [n for n in opt.names(*kinds) if n != "edit"]
        given = _texts(stated.get(name, {}))
        if unknown := [k for k in given if k not in known]:
            raise SkillevoError(f"{where}: [{name}] has no {unknown[0]!r}; it has {', '.join(sorted(known))}")
        found[name] = given
    home = {n: name for name, kinds in tables.items() for n in opt.names(*kinds) if n != "edit"}
    for key, value in opt.pairs(task_options, "-T").items():
        if key not in home:
            raise SkillevoError(f"there is no option -T {key}; there are {', '.join(sorted(home))}")
        found[home[key]][key] = value
    return found


def _assumptions(stated: Mapping[str, Any], where: str) -> Assumptions | None:
    """What the estimate rests on; None where the preset states nothing."""
    if "estimate" not in stated:
        return None
    given = _texts(stated["estimate"])
    found = opt.fill(Assumptions, given, f"{where}: [estimate]")
    opt.nothing_left(given, f"{where}: [estimate]", opt.names(Assumptions), where)
    return found


def _texts(table: Mapping[str, Any]) -> dict[str, str]:
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in table.items()}


def _needed(top: Mapping[str, Any], name: str, example: str) -> Any:
    if not top.get(name):
        raise SkillevoError(f"a training run needs a {name}: {example}, or a --preset that states one")
    return top[name]


def _whole(top: Mapping[str, Any], name: str) -> int | None:
    value = top.get(name)
    if value is not None:
        check_whole(f"--{name.replace('_', '-')}", value)
    return value


def _paths(given: Sequence[str | Path], home: Path | None) -> tuple[Path, ...]:
    return tuple(Path(p) if home is None else home / p for p in given)
