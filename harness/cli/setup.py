"""From what a person typed to what is played: benchmark, panel, protocol, method, policy."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Panel, SkillevoError
from skillevo.envs.benchmark import Benchmark, get_benchmark
from skillevo.harness.cli import options as opt
from skillevo.harness.cli.generators import mark_weights, training_of
from skillevo.harness.cli.judge import make_judge
from skillevo.harness.cli.methods import FEWSHOT, MethodArguments, SkillMode, examples_of, known_options, make_method
from skillevo.harness.methods import Method, PassAtN, StaticSkill, Training
from skillevo.harness.play import PlayRules, Policy
from skillevo.harness.policies import EMBEDDED, make_policy
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.redaction import check_shown
from skillevo.harness.skills import Skill, load_skills, source_of

if TYPE_CHECKING:
    from skillevo.harness.policies.inspect_judge import InspectJudge

OWN_OPTIONS = ("root", "prompt", "history", "skill")
"""`-T` options that are neither the world's, nor the protocol's, nor a method's."""


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
    skill_paths: tuple[Path, ...]
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
    pool: Panel
    """The whole panel, where siblings are found."""
    transfer: int
    """Siblings that an instance's final skill is handed on to."""
    training: Training | None
    """What the generator was trained on; None for an untrained one."""
    arm: str
    """What a comparison calls it; empty outside of one."""
    judge: InspectJudge | None = None
    """Who judges answers, where the options ask for a judge."""

    @property
    def charged(self) -> bool:
        """Whether the task model is one that may cost money."""
        return self.policy.name not in EMBEDDED

    @property
    def axes(self) -> Mapping[str, str]:
        """The method's protocol axes; `static_skill` and `pass_at_n` serve, unguarded, whatever they are given."""
        if not isinstance(self.method, StaticSkill | PassAtN):
            return self.method.axes
        source = source_of((s.provenance for s in self.skills), {i.id for i in self.panel})
        return {**self.method.axes, "skill_source": source}

    def config(self) -> dict[str, Any]:
        """What run.toml records: equal for equal runs."""
        b = self.benchmark
        beyond: dict[str, Any] = {"arm": self.arm} if self.arm else {}
        if self.training:
            beyond["training"] = self.training.describe()
        if self.judge:
            beyond["grader"] = dict(self.judge.describe())
        if self.transfer:
            beyond["transfer"] = {"siblings": self.transfer, "pool": self.pool.name, "pool_hash": self.pool.hash}
        return {
            **beyond,
            "command": "eval",
            "task": {"name": b.name, "version": b.version},
            "seed": self.seed,
            "panel": {"name": self.panel.name, "hash": self.panel.hash, "n": len(self.panel), "note": self.panel.note},
            "method": {"name": self.method.name, "skills": [s.id for s in self.skills], **self.method.describe()},
            "model": {"name": self.policy.name, **self.policy.describe()},
            "protocol": {**asdict(self.rules), **asdict(self.options), **self.axes},
        }

    def describe_protocol(self, **other: str) -> Mapping[str, str]:
        """Columns that say under what the episodes were played.

        Args:
            other: axes that are others than the method's own.
        """
        panel = {"task": self.benchmark.name, "panel": self.panel.name, "panel_hash": self.panel.hash}
        return {**panel, **self.axes, **other}


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
    transfer: int = 0,
    arm: str = "",
    grader: str | None = None,
) -> Setup:
    """Check and assemble everything before anything is played.

    Raises:
        SkillevoError: an unknown name, an unreadable skill, a missing data set, an impossible combination.
    """
    benchmark = get_benchmark(task)
    given = opt.pairs(task_options, "-T")
    known = [*OWN_OPTIONS, *known_options((benchmark.options, PlayRules))]
    options = opt.of_player(benchmark, given, model)
    rules = opt.fill(PlayRules, given, "-T", step_cap=benchmark.step_cap)
    root = given.pop("root", None)
    react = method.name == "react"
    # ReAct is shown its whole transcript; the RL papers' prompt the last two turns.
    preset = given.pop("prompt", FEWSHOT if react else benchmark.prompt)
    prompt = PromptOptions.of(preset, given.pop("history", "none" if react else None))
    mode: SkillMode = "tool" if given.get("skill_mode") == "tool" else "prompt"
    examples = examples_of(given.get("examples", "2"))
    paths = [*skills, *([Path(given.pop("skill"))] if "skill" in given else [])]
    method = replace(method, skills=tuple(skill for path in paths for skill in load_skills(path)))
    if transfer and not method.is_evolving:
        raise SkillevoError(f"--transfer hands on the skills that a method writes; {method.name} writes none")
    chosen, episodes = make_method(method, benchmark, given, prompt.preset, seed)
    opt.nothing_left(given, "-T", known, f"--method {method.name}")
    benchmark.check_installed(options)

    judge = make_judge(benchmark, options, grader)
    generation, price = opt.of_model(model_options, "-M")
    if model_options and model in EMBEDDED:
        raise SkillevoError(f"{model} takes no model options, and -M {model_options[0]} is given: they are for LLMs")
    name = panel or benchmark.default_panel
    pool = benchmark.load_panel(name, root, options)
    played = pool.take(limit)
    benchmark.check_panel(played, options)
    check_shown((s.name for s in method.skills if s.provenance.private), pool if transfer else played)
    training = training_of(method.generator) if method.generator else None
    for note in mark_weights(chosen, training, played):
        print(f"note: {note}", file=sys.stderr)
    policy = make_policy(
        model, benchmark.plans(pool), prompt, generation=generation, price=price, cache=cache, max_connections=workers
    )
    return Setup(
        benchmark=benchmark,
        options=options,
        rules=rules,
        prompt=prompt,
        panel=played,
        pool=pool,
        transfer=transfer,
        training=training,
        arm=arm,
        judge=judge,
        method=chosen,
        policy=policy,
        skills=method.skills,
        skill_paths=tuple(paths),
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
