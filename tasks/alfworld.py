"""`inspect eval skillevo/alfworld --model ...`: ALFWorld as an Inspect task."""

from __future__ import annotations

from typing import Literal

from inspect_ai import Task, task

from skillevo.envs.alfworld import BENCHMARK, DEFAULT_PANEL, AlfworldOptions
from skillevo.harness.play import PlayRules
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.tasks._errors import plain_mistakes
from skillevo.tasks._task import load_shown, make_task


@task
def alfworld(
    panel: str = DEFAULT_PANEL,
    root: str | None = None,
    limit: int | None = None,
    skill: str | list[str] | None = None,
    skill_mode: Literal["prompt", "tool"] = "prompt",
    admissible: bool = True,
    hide_help: bool = False,
    step_cap: int = BENCHMARK.step_cap,
    invalid: Literal["nothing", "end"] = "nothing",
    max_silent: int = 3,
    token_limit: int | None = None,
    time_limit: float | None = None,
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
        skill: a SKILL.md, the folder of one, or a bank of them, that the model is shown; or several.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        admissible: whether the admissible commands are listed.
        hide_help: leave `help` out of that list.
        step_cap: steps after which an episode ends.
        invalid: an inadmissible command is sent all the same (`nothing`), or is the `end`.
        max_silent: turns in a row without any action after which an episode ends.
        token_limit: tokens after which an episode ends.
        time_limit: seconds after which an episode ends.
        prompt: `zeroshot-tags` or `react-fewshot`.
        history: past steps that a prompt shows, or `all`; by default as the preset's papers.
        examples: worked episodes that `react-fewshot` shows.
        seed: the run's seed; the epochs are its rollouts.
        engine: `native` or `official`.

    Raises:
        TaskMistake: an option has no such value, or the panel or the skill is not there.
    """
    with plain_mistakes():
        return make_task(
            BENCHMARK,
            panel=panel,
            root=root,
            limit=limit,
            options=AlfworldOptions(admissible=admissible, hide_help=hide_help, engine=engine),
            rules=PlayRules(step_cap, invalid, max_silent, token_limit, time_limit),
            prompt=PromptOptions.of(prompt, history),
            skills=load_shown(skill),
            skill_mode=skill_mode,
            examples=examples,
            seed=seed,
        )
