"""Households that exercise what real games show seldom, with walks through each: for both engines."""

from __future__ import annotations

from house import KITCHEN, at, make_game

from skillevo.envs.alfworld.gamefile import GameText

LIVING = {
    "receptacles": [
        ("Shelf", 1, "loc_bar_1"),
        ("Shelf", 2, "loc_bar_1"),
        ("Drawer", 3, "loc_bar_1"),
        ("SideTable", 4, "loc_bar_2"),
        ("Safe", 5, "loc_bar_3"),
    ],
    "things": [
        ("Book", 1, [0, 1]),
        ("Book", 2, [2]),
        ("DeskLamp", 3, [3, 0]),
        ("CellPhone", 4, [3]),
        ("Bowl", 5, [3]),
        ("Cloth", 6, []),
    ],
}


def corner_games() -> dict[str, tuple[GameText, list[str]]]:
    """Name -> (game, commands)."""
    kitchen = {**KITCHEN, "goal": ("heat", "Apple", "SideTable")}
    living = {**LIVING, "goal": ("look", "Book", "DeskLamp")}
    shelf = ["go to shelf 1", "take book 2 from shelf 1", "look", "move book 2 to drawer 1", "open drawer 1"]
    return {
        "cooling what is cool already, and cannot be heated": (
            make_game(**kitchen),
            ["go to fridge 1", "open fridge 1", "take lettuce 1 from fridge 1", "examine lettuce 1",
             "cool lettuce 1 with fridge 1", "cool lettuce 1 with fridge 1", "examine lettuce 1", "close fridge 1",
             "cool lettuce 1 with fridge 1", "go to sinkbasin 1", "clean lettuce 1 with sinkbasin 1",
             "examine lettuce 1", "heat lettuce 1 with microwave 1"],
        ),
        "heating what is cool, both ways, and clean": (
            make_game(**kitchen),
            ["go to fridge 1", "open fridge 1", "take apple 1 from fridge 1", "examine apple 1", "go to microwave 1",
             "heat apple 1 with microwave 1", "examine apple 1", "heat apple 1 with microwave 1", "go to sinkbasin 1",
             "clean apple 1 with sinkbasin 1", "examine apple 1", "go to fridge 1", "cool apple 1 with fridge 1",
             "examine apple 1", "inventory", "open microwave 1", "go to microwave 1", "open microwave 1",
             "move apple 1 to microwave 1", "close microwave 1", "examine microwave 1"],
        ),
        "slicing in every state": (
            make_game(**kitchen),
            ["go to countertop 1", "take knife 1 from countertop 1", "slice apple 2 with knife 1",
             "slice apple 2 with knife 1", "examine knife 1", "move knife 1 to countertop 1", "look",
             "take apple 2 from countertop 1", "examine apple 2", "go to sinkbasin 1",
             "clean apple 2 with sinkbasin 1", "examine apple 2", "go to microwave 1", "heat apple 2 with microwave 1",
             "examine apple 2", "go to fridge 1", "cool apple 2 with fridge 1", "examine apple 2",
             "open fridge 1", "move apple 2 to fridge 1", "take apple 1 from fridge 1", "examine apple 1"],
        ),
        "two cabinets at one place": (
            make_game(**kitchen),
            ["go to cabinet 1", "go to cabinet 2", "examine cabinet 2", "open cabinet 2", "open cabinet 1", "look",
             "take mug 1 from cabinet 2", "move mug 1 to cabinet 1", "look", "take mug 1 from cabinet 1", "look",
             "move mug 1 to cabinet 2", "look", "close cabinet 2", "close cabinet 2", "take mug 1 from cabinet 2"],
        ),
        "nested things and lamps": (
            make_game(**kitchen),
            ["go to countertop 1", "take plate 1 from countertop 1", "examine plate 1", "go to sidetable 1",
             "use desklamp 1", "use desklamp 1", "use cellphone 1", "move plate 1 to sidetable 1",
             "take cellphone 1 from sidetable 1", "examine cellphone 1", "use cellphone 1",
             "take desklamp 1 from sidetable 1"],
        ),
        "one thing in two receptacles": (
            make_game(**living),
            [*shelf, "move book 2 to drawer 1", "look", "examine shelf 2", "examine shelf 1",
             "take book 2 from shelf 2", "look", "move book 2 to shelf 1", "look", "examine shelf 1", "inventory"],
        ),
        "a thing out of both of its receptacles is listed twice": (
            make_game(**living),
            [*shelf, "move book 2 to drawer 1", "take book 2 from shelf 2", "look", "move book 2 to drawer 1", "look",
             "take book 1 from drawer 1", "move book 1 to shelf 2", "look"],
        ),
        "a lamp at two places": (
            make_game(**living),
            ["go to shelf 2", "use desklamp 1", "take book 2 from shelf 2", "go to sidetable 1", "use desklamp 1"],
        ),
        "a phone that is off": (
            make_game(**{**living, "goal": ("simple", "CellPhone", "Safe")}),
            ["go to sidetable 1", "take cellphone 1 from sidetable 1", "examine cellphone 1", "go to safe 1",
             "move cellphone 1 to safe 1", "open safe 1", "move cellphone 1 to safe 1", "look", "inventory"],
        ),
        "starting at a receptacle": (
            make_game(**{**living, "start": "loc_bar_2"}),
            ["look", "examine sidetable 1", "go to sidetable 1", "go to shelf 1", "look"],
        ),
        "what may not be put somewhere": (
            make_game(**{**living, "cannot": [("Shelf", "Bowl"), ("Safe", "Bowl")]}),
            ["go to sidetable 1", "take bowl 1 from sidetable 1", "examine bowl 1", "go to shelf 1",
             "move bowl 1 to shelf 1", "open drawer 1", "move bowl 1 to drawer 1"],
        ),
        "noted elsewhere than it lies": (
            make_game(**{**living, "noted": [(0, "loc_bar_3"), (1, "loc_bar_1"), (2, "loc_bar_2"), (5, "loc_bar_1")]}),
            ["go to shelf 1", "look", "take book 2 from shelf 1", "move book 2 to drawer 1", "look", "go to safe 1",
             "look", "go to shelf 2", "open drawer 1", "take book 1 from drawer 1", "go to safe 1", "open safe 1",
             "move book 1 to safe 1", "look"],
        ),
        "open at the start": (
            make_game(**{**living, "extra": [f"(opened Drawer{at(3)})"]}),
            ["go to drawer 1", "close drawer 1", "look"],
        ),
        "bad commands": (
            make_game(**living),
            ["", "  look  ", "LOOK", "go to", "go to  shelf 1", "go shelf 1", "go to shelf 9", "take", "take from",
             "take book 2", "open", "open shelf 1", "move book 2 to shelf 1", "use", "examine", "examine book 2",
             "help me", "help", "inventory ", "slice book 1 with bowl 1", "take cloth 1 from shelf 1",
             "put book 2 in/on shelf 1"],
        ),
        "pairs": (
            make_game(**{**living, "goal": ("two", "Book", "Safe")}),
            [*shelf[:2], "go to safe 1", "open safe 1", "move book 2 to safe 1", "go to drawer 1", "open drawer 1",
             "take book 1 from drawer 1", "go to safe 1", "move book 1 to safe 1", "look", "take book 1 from safe 1"],
        ),
    }  # fmt: skip
