"""What stands in the four kinds of room: how many of each receptacle, how big it is, and what is fixed beside them.

Counts are drawn, each entry of a tuple as likely as the next; they follow the 108 rooms of the released games
(see the table in tests/envs/alfworld/test_generate_statistics.py), which have 27 of each kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

_ONE = (1,)


def _rare(one_in: int, count: int = 1) -> tuple[int, ...]:
    return (0,) * (one_in - 1) + (count,)


class Footprint(NamedTuple):
    """Centimetres: along the wall, from the wall to the middle, from the floor up."""

    width: int
    out: int
    height: int


FOOTPRINTS: Mapping[str, Footprint] = {
    "ArmChair": Footprint(90, 45, 0),
    "BathtubBasin": Footprint(160, 45, 30),
    "Bed": Footprint(170, 100, 0),
    "Cart": Footprint(50, 30, 0),
    "CoffeeTable": Footprint(110, 0, 0),
    "CounterTop": Footprint(100, 30, 95),
    "Desk": Footprint(120, 35, 0),
    "DiningTable": Footprint(150, 0, 0),
    "Dresser": Footprint(110, 30, 0),
    "Fridge": Footprint(85, 40, 0),
    "GarbageCan": Footprint(40, 20, 0),
    "HandTowelHolder": Footprint(45, 6, 164),
    "LaundryHamper": Footprint(50, 25, 0),
    "Ottoman": Footprint(70, 0, 0),
    "Safe": Footprint(50, 25, 0),
    "SideTable": Footprint(55, 30, 0),
    "Sofa": Footprint(190, 45, 0),
    "TVStand": Footprint(130, 30, 0),
    "Toilet": Footprint(60, 40, 0),
    "ToiletPaperHanger": Footprint(30, 6, 88),
    "TowelHolder": Footprint(70, 6, 136),
}

MIDDLE = ("CoffeeTable", "DiningTable", "Ottoman")
"""Receptacle types that stand in the middle of a room."""

HOSTS = ("CounterTop", "Dresser", "Desk", "TVStand", "SideTable")
"""Receptacle types with drawers and cupboards below them, and shelves and cupboards above."""

ON_TOP: Mapping[str, tuple[int, ...]] = {
    "CoffeeMachine": (92,),
    "Microwave": (93, 93, 165),
    "SinkBasin": (84,),
    "Toaster": (92,),
}
"""What is set on or into a counter, or over it, and the heights that it may have there."""


SPACE: Mapping[str, int] = {
    "CoffeeMachine": 1,
    "HandTowelHolder": 1,
    "StoveBurner": 1,
    "ToiletPaperHanger": 1,
    "TowelHolder": 1,
    "Cabinet": 3,
    "Drawer": 4,
    "GarbageCan": 4,
    "Microwave": 4,
    "Safe": 3,
    "Shelf": 6,
    "Toilet": 6,
}
AMPLE = 18
"""How many things a household leaves in one receptacle at most; `AMPLE` where its type is not named."""

COLUMN = 50
"""Width of a cupboard or a stack of drawers."""

DRAWERS = (78, 60, 42, 20)
SHELVES = (110, 140, 168, 80)
"""Heights in a stack of drawers and a rack of shelves, in the order in which they are filled."""

TOGETHER: Mapping[str, int] = {"StoveBurner": 42, "Drawer": 18, "Cabinet": 3}
"""Percent that are reached from where the one before them, of the same type, is."""

BESIDE: Mapping[str, tuple[tuple[str, ...], int]] = {
    "HandTowelHolder": (("CounterTop",), 12),
    "TowelHolder": (("CounterTop",), 8),
    "Safe": (("Dresser", "Cabinet"), 60),
}
"""Receptacles that may stand so close to another that what is in them counts as in both: types, percent."""

PART_OF: Mapping[str, str] = {"StoveBurner": "StoveKnob", "LaundryHamper": "LaundryHamperLid"}
"""Fixed objects that come with a receptacle, one each."""

STUCK = (0, 0, 10, 20, 20, 40)
"""Percent of a room's cupboards, drawers and safes that do not open; what is in them lies open."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a kind of room holds.

    Attributes:
        receptacles: by type, the counts to draw from.
        fixed: by type of immovable object, the counts to draw from.
    """

    receptacles: Mapping[str, tuple[int, ...]]
    fixed: Mapping[str, tuple[int, ...]]


PLANS: Mapping[str, Plan] = {
    "kitchen": Plan(
        receptacles={
            "Cabinet": (4, 8, 9, 10, 11, 12, 13, 13, 15, 17, 19, 20, 21, 24),
            "CoffeeMachine": _ONE,
            "CounterTop": (1, 1, 2, 2, 2, 2, 3, 3, 3, 4),
            "DiningTable": (0, 0, 0, 1, 1, 1, 1, 2),
            "Drawer": (1, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 9, 12, 14),
            "Fridge": _ONE,
            "GarbageCan": _ONE,
            "Microwave": _ONE,
            "Safe": _rare(25),
            "Shelf": _rare(5, 3),
            "SideTable": _rare(7),
            "SinkBasin": _ONE,
            "StoveBurner": (4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 6),
            "Toaster": _ONE,
        },
        fixed={
            "Blinds": _rare(5),
            "Chair": (0, 1, 1, 1, 1, 2, 2, 3),
            "Curtains": _rare(12),
            "HousePlant": (0, 0, 0, 1, 1),
            "LightSwitch": _ONE,
            "Mirror": _rare(11),
            "Window": (0, 1, 1, 1, 1, 1, 2, 2, 2),
        },
    ),
    "livingroom": Plan(
        receptacles={
            "ArmChair": (0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2),
            "Cabinet": _rare(9, 4),
            "CoffeeTable": (0, 1, 1, 1, 1, 1, 2),
            "Desk": _rare(25),
            "DiningTable": (0, 0, 0, 0, 1, 1, 1, 1, 2),
            "Drawer": (0, 0, 1, 1, 1, 4, 4, 6, 7, 8, 11),
            "Dresser": (0, 0, 1),
            "GarbageCan": _ONE,
            "Ottoman": _rare(6),
            "Safe": _rare(25),
            "Shelf": (0, 0, 0, 0, 0, 0, 1, 3, 6, 11),
            "SideTable": (0, 1, 1, 1, 2, 2, 2, 3),
            "Sofa": (1, 1, 1, 1, 2),
            "TVStand": (0, 0, 0, 0, 0, 1, 1, 1, 2),
        },
        fixed={
            "Chair": (0, 0, 1, 2, 4, 4, 6),
            "Curtains": (0, 0, 0, 1, 1, 2),
            "DeskLamp": (0, 0, 1),
            "FloorLamp": _ONE,
            "HousePlant": _ONE,
            "LightSwitch": _ONE,
            "Mirror": _rare(10),
            "Painting": (1, 1, 1, 2, 2, 2, 3, 4),
            "Television": _ONE,
            "Window": (1, 1, 2, 2, 2, 3, 3, 6),
        },
    ),
    "bedroom": Plan(
        receptacles={
            "ArmChair": (0, 0, 0, 0, 0, 0, 0, 1, 2),
            "Bed": (1, 1, 1, 1, 1, 1, 2),
            "Cabinet": (0, 0, 0, 0, 0, 0, 0, 1, 3),
            "CounterTop": _rare(25),
            "Desk": (0, 0, 1, 1, 1, 1, 1, 1, 2),
            "DiningTable": _rare(6),
            "Drawer": (2, 2, 2, 3, 4, 5, 5, 6, 9, 10, 11, 14),
            "Dresser": (0, 0, 0, 0, 1, 1, 1, 1, 2),
            "GarbageCan": _ONE,
            "LaundryHamper": _rare(4),
            "Safe": _rare(6),
            "Shelf": (0, 0, 0, 1, 1, 2, 5, 6, 8, 10),
            "SideTable": (0, 0, 0, 1, 1, 1, 1, 2, 2),
        },
        fixed={
            "Blinds": (0, 1, 1, 1, 1, 1, 2, 2, 3),
            "Chair": (0, 1, 1, 1, 1, 1, 2),
            "Curtains": _rare(12),
            "DeskLamp": (0, 1, 1, 1),
            "HousePlant": _rare(4),
            "LightSwitch": _ONE,
            "Mirror": _ONE,
            "Painting": (0, 0, 0, 1, 1, 2),
            "Poster": (0, 0, 0, 0, 1, 1),
            "Television": _rare(8),
            "Window": (1, 1, 1, 2, 2),
        },
    ),
    "bathroom": Plan(
        receptacles={
            "BathtubBasin": (0, 0, 0, 1, 1, 1, 1, 1, 1, 1),
            "Cabinet": (0, 0, 0, 0, 0, 2, 4, 4, 4, 6),
            "Cart": _rare(13),
            "CounterTop": (0, 1, 1, 1, 1, 1, 2),
            "Drawer": (0, 0, 0, 0, 1, 2, 4, 6, 8),
            "Dresser": _rare(13),
            "GarbageCan": _ONE,
            "HandTowelHolder": (1, 2),
            "Shelf": (0, 0, 0, 0, 0, 0, 1, 3),
            "SideTable": _rare(13),
            "SinkBasin": (1, 2),
            "Toilet": _ONE,
            "ToiletPaperHanger": _ONE,
            "TowelHolder": (1, 1, 2),
        },
        fixed={
            "FloorLamp": _rare(12, 2),
            "HousePlant": _rare(20),
            "LightSwitch": _ONE,
            "Mirror": _ONE,
            "Painting": _rare(20),
            "ShowerDoor": (0, 0, 1, 1, 1),
            "ShowerGlass": (0, 0, 0, 1, 1),
            "Window": (0, 0, 1, 1, 1, 2),
        },
    ),
}

STANDS_ON: Mapping[str, Mapping[str, int]] = {
    "DeskLamp": {"SideTable": 40, "Desk": 26, "Dresser": 25, "Shelf": 9},
    "HousePlant": {"SideTable": 31, "CounterTop": 24, "DiningTable": 20, "Dresser": 16, "CoffeeTable": 14, "Desk": 10},
    "Television": {"TVStand": 70, "Dresser": 30},
}
"""Fixed objects that stand on a receptacle where there is one of these types, with weights; the rest stands free."""
