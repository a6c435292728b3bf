"""What a skill says, before it is put into words: an ordered list of steps, right, partial or wrong.

A plan is made from a generated game and blurred at random. Places and appliances are kinds ("drawer"), as in a
skill that is meant for other games too. From one and the same plan come the skill's text (phrases.py) and the
behaviour of somebody who follows it (obedient.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.solver import solve
from skillevo.harness.policies.ranker.memory import read_command

APPLIANCE = {"heat": "microwave", "cool": "fridge", "clean": "sinkbasin"}


@dataclass(frozen=True, slots=True)
class Find:
    """Look for something. `thing` is "" for the task's object; no places means that the plan does not say where."""

    thing: str
    places: tuple[str, ...] = ()
    opening: bool = True
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """Pick up what was found."""


@dataclass(frozen=True, slots=True)
class Treat:
    """Heat, cool or clean it; appliance "" where the plan does not say with what."""

    how: str
    appliance: str


@dataclass(frozen=True, slots=True)
class Put:
    """Put it down; `place` is "" for where the task wants it."""

    place: str = ""


@dataclass(frozen=True, slots=True)
class Light:
    """Switch on the lamp, which stands in one of these places."""

    lamp: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """The same once more, for the second object."""


Step = Find | Take | Treat | Put | Light | Again


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order; none for a skill that says nothing."""

    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a game is about, in kinds.

    Attributes:
        where: receptacle kinds that hold the object at the start, the solution's first.
        lamps: receptacle kinds that a lamp stands on.
        room: all receptacle kinds of the room, in the order of its first observation.
    """

    task_type: str
    thing: str
    target: str
    how: str
    where: tuple[str, ...]
    lamp: str
    lamps: tuple[str, ...]
    room: tuple[str, ...]
    things: tuple[str, ...]

    @property
    def two(self) -> bool:
        return self.task_type == "pick_two_obj_and_place"


_HOW = {
    "pick_heat_then_place_in_recep": "heat",
    "pick_cool_then_place_in_recep": "cool",
    "pick_clean_then_place_in_recep": "clean",
}


def facts_of(game: Game) -> Facts:
    """The facts of a game, its solution's order first."""
    solution = [read_command(c) for c in solve(game)]
    names = [t.lower() for t in game.receptacle_types]
    takes = [_letters(c.place) for c in solution if c.name == "take"]
    holding = [names[r] for r, things in enumerate(game.contents) if any(game.wanted >> o & 1 for o in things)]
    lamps = [names[r] for r, things in enumerate(game.contents) if any(game.lamps >> o & 1 for o in things)]
    at = [_letters(c.place) for c in solution if c.name == "go"]
    look = game.goal.task_type == "look_at_obj_in_light"
    return Facts(
        task_type=game.goal.task_type,
        thing=game.goal.object_type.lower(),
        target=game.goal.target_type.lower(),
        how=_HOW.get(game.goal.task_type, ""),
        where=tuple(dict.fromkeys((*takes, *holding))),
        lamp=game.goal.target_type.lower() if look else "",
        lamps=tuple(dict.fromkeys((*(k for k in reversed(at) if k in lamps), *lamps))),
        room=tuple(dict.fromkeys(names)),
        things=tuple(dict.fromkeys(t.lower() for t in game.object_types)),
    )


def _letters(name: str) -> str:
    return name.partition(" ")[0]


def right_plan(facts: Facts, places: Sequence[str] | None = None) -> Plan:
    """The plan of the solution: where the object is, which appliance, which target, in the order that wins.

    Args:
        places: where to look instead.
    """
    first = facts.where[: 2 if facts.two else 1] if places is None else tuple(places)
    steps: list[Step] = [Find(facts.thing, tuple(first)), Take()]
    if facts.how:
        steps.append(Treat(facts.how, APPLIANCE[facts.how]))
    if facts.lamp:
        steps.append(Light(facts.lamp, facts.lamps[:1]))
    else:
        steps.append(Put(facts.target))
    if facts.two:
        steps.append(Again())
    return Plan(tuple(steps))
