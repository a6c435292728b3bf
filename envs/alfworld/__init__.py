"""ALFWorld's text world: exact, fast, dependency-free. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.alfworld.data import load_game, load_text
from skillevo.envs.alfworld.env import VERSION, AlfworldEnv, AlfworldOptions
from skillevo.envs.alfworld.panels import DEFAULT_PANEL, load_panel, panel_names
from skillevo.envs.alfworld.solver import solve
from skillevo.envs.alfworld.verifier import verify
from skillevo.envs.base import Env, TaskInstance

__all__ = [
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
    """A shortest winning plan, for oracles and validation; nothing that an environment holds or shows."""
    return solve(load_game(str(instance.payload["source"]), instance.digest))
