"""Receptacles made into pieces of furniture: a counter with its cupboards and sink, a desk with its drawers, a bed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skillevo.envs.alfworld.generate.furniture import COLUMN, DRAWERS, FOOTPRINTS, HOSTS, MIDDLE, ON_TOP, SHELVES
from skillevo.envs.draw import Draw


@dataclass(slots=True, eq=False)
class Part:
    """One receptacle of a piece: centimetres along it, from the wall and from the floor, and what it belongs to."""

    type: str
    along: int
    out: int
    height: int
    host: Part | None = None


@dataclass(slots=True, eq=False)
class Piece:
    width: int
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def of(cls, t: str) -> Piece:
        """A receptacle that stands on its own feet."""
        width, out, height = FOOTPRINTS[t]
        return cls(width, [Part(t, width // 2, out, height)])

    def attach(self, column: list[tuple[str, int]]) -> None:
        """Put receptacles, as (type, height), over one another, beside what is there at their height already."""
        host = self.parts[0] if self.parts and self.parts[0].type in HOSTS else None
        level = column[0][1] // 90
        beside = {p.along for p in self.parts if p is not host and p.height // 90 == level}
        along = COLUMN // 2 + COLUMN * len(beside)
        self.parts += [Part(t, along, host.out if host else 30, height, host) for t, height in column]
        self.width = max(self.width, along + COLUMN // 2)


def make_pieces(counts: Mapping[str, int], draw: Draw) -> list[Piece]:
    """All furniture that stands along walls, from counts of receptacles by type."""

    def each(types: tuple[str, ...]) -> list[Piece]:
        return [Piece.of(t) for t in types for _ in range(counts.get(t, 0))]

    hosts = each(HOSTS)
    counters = [p for p in hosts if p.parts[0].type == "CounterTop"]
    cupboard = Piece(0)  # for what is built into hosts elsewhere, in a room without one
    for columns, owners in ((_built_in(counts, draw), hosts), (_on_top(counts, draw), counters)):
        for i, column in enumerate(draw.shuffled(columns)):
            (owners[i % len(owners)] if owners else cupboard).attach(column)
    burners = range(counts.get("StoveBurner", 0))
    stove = Piece(80, [Part("StoveBurner", 20 + 25 * (i // 2), 18 + 26 * (i % 2), 92) for i in burners])
    alone = tuple(t for t in FOOTPRINTS if t not in HOSTS and t not in MIDDLE)
    return [p for p in (*hosts, cupboard, stove, *each(alone)) if p.parts]


def _built_in(counts: Mapping[str, int], draw: Draw) -> list[list[tuple[str, int]]]:
    cabinets = counts.get("Cabinet", 0)
    hung = 0 if "Toilet" in counts else cabinets // 2  # a bathroom has a mirror there
    columns = [[("Cabinet", draw.pick((185, 202, 214) if i < hung else (42, 48, 52)))] for i in range(cabinets)]
    for t, heights in (("Drawer", DRAWERS), ("Shelf", SHELVES)):
        left = counts.get(t, 0)
        while left:
            n = min(left, 1 + draw.below(len(heights)))
            columns.append([(t, height) for height in heights[:n]])
            left -= n
    return columns


def _on_top(counts: Mapping[str, int], draw: Draw) -> list[list[tuple[str, int]]]:
    return [[(t, draw.pick(ON_TOP[t]))] for t in ON_TOP for _ in range(counts.get(t, 0))]
