"""A room: receptacles with ids, coordinates and the poses from which the agent reaches them.

A room follows from its name alone and never changes: whoever meets it again finds the same furniture. What
differs between games is the household (`households`).

Furniture is made into pieces as wide as they are, the pieces are laid along the four walls, and the room is as
large as its longest walls. Lengths are whole centimetres; the agent stands on a grid of 25 cm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from skillevo.envs.alfworld.generate.draw import Draw
from skillevo.envs.alfworld.generate.furniture import FOOTPRINTS, HOSTS, MIDDLE, ON_TOP, PLANS, STANDS_ON
from skillevo.envs.alfworld.generate.habits import HABITS
from skillevo.envs.alfworld.generate.ids import Namer, Point, location_id
from skillevo.envs.alfworld.generate.vocabulary import FLAGS, KINDS, OPENABLE
from skillevo.envs.alfworld.problem import Receptacle, Thing
from skillevo.envs.base import SkillevoError

GENERATOR_VERSION = 1
"""Goes up whenever any generated game changes; panels and reports name it."""

SPLITS: Mapping[str, range] = {"train": range(1, 25), "val": range(25, 33), "test": range(33, 49)}
"""The numbers of each split's rooms, of every kind: no room is in two splits."""


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
class Room:
    """What all games in a room share.

    Attributes:
        fixtures: the receptacles, by type.
        fixed: objects that stay where they are.
        standing: pairs (fixed object, receptacle that it stands on).
        owns: the types of what the household has, in order.
        overlaps: what stands in the first receptacle reaches into the second one, too: (id, percent).
        cells: corners of the floor that the agent starts on, in grid cells: lowest x, z, highest x, z.
    """

    name: str
    kind: str
    fixtures: Mapping[str, tuple[Fixture, ...]]
    fixed: tuple[Thing, ...]
    standing: tuple[tuple[str, str], ...]
    owns: tuple[str, ...]
    overlaps: Mapping[str, tuple[tuple[Fixture, int], ...]]
    cells: tuple[int, int, int, int]

    def __iter__(self) -> Iterator[Fixture]:
        return (f for fixtures in self.fixtures.values() for f in fixtures)


def room_names(split: str) -> tuple[str, ...]:
    """The rooms of "train", "val" or "test"; no room is in two of them.

    Raises:
        SkillevoError: no such split.
    """
    if split not in SPLITS:
        raise SkillevoError(f"generated rooms have the splits {', '.join(SPLITS)}, not {split!r}")
    return tuple(f"{kind}-{number:02d}" for kind in KINDS for number in SPLITS[split])


@lru_cache(maxsize=512)
def make_room(name: str) -> Room:
    """The room of that name, always the same.

    Raises:
        SkillevoError: no split has a room of that name.
    """
    kind, _, number = name.partition("-")
    if name not in _ALL_ROOMS:
        raise SkillevoError(f"there is no generated room {name!r}; rooms are called kitchen-01 and so on, see room_names()")
    return _Builder(name, kind, Draw(GENERATOR_VERSION, "room", kind, int(number))).room()


_ALL_ROOMS = frozenset(name for split in SPLITS for name in room_names(split))


@dataclass(slots=True, eq=False)
class _Part:
    """One receptacle of a piece: how far along it, how far from the wall, how high, and what it stands on."""

    type: str
    along: int
    out: int
    height: int
    host: _Part | None = None


@dataclass(slots=True)
class _Piece:
    width: int
    parts: list[_Part] = field(default_factory=list)


COLUMN = 50
"""Width of a cupboard or a stack of drawers."""


