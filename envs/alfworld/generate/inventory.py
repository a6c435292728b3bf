"""Which rooms there are, and what each of them has.

What a room has is dealt, not drawn for each room on its own: the rooms of one kind in one split take equally spaced
quantiles of every count, in an order of their own for each. So every split has about the same share of rooms with a
desk lamp, and a few dozen rooms are enough to come close to the released ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from skillevo.envs.alfworld.generate.furniture import PLANS, STUCK
from skillevo.envs.alfworld.generate.habits import HABITS
from skillevo.envs.alfworld.generate.vocabulary import KINDS
from skillevo.envs.base import SkillevoError
from skillevo.envs.draw import Draw

GENERATOR_VERSION = 1
"""Goes up whenever any generated game changes; panels and reports name it."""

SPLITS: Mapping[str, range] = {"train": range(1, 25), "val": range(25, 33), "test": range(33, 49)}
"""The numbers of each split's rooms, of every kind: no room is in two splits."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What one room has.

    Attributes:
        receptacles: counts by receptacle type.
        fixed: counts by type of immovable object, but for those that belong to a receptacle.
        owns: the types of portable things.
        stuck: percent of cupboards, drawers and safes that cannot be opened, and need not be.
    """

    receptacles: Mapping[str, int]
    fixed: Mapping[str, int]
    owns: tuple[str, ...]
    stuck: int


def room_names(split: str) -> tuple[str, ...]:
    """The rooms of "train", "val" or "test"; no room is in two of them.

    Raises:
        SkillevoError: no such split.
    """
    if split not in SPLITS:
        raise SkillevoError(f"generated rooms have the splits {', '.join(SPLITS)}, not {split!r}")
    return tuple(f"{kind}-{number:02d}" for kind in KINDS for number in SPLITS[split])


def inventory_of(room: str) -> tuple[str, Inventory]:
    """A room's kind and what it has.

    Raises:
        SkillevoError: no split has a room of that name.
    """
    kind, _, number = room.partition("-")
    for split, numbers in SPLITS.items():
        if kind in KINDS and number.isdecimal() and int(number) in numbers and room == f"{kind}-{int(number):02d}":
            return kind, _deal(kind, split)[int(number) - numbers.start]
    raise SkillevoError(f"there is no generated room {room!r}: rooms are called kitchen-01 and so on, see room_names()")


@lru_cache
def _deal(kind: str, split: str) -> tuple[Inventory, ...]:
    n = len(SPLITS[split])
    draw = Draw(GENERATOR_VERSION, "inventory", kind, split)

    def dealt(options: tuple[int, ...]) -> list[int]:
        return draw.shuffled(options[(2 * i + 1) * len(options) // (2 * n)] for i in range(n))

    receptacles = {t: dealt(options) for t, options in PLANS[kind].receptacles.items()}
    fixed = {t: dealt(options) for t, options in PLANS[kind].fixed.items()}
    percentiles = {t: dealt(tuple(range(100))) for t in HABITS[kind]}
    stuck = dealt(STUCK)
    return tuple(
        Inventory(
            {t: counts[i] for t, counts in receptacles.items() if counts[i]},
            {t: counts[i] for t, counts in fixed.items() if counts[i]},
            tuple(t for t, habit in HABITS[kind].items() if percentiles[t][i] < habit.share),
            stuck[i],
        )
        for i in range(n)
    )
