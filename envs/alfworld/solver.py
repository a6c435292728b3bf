"""Optimal plans, by enumerating the few shapes that a shortest plan of each task type can have.

A shortest plan takes each object it needs once, treats it if it must, and puts it down (or stands by
the lamp). What is left to choose is *which* object, from which receptacle, which appliance and
which target; there are at most a few thousand such choices, and the length of each is a sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.base import SkillevoError


class Unsolvable(SkillevoError):
    """No plan wins this game."""


class Op(NamedTuple):
    """One command that changes something, and where it must be given."""

    verb: str
    thing: int
    receptacle: int


Plan = tuple[Op, ...]


def solve(game: Game) -> tuple[str, ...]:
    """A shortest plan from the game's start, as commands. Deterministic.

    Raises:
        Unsolvable: there is none.
    """
    if World(game).won:
        return ()
    best = min(_plans(game), key=lambda p: (_length(game, p), p), default=None)
    if best is None:
        raise Unsolvable(f"game {game.name} ({game.task_type}) has no plan: {game.task}")
    return _commands(game, best)


def _plans(g: Game) -> Iterator[Plan]:
    places = [(o, r) for o, r in _lying(g, g.wanted & g.masks["pickupable"]) if g.places[r] >= 0]
    match g.goal.task_type:
        case "look_at_obj_in_light":
            for o, r in places:
                for lamp, at in _lying(g, g.lamps):
                    if g.places[at] >= 0:
                        yield Op("take", o, r), Op("use", lamp, at)
        case "pick_two_obj_and_place":
            yield from _pairs(g, places)
        case _:
            for o, r in places:
                yield from _placings(g, o, r)


def _lying(g: Game, things: int) -> Iterator[tuple[int, int]]:
    return ((o, r) for r, contents in enumerate(g.contents) for o in contents if things >> o & 1)


def _bits(mask: int) -> list[int]:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


_TREATMENTS = {
    "pick_clean_then_place_in_recep": ("clean", "isClean"),
    "pick_heat_then_place_in_recep": ("heat", "isHot"),
    "pick_cool_then_place_in_recep": ("cool", "isCool"),
}


def _placings(g: Game, o: int, r: int) -> Iterator[Plan]:
    verb, flag = _TREATMENTS.get(g.goal.task_type, ("", ""))
    treated: list[tuple[Op, ...]] = [()]
    if verb and not g.masks[flag] >> o & 1:
        treated = [(Op(verb, o, a),) for a in _bits(g.uses[verb]) if g.places[a] >= 0]
    # An object in two receptacles at once still lies in the other one when it is taken from the first.
    stays = any(x != r and g.targets >> x & 1 and o in c for x, c in enumerate(g.contents))
    targets = [t for t in _bits(g.targets) if g.places[t] >= 0 and g.can_hold[t] >> o & 1]
    placed: list[tuple[Op, ...]] = [()] if stays else [(Op("put", o, t),) for t in targets]
    return ((Op("take", o, r), *treat, *put) for treat in treated for put in placed)


def _pairs(g: Game, places: list[tuple[int, int]]) -> Iterator[Plan]:
    for t in _bits(g.targets):
        if g.places[t] < 0:
            continue
        there = {o for o in g.contents[t] if g.wanted >> o & 1}
        movable = [(o, r) for o, r in places if o not in there and g.can_hold[t] >> o & 1]
        for picks in permutations(movable, 2 - len(there)):
            if len({o for o, _ in picks}) == len(picks):
                yield tuple(op for o, r in picks for op in (Op("take", o, r), Op("put", o, t)))


def _length(g: Game, plan: Plan) -> int:
    place, opened, n = g.start, g.opened, 0
    for verb, _, r in plan:
        n += 1 + (g.places[r] != place)
        place = g.places[r]
        if verb in ("take", "put") and g.openable & ~opened & 1 << r:
            opened |= 1 << r
            n += 1
    return n


_PHRASES = {"take": "take {} from {}", "put": "move {} to {}", "use": "use {}"}


def _commands(g: Game, plan: Plan) -> tuple[str, ...]:
    commands = []
    place, opened = g.start, g.opened
    for verb, thing, r in plan:
        where = g.receptacles[r]
        if g.places[r] != place:
            commands.append(f"go to {where}")
            place = g.places[r]
        if verb in ("take", "put") and g.openable & ~opened & 1 << r:
            commands.append(f"open {where}")
            opened |= 1 << r
        commands.append(_PHRASES.get(verb, verb + " {} with {}").format(g.objects[thing], where))
    return tuple(commands)
