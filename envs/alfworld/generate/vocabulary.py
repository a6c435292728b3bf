"""ALFWorld's words as facts: types, what may be put where, what can be done to what.

A test holds these tables against every released game that is present.
"""

from __future__ import annotations

from collections.abc import Mapping

from skillevo.envs.alfworld.game import APPLIANCES, GOAL_NEEDS

_GROUPS = {
    "tables": "CoffeeTable CounterTop DiningTable SideTable",
    "seats": "ArmChair Ottoman Sofa",
}

# Each object that can be carried, with the receptacle types that take it.
_TAKEN_BY = {
    "AlarmClock": "tables Desk Dresser Shelf",
    "Apple": "tables Fridge GarbageCan Microwave SinkBasin",
    "BaseballBat": "tables Bed",
    "BasketBall": "tables seats Bed Desk Dresser",
    "Book": "tables seats Bed Cabinet Desk Drawer Dresser Shelf",
    "Boots": "",
    "Bowl": "tables Cabinet Desk Dresser Fridge Microwave Shelf SinkBasin",
    "Box": "tables seats Cabinet Desk Dresser Shelf",
    "Bread": "tables Fridge GarbageCan Microwave",
    "ButterKnife": "tables Drawer SinkBasin",
    "CD": "tables Cabinet Desk Drawer Dresser GarbageCan Safe Shelf",
    "Candle": "tables Cabinet Cart Desk Drawer Dresser Shelf Toilet",
    "CellPhone": "tables seats Bed Desk Drawer Dresser Safe Shelf",
    "Cloth": "tables seats BathtubBasin Cabinet Cart Desk Drawer Dresser GarbageCan LaundryHamper Shelf SinkBasin "
    "Toilet",
    "CreditCard": "tables seats Desk Drawer Dresser Safe Shelf",
    "Cup": "tables Cabinet Desk Dresser Fridge Microwave Shelf SinkBasin",
    "DishSponge": "tables BathtubBasin Cabinet Cart Drawer GarbageCan Shelf SinkBasin Toilet",
    "Egg": "tables Fridge GarbageCan Microwave SinkBasin",
    "Fork": "tables Drawer SinkBasin",
    "Glassbottle": "tables Cabinet Desk Dresser Fridge Microwave Shelf SinkBasin",
    "HandTowel": "tables BathtubBasin Cabinet Cart Drawer GarbageCan HandTowelHolder Shelf SinkBasin Toilet",
    "Kettle": "tables Cabinet Shelf SinkBasin StoveBurner",
    "KeyChain": "tables seats Desk Drawer Dresser Safe Shelf",
    "Knife": "tables Drawer SinkBasin",
    "Ladle": "tables Cabinet Drawer SinkBasin",
    "Laptop": "tables seats Bed Desk Dresser",
    "Lettuce": "tables Fridge GarbageCan SinkBasin",
    "Mug": "tables Cabinet Cart CoffeeMachine Desk Dresser Fridge Microwave Shelf SinkBasin",
    "Newspaper": "tables seats Bed Cabinet Desk Drawer Dresser GarbageCan Shelf Toilet",
    "Pan": "tables Cabinet Fridge SinkBasin StoveBurner",
    "PaperTowelRoll": "",
    "Pen": "tables Desk Drawer Dresser GarbageCan Shelf",
    "Pencil": "tables Desk Drawer Dresser GarbageCan Shelf",
    "PepperShaker": "tables Cabinet Drawer Shelf",
    "Pillow": "seats Bed",
    "Plate": "tables Cabinet Desk Dresser Fridge Microwave Shelf SinkBasin",
    "Plunger": "Cabinet Cart",
    "Pot": "tables Cabinet Fridge Shelf SinkBasin StoveBurner",
    "Potato": "tables Fridge GarbageCan Microwave SinkBasin",
    "RemoteControl": "tables seats Desk Drawer Dresser Shelf",
    "SaltShaker": "tables Cabinet Drawer Shelf",
    "ScrubBrush": "",
    "SoapBar": "tables BathtubBasin Cabinet Cart Drawer GarbageCan Shelf SinkBasin Toilet",
    "SoapBottle": "tables Cabinet Cart Desk Drawer GarbageCan Shelf Toilet",
    "Spatula": "tables Drawer SinkBasin",
    "Spoon": "tables Drawer SinkBasin",
    "SprayBottle": "tables Cabinet Cart Desk Drawer Dresser GarbageCan Shelf Toilet",
    "Statue": "tables Cart Desk Dresser Safe Shelf",
    "TeddyBear": "",
    "TennisRacket": "tables Bed Desk Dresser",
    "TissueBox": "tables Cabinet Cart Desk Drawer Dresser GarbageCan Shelf TVStand Toilet",
    "ToiletPaper": "tables Cabinet Cart Desk Drawer Dresser GarbageCan Shelf Toilet ToiletPaperHanger",
    "Tomato": "tables Fridge GarbageCan Microwave SinkBasin",
    "Towel": "TowelHolder",
    "Vase": "tables Cabinet Cart Desk Dresser Safe Shelf",
    "Watch": "tables Desk Drawer Dresser Safe Shelf",
    "WateringCan": "tables Cabinet Desk Drawer Dresser Shelf",
    "WineBottle": "tables Cabinet Desk Dresser Fridge GarbageCan Shelf",
}

