"""From what a person typed to a method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from skillevo.envs.base import SkillevoError
from skillevo.envs.benchmark import Benchmark
from skillevo.envs.checks import check_whole
from skillevo.harness.cli import options as opt
from skillevo.harness.cli.generators import make_generator, training_of
from skillevo.harness.methods import (
    EVOLVING,
    METHODS,
    TRAINED,
    BankOptions,
    BestOfN,
    EditRules,
    Grpo,
    InitialBank,
    Method,
    NoSkill,
    PassAtN,
    React,
    Recurrence,
    RecurrenceOptions,
    SkillR1,
    SkillR1Inference,
    StaticSkill,
)
from skillevo.harness.skills import Guard, Skill

SkillMode = Literal["prompt", "tool"]
FEWSHOT = "react-fewshot"
_RECURRENCE_OPTIONS = ("parent", "decoding", "score")
TASK_OPTIONS = (
    "skill_mode",
    "examples",
    *_RECURRENCE_OPTIONS,
    *(f.name for kind in (EditRules, BankOptions) for f in fields(kind)),
)
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
    generator_options: tuple[str, ...] = ()

    @property
    def is_evolving(self) -> bool:
        return self.name in EVOLVING

    def rollouts_or_default(self) -> int:
        """Episodes under one skill (evolving methods), or per instance."""
        if self.rollouts is None:
            return _EVOLVING.rollouts if self.is_evolving else _OWN_ROLLOUTS
        return self.rollouts


def make_method(
    arguments: MethodArguments, benchmark: Benchmark, given: dict[str, str], preset: str, seed: int = 0
) -> tuple[Method, int]:
    """A method, and how many episodes it plays on an instance.

    Args:
        given: the `-T` options; what is used is taken out.
        preset: of the task model's prompt.
        seed: the run's.

    Raises:
        SkillevoError: no such method, or it lacks or does not take something that was given.
    """
    name, skills = arguments.name, arguments.skills
    n = arguments.rollouts_or_default()
    _check(arguments, n)
    mode: SkillMode = opt.convert(given.pop("skill_mode", "prompt"), SkillMode, "-T skill_mode")
    if name in EVOLVING:
        return _evolving(arguments, benchmark, given, n, seed)
    if name == "static_skill":
        if not skills:
            raise SkillevoError("static_skill needs a skill: --skill PATH to a SKILL.md or its folder")
        return StaticSkill(skills, mode, n), n
    if skills:
        raise SkillevoError(f"{name} shows no skill; take --method static_skill for that")
    if name == "react":
        examples = examples_of(given.pop("examples", "2"))
        return React(benchmark.demos if preset == FEWSHOT else None, examples, n), n
    return NoSkill(n), n


def _check(a: MethodArguments, rollouts: int) -> None:
    if a.name not in METHODS:
        raise SkillevoError(f"there is no method {a.name!r}; there are {', '.join(METHODS)}")
    for flag, value in (("--rollouts", rollouts), ("--generations", a.generations), ("--candidates", a.candidates)):
        if value is not None:
            check_whole(flag, value)
    if a.name not in EVOLVING and (a.generations or a.candidates or a.generator):
        raise SkillevoError(f"--generator, --generations and --candidates are for {', '.join(EVOLVING)}, not {a.name}")
    if a.generator_options and not a.generator:
        raise SkillevoError(f"-G {a.generator_options[0]} is for a generator, and no --generator is given")


def _evolving(
    a: MethodArguments, benchmark: Benchmark, given: dict[str, str], rollouts: int, seed: int
) -> tuple[Method, int]:
    options = opt.fill(
        RecurrenceOptions,
        {k: given.pop(k) for k in _RECURRENCE_OPTIONS if k in given},
        "-T",
        generations=a.generations or _EVOLVING.generations,
        candidates=a.candidates or _EVOLVING.candidates,
        rollouts=rollouts,
        edit=opt.fill(EditRules, given, "-T"),
    )
    bank_options = opt.fill(BankOptions, given, "-T")
    initial = InitialBank(a.skills, benchmark.task, bank_options, seed=seed, type_tag=benchmark.group_by)
    guard = Guard("same")
    if a.name == "pass_at_n":
        if a.generator:
            raise SkillevoError("pass_at_n plays the initial skill alone; it takes no --generator")
        return PassAtN(initial, options, guard), options.episodes()
    if not a.generator:
        raise SkillevoError(f"{a.name} needs --generator: a local model's folder or an Inspect model string")
    if a.name in TRAINED and training_of(a.generator) is None:
        raise SkillevoError(
            f"{a.name} is a trained generator's method, and {a.generator} has no training.json that says what it was "
            "trained on: take a checkpoint of `skillevo train`, or --method skill_r1_inference for a model as it is"
        )
    recurrence = Recurrence(make_generator(a.generator, *opt.of_model(a.generator_options, "-G")), options, guard)
    if a.name == "best_of_n":
        return BestOfN(recurrence, initial), options.episodes()
    if a.name == "grpo":
        # One shot, as many skills at once as the recurrence writes one after another: the same number of rollouts.
        recurrence.options = replace(options, candidates=options.generations * options.candidates)
        return Grpo(recurrence, initial), options.episodes()
    return (SkillR1 if a.name == "skill_r1" else SkillR1Inference)(recurrence, initial), options.episodes()


def examples_of(text: str) -> int:
    """`-T examples` as a number.

    Raises:
        SkillevoError: it is none.
    """
    n = int(opt.convert(text, int, "-T examples"))
    check_whole("-T examples", n, 0)
    return n


def known_options(kinds: Sequence[type]) -> list[str]:
    return [*TASK_OPTIONS, *opt.names(*kinds)]
