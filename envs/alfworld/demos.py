"""Worked episodes for few-shot prompts, from our own generated training games.

Written in the form of the ReAct paper (thoughts as `> think: ...`, answered "OK."): look for the object
in a few places, then act. They come from pocket-train's rooms, never from a test room.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from skillevo.envs.alfworld.data import load_game
from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.generate import rooms_for
from skillevo.envs.alfworld.solver import solve
from skillevo.envs.base import TaskInstance

_GOALS = {
    "pick_and_place_simple": "find a {o}, then put it in or on a {t}",
    "look_at_obj_in_light": "find a {o}, then find a {t} and use it while I hold the {o}",
    "pick_clean_then_place_in_recep": "find a {o}, clean it, then put it in or on a {t}",
    "pick_heat_then_place_in_recep": "find a {o}, heat it, then put it in or on a {t}",
    "pick_cool_then_place_in_recep": "find a {o}, cool it, then put it in or on a {t}",
    "pick_two_obj_and_place": "find two {o}s and bring them, one after the other, to the same {t}",
}
_DETOURS = 2
_SEED = 1_000_000
"""Beyond the seeds of the panels: no demonstration is a panel's game."""


def demonstrations(instance: TaskInstance, n: int) -> tuple[str, ...]:
    """`n` worked episodes of the instance's task type, as text. The same for all instances of a type."""
    return tuple(_demonstration(instance.tags["type"], k) for k in range(n))


@lru_cache(maxsize=64)
def _demonstration(task_type: str, number: int) -> str:
    rooms = rooms_for(task_type, "train")
    game = load_game(f"pocket:{task_type}/{rooms[number % len(rooms)]}/{_SEED + number}")
    names = {"o": game.goal.object_type.lower(), "t": game.goal.target_type.lower()}
    world = World(game)
    lines = [world.reset().split("\n\n", 1)[1], f"> think: I have to {_GOALS[task_type].format(**names)}.", "OK."]
    plan = solve(game)
    for command in (*_detours(game, names["o"], plan), *plan):
        if command.startswith("take "):
            lines += [f"> think: Here is a {names['o']}. I take it.", "OK."]
        lines += [f"> {command}", world.step(command)]
    return "\n".join(lines)


def _detours(game: Game, wanted: str, plan: Sequence[str]) -> list[str]:
    """Visits to places that turn out not to hold the object: a demonstration of looking, not of knowing."""
    world, visits = World(game), []
    for command in game.goto[game.start]:
        seen = world.step(command)
        if command not in plan and wanted not in seen and "closed" not in seen:
            visits.append(command)
    return visits[:_DETOURS]
