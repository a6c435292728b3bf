"""`inspect eval skillevo/webwalker --model ...`: WebWalker as an Inspect task."""

from __future__ import annotations

from typing import Literal

from inspect_ai import Task, task

from skillevo.envs.webwalker import BENCHMARK, DEFAULT_PANEL, WebWalkerOptions
from skillevo.harness.play import PlayRules
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.tasks._errors import plain_mistakes
from skillevo.tasks._task import load_shown, make_task


@task
def webwalker(
    panel: str = DEFAULT_PANEL,
    root: str | None = None,
    limit: int | None = None,
    skill: str | list[str] | None = None,
    skill_mode: Literal["prompt", "tool"] = "prompt",
    mode: Literal["click", "search"] = "click",
    search: str = "",
    pages: Literal["replay", "live", "browser"] = "replay",
    archive: str = "",
    record: bool = False,
    budget: int = 6000,
    stay_below: bool = True,
    allow: str | list[str] = "",
    interval: float = 1.0,
    robots: bool = True,
    verifier: Literal["exact", "judge"] = "exact",
    step_cap: int = BENCHMARK.step_cap,
    invalid: Literal["nothing", "end"] = "nothing",
    max_silent: int = 3,
    token_limit: int | None = None,
    time_limit: float | None = None,
    prompt: str = "zeroshot-tags",
    history: int | str | None = None,
    examples: int = 2,
    seed: int = 0,
) -> Task:
    """Questions that are answered by walking through a web site; success is the gold answer.

    Args:
        panel: `pocket-test` (sites of our own, no download), `main`, `main@hard`, `skillevo-100`, ...
        root: WebWalkerQA's JSON lines, or their folder; by default $WEBWALKER_DATA.
        limit: only the panel's first so many instances, as a panel of its own.
        skill: a SKILL.md, the folder of one, or a bank of them, that the model is shown; or several.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        mode: `click` (from the root page, links only) or `search` (a search box, and no root page).
        search: with `search`: the address of a SearXNG's search; without one it is BM25 over the archive.
        pages: `replay` (an archive), `live` (httpx) or `browser` (Chromium).
        archive: the archive's folder; by default $WEBWALKER_ARCHIVE. The bundled panels have their own.
        record: with `live` or `browser`: keep every page in `archive`.
        budget: characters of a page that are shown at once.
        stay_below: whether links that lead away from the root's site are not offered.
        allow: `host:port` of private places that may be visited, separated by commas.
        interval: seconds between two requests to one host.
        robots: whether robots.txt is kept to.
        verifier: `exact`, or `judge`: the model of the role `grader` where the match is not exact.
        step_cap: steps after which an episode ends.
        invalid: an action that is not listed is sent all the same (`nothing`), or is the `end`.
        max_silent: turns in a row without any action after which an episode ends.
        token_limit: tokens after which an episode ends.
        time_limit: seconds after which an episode ends.
        prompt: `zeroshot-tags` or `react-fewshot`.
        history: past steps that a prompt shows, or `all`; by default as the preset's papers.
        examples: worked episodes that `react-fewshot` shows.
        seed: the run's seed; the epochs are its rollouts.

    Raises:
        TaskMistake: an option has no such value, or the panel or the skill is not there.
    """
    with plain_mistakes():
        options = WebWalkerOptions(
            mode=mode,
            search=search,
            pages=pages,
            archive=archive,
            record=record,
            budget=budget,
            stay_below=stay_below,
            allow=",".join(map(str, allow)) if isinstance(allow, list) else str(allow),
            interval=interval,
            robots=robots,
            verifier=verifier,
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
            examples=examples,
            seed=seed,
        )
