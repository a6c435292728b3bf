"""`inspect eval skillevo/webshop --model ...`: WebShop as an Inspect task."""

from __future__ import annotations

from typing import Literal

from inspect_ai import Task, task

from skillevo.envs.webshop import BENCHMARK, DEFAULT_PANEL, WebShopOptions
from skillevo.harness.play import PlayRules
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.tasks._errors import plain_mistakes
from skillevo.tasks._task import load_shown, make_task


@task
def webshop(
    panel: str = DEFAULT_PANEL,
    root: str | None = None,
    limit: int | None = None,
    skill: str | list[str] | None = None,
    skill_mode: Literal["prompt", "tool"] = "prompt",
    observation: Literal["text", "text_rich", "url"] = "text",
    show_attributes: bool = False,
    admissible: bool = True,
    reward: Literal["upstream", "options-fixed"] = "upstream",
    tagger: str = "auto",
    env_seed: int = 0,
    profile: Literal["princeton", "verl"] = "princeton",
    backend: Literal["text", "browser"] = "text",
    step_cap: int = BENCHMARK.step_cap,
    invalid: Literal["nothing", "end"] = "nothing",
    max_silent: int = 3,
    token_limit: int | None = None,
    time_limit: float | None = None,
    prompt: str = "zeroshot-tags",
    history: int | str | None = None,
    seed: int = 0,
) -> Task:
    """Shopping by instruction in WebShop; the score is the reward of the purchase, success a reward of 1.

    Args:
        panel: `pocket-test` (our own catalogue, no download), `verl-500`, `princeton-test`, ...
        root: a shop folder, or WebShop's own files; by default $WEBSHOP_DATA.
        limit: only the panel's first so many instances, as a panel of its own.
        skill: a SKILL.md, the folder of one, or a bank of them, that the model is shown; or several.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        observation: `text`, `text_rich` or `url`.
        show_attributes: whether products have a page of their attributes.
        admissible: whether what can be clicked is listed.
        reward: `upstream`, to the letter, or `options-fixed`.
        tagger: `rule`, `spacy`, `spacy/MODEL`, or `auto`: spacy where it is installed.
        env_seed: of prices and price limits.
        profile: how goals are shuffled: always alike (`princeton`) or by the seed (`verl`).
        backend: `text`, or `browser` (the shop's web site in Chromium).
        step_cap: steps after which an episode ends.
        invalid: an action that is not listed is sent all the same (`nothing`), or is the `end`.
        max_silent: turns in a row without any action after which an episode ends.
        token_limit: tokens after which an episode ends.
        time_limit: seconds after which an episode ends.
        prompt: `zeroshot-tags` or `react-fewshot`.
        history: past steps that a prompt shows, or `all`; by default as the preset's papers.
        seed: the run's seed; the epochs are its rollouts.

    Raises:
        TaskMistake: an option has no such value, or the panel or the skill is not there.
    """
    with plain_mistakes():
        options = WebShopOptions(
            observation=observation,
            show_attributes=show_attributes,
            admissible=admissible,
            reward=reward,
            tagger=tagger,
            env_seed=env_seed,
            profile=profile,
            backend=backend,
        )
        return make_task(
            BENCHMARK,
            panel=panel,
            root=root,
            limit=limit,
            options=options,
            rules=PlayRules(step_cap, invalid, max_silent, token_limit, time_limit),
            prompt=PromptOptions.of(prompt, history),
            skills=load_shown(skill),
            skill_mode=skill_mode,
            seed=seed,
        )
