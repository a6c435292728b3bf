"""ALFWorld's text world: exact, fast, dependency-free. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.alfworld.data import load_game, load_text
from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.env import VERSION, AlfworldEnv, AlfworldOptions
from skillevo.envs.alfworld.panels import DEFAULT_PANEL, load_panel, panel_names
from skillevo.envs.alfworld.problem import LABELS, UnsupportedGame
from skillevo.envs.alfworld.solver import solve
from skillevo.envs.alfworld.verifier import verify
from skillevo.envs.base import DataError, Env, Panel, TaskInstance
from skillevo.envs.benchmark import Benchmark

__all__ = [
    "BENCHMARK",
    "DEFAULT_PANEL",
    "VERSION",
    "AlfworldEnv",
    "AlfworldOptions",
    "load_panel",
    "make_env",
    "optimal_plan",
    "panel_names",
    "verify",
]


def make_env(instance: TaskInstance, options: AlfworldOptions = AlfworldOptions()) -> Env:
    """A world holding `instance`, for one episode.

    Raises:
        DataError: the game is missing, damaged, changed, or (native engine) of another dialect.
    """
    source = str(instance.payload["source"])
    if options.engine == "official":
        from skillevo.envs.alfworld.official import OfficialEnv

        tree = source.removeprefix("tree:")
        return OfficialEnv(load_text(source) if tree == source else Path(tree), options)
    return AlfworldEnv(load_game(source, instance.digest), options)


def optimal_plan(instance: TaskInstance) -> Sequence[str]:
    """A shortest winning plan, for oracles and validation; nothing that an environment holds or shows.

    Raises:
        DataError: the game is missing, damaged, changed, or of a dialect that the solver does not know.
    """
    try:
        game = load_game(str(instance.payload["source"]), instance.digest)
    except UnsupportedGame as e:
        raise DataError(f"the oracle has no plan for this game: {e.args[0]}; another policy can play it") from None
    return solve(game)


def _task(instance: TaskInstance) -> str:
    source = str(instance.payload["source"])
    try:
        return load_game(source, instance.digest).task
    except UnsupportedGame:  # the official engine plays it, and its task line stands in the file
        return load_text(source).task


def _panel(name: str, root: str | None, options: AlfworldOptions) -> Panel:
    return load_panel(name, root, options.engine)


def _walkthrough_wins(instance: TaskInstance) -> str:
    """The data's own walkthrough wins, and is as short as the solver's plan."""
    source = str(instance.payload["source"])
    game = load_text(source)
    world = World(game.compile(source))
    world.reset()
    for command in game.walkthrough:
        world.step(command)
    if not world.won:
        return "its walkthrough does not win"
    shortest = len(solve(world.game))
    if shortest != len(game.walkthrough):
        return f"its walkthrough takes {len(game.walkthrough)} commands, the solver {shortest}"
    return ""


def _open_game(path: Path, options: AlfworldOptions) -> Env:
    if options.engine == "official":
        from skillevo.envs.alfworld.official import OfficialEnv

        return OfficialEnv(path, options)
    return AlfworldEnv(load_game(f"tree:{path}"), options)


def _check_installed(options: AlfworldOptions) -> None:
    if options.engine == "official":
        from skillevo.envs.alfworld.official import check_official

        check_official()


def _demonstrations(instance: TaskInstance, n: int) -> Sequence[str]:
    from skillevo.envs.alfworld.demos import demonstrations

    return demonstrations(instance, n)


BENCHMARK = Benchmark(
    name="alfworld",
    version=VERSION,
    panels=panel_names(),
    default_panel=DEFAULT_PANEL,
    options=AlfworldOptions,
    load_panel=_panel,
    make_env=make_env,
    open_game=_open_game,
    verify=verify,
    task=_task,
    plan=optimal_plan,
    demos=_demonstrations,
    step_cap=50,
    group_by="type",
    group_labels=LABELS,
    extra_checks={"walkthrough": _walkthrough_wins},
    check_installed=_check_installed,
)
