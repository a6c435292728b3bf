"""WebShop: the original's shop step for step, without Java, from 1,000 products to 1.18 million. See README.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from skillevo.envs.base import Env, Panel, SkillevoError, TaskInstance
from skillevo.envs.benchmark import Benchmark
from skillevo.envs.webshop.env import VERSION, WebShopEnv
from skillevo.envs.webshop.options import WebShopOptions
from skillevo.envs.webshop.panels import DEFAULT_PANEL, goal_of, load_panel, panel_names, rules_of
from skillevo.envs.webshop.plan import ceiling, plan
from skillevo.envs.webshop.tagging import get_tagger
from skillevo.envs.webshop.verifier import verify

__all__ = [
    "BENCHMARK",
    "DEFAULT_PANEL",
    "VERSION",
    "WebShopEnv",
    "WebShopOptions",
    "load_panel",
    "make_env",
    "optimal_plan",
    "panel_names",
    "verify",
]

STEP_CAP = 15
"""verl-agent's; the paper's baselines take 100 steps."""


def make_env(instance: TaskInstance, options: WebShopOptions = WebShopOptions()) -> Env:
    """The shop with a shopper who wants what `instance` says, for one episode.

    Raises:
        DataError: the catalogue is missing, damaged, or has changed since the panel was made.
    """
    if options.backend == "browser":
        from skillevo.envs.webshop.browser import BrowserEnv

        return BrowserEnv(rules_of(instance), goal_of(instance), options)
    return WebShopEnv(rules_of(instance), goal_of(instance), options)


def optimal_plan(instance: TaskInstance) -> Sequence[str]:
    """The way to the goal's own product, its options and the purchase; nothing that an environment shows."""
    return plan(rules_of(instance), goal_of(instance))


def _panel(name: str, root: str | None, options: WebShopOptions) -> Panel:
    return load_panel(name, root, options)


def _out_of_reach(instance: TaskInstance) -> str:
    """Why the goal's own product does not score 1, where the original's reward is the reason."""
    best = ceiling(rules_of(instance), goal_of(instance)).total
    return f"its own product and options score {best:.3f} under the original's reward" if best < 1.0 else ""


def _own_product_scores_1(instance: TaskInstance) -> str:
    """The goal can be fulfilled: by its own product and options, under the mended reward."""
    rules = replace(rules_of(instance), variant="options-fixed")
    best = ceiling(rules, goal_of(instance)).total
    return f"its own product and options score {best:.3f} under options-fixed" if best < 1.0 else ""


def _demonstrations(instance: TaskInstance, n: int) -> Sequence[str]:
    from skillevo.envs.webshop.demos import demonstrations

    return demonstrations(instance, n)


def _no_files(path: Path, options: WebShopOptions) -> Env:
    raise SkillevoError(f"{path}: a WebShop goal is no file; give --data DIR and lines with the goal's index")


def _check_installed(options: WebShopOptions) -> None:
    get_tagger(options.tagger)
    if options.backend == "browser":
        from skillevo.envs.webshop.browser import check_browser

        check_browser()


BENCHMARK = Benchmark(
    name="webshop",
    version=VERSION,
    panels=panel_names(),
    default_panel=DEFAULT_PANEL,
    options=WebShopOptions,
    load_panel=_panel,
    make_env=make_env,
    open_game=_no_files,
    verify=verify,
    task=lambda instance: instance.prompt,
    plan=optimal_plan,
    demos=_demonstrations,
    step_cap=STEP_CAP,
    group_by="category",
    group_labels={},
    extra_checks={"own product": _own_product_scores_1},
    known_limit=_out_of_reach,
    check_installed=_check_installed,
)
