"""A room: receptacles with ids, coordinates and the poses from which the agent reaches them.

A room follows from its name alone and never changes: whoever meets it again finds the same furniture. What differs
between its games is the household (`households`).

Pieces of furniture are laid along the four walls, and the room is as large as its longest walls. Lengths are whole
centimetres; the agent stands on a grid of 25 cm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from skillevo.envs.alfworld.generate.furniture import (
    AMPLE,
    BESIDE,
    MIDDLE,
    ON_TOP,
    PART_OF,
    PLANS,
    SPACE,
    STANDS_ON,
    TOGETHER,
)
from skillevo.envs.alfworld.generate.habits import FLOOR, HABITS
from skillevo.envs.alfworld.generate.ids import BASINS, Namer, Point, location_id
from skillevo.envs.alfworld.generate.inventory import GENERATOR_VERSION, Inventory, inventory_of
from skillevo.envs.alfworld.generate.pieces import Part, Piece, make_pieces
from skillevo.envs.alfworld.generate.vocabulary import ALWAYS_OPENABLE, FLAGS, OPENABLE
from skillevo.envs.alfworld.problem import Receptacle, Thing
from skillevo.envs.draw import Draw

GRID = 25
"""Centimetres between the places that the agent stands on."""

CORNER = 70
"""Centimetres that stay free in each corner."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A receptacle where it stands.

    Attributes:
        at: its middle.
        pull: how much of what lies in receptacles of its type lies in this one; 0 if never anything.
    """

    receptacle: Receptacle
    at: Point
    pull: int


@dataclass(frozen=True, slots=True)
class Floor:
    """Where the agent can stand, in grid cells."""

    low_x: int
    low_z: int
    high_x: int
    high_z: int

    def cell(self, draw: Draw) -> tuple[int, int]:
        return (
            self.low_x + draw.below(self.high_x - self.low_x + 1),
            self.low_z + draw.below(self.high_z - self.low_z + 1),
        )

    def nearest(self, x: int, z: int) -> tuple[int, int]:
        """The cell nearest to a point in centimetres."""
        return min(max(x // GRID, self.low_x), self.high_x), min(max(z // GRID, self.low_z), self.high_z)


@dataclass(frozen=True, slots=True)
class Room:
    """What all games in a room share.

    Attributes:
        fixtures: the receptacles, by type.
        space: by type, how many things go into those that anything is ever kept in.
        fixed: objects that stay where they are.
        standing: pairs (fixed object, receptacle that it stands on).
        owns: by type of what the household has, where that is kept: receptacle types (or FLOOR) with weights.
        overlaps: by receptacle id, others that what stands in it may reach into: (receptacle, percent).
    """

    kind: str
    fixtures: Mapping[str, tuple[Fixture, ...]]
    space: Mapping[str, int]
    fixed: tuple[Thing, ...]
    standing: tuple[tuple[str, str], ...]
    owns: Mapping[str, Mapping[str, int]]
    overlaps: Mapping[str, tuple[tuple[Receptacle, int], ...]]
    floor: Floor

    def __iter__(self) -> Iterator[Fixture]:
        return (f for fixtures in self.fixtures.values() for f in fixtures)


@lru_cache(maxsize=512)
def make_room(name: str) -> Room:
    """The room of that name, always the same.

    Raises:
        SkillevoError: no split has a room of that name.
    """
    kind, inventory = inventory_of(name)
    builder = _Builder(inventory, Draw(GENERATOR_VERSION, "room", name))
    builder.lay_out()
    fixed, standing = builder.fix()
    fixtures = builder.by_type()
    used = {t: sum(1 for f in found if f.pull) for t, found in fixtures.items()}
    space = {t: n * SPACE.get(t, AMPLE) for t, n in used.items() if n}
    crowd = {FLOOR: 100} | {t: _crowd(kind, t, len(fixtures[t])) for t in space}
    owns = {t: {r: w * crowd[r] for r, w in HABITS[kind][t].places.items() if r in crowd} for t in inventory.owns}
    return Room(kind, fixtures, space, fixed, standing, owns, builder.overlaps(), builder.floor)


def _crowd(kind: str, t: str, n: int) -> int:
    """Percent of what is usual that lies in receptacles of a type where there are `n`: more of them hold more."""
    counts = [count for count in PLANS[kind].receptacles[t] if count]
    return 100 * len(counts) * (4 + n) // (4 * len(counts) + sum(counts))


class _Builder:
    """Builds one room; every choice comes out of one stream, in one order."""

    floor: Floor

    def __init__(self, inventory: Inventory, draw: Draw) -> None:
        self.inventory, self.draw = inventory, draw
        self.namer = Namer()
        self.made: dict[Part, Fixture] = {}

    def by_type(self) -> dict[str, tuple[Fixture, ...]]:
        found: dict[str, list[Fixture]] = {t: [] for t in self.inventory.receptacles}
        for part, fixture in self.made.items():
            found[part.type].append(fixture)
        return {t: tuple(fixtures) for t, fixtures in found.items()}

    # -- the floor plan

    def lay_out(self) -> None:
        """Give every receptacle its coordinates, id and pose."""
        ends = [CORNER] * 4
        laid: list[tuple[Piece, int, int]] = []
        for piece in self.draw.shuffled(make_pieces(self.inventory.receptacles, self.draw)):
            wall = ends.index(min(ends))
            start = ends[wall] + self.draw.below(30)
            laid.append((piece, wall, start))
            ends[wall] = start + piece.width
        self.width, self.depth = max(ends[0], ends[2]) + CORNER, max(ends[1], ends[3]) + CORNER
        self.left, self.front = -self.draw.below(self.width), -self.draw.below(self.depth)
        far_x, far_z = self.left + self.width, self.front + self.depth
        self.floor = Floor(
            (self.left + 50) // GRID, (self.front + 50) // GRID, (far_x - 50) // GRID, (far_z - 50) // GRID
        )
        for piece, wall, start in laid:
            self._place(piece, wall, start, 0)
        for t in MIDDLE:
            for _ in range(self.inventory.receptacles.get(t, 0)):
                piece, wall = Piece.of(t), self.draw.below(4)
                long, across = (self.depth, self.width) if wall % 2 else (self.width, self.depth)
                start = (long - piece.width) // 2 + self.draw.near(40)
                self._place(piece, wall, start, across // 2 + self.draw.near(40))

    def _place(self, piece: Piece, wall: int, start: int, off_wall: int) -> None:
        before: Part | None = None
        for part in piece.parts:
            along = start + part.along + self.draw.near(4)
            out = off_wall + part.out + self.draw.near(3)
            x, z = self._point(wall, along, out)
            at = Point(x, part.height + self.draw.near(2), z)
            openable = part.type in ALWAYS_OPENABLE
            openable |= part.type in OPENABLE and not self.draw.chance(self.inventory.stuck)
            location = self._pose(part, before, wall, along, out)
            receptacle = Receptacle(self.namer.receptacle(part.type, at), part.type, location, openable)
            self.made[part] = Fixture(receptacle, at, self._pull(receptacle))
            before = part

    def _point(self, wall: int, along: int, out: int) -> tuple[int, int]:
        """Room coordinates of a point seen from a wall: along it, and out from it. The agent faces wall n at turn n."""
        match wall:
            case 0:
                return self.left + along, self.front + self.depth - out
            case 1:
                return self.left + self.width - out, self.front + along
            case 2:
                return self.left + along, self.front + out
            case _:
                return self.left + out, self.front + along

    def _pose(self, part: Part, before: Part | None, wall: int, along: int, out: int) -> str:
        # Neighbours are often reached from one place: burners in front of each other, what stands on a counter.
        if part.host is not None and part.type in ON_TOP and self.draw.chance(12):
            return self.made[part.host].receptacle.location
        if before is not None and before.type == part.type and self.draw.chance(TOGETHER.get(part.type, 8)):
            return self.made[before].receptacle.location
        reach = max(out + 50 + self.draw.pick((0, 0, 25, 50)), 75)
        side = self.draw.pick((-50, -25, -25, 0, 0, 0, 25, 25, 50))
        return location_id(*self.floor.nearest(*self._point(wall, along + side, reach)), wall, _horizon(part.height))

    def _pull(self, receptacle: Receptacle) -> int:
        if receptacle.type not in ("Cabinet", "Drawer", "Shelf"):
            return self.draw.pick((3, 4, 5, 6, 8))
        pull = 0 if self.draw.chance(7) else self.draw.pick((2, 2, 3, 3, 4, 4, 5, 6, 8, 10))
        # What looks like a cupboard and does not open is mostly a panel.
        return pull // 2 if receptacle.type == "Cabinet" and not receptacle.openable else pull

    # -- what does not move

    def fix(self) -> tuple[tuple[Thing, ...], tuple[tuple[str, str], ...]]:
        """The fixed objects, and which of them stand on which receptacle."""
        fixtures, draw = self.by_type(), self.draw
        things = list(self._parts_of(fixtures))
        standing: list[tuple[str, str]] = []
        for t, n in self.inventory.fixed.items():
            supports = {r: w for r, w in STANDS_ON.get(t, {}).items() if r in fixtures}
            for _ in range(n):
                if supports:
                    f = draw.pick(fixtures[draw.weigh(tuple(supports), tuple(supports.values()))])
                    name = self.namer.object(t, Point(f.at.x + draw.near(15), f.at.y + 12, f.at.z + draw.near(15)))
                    standing.append((name, f.receptacle.id))
                    things.append(Thing(name, t, FLAGS[t], (f.receptacle.location,)))
                elif t != "DeskLamp":  # a lamp that stands nowhere would be out of reach
                    x, z = self._point(draw.below(4), draw.below(min(self.width, self.depth)), 5)
                    location = location_id(*self.floor.cell(draw), draw.below(4), draw.pick((0, 30, 60)))
                    things.append(Thing(self.namer.object(t, Point(x, draw.below(180), z)), t, FLAGS[t], (location,)))
        return tuple(things), tuple(standing)

    def _parts_of(self, fixtures: Mapping[str, tuple[Fixture, ...]]) -> Iterator[Thing]:
        """Objects that come with receptacles: sinks with basins, knobs with burners."""
        for t, whole in BASINS.items():
            for f in fixtures.get(t, ()):
                yield Thing(f.receptacle.id.removesuffix(f"_bar_{t}"), whole, FLAGS[whole], (f.receptacle.location,))
        for t, part in PART_OF.items():
            for f in fixtures.get(t, ()):
                at = Point(f.at.x + self.draw.near(9), f.at.y + 5, f.at.z + self.draw.near(9))
                yield Thing(self.namer.object(part, at), part, FLAGS[part], (f.receptacle.location,))

    def overlaps(self) -> dict[str, tuple[tuple[Receptacle, int], ...]]:
        """Where what stands in one receptacle counts as standing in another one as well, and how often."""
        found: dict[str, tuple[tuple[Receptacle, int], ...]] = {}

        def reach(a: Fixture, b: Fixture, percent: int) -> None:
            found[a.receptacle.id] = (*found.get(a.receptacle.id, ()), (b.receptacle, percent))

        fixtures, draw = self.by_type(), self.draw
        for part, fixture in self.made.items():
            if part.type == "CoffeeMachine" and part.host is not None and draw.chance(90):
                reach(fixture, self.made[part.host], 97)
        burners, counters = fixtures.get("StoveBurner", ()), fixtures.get("CounterTop", ())
        if burners and draw.chance(60):
            percent = draw.pick((20, 50, 80))
            for a, b in zip(burners[::2], burners[1::2], strict=True):
                reach(a, b, percent)
                reach(b, a, percent)
        if burners and counters and draw.chance(60):
            counter, percent = draw.pick(counters), draw.pick((20, 40, 60))
            for burner in burners:
                reach(burner, counter, percent)
        for t, (others, percent) in BESIDE.items():
            surfaces = [f for other in others for f in fixtures.get(other, ())]
            for f in fixtures.get(t, ()):
                if surfaces and draw.chance(percent):
                    reach(f, draw.pick(surfaces), 95)
        return found


def _horizon(height: int) -> int:
    """Degrees that the agent looks down by (up, where negative) to face something so high."""
    for limit, degrees in ((70, 60), (100, 45), (120, 30), (145, 15), (165, 0), (190, -15)):
        if height < limit:
            return degrees
    return -30
