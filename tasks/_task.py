"""A benchmark as an Inspect task: dataset, player, scorer and metrics. The tasks proper only name their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Literal

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.util import SandboxEnvironmentSpec

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.envs.benchmark import Benchmark
from skillevo.envs.checks import check_one_of, check_whole
from skillevo.harness.play import Conditioning, PlayRules
from skillevo.harness.policies.inspect_connect import MAX_RETRIES
from skillevo.harness.policies.prompts import PRESETS, PromptOptions
from skillevo.harness.redaction import any_private, check_shown, is_private
from skillevo.harness.report.inspect_log import metrics
from skillevo.harness.skills import Skill, load_skills
from skillevo.tasks._agent import player, seat
from skillevo.tasks._scorer import find_panel, verdict

FEWSHOT = "react-fewshot"
"""The preset that shows worked episodes."""


def make_task(
    benchmark: Benchmark,
    *,
    panel: str,
    root: str | None,
    limit: int | None,
    options: Any,
    rules: PlayRules,
    prompt: PromptOptions,
    skills: Sequence[Skill] = (),
    skill_mode: Literal["prompt", "tool"] = "prompt",
    examples: int = 2,
    seed: int = 0,
    sandbox: SandboxEnvironmentSpec | None = None,
) -> Task:
    """The task; its metadata holds the whole protocol.

    Args:
        benchmark: what is played.
        panel, root, limit: which instances of it, from where, and how many.
        options: how the world presents itself (`benchmark.options`).
        rules: step cap and the like.
        prompt: how the model is prompted.
        skills: what the model is shown, in this order.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        examples: worked episodes that `react-fewshot` shows.
        seed: the run's seed; the epochs are its rollouts.
        sandbox: where the world runs a model's code, if it runs any in Inspect's sandbox.

    Raises:
        SkillevoError: the panel is not there, what the options ask for is not installed, or an argument is of the
            wrong kind: Inspect hands over whatever was typed.
    """
    _check_texts(panel=panel, root=root)
    check_one_of("skill_mode", skill_mode, ("prompt", "tool"))
    check_whole("examples", examples, 0)
    if limit is not None:
        check_whole("limit", limit)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise SkillevoError(f"seed is a whole number, not {seed!r}")
    benchmark.check_installed(options)
    played = find_panel(benchmark.name, panel, root, limit, options)
    benchmark.check_panel(played, options)
    check_shown((s.name for s in skills if s.provenance.private), played)
    offered = [s.to_inspect() for s in skills] if skill_mode == "tool" else []
    shown = Conditioning(tuple(s.shown() for s in skills), skill_mode=skill_mode)
    return Task(
        # Inspect's display puts a backslash before a square bracket.
        dataset=MemoryDataset([_sample(i) for i in played], name=played.name.replace("[", "(").replace("]", ")")),
        setup=seat(),
        solver=player(
            benchmark,
            played,
            options=options,
            prompt=prompt,
            conditioning=_with_examples(shown, benchmark, examples if prompt.preset == FEWSHOT else 0),
            rules=rules,
            seed=seed,
            skills=offered,
        ),
        scorer=verdict(benchmark.name, panel, root, limit, asdict(options)),
        metrics=[*metrics(benchmark.group_by)],
        # What holds where the command line says nothing.
        config=GenerateConfig(max_tokens=PRESETS[prompt.preset].max_tokens, max_retries=MAX_RETRIES),
        # Inspect's skill() tool puts its files there, too.
        sandbox=sandbox or ("local" if offered else None),
        version=benchmark.version,
        metadata={
            "driver": "inspect",
            "panel": played.name,
            "panel_hash": played.hash,
            "seed": seed,
            "options": asdict(options),
            "rules": asdict(rules),
            "prompt": dict(prompt.as_dict()),
            "skills": {s.id: s.to_markdown() for s in skills} if not any_private(played) else [s.id for s in skills],
        },
    )


def load_shown(skill: str | Sequence[str] | None) -> list[Skill]:
    """The skills of a task's argument: none, a path (of one skill or a bank), or (`-T skill=a,b`) several.

    Raises:
        SkillevoError: a path is none, or no skill is there.
    """
    paths = [] if skill is None else [skill] if isinstance(skill, str) else skill
    if not isinstance(paths, list | tuple):
        raise SkillevoError(f"skill is the path of a SKILL.md, not {skill!r}")
    for path in paths:
        _check_texts(skill=path)
    return [found for path in paths for found in load_skills(path)]


def _check_texts(**values: str | None) -> None:
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise SkillevoError(f"{name} is a text, not {value!r}")


def _sample(instance: TaskInstance) -> Sample:
    # Never the payload: it names the game's file, and with it the walkthrough.
    told = "" if is_private(instance) else instance.prompt
    return Sample(input=told or instance.id, id=instance.id, metadata=dict(instance.tags))


def _with_examples(shown: Conditioning, benchmark: Benchmark, n: int) -> Callable[[TaskInstance], Conditioning]:
    def of(instance: TaskInstance) -> Conditioning:
        demos = tuple(benchmark.demos(instance, n)) if n else ()
        return Conditioning(shown.skills, shown.skill_mode, demos)

    return of