PORTABLE = tuple(_TAKEN_BY)

FIXED = (
    *("Bathtub", "Blinds", "Chair", "Curtains", "DeskLamp", "FloorLamp", "HousePlant", "LaundryHamperLid"),
    *("LightSwitch", "Mirror", "Painting", "Poster", "ShowerDoor", "ShowerGlass", "Sink", "StoveKnob"),
    *("Television", "Window"),
)
"""Objects that stay where they are."""

ALWAYS_OPENABLE = frozenset({"Fridge", "Microwave"})
OPENABLE = ALWAYS_OPENABLE | {"Cabinet", "Drawer", "Safe"}

_FLAGGED = {
    "cleanable": "Apple Bowl ButterKnife Cloth Cup DishSponge Egg Fork Kettle Knife Ladle Lettuce Mug Pan Plate Pot "
    "Potato SoapBar Spatula Spoon Tomato",
    "heatable": "Apple Bread Cup Egg Mug Plate Potato Tomato",
    "coolable": "Apple Bowl Bread Cup Egg Lettuce Mug Pan Plate Pot Potato Tomato WineBottle",
    "sliceable": "Apple Bread Egg Lettuce Potato Tomato",
    "isReceptacleObject": "Bowl Box Cup Mug Pan Plate Pot",
    "toggleable": "DeskLamp FloorLamp",
    "pickupable": " ".join(PORTABLE),
}

FLAGS: Mapping[str, frozenset[str]] = {
    t: frozenset(flag for flag, types in _FLAGGED.items() if t in types.split()) for t in (*PORTABLE, *FIXED)
}
"""By object type, the flags that every object of it bears."""


def _expand(words: str) -> list[str]:
    return [t for word in words.split() for t in _GROUPS.get(word, word).split()]


TAKEN_BY: Mapping[str, frozenset[str]] = {o: frozenset(_expand(words)) for o, words in _TAKEN_BY.items()}
"""By object type, the receptacle types that it may be put into."""

RECEPTACLES = tuple(sorted({"Toaster", *(r for types in TAKEN_BY.values() for r in types)}))

HOLDS: Mapping[str, tuple[str, ...]] = {r: tuple(o for o in PORTABLE if r in TAKEN_BY[o]) for r in RECEPTACLES}
"""By receptacle type, the object types that may be put into it, in order."""

KINDS = ("kitchen", "livingroom", "bedroom", "bathroom")

TASK_KINDS: Mapping[str, Mapping[str, int]] = {
    "pick_and_place_simple": {"kitchen": 1, "livingroom": 3, "bedroom": 3, "bathroom": 3},
    "look_at_obj_in_light": {"livingroom": 1, "bedroom": 5},
    "pick_clean_then_place_in_recep": {"kitchen": 3, "bathroom": 1},
    "pick_heat_then_place_in_recep": {"kitchen": 1},
    "pick_cool_then_place_in_recep": {"kitchen": 1},
    "pick_two_obj_and_place": {"kitchen": 2, "livingroom": 3, "bedroom": 3, "bathroom": 3},
}
"""By task type, the kinds of room that it is set in and about how often each."""

TREATMENTS = {"cleanable": "clean", "heatable": "heat", "coolable": "cool"}


def appliances(task_type: str) -> frozenset[str]:
    """The receptacle types that do what the task wants done; empty where nothing is to be done."""
    need = GOAL_NEEDS[task_type]
    return APPLIANCES[TREATMENTS[need]] if need else frozenset()
