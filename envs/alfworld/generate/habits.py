"""What the households of each kind of room have, how much of it, and where it lies.

This is the knowledge that an agent can pick up in one room and use in another. The weights are rounded from how
often things lie where in the released games; the rest falls to `FLOOR`, out of reach as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FLOOR = "FLOOR"
"""Not a receptacle: the thing lies loose, and nothing reaches it."""

MANY = (1, 1, 1)
SOME = (4, 4, 3)
FEW = (11, 6, 2)
MOSTLY_ONE = (12, 5, 1)
SINGLE = (1,)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a kind of household keeps one type of object.

    Attributes:
        share: percent of rooms that have it at all.
        copies: weights of one, two, three, ... of it in one game.
        places: weights by receptacle type (or FLOOR), among those that the room has.
    """

    share: int
    copies: tuple[int, ...]
    places: Mapping[str, int]


def _habit(share: int, copies: tuple[int, ...], places: str) -> Habit:
    words = places.split()
    return Habit(share, copies, dict(zip(words[::2], map(int, words[1::2]), strict=True)))


_ON_FLOOR = f"{FLOOR} 1"

HABITS: Mapping[str, Mapping[str, Habit]] = {
    "kitchen": {
        "Apple": _habit(
            100,
            MANY,
            "CounterTop 18 DiningTable 22 Fridge 19 SideTable 14 Microwave 10 GarbageCan 9 SinkBasin 7 FLOOR 1",
        ),
        "Book": _habit(9, FEW, "CounterTop 55 DiningTable 20 Cabinet 14 Drawer 6 Shelf 5"),
        "Bowl": _habit(
            100,
            SOME,
            "Cabinet 28 DiningTable 24 Fridge 17 CounterTop 16 Shelf 6 SideTable 4 SinkBasin 2 Microwave 2 FLOOR 1",
        ),
        "Bread": _habit(100, FEW, "DiningTable 52 CounterTop 35 Fridge 8 SideTable 5"),
        "ButterKnife": _habit(97, SOME, "DiningTable 38 CounterTop 36 SideTable 14 Drawer 5 SinkBasin 4 FLOOR 3"),
        "CellPhone": _habit(11, MANY, "DiningTable 45 Drawer 28 CounterTop 27"),
        "CreditCard": _habit(9, MANY, "CounterTop 40 Drawer 34 Shelf 23 FLOOR 3"),
        "Cup": _habit(
            100,
            MANY,
            "DiningTable 20 Cabinet 17 SideTable 14 Fridge 14 CounterTop 14 Shelf 7 SinkBasin 7 Microwave 5 FLOOR 2",
        ),
        "DishSponge": _habit(
            100,
            MANY,
            "CounterTop 20 DiningTable 19 Cabinet 18 Drawer 17 Shelf 9 SinkBasin 6 SideTable 5 GarbageCan 4 FLOOR 2",
        ),
        "Egg": _habit(
            100,
            MANY,
            "Fridge 20 CounterTop 18 DiningTable 17 SideTable 12 SinkBasin 10 Microwave 10 GarbageCan 10 FLOOR 3",
        ),
        "Fork": _habit(100, MANY, "DiningTable 34 CounterTop 30 Drawer 15 SideTable 12 SinkBasin 6 FLOOR 3"),
        "Glassbottle": _habit(
            23, MANY, "DiningTable 26 Cabinet 23 CounterTop 20 Shelf 10 SinkBasin 7 Fridge 7 GarbageCan 6 FLOOR 1"
        ),
        "Kettle": _habit(
            50, SOME, "StoveBurner 36 CounterTop 22 Cabinet 22 DiningTable 16 SinkBasin 2 Shelf 1 FLOOR 1"
        ),
        "Knife": _habit(100, SOME, "DiningTable 38 CounterTop 34 Drawer 15 SideTable 6 SinkBasin 3 FLOOR 4"),
        "Ladle": _habit(36, MANY, "CounterTop 31 DiningTable 29 Cabinet 20 Drawer 15 SinkBasin 2 FLOOR 3"),
        "Lettuce": _habit(
            100, FEW, "DiningTable 43 CounterTop 27 Fridge 15 SideTable 9 SinkBasin 3 GarbageCan 1 FLOOR 2"
        ),
        "Mug": _habit(
            100,
            SOME,
            "CoffeeMachine 15 DiningTable 15 Cabinet 15 Fridge 13 CounterTop 12 SideTable 8 Microwave 7 SinkBasin 6 "
            "Shelf 5 FLOOR 4",
        ),
        "Pan": _habit(100, MOSTLY_ONE, "StoveBurner 48 CounterTop 28 DiningTable 10 Cabinet 9 Fridge 5"),
        "PaperTowelRoll": _habit(35, SINGLE, "CounterTop 33 DiningTable 28 Shelf 16 SideTable 13 GarbageCan 10"),
        "Pen": _habit(7, MANY, "DiningTable 50 CounterTop 30 Drawer 15 GarbageCan 5"),
        "Pencil": _habit(7, MANY, "DiningTable 40 Drawer 30 CounterTop 22 GarbageCan 8"),
        "PepperShaker": _habit(100, MANY, "DiningTable 22 Cabinet 20 CounterTop 20 SideTable 17 Shelf 11 Drawer 10"),
        "Plate": _habit(
            100, SOME, "Cabinet 31 DiningTable 25 CounterTop 23 Fridge 7 Shelf 6 FLOOR 5 SinkBasin 2 SideTable 1"
        ),
        "Pot": _habit(100, FEW, "StoveBurner 66 CounterTop 14 DiningTable 8 Fridge 5 Cabinet 4 Shelf 2 SinkBasin 1"),
        "Potato": _habit(
            100,
            SOME,
            "DiningTable 24 CounterTop 21 Fridge 21 SideTable 10 SinkBasin 9 Microwave 8 GarbageCan 5 FLOOR 2",
        ),
        "SaltShaker": _habit(100, SOME, "DiningTable 22 Cabinet 20 CounterTop 20 SideTable 17 Shelf 11 Drawer 10"),
        "SoapBottle": _habit(
            100, SOME, "DiningTable 28 CounterTop 21 Cabinet 19 Shelf 12 SideTable 10 GarbageCan 8 Drawer 1 FLOOR 1"
        ),
        "Spatula": _habit(100, SOME, "DiningTable 39 CounterTop 32 Drawer 17 SinkBasin 6 SideTable 4 FLOOR 2"),
        "Spoon": _habit(100, MANY, "DiningTable 32 CounterTop 24 Drawer 20 SideTable 14 SinkBasin 7 FLOOR 3"),
        "SprayBottle": _habit(7, MANY, "DiningTable 38 Cabinet 26 CounterTop 26 GarbageCan 10"),
        "Statue": _habit(13, SOME, "CounterTop 46 Shelf 41 DiningTable 13"),
        "Tomato": _habit(
            100, MANY, "DiningTable 29 Fridge 25 CounterTop 21 SideTable 12 GarbageCan 7 SinkBasin 5 FLOOR 1"
        ),
        "Vase": _habit(13, (0, 1, 1), "CounterTop 32 Shelf 30 Cabinet 28 DiningTable 10"),
        "WineBottle": _habit(
            40, MANY, "DiningTable 32 CounterTop 30 Cabinet 21 GarbageCan 7 Shelf 7 Fridge 2 SideTable 1"
        ),
    },
    "livingroom": {
        "Book": _habit(
            27, FEW, "Dresser 28 CoffeeTable 24 DiningTable 16 Sofa 13 ArmChair 7 SideTable 6 TVStand 4 Drawer 2"
        ),
        "Boots": _habit(20, SINGLE, _ON_FLOOR),
        "Bowl": _habit(11, FEW, "DiningTable 42 CoffeeTable 20 Dresser 18 Shelf 12 SideTable 8 TVStand 18"),
        "Box": _habit(
            100,
            MOSTLY_ONE,
            "DiningTable 26 Desk 20 CoffeeTable 12 Cabinet 10 Sofa 10 FLOOR 8 Shelf 4 SideTable 4 Dresser 3 Ottoman 2 "
            "ArmChair 1 TVStand 2",
        ),
        "Candle": _habit(10, (1, 1, 3), "SideTable 33 Drawer 17 CoffeeTable 18 Dresser 15 DiningTable 17 TVStand 10"),
        "CellPhone": _habit(
            22,
            MANY,
            "Dresser 13 Shelf 12 Ottoman 11 Desk 11 CoffeeTable 12 DiningTable 10 SideTable 10 "
            "Drawer 9 Sofa 8 ArmChair 4 TVStand 12",
        ),
        "CreditCard": _habit(
            100,
            MANY,
            "Sofa 14 DiningTable 11 Desk 10 Drawer 10 CoffeeTable 11 Dresser 9 ArmChair 9 "
            "Shelf 8 SideTable 8 Ottoman 6 TVStand 10",
        ),
        "KeyChain": _habit(
            100,
            MANY,
            "FLOOR 14 Drawer 12 CoffeeTable 13 SideTable 11 Safe 9 Dresser 9 DiningTable 8 Sofa 7 Ottoman 6 Shelf 6 "
            "ArmChair 5 TVStand 11",
        ),
        "Laptop": _habit(
            100,
            FEW,
            "DiningTable 27 CoffeeTable 18 Sofa 17 Dresser 12 Desk 11 Ottoman 7 SideTable 5 ArmChair 3 TVStand 7",
        ),
        "Newspaper": _habit(
            55,
            SOME,
            "DiningTable 20 Shelf 15 Dresser 15 CoffeeTable 13 Sofa 13 Ottoman 10 SideTable 8 ArmChair 4 TVStand 4 "
            "Drawer 2",
        ),
        "Pen": _habit(
            20, MANY, "Dresser 24 CoffeeTable 24 Shelf 16 SideTable 15 DiningTable 12 Drawer 5 GarbageCan 4 TVStand 11"
        ),
        "Pencil": _habit(
            16, MANY, "Shelf 28 CoffeeTable 21 SideTable 20 Dresser 12 Drawer 8 DiningTable 7 GarbageCan 4 TVStand 10"
        ),
        "Pillow": _habit(100, (7, 1), "Sofa 77 ArmChair 21 Ottoman 2"),
        "Plate": _habit(36, FEW, "DiningTable 43 Shelf 25 CoffeeTable 18 SideTable 10 Dresser 4 TVStand 8"),
        "RemoteControl": _habit(
            100,
            MANY,
            "CoffeeTable 17 Desk 14 Dresser 12 Sofa 13 DiningTable 11 SideTable 9 Ottoman 7 ArmChair 6 Shelf 5 FLOOR 4 "
            "Drawer 2 TVStand 12",
        ),
        "Statue": _habit(
            96, (3, 4, 4), "DiningTable 22 Shelf 22 CoffeeTable 20 SideTable 14 Dresser 12 Desk 8 FLOOR 2 TVStand 15"
        ),
        "TissueBox": _habit(
            32,
            (3, 4, 4),
            "CoffeeTable 31 TVStand 17 Shelf 16 DiningTable 16 SideTable 12 Dresser 5 Drawer 2 GarbageCan 1",
        ),
        "Vase": _habit(
            58,
            (2, 3, 4, 2),
            "Shelf 25 Desk 19 Dresser 16 DiningTable 13 CoffeeTable 13 SideTable 8 FLOOR 4 Cabinet 2 TVStand 6",
        ),
        "Watch": _habit(
            50, SOME, "Drawer 17 Dresser 17 CoffeeTable 20 DiningTable 16 Shelf 14 SideTable 16 TVStand 14"
        ),
        "WateringCan": _habit(48, (12, 1), "FLOOR 52 Shelf 36 CoffeeTable 10 SideTable 2"),
    },
    "bedroom": {
        "AlarmClock": _habit(100, FEW, "DiningTable 26 CounterTop 22 Desk 17 Dresser 13 Shelf 11 SideTable 11"),
        "BaseballBat": _habit(41, SINGLE, _ON_FLOOR),
        "BasketBall": _habit(37, SINGLE, _ON_FLOOR),
        "Book": _habit(
            100,
            SOME,
            "Bed 28 Desk 16 CounterTop 12 DiningTable 11 Cabinet 9 Drawer 7 ArmChair 7 Dresser 6 SideTable 3 Shelf 1",
        ),
        "Boots": _habit(11, SINGLE, _ON_FLOOR),
        "Bowl": _habit(45, FEW, "Desk 43 Shelf 22 DiningTable 13 CounterTop 10 Dresser 10 SideTable 2"),
        "Box": _habit(45, SINGLE, "FLOOR 74 Desk 14 Shelf 12"),
        "CD": _habit(
            100,
            MANY,
            "DiningTable 25 Drawer 15 Dresser 13 Desk 12 SideTable 9 FLOOR 9 Cabinet 7 Shelf 6 GarbageCan 4",
        ),
        "CellPhone": _habit(
            100,
            MANY,
            "DiningTable 16 CounterTop 15 Bed 14 Desk 11 Dresser 9 Drawer 9 ArmChair 9 SideTable 8 Shelf 5 Safe 4",
        ),
        "Cloth": _habit(18, SOME, _ON_FLOOR),
        "CreditCard": _habit(
            100, MANY, "Drawer 15 CounterTop 15 DiningTable 14 Shelf 12 Desk 12 Dresser 12 SideTable 11 ArmChair 9"
        ),
        "KeyChain": _habit(
            100,
            MANY,
            "DiningTable 16 Dresser 14 Drawer 15 Desk 13 SideTable 12 Shelf 11 Safe 8 ArmChair 6 FLOOR 3 CounterTop 2",
        ),
        "Laptop": _habit(100, FEW, "Bed 44 CounterTop 20 Desk 17 DiningTable 10 Dresser 5 ArmChair 4"),
        "Mug": _habit(
            51, SOME, "Desk 24 DiningTable 19 CounterTop 14 Shelf 13 Dresser 11 SideTable 10 Cabinet 7 FLOOR 2"
        ),
        "Pen": _habit(
            100, MANY, "DiningTable 23 CounterTop 21 Desk 17 Dresser 12 SideTable 9 Shelf 9 Drawer 8 GarbageCan 1"
        ),
        "Pencil": _habit(
            100, MANY, "DiningTable 25 CounterTop 24 Desk 12 SideTable 11 Shelf 9 Dresser 9 Drawer 8 GarbageCan 2"
        ),
        "Pillow": _habit(100, (9, 10, 2), "Bed 97 ArmChair 3"),
        "RemoteControl": _habit(
            11, MANY, "CounterTop 26 Drawer 17 Desk 17 DiningTable 11 Dresser 11 SideTable 8 FLOOR 5 ArmChair 4 Shelf 1"
        ),
        "Statue": _habit(14, FEW, "Desk 30 Shelf 26 Dresser 25 SideTable 17 FLOOR 2"),
        "TeddyBear": _habit(34, SINGLE, "Bed 76 FLOOR 24"),
        "TennisRacket": _habit(38, SINGLE, _ON_FLOOR),
        "TissueBox": _habit(15, FEW, "DiningTable 50 Desk 20 Drawer 12 Shelf 8 SideTable 7 Dresser 3"),
        "Vase": _habit(7, MANY, "Shelf 38 Dresser 31 Desk 21 SideTable 10"),
        "Watch": _habit(7, MANY, "Desk 24 Drawer 21 DiningTable 18 Dresser 18 Shelf 12 SideTable 7"),
    },
    "bathroom": {
        "Candle": _habit(
            100, MANY, "CounterTop 15 Cabinet 15 SideTable 13 Shelf 13 Toilet 13 Drawer 10 Cart 9 Dresser 8 FLOOR 4"
        ),
        "Cloth": _habit(
            100,
            SOME,
            "Cabinet 24 BathtubBasin 24 Cart 10 Drawer 10 Shelf 10 Dresser 9 CounterTop 8 SinkBasin 4 Toilet 1",
        ),
        "DishSponge": _habit(
            23,
            MANY,
            "Drawer 20 Cabinet 15 CounterTop 14 BathtubBasin 13 Cart 11 Shelf 9 SinkBasin 8 "
            "Toilet 4 GarbageCan 2 FLOOR 4",
        ),
        "HandTowel": _habit(100, (4, 1), "HandTowelHolder 1"),
        "PaperTowelRoll": _habit(16, SINGLE, "CounterTop 26 Shelf 21 Toilet 18 Cart 14 FLOOR 14 GarbageCan 7"),
        "Plunger": _habit(100, SINGLE, _ON_FLOOR),
        "ScrubBrush": _habit(100, SINGLE, _ON_FLOOR),
        "SoapBar": _habit(
            100,
            MANY,
            "Cabinet 15 CounterTop 12 Drawer 11 Shelf 10 SideTable 9 Cart 9 BathtubBasin 9 "
            "SinkBasin 9 Toilet 8 FLOOR 5 "
            "GarbageCan 3",
        ),
        "SoapBottle": _habit(
            100,
            SOME,
            "Cabinet 24 Shelf 17 Dresser 15 CounterTop 14 Toilet 10 Cart 7 SideTable 4 GarbageCan 4 Drawer 2 FLOOR 4",
        ),
        "SprayBottle": _habit(
            100, MANY, "Cart 20 Cabinet 18 CounterTop 15 Dresser 13 Shelf 12 Toilet 11 SideTable 7 GarbageCan 4"
        ),
        "TissueBox": _habit(25, FEW, "SideTable 43 Shelf 17 CounterTop 12 Cabinet 11 Cart 9 Drawer 7 Toilet 1"),
        "ToiletPaper": _habit(
            100,
            (0, 2, 1),
            "Cabinet 13 CounterTop 11 Toilet 11 Cart 10 Drawer 10 Shelf 10 FLOOR 9 Dresser 9 SideTable 8 "
            "ToiletPaperHanger 6 GarbageCan 4",
        ),
        "Towel": _habit(100, (6, 1), "TowelHolder 1"),
    },
}
"""By kind of room and object type. A test holds every place against what may be put where."""
