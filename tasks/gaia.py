"""`inspect eval skillevo/gaia --model ...`: GAIA as an Inspect task."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from inspect_ai import Task, task
from inspect_ai.model import get_model
from inspect_ai.util import ComposeConfig, ComposeService, SandboxEnvironmentSpec

from skillevo.envs.base import Env, TaskInstance
from skillevo.envs.gaia import BENCHMARK, DEFAULT_PANEL, GaiaOptions, make_env
from skillevo.envs.gaia.sandbox import IMAGE, docker
from skillevo.harness.play import PlayRules
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.tasks._errors import plain_mistakes
from skillevo.tasks._provider import PocketAPI
from skillevo.tasks._sandbox import InspectSandbox
from skillevo.tasks._task import load_shown, make_task


@task
def gaia(
    panel: str = DEFAULT_PANEL,
    root: str | None = None,
    limit: int | None = None,
    skill: str | list[str] | None = None,
    skill_mode: Literal["prompt", "tool"] = "prompt",
    sandbox: Literal["docker", "local", "none"] | None = None,
    image: str = IMAGE,
    tool_timeout: int = 60,
    page_chars: int = 8_000,
    media: bool = True,
    redact: bool = True,
    pages: Literal["none", "replay", "live", "browser"] = "none",
    search: str = "",
    archive: str = "",
    record: bool = False,
    allow: str | list[str] = "",
    interval: float = 1.0,
    robots: bool = True,
    step_cap: int = BENCHMARK.step_cap,
    invalid: Literal["nothing", "end"] = "nothing",
    max_silent: int = 3,
    token_limit: int | None = None,
    time_limit: float | None = None,
    prompt: str = "tools",
    history: int | str | None = None,
    examples: int = 2,
    seed: int = 0,
) -> Task:
    """Questions with attachments and tools, scored by GAIA's official rules.

    Args:
        panel: `pocket-test` (our own questions, no download), `validation`, `level1`, ...
        root: the release's folder; by default $GAIA_DATA or the hub's cache.
        limit: only the panel's first so many instances, as a panel of its own.
        skill: a SKILL.md, the folder of one, or a bank of them, that the model is shown; or several.
        skill_mode: whole in the `prompt`, or behind Inspect's `skill()` `tool`.
        sandbox: where code runs: `docker`, `local` (no isolation) or `none`; by default docker, and none under a
            pocket model, which runs no code.
        image: the container's.
        tool_timeout: seconds that one use of a tool may take.
        page_chars: characters of a document or of code's output that are shown at once.
        media: whether images and sound are handed to the model as they are.
        redact: whether texts of GAIA's own tasks are left out of logs.
        pages: where `visit` has web pages from: `replay` (an archive, with `search`), `live`, `browser`, or `none`.
        search: the address of a SearXNG's search, which `search` asks instead.
        archive: the archive's folder; by default $WEBWALKER_ARCHIVE.
        record: with `live` or `browser`: keep every page in `archive`.
        allow: `host:port` of private places that may be visited, separated by commas.
        interval: seconds between two requests to one host.
        robots: whether robots.txt is kept to.
        step_cap: steps after which an episode ends.
        invalid: an action that is not offered is sent all the same (`nothing`), or is the `end`.
        max_silent: turns in a row without any action after which an episode ends.
        token_limit: tokens after which an episode ends.
        time_limit: seconds after which an episode ends.
        prompt: `tools` (native tool calls), `zeroshot-tags` or `react-fewshot`.
        history: past steps that a prompt shows, or `all`; by default as the preset's papers.
        examples: worked episodes that `react-fewshot` shows.
        seed: the run's seed; the epochs are its rollouts.

    Raises:
        TaskMistake: an option has no such value, or the panel or the skill is not there.
    """
    with plain_mistakes():
        options = GaiaOptions(
            sandbox=_usual_sandbox() if sandbox is None else sandbox,
            image=image,
            tool_timeout=tool_timeout,
            page_chars=page_chars,
            media=media,
            redact=redact,
            pages=pages,
            search=search,
            archive=archive,
            record=record,
            allow=allow if isinstance(allow, str) else ",".join(allow),
            interval=interval,
            robots=robots,
        )
        contained = options.sandbox == "docker"
        return make_task(
            replace(BENCHMARK, make_env=_inside) if contained else BENCHMARK,
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
            sandbox=container(options.image) if contained else None,
        )


def _usual_sandbox() -> Literal["docker", "none"]:
    try:
        played_by_us = isinstance(get_model().api, PocketAPI)
    except ValueError:  # no model yet: the task is made by hand
        return "docker"
    return "none" if played_by_us else "docker"


def container(image: str) -> SandboxEnvironmentSpec:
    """Inspect's docker sandbox with this image, within the bounds of our own containers, and no network."""
    service = ComposeService(
        image=image,
        command="tail -f /dev/null",
        init=True,
        working_dir=docker.FOLDER,
        environment={"HOME": docker.FOLDER},
        network_mode="none",
        mem_limit=docker.MEMORY,
        memswap_limit=docker.MEMORY,
        cpus=1.0,
        pids_limit=docker.PROCESSES,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        user="0:0",
    )
    return SandboxEnvironmentSpec("docker", ComposeConfig(services={"default": service}))


def _inside(instance: TaskInstance, options: GaiaOptions) -> Env:
    return make_env(instance, options, sandbox=InspectSandbox())
