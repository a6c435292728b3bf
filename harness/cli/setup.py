"""From what a person typed to what is played: benchmark, panel, protocol, method, policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from skillevo.envs.base import Panel, SkillevoError
from skillevo.envs.benchmark import Benchmark, get_benchmark
from skillevo.harness.cli import options as opt
from skillevo.harness.methods import METHODS, Method, NoSkill, React, StaticSkill
from skillevo.harness.play import PlayRules, Policy
from skillevo.harness.policies import make_policy
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.skills import Skill, load_skill

SkillMode = Literal["prompt", "tool"]
FEWSHOT = "react-fewshot"
_OWN = ("root", "prompt", "history", "skill", "skill_mode", "examples")


@dataclass(frozen=True, slots=True)
class Setup:
    """All that decides what a run plays."""

    benchmark: Benchmark
    options: Any
    rules: PlayRules
    prompt: PromptOptions
    panel: Panel
    method: Method
    policy: Policy
    skills: tuple[Skill, ...]
    rollouts: int
    seed: int
    panel_name: str
    root: str | None
    limit: int | None
    skill_mode: SkillMode
    examples: int
    generation: Mapping[str, str | int | float]

    def config(self) -> dict[str, Any]:
        """What run.toml records: equal for equal runs."""
        b = self.benchmark
        return {
            "command": "eval",
            "task": {"name": b.name, "version": b.version},
            "seed": self.seed,
            "rollouts": self.rollouts,
            "panel": {"name": self.panel.name, "hash": self.panel.hash, "n": len(self.panel), "note": self.panel.note},
            "method": {"name": self.method.name, **self.method.describe()},
            "model": {"name": self.policy.name, **self.policy.describe()},
            "protocol": {
                **asdict(self.rules),
                **asdict(self.options),
                # Frozen methods train nothing, take no skill from the scored instances and see no verdict.
                "weights": "unseen",
                "skill_source": "other",
                "test_feedback": "none",
            },
        }

    def describe_protocol(self) -> Mapping[str, str]:
        """Columns that say under what the episodes were played."""
        p = self.config()["protocol"]
        axes = {k: str(p[k]) for k in ("weights", "skill_source", "test_feedback")}
        return {"task": self.benchmark.name, "panel": self.panel.name, "panel_hash": self.panel.hash, **axes}


def make_setup(
    task: str,
    *,
    method: str,
    model: str,
    panel: str | None,
    limit: int | None = None,
    rollouts: int = 1,
    seed: int = 0,
    task_options: Sequence[str] = (),
    model_options: Sequence[str] = (),
    skills: Sequence[Path] = (),
    cache: bool = False,
    workers: int = 1,
) -> Setup:
    """Check and assemble everything before anything is played.

    Raises:
        SkillevoError: an unknown name, an unreadable skill, a missing data set, an impossible combination.
    """
    benchmark = get_benchmark(task)
    given = opt.pairs(task_options, "-T")
    known = [*_OWN, *opt.names(benchmark.options, PlayRules)]
    options = opt.fill(benchmark.options, given, "-T")
    rules = opt.fill(PlayRules, given, "-T", step_cap=benchmark.step_cap)
    root = given.pop("root", None)
    preset = given.pop("prompt", FEWSHOT if method == "react" else "zeroshot-tags")
    # ReAct is shown its whole transcript; the RL papers' prompt the last two turns.
    prompt = PromptOptions.of(preset, given.pop("history", "none" if method == "react" else None))
    paths = [*skills, *([Path(given.pop("skill"))] if "skill" in given else [])]
    mode = opt.convert(given.pop("skill_mode", "prompt"), SkillMode, "-T skill_mode")
    examples = int(opt.convert(given.pop("examples", "2"), int, "-T examples"))
    opt.nothing_left(given, "-T", known)
    if rollouts < 1:
        raise SkillevoError(f"--rollouts must be at least 1, not {rollouts}")

    loaded = tuple(map(load_skill, paths))
    chosen = make_method(method, benchmark, loaded, mode, prompt.preset, examples, rollouts)
    generation = {k: _number(v) for k, v in opt.pairs(model_options, "-M").items()}
    price = _price(generation)
    policy = make_policy(
        model, benchmark.plan, prompt, generation=generation, price=price, cache=cache, max_connections=workers
    )
    name = panel or benchmark.default_panel
    return Setup(
        benchmark=benchmark,
        options=options,
        rules=rules,
        prompt=prompt,
        panel=benchmark.load_panel(name, root, options).take(limit),
        method=chosen,
        policy=policy,
        skills=loaded,
        rollouts=rollouts,
        seed=seed,
        panel_name=name,
        root=root,
        limit=limit,
        skill_mode=mode,
        examples=examples if prompt.preset == FEWSHOT and method == "react" else 0,
        generation=generation,
    )


def make_method(
    name: str,
    benchmark: Benchmark,
    skills: Sequence[Skill] = (),
    mode: SkillMode = "prompt",
    preset: str = "zeroshot-tags",
    examples: int = 2,
    rollouts: int = 1,
) -> Method:
    """A method by name.

    Raises:
        SkillevoError: no such method; skills missing for `static_skill`, or given to another.
    """
    if name not in METHODS:
        raise SkillevoError(f"there is no method {name!r}; there are {', '.join(METHODS)}")
    if name == "static_skill":
        if not skills:
            raise SkillevoError("static_skill needs a skill: --skill PATH to a SKILL.md or its folder")
        return StaticSkill(skills, mode, rollouts)
    if skills:
        raise SkillevoError(f"{name} shows no skill; take --method static_skill for that")
    if name == "react":
        return React(benchmark.demos if preset == FEWSHOT else None, examples, rollouts)
    return NoSkill(rollouts)


def _price(generation: dict[str, str | int | float]) -> tuple[float, float] | None:
    """The price that the options state, taken out of them: what is left goes to the model."""
    found = [generation.pop(k) for k in ("price_in", "price_out") if k in generation]
    if not found:
        return None
    if len(found) == 1 or any(isinstance(p, str) for p in found):
        raise SkillevoError("-M price_in and -M price_out go together (US dollars per million tokens)")
    return float(found[0]), float(found[1])


def _number(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
