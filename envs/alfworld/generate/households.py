"""What a household has on the day of one game, and where it has left it."""

from __future__ import annotations

from skillevo.envs.alfworld.generate.furniture import AMPLE, SPACE
from skillevo.envs.alfworld.generate.habits import FLOOR, HABITS
from skillevo.envs.alfworld.generate.ids import Namer, Point, location_id
from skillevo.envs.alfworld.generate.rooms import Fixture, Room
from skillevo.envs.alfworld.generate.vocabulary import FLAGS, TAKEN_BY, appliances
from skillevo.envs.alfworld.problem import Goal, Receptacle, Thing
from skillevo.envs.draw import Draw

_SEEN_LESS = frozenset({"Cabinet", "Drawer", "Microwave", "Safe", FLOOR})
"""Where the things that a task is about lie half as often as others of their type, in the released games."""

_CUTLERY = ("ButterKnife", "Fork", "Knife", "Pen", "Pencil", "Spatula", "Spoon")
_STACKED = ("Pan", "Pot")
_INTO = {
    **dict.fromkeys(("Bowl", "Cup", "Mug", "Plate"), _CUTLERY),
    **dict.fromkeys(_STACKED, (*_CUTLERY, *_STACKED)),
    "Box": ("Newspaper", "Pen", "RemoteControl", "Statue"),
}
"""What is found lying in a vessel, by the vessel's type."""


class Household:
    """Everything portable, put where this household left it.

    What the goal is about is left where the task remains to be done: for the two kinds of plain placing outside the
    goal's receptacles, and never in the appliance that the task needs. Left in a fridge otherwise, it is cool. Both
    are so in the released games.

    Attributes:
        things: the portable objects.
        inside: pairs (object, receptacle); an object may be in two at once.
        nested: pairs (inner object, outer object).
    """

    def __init__(self, room: Room, goal: Goal, draw: Draw) -> None:
        self.things: list[Thing] = []
        self.inside: list[tuple[str, str]] = []
        self.nested: list[tuple[str, str]] = []
        self._room, self._goal, self._draw = room, goal, draw
        self._closed = kept_out(goal.task_type, goal.target_type)
        self._namer = Namer(t.id for t in room.fixed)
        self._contents: dict[str, list[Thing]] = {f.receptacle.id: [] for f in room}
        for t in room.owns:
            for _ in range(self._copies(t)):
                self._leave(t)
        self._nest()

    def _copies(self, t: str) -> int:
        wanted = t == self._goal.object_type
        two = self._goal.task_type == "pick_two_obj_and_place"
        weights = ((0, 9, 7, 5) if two else (7, 6, 4, 3)) if wanted else HABITS[self._room.kind][t].copies
        return 1 + self._draw.weigh(range(len(weights)), weights)

    def _leave(self, t: str) -> None:
        draw, wanted = self._draw, t == self._goal.object_type
        fixture = self._place(t)
        if fixture is None:
            self.things.append(Thing(*self._on_floor(t)))
            return
        x, y, z = fixture.at
        flags = FLAGS[t]
        if wanted and fixture.receptacle.type == "Fridge":
            flags |= {"isCool"}
        name = self._namer.object(t, Point(x + draw.near(20), y + 3 + draw.below(6), z + draw.near(20)))
        thing = Thing(name, t, flags, (fixture.receptacle.location,))
        self.things.append(thing)
        self._enter(thing, fixture.receptacle)
        for other, percent in self._room.overlaps.get(fixture.receptacle.id, ()):
            fits = other.type in TAKEN_BY[t] and not (wanted and other.type in self._closed)
            if fits and draw.chance(percent):
                self._enter(thing, other)

    def _enter(self, thing: Thing, receptacle: Receptacle) -> None:
        self.inside.append((thing.id, receptacle.id))
        self._contents[receptacle.id].append(thing)

    def _place(self, t: str) -> Fixture | None:
        """One of the usual places of type `t` that is not full; None for the floor."""
        places = dict(self._room.owns[t])
        if t == self._goal.object_type:
            places = {r: w if r in _SEEN_LESS else 2 * w for r, w in places.items() if r not in self._closed}
        while places:
            kind = self._draw.weigh(tuple(places), tuple(places.values()))
            if kind == FLOOR:
                return None
            fixtures, most = self._room.fixtures[kind], SPACE.get(kind, AMPLE)
            pulls = [f.pull if len(self._contents[f.receptacle.id]) < most else 0 for f in fixtures]
            if any(pulls):
                return self._draw.weigh(fixtures, pulls)
            del places[kind]
        return None

    def _on_floor(self, t: str) -> tuple[str, str, frozenset[str], tuple[str, ...]]:
        x, z = self._room.floor.cell(self._draw)
        name = self._namer.object(t, Point(25 * x + self._draw.near(12), self._draw.below(12), 25 * z))
        return name, t, FLAGS[t], (location_id(x, z, self._draw.below(4), 60),)

    def _nest(self) -> None:
        """Some of what lies beside a vessel lies in it; pots and pans on one burner count as in each other."""
        for things in self._contents.values():
            for outer in things:
                if outer.type not in _INTO:
                    continue
                for inner in things:
                    stacked = inner.type in _STACKED and outer.type in _STACKED
                    percent = 30 if stacked else 10 if outer.type == "Box" else 2
                    if inner is not outer and inner.type in _INTO[outer.type] and self._draw.chance(percent):
                        self.nested.append((inner.id, outer.id))


def kept_out(task_type: str, target: str) -> frozenset[str]:
    """The receptacle types in which nothing that the task is about lies at the start."""
    if task_type in ("pick_and_place_simple", "pick_two_obj_and_place"):
        return frozenset({target})
    return appliances(task_type)


def space_for(room: Room, t: str, closed: frozenset[str]) -> int:
    """How many objects of type `t` could lie in reach, were nothing else there; 0 where most lie on the floor."""
    space, weight, places = 0, 0, room.owns[t]
    for r, w in places.items():
        if r != FLOOR and r not in closed:
            space += room.space[r]
            weight += w
    return space if weight >= places.get(FLOOR, 0) else 0
