"""From what a person typed to what is played: benchmark, panel, protocol, method, policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from skillevo.envs.base import Panel, SkillevoError
from skillevo.envs.benchmark import Benchmark, get_benchmark
from skillevo.harness.cli import options as opt
from skillevo.harness.cli.methods import FEWSHOT, MethodArguments, SkillMode, known_options, make_method
from skillevo.harness.methods import Method
from skillevo.harness.play import PlayRules, Policy
from skillevo.harness.policies import EMBEDDED, make_policy
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.skills import Skill, load_skill

_OWN = ("root", "prompt", "history", "skill")


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
    """Episodes of one instance, all told."""
    seed: int
    panel_name: str
    root: str | None
    limit: int | None
    skill_mode: SkillMode
    examples: int
    generation: Mapping[str, str | int | float]
    evolving: bool

    @property
    def charged(self) -> bool:
        """Whether the task model is one that may cost money."""
        return self.policy.name not in EMBEDDED

    def config(self) -> dict[str, Any]:
        """What run.toml records: equal for equal runs."""
        b = self.benchmark
        return {
            "command": "eval",
            "task": {"name": b.name, "version": b.version},
            "seed": self.seed,
            "panel": {"name": self.panel.name, "hash": self.panel.hash, "n": len(self.panel), "note": self.panel.note},
            "method": {"name": self.method.name, "skills": [s.id for s in self.skills], **self.method.describe()},
            "model": {"name": self.policy.name, **self.policy.describe()},
            "protocol": {**asdict(self.rules), **asdict(self.options), **self.method.axes},
        }

    def describe_protocol(self) -> Mapping[str, str]:
        """Columns that say under what the episodes were played."""
        panel = {"task": self.benchmark.name, "panel": self.panel.name, "panel_hash": self.panel.hash}
        return {**panel, **self.method.axes}


def make_setup(
    task: str,
    method: MethodArguments,
    *,
    model: str,
    panel: str | None = None,
    limit: int | None = None,
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
    known = [*_OWN, *known_options((benchmark.options, PlayRules))]
    options = opt.fill(benchmark.options, given, "-T")
    rules = opt.fill(PlayRules, given, "-T", step_cap=benchmark.step_cap)
    root = given.pop("root", None)
    react = method.name == "react"
    # ReAct is shown its whole transcript; the RL papers' prompt the last two turns.
    preset = given.pop("prompt", FEWSHOT if react else "zeroshot-tags")
    prompt = PromptOptions.of(preset, given.pop("history", "none" if react else None))
    mode: SkillMode = "tool" if given.get("skill_mode") == "tool" else "prompt"
    examples = int(opt.convert(given.get("examples", "2"), int, "-T examples"))
    paths = [*skills, *([Path(given.pop("skill"))] if "skill" in given else [])]
    method = replace(method, skills=tuple(map(load_skill, paths)))
    chosen, episodes = make_method(method, benchmark, given, prompt.preset)
    opt.nothing_left(given, "-T", known)

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
        skills=method.skills,
        rollouts=episodes,
        seed=seed,
        panel_name=name,
        root=root,
        limit=limit,
        skill_mode=mode,
        examples=examples if prompt.preset == FEWSHOT and react else 0,
        generation=generation,
        evolving=method.is_evolving,
    )


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
