"""WebWalker: questions that are answered by walking through a web site, live or from an archive. See README.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.base import Env, Panel, SkillevoError, TaskInstance
from skillevo.envs.benchmark import Benchmark
from skillevo.envs.judging import Judging
from skillevo.envs.webwalker import judge
from skillevo.envs.webwalker.env import VERSION, WebWalkerEnv
from skillevo.envs.webwalker.options import WebWalkerOptions
from skillevo.envs.webwalker.panels import DEFAULT_PANEL, load_panel, panel_names
from skillevo.envs.webwalker.plan import demo, plan
from skillevo.envs.webwalker.sources import check_installed, check_panel
from skillevo.envs.webwalker.verifier import verify

__all__ = [
    "BENCHMARK",
    "DEFAULT_PANEL",
    "VERSION",
    "WebWalkerEnv",
    "WebWalkerOptions",
    "load_panel",
    "make_env",
    "optimal_plan",
    "panel_names",
    "verify",
]

STEP_CAP = 15
"""WebWalker's."""


def make_env(instance: TaskInstance, options: WebWalkerOptions = WebWalkerOptions()) -> Env:
    """The web with a question, for one episode."""
    return WebWalkerEnv(instance, options)


def optimal_plan(instance: TaskInstance) -> Sequence[str]:
    """The golden path and the answer; only the answer where the data has no path. Nothing that an agent is shown."""
    return plan(instance)


def demos(instance: TaskInstance, n: int) -> Sequence[str]:
    """`n` worked episodes of the instance's kind and language, from the training sites."""
    like = [i for i in load_panel("pocket-train") if i.id != instance.id]
    wanted = ("type", "level", "language")
    like.sort(key=lambda i: -sum(i.tags[t] == instance.tags.get(t) for t in wanted))
    return [demo(i) for i in like[:n]]


def _panel(name: str, root: str | None, options: WebWalkerOptions) -> Panel:
    return load_panel(name, root, options)


def _no_files(path: Path, options: WebWalkerOptions) -> Env:
    raise SkillevoError(f"{path}: a question is no file; give --instance ID and lines of actions")


JUDGING = Judging(
    name=judge.NAME,
    template=judge.TEMPLATE,
    wanted=lambda options: options.verifier == "judge",
    prompt=judge.prompt,
    read=judge.read,
    settle=judge.settle,
)

BENCHMARK = Benchmark(
    name="webwalker",
    version=VERSION,
    panels=panel_names(),
    default_panel=DEFAULT_PANEL,
    options=WebWalkerOptions,
    load_panel=_panel,
    make_env=make_env,
    open_game=_no_files,
    verify=verify,
    task=lambda instance: instance.prompt,
    plan=optimal_plan,
    demos=demos,
    step_cap=STEP_CAP,
    group_by="level",
    group_labels={"easy": "Easy", "medium": "Medium", "hard": "Hard"},
    check_installed=check_installed,
    check_panel=check_panel,
    judging=JUDGING,
)
