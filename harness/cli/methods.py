"""From what a person typed to a method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from skillevo.envs.base import SkillevoError
from skillevo.envs.benchmark import Benchmark
from skillevo.harness.cli import options as opt
from skillevo.harness.methods import (
    EVOLVING,
    METHODS,
    BestOfN,
    EditRules,
    Generator,
    Method,
    NoSkill,
    PassAtN,
    React,
    Recurrence,
    RecurrenceOptions,
    SkillR1Inference,
    StaticSkill,
    select_initial,
)
from skillevo.harness.skills import Guard, Skill

SkillMode = Literal["prompt", "tool"]
FEWSHOT = "react-fewshot"
TASK_OPTIONS = ("skill_mode", "examples", "parent", "decoding", *(f.name for f in fields(EditRules)))
"""What a method takes of the `-T` options."""

_OWN_ROLLOUTS = 1
_EVOLVING = RecurrenceOptions()


@dataclass(frozen=True, slots=True)
class MethodArguments:
    """What the command line says of the method. None where it says nothing: the method's own default holds."""

    name: str
    skills: tuple[Skill, ...] = ()
    rollouts: int | None = None
    generations: int | None = None
    candidates: int | None = None
    generator: str | None = None

    @property
    def is_evolving(self) -> bool:
        return self.name in EVOLVING

    def rollouts_or_default(self) -> int:
        """Episodes under one skill (evolving methods), or per instance."""
        if self.rollouts is None:
            return _EVOLVING.rollouts if self.is_evolving else _OWN_ROLLOUTS
        return self.rollouts


def make_method(
    arguments: MethodArguments, benchmark: Benchmark, given: dict[str, str], preset: str
) -> tuple[Method, int]:
    """A method, and how many episodes it plays on an instance.

    Args:
        given: the `-T` options; what is used is taken out.
        preset: of the task model's prompt.

    Raises:
        SkillevoError: no such method, or it lacks or does not take something that was given.
    """
    name, skills = arguments.name, arguments.skills
    n = arguments.rollouts_or_default()
    _check(arguments, n)
    mode: SkillMode = opt.convert(given.pop("skill_mode", "prompt"), SkillMode, "-T skill_mode")
    if name in EVOLVING:
        return _evolving(arguments, benchmark, given, n)
    if name == "static_skill":
        if not skills:
            raise SkillevoError("static_skill needs a skill: --skill PATH to a SKILL.md or its folder")
        return StaticSkill(skills, mode, n), n
    if skills:
        raise SkillevoError(f"{name} shows no skill; take --method static_skill for that")
    if name == "react":
        examples = int(opt.convert(given.pop("examples", "2"), int, "-T examples"))
        return React(benchmark.demos if preset == FEWSHOT else None, examples, n), n
    return NoSkill(n), n


def _check(a: MethodArguments, rollouts: int) -> None:
    if a.name not in METHODS:
        raise SkillevoError(f"there is no method {a.name!r}; there are {', '.join(METHODS)}")
    for flag, value in (("--rollouts", rollouts), ("--generations", a.generations), ("--candidates", a.candidates)):
        if value is not None and value < 1:
            raise SkillevoError(f"{flag} must be at least 1, not {value}")
    if a.name not in EVOLVING and (a.generations or a.candidates or a.generator):
        raise SkillevoError(f"--generator, --generations and --candidates are for {', '.join(EVOLVING)}, not {a.name}")


def _evolving(a: MethodArguments, benchmark: Benchmark, given: dict[str, str], rollouts: int) -> tuple[Method, int]:
    options = opt.fill(
        RecurrenceOptions,
        given,
        "-T",
        generations=a.generations or _EVOLVING.generations,
        candidates=a.candidates or _EVOLVING.candidates,
        rollouts=rollouts,
        edit=opt.fill(EditRules, given, "-T"),
    )
    initial = select_initial(a.skills, benchmark.task)
    guard = Guard("same")
    if a.name == "pass_at_n":
        if a.generator:
            raise SkillevoError("pass_at_n plays the initial skill alone; it takes no --generator")
        return PassAtN(initial, options, guard), options.episodes()
    if not a.generator:
        raise SkillevoError(f"{a.name} needs --generator: a local model's folder or an Inspect model string")
    recurrence = Recurrence(make_generator(a.generator), options, guard)
    if a.name == "best_of_n":
        return BestOfN(recurrence, initial), options.episodes()
    return SkillR1Inference(recurrence, initial), options.episodes()


def make_generator(name: str) -> Generator:
    """A generator by name: a folder with a transformers model, `FOLDER+ADAPTER` with LoRA, or an Inspect model string.

    Raises:
        SkillevoError: it cannot be used.
    """
    folder, _, adapter = name.partition("+")
    if Path(folder).is_dir():
        from skillevo.harness.methods.local_generator import LocalGenerator

        return LocalGenerator(folder, adapter or None)
    if "/" not in name:
        raise SkillevoError(
            f"{name!r} is no generator: give a folder with a transformers model (FOLDER+ADAPTER with a LoRA adapter), "
            "or an Inspect model string such as openai/gpt-4o-mini"
        )
    from skillevo.harness.methods.inspect_generator import InspectGenerator

    return InspectGenerator(name)


def known_options(kinds: Sequence[type]) -> list[str]:
    return [*TASK_OPTIONS, *opt.names(*kinds)]
