"""Ids in the released games' form: a type and three coordinates, with the signs and points spelled out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Point(NamedTuple):
    """Centimetres: x, height, z."""

    x: int
    y: int
    z: int


def _metres(cm: int) -> str:
    return f"_{'minus' if cm < 0 else 'plus'}_{abs(cm) // 100:02d}_dot_{abs(cm) % 100:02d}"


def _cell(n: int) -> str:
    return f"_minus_{-n}" if n < 0 else str(n)


def location_id(x: int, z: int, turn: int, horizon: int) -> str:
    """A pose of the agent: grid cell, quarter turns, degrees that it looks down by."""
    return f"loc_bar_{_cell(x)}_bar_{_cell(z)}_bar_{turn}_bar_{_cell(horizon)}"


BASINS = {"SinkBasin": "Sink", "BathtubBasin": "Bathtub"}
"""Receptacles that are a part of an object and carry its id, with their own type added."""


class Namer:
    """Gives out ids, no id twice: what would stand in another thing's place is moved by a centimetre."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def object(self, t: str, at: Point) -> str:
        x, y, z = at
        tail = f"_bar_{_metres(y)}_bar_{_metres(z)}"
        while (name := f"{t}_bar_{_metres(x)}{tail}") in self._taken:
            x += 1
        self._taken.add(name)
        return name

    def receptacle(self, t: str, at: Point) -> str:
        if whole := BASINS.get(t):
            return f"{self.object(whole, at)}_bar_{t}"
        return self.object(t, at)