class _Builder:
    """Builds one room; every choice comes out of one stream, in one order."""

    def __init__(self, name: str, kind: str, draw: Draw) -> None:
        self.name, self.kind, self.draw = name, kind, draw
        self.namer = Namer()
        self.counts = {t: draw.pick(counts) for t, counts in PLANS[kind].receptacles.items()}
        self.stuck = draw.pick((0, 0, 10, 20, 20, 40))
        self.made: dict[_Part, Fixture] = {}

    def room(self) -> Room:
        self._lay(self.draw.shuffled(self._pieces()))
        fixtures: dict[str, list[Fixture]] = {t: [] for t in sorted(t for t, n in self.counts.items() if n)}
        for fixture in self.made.values():
            fixtures[fixture.receptacle.type].append(fixture)
        by_type = {t: tuple(found) for t, found in fixtures.items()}
        fixed, standing = self._fixed(by_type)
        owns = tuple(t for t, habit in HABITS[self.kind].items() if self.draw.chance(habit.share))
        return Room(self.name, self.kind, by_type, fixed, standing, owns, self._overlaps(), self.cells)

    # -- pieces of furniture

    def _pieces(self) -> list[_Piece]:
        self.hosts = [self._alone(t) for t in HOSTS for _ in range(self.counts.get(t, 0))]
        # Cupboards and drawers are built into hosts; a room without a host has them standing alone.
        built_in = self.hosts or [_Piece(0)]
        pieces = self.hosts or built_in
        below, above = self._columns()
        for columns in (below, above):
            for i, column in enumerate(self.draw.shuffled(columns)):
                _attach(built_in[i % len(built_in)], column)
        tops = [(t, self.draw.pick(ON_TOP[t])) for t in ON_TOP for _ in range(self.counts.get(t, 0))]
        counters = [p for p in self.hosts if p.parts[0].type == "CounterTop"] or [_Piece(0)]
        for i, (t, height) in enumerate(self.draw.shuffled(tops)):
            _attach(counters[i % len(counters)], [(t, height)])
        if not self.hosts or counters[0] not in self.hosts:
            pieces = [*pieces, counters[0]]
        pieces = [p for p in pieces if p.parts]
        if burners := self.counts.get("StoveBurner", 0):
            pieces.append(_Piece(80, [_Part("StoveBurner", 20 + 25 * (i // 2), 18 + 26 * (i % 2), 92) for i in range(burners)]))
        loose = (t for t in FOOTPRINTS if t not in HOSTS and t not in MIDDLE)
        return pieces + [self._alone(t) for t in loose for _ in range(self.counts.get(t, 0))]

    def _alone(self, t: str) -> _Piece:
        width, out, height = FOOTPRINTS[t]
        return _Piece(width, [_Part(t, width // 2, out, height)])

    def _columns(self) -> tuple[list[list[tuple[str, int]]], list[list[tuple[str, int]]]]:
        """What goes below the hosts and above them: columns of (type, height)."""
        below: list[list[tuple[str, int]]] = []
        above: list[list[tuple[str, int]]] = []
        cabinets = self.counts.get("Cabinet", 0)
        high = cabinets // 2 if self.kind in ("kitchen", "livingroom") else 0
        above += [[("Cabinet", self.draw.pick((185, 202, 214)))] for _ in range(high)]
        below += [[("Cabinet", self.draw.pick((42, 48, 52)))] for _ in range(cabinets - high)]
        for t, heights, columns in (("Drawer", (78, 60, 42, 20), below), ("Shelf", (110, 140, 168, 80), above)):
            left = self.counts.get(t, 0)
            while left:
                n = min(left, 1 + self.draw.below(len(heights)))
                columns.append([(t, h) for h in heights[:n]])
                left -= n
        return below, above

    # -- the floor

    def _lay(self, pieces: list[_Piece]) -> None:
        corner = 70
        ends = [corner] * 4
        laid: list[tuple[_Piece, int, int]] = []
        for piece in pieces:
            wall = ends.index(min(ends))
            start = ends[wall] + self.draw.below(30)
            laid.append((piece, wall, start))
            ends[wall] = start + piece.width
        self.width, self.depth = (max(ends[w], ends[w + 2]) + corner for w in (0, 1))
        self.origin = (-self.draw.below(self.width), -self.draw.below(self.depth))
        x, z = self.origin
        self.cells = ((x + 50) // 25, (z + 50) // 25, (x + self.width - 50) // 25, (z + self.depth - 50) // 25)
        for piece, wall, start in laid:
            self._place(piece, wall, start, 0)
        for t in sorted(MIDDLE):
            for _ in range(self.counts.get(t, 0)):
                wall = self.draw.below(4)
                long, across = (self.width, self.depth) if wall % 2 == 0 else (self.depth, self.width)
                piece = self._alone(t)
                start = long // 2 - piece.width // 2 + self.draw.near(40)
                self._place(piece, wall, start, across // 2 - 40 + self.draw.below(80))

    def _place(self, piece: _Piece, wall: int, start: int, off_wall: int) -> None:
        """Give every part of a piece its coordinates, id and pose."""
        before: _Part | None = None
        for part in piece.parts:
            along = start + part.along + self.draw.near(4)
            out = off_wall + part.out + self.draw.near(3)
            x, z = self._point(wall, along, out)
            at = Point(x, part.height + self.draw.near(2), z)
            location = self._pose(part, before, wall, along, out)
            openable = part.type in ("Fridge", "Microwave") or (part.type in OPENABLE and not self.draw.chance(self.stuck))
            receptacle = Receptacle(self.namer.receptacle(part.type, at), part.type, location, openable)
            self.made[part] = Fixture(receptacle, at, self._pull(part.type, openable))
            before = part

    def _point(self, wall: int, along: int, out: int) -> tuple[int, int]:
        """Centimetres in the room's coordinates. Walls 0 to 3 are the ones that an agent so turned faces."""
        x, z = self.origin
        match wall:
            case 0:
                return x + along, z + self.depth - out
            case 1:
                return x + self.width - out, z + along
            case 2:
                return x + along, z + out
            case _:
                return x + out, z + along

    def _pose(self, part: _Part, before: _Part | None, wall: int, along: int, out: int) -> str:
        # Neighbours are often reached from one place: burners in front of each other, what stands on a counter.
        for other, percent in ((part.host, 12), (before, 55 if part.type == "StoveBurner" else 10)):
            alike = other is not None and (other.type == part.type or part.type in ON_TOP)
            if other is not None and alike and self.draw.chance(percent):
                return self.made[other].receptacle.location
        reach = out + 50 + self.draw.pick((0, 0, 25, 50))
        x, z = self._point(wall, along + self.draw.pick((-50, -25, -25, 0, 0, 0, 25, 25, 50)), max(reach, 75))
        return location_id(x // 25, z // 25, wall, _horizon(part.height))

    def _pull(self, t: str, openable: bool) -> int:
        if t in ("Cabinet", "Drawer", "Shelf"):
            pull = self.draw.pick((1, 2, 2, 3, 3, 4, 5, 6, 8, 12) if self.draw.chance(93) else (0,))
            return pull if openable or t != "Cabinet" else pull // 2
        return self.draw.pick((3, 4, 5, 6, 8))

    # -- what does not move

    def _fixed(self, fixtures: Mapping[str, tuple[Fixture, ...]]) -> tuple[tuple[Thing, ...], tuple[tuple[str, str], ...]]:
        things: list[Thing] = []
        standing: list[tuple[str, str]] = []
        counts = {t: self.draw.pick(counts) for t, counts in PLANS[self.kind].fixed.items()}
        for basin, whole in (("SinkBasin", "Sink"), ("BathtubBasin", "Bathtub")):
            for f in fixtures.get(basin, ()):
                things.append(Thing(self.namer.whole(whole, f.at), whole, FLAGS[whole], (f.receptacle.location,)))
        for part, belongs in (("StoveKnob", "StoveBurner"), ("LaundryHamperLid", "LaundryHamper")):
            for f in fixtures.get(belongs, ()):
                at = Point(f.at.x + self.draw.near(9), f.at.y + 5, f.at.z + self.draw.near(9))
                things.append(Thing(self.namer.object(part, at), part, FLAGS[part], (f.receptacle.location,)))
        for t, n in counts.items():
            options = {r: w for r, w in STANDS_ON.get(t, {}).items() if r in fixtures}
            for _ in range(n):
                under = self.draw.weigh(tuple(options), tuple(options.values())) if options else None
                if under is not None:
                    f = self.draw.pick(fixtures[under])
                    at = Point(f.at.x + self.draw.near(15), f.at.y + 12, f.at.z + self.draw.near(15))
                    location = f.receptacle.location
                    standing.append((self.namer.object(t, at), f.receptacle.id))
                    things.append(Thing(standing[-1][0], t, FLAGS[t], (location,)))
                elif t != "DeskLamp":  # a lamp without a place to stand is none that the household has
                    x, z = self._point(self.draw.below(4), self.draw.below(min(self.width, self.depth)), 5)
                    at = Point(x, self.draw.below(180), z)
                    things.append(Thing(self.namer.object(t, at), t, FLAGS[t], (self._somewhere(),)))
        return tuple(things), tuple(standing)

    def _somewhere(self) -> str:
        low_x, low_z, high_x, high_z = self.cells
        x = low_x + self.draw.below(high_x - low_x + 1)
        z = low_z + self.draw.below(high_z - low_z + 1)
        return location_id(x, z, self.draw.below(4), self.draw.pick((0, 30, 60)))

    def _overlaps(self) -> dict[str, tuple[tuple[Fixture, int], ...]]:
        """Where a thing that stands in one receptacle counts as standing in another one as well."""
        found: dict[str, list[tuple[Fixture, int]]] = {}

        def add(a: Fixture, b: Fixture, percent: int) -> None:
            found.setdefault(a.receptacle.id, []).append((b, percent))

        for part, fixture in self.made.items():
            if part.type == "CoffeeMachine" and part.host is not None and self.draw.chance(90):
                add(fixture, self.made[part.host], 97)
        burners = [f for p, f in self.made.items() if p.type == "StoveBurner"]
        counters = [f for p, f in self.made.items() if p.type == "CounterTop"]
        if burners and self.draw.chance(55):
            percent = self.draw.pick((20, 40, 70))
            for a, b in zip(burners[::2], burners[1::2], strict=True):
                add(a, b, percent)
                add(b, a, percent)
        if burners and counters and self.draw.chance(55):
            counter, percent = self.draw.pick(counters), self.draw.pick((20, 40, 60))
            for burner in burners:
                add(burner, counter, percent)
        for part, fixture in self.made.items():
            if part.type in ("HandTowelHolder", "TowelHolder", "Safe") and self.hosts and self.draw.chance(6):
                add(fixture, self.made[self.hosts[0].parts[0]], 95)
        return {r: tuple(others) for r, others in found.items()}


def _attach(piece: _Piece, column: list[tuple[str, int]]) -> None:
    """Put a column of receptacles below, on or above a piece, next to the columns that are there at its height."""
    host = piece.parts[0] if piece.parts and piece.parts[0].type in HOSTS else None
    level = column[0][1] // 90
    taken = {p.along for p in piece.parts if p is not host and p.height // 90 == level}
    along = COLUMN // 2 + COLUMN * len(taken)
    out = host.out if host is not None else 30
    piece.parts += [_Part(t, along, out, height, host) for t, height in column]
    piece.width = max(piece.width, along + COLUMN // 2)


def _horizon(height: int) -> int:
    """Degrees that the agent looks down by (up, where negative) to face something so high."""
    for limit, degrees in ((70, 60), (100, 45), (120, 30), (145, 15), (165, 0), (190, -15)):
        if height < limit:
            return degrees
    return -30
