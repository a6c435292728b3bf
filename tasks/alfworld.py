"""`inspect eval skillevo/alfworld --model ...`: ALFWorld as an Inspect task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Literal

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig

from skillevo.envs.alfworld import BENCHMARK, DEFAULT_PANEL, AlfworldOptions
from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.play import Conditioning, PlayRules
from skillevo.harness.policies.inspect_model import MAX_RETRIES
from skillevo.harness.policies.prompts import PRESETS, PromptOptions
from skillevo.harness.report.inspect_log import metrics
from skillevo.harness.skills import load_skill
from skillevo.tasks._agent import player, seat
from skillevo.tasks._scorer import find_panel, verdict


@task
def alfworld(
    panel: str = DEFAULT_PANEL,
    root: str | None = None,
    limit: int | None = None,
    skill: str | None = None,
    skill_mode: Literal["prompt", "tool"] = "prompt",
    admissible: bool = True,
    hide_help: bool = False,
    step_cap: int = BENCHMARK.step_cap,
    invalid: Literal["nothing", "end"] = "nothing",
    prompt: str = "zeroshot-tags",
    history: int | str | None = None,
    examples: int = 2,
    seed: int = 0,
    engine: Literal["native", "official"] = "native",
) -> Task:
    """Household tasks in ALFWorld's text world; success is the goal reached within the step cap.

    Args:
        panel: `pocket-test` (generated, no download), `valid_seen`, `valid_unseen`, ...
        root: the data folder of the released splits; by default $ALFWORLD_DATA.
        limit: only the panel's first so many instances, as a panel of its own.
        skill: a SKILL.md, or the folder of one, that the model is shown.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        admissible: whether the admissible commands are listed.
        hide_help: leave `help` out of that list.
        step_cap: steps after which an episode ends.
        invalid: an inadmissible command is sent all the same (`nothing`), or is the `end`.
        prompt: `zeroshot-tags` or `react-fewshot`.
        history: past steps that a prompt shows, or `all`; by default as the preset's papers.
        examples: worked episodes that `react-fewshot` shows.
        seed: the run's seed; the epochs are its rollouts.
        engine: `native` or `official`.

    Raises:
        SkillevoError: an option has no such value, or the panel or the skill is not there.
    """
    _one_of("skill_mode", skill_mode, "prompt", "tool")
    _one_of("invalid", invalid, "nothing", "end")
    _one_of("engine", engine, "native", "official")
    options = AlfworldOptions(admissible=admissible, hide_help=hide_help, engine=engine)
    rules = PlayRules(step_cap=step_cap, invalid=invalid)
    prompted = PromptOptions.of(prompt, history)
    played = find_panel(BENCHMARK.name, panel, root, limit, options)
    skills = [load_skill(skill)] if skill else []
    offered = [s.to_inspect() for s in skills] if skill_mode == "tool" else []
    shown = Conditioning(tuple(s.shown() for s in skills), skill_mode=skill_mode)
    return Task(
        dataset=MemoryDataset([_sample(i) for i in played], name=played.name),
        setup=seat(),
        solver=player(
            BENCHMARK,
            played,
            options=options,
            prompt=prompted,
            conditioning=_conditioning(shown, examples if prompt == "react-fewshot" else 0),
            rules=rules,
            seed=seed,
            skills=offered,
        ),
        scorer=verdict(BENCHMARK.name, panel, root, limit, asdict(options)),
        metrics=[*metrics(BENCHMARK.group_by)],
        # What holds where the command line says nothing.
        config=GenerateConfig(max_tokens=PRESETS[prompt].max_tokens, max_retries=MAX_RETRIES),
        sandbox="local" if offered else None,  # where Inspect's skill() tool puts the files
        name=BENCHMARK.name,
        version=BENCHMARK.version,
        metadata={
            "panel": played.name,
            "panel_hash": played.hash,
            "driver": "inspect",
            "seed": seed,
            "options": asdict(options),
            "rules": asdict(rules),
            "prompt": dict(prompted.as_dict()),
            "skills": {s.id: s.to_markdown() for s in skills},
        },
    )


def _one_of(option: str, value: str, *allowed: str) -> None:
    if value not in allowed:
        raise SkillevoError(f"-T {option} is one of {', '.join(allowed)}, not {value!r}")


def _sample(instance: TaskInstance) -> Sample:
    # Never the payload: it names the game's file, and with it the walkthrough.
    return Sample(input=instance.prompt or instance.id, id=instance.id, metadata=dict(instance.tags))


def _conditioning(shown: Conditioning, examples: int) -> Callable[[TaskInstance], Conditioning]:
    def of(instance: TaskInstance) -> Conditioning:
        if not examples:
            return shown
        demos = tuple(BENCHMARK.demos(instance, examples))
        return Conditioning(shown.skills, shown.skill_mode, demos=demos)

    return of
