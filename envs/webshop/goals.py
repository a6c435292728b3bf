"""Goals: what a shopper wants, made from the instructions of a catalogue and frozen with their price limits.

The original draws prices and price limits from Python's global generator, unseeded, so that no two of its processes
agree. Here a seed decides, in the original's order of draws, and the outcome is kept in a file beside the shop.
"""

from __future__ import annotations

import random
from array import array
from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from skillevo.envs.base import DataError
from skillevo.envs.checks import check_one_of
from skillevo.envs.webshop.arrayfile import Array, ArrayFile, write_arrays
from skillevo.envs.webshop.product import Instruction, Product
from skillevo.envs.webshop.store import Store

Kind = Literal["synthetic", "human"]
Profile = Literal["princeton", "verl"]

SHUFFLE_SEED = 233
"""With which the original shuffles its goals."""
NO_LIMIT = 1_000_000.0
"""The price limit of goals for products dearer than any limit."""

_LIMITS = [10.0 * i for i in range(1, 100)]


@dataclass(frozen=True, slots=True)
class Goal:
    """What one shopper wants.

    Attributes:
        index: its place in the shuffled list.
        instruction: the whole request as the page shows it.
        options: by name in synthetic goals; a list of values, without names, in human ones.
        product: the product that the goal was made from; others may fulfil it as well.
    """

    index: int
    instruction: str
    attributes: tuple[str, ...]
    options: Mapping[str, str] | tuple[str, ...]
    price_upper: float
    product: Product


@dataclass(frozen=True, slots=True)
class GoalSpec:
    """Which goals: the kind, how they are drawn, and the seed of prices and price limits.

    Attributes:
        profile: `princeton` shuffles with 233 whatever the seed; `verl` with the seed, as verl-agent's workers do.
    """

    kind: Kind = "synthetic"
    seed: int = 0
    profile: Profile = "princeton"

    def __post_init__(self) -> None:
        check_one_of("kind", self.kind, get_args(Kind))
        check_one_of("profile", self.profile, get_args(Profile))

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.profile}-{self.seed}"


class Goals(Sequence[Goal]):
    """All goals of a shop under one seed, in the shuffled order; made when they are asked for."""

    def __init__(self, store: Store, spec: GoalSpec, arrays: Mapping[str, Array]) -> None:
        self._store = store
        self.spec = spec
        self._rows, self._numbers, self._limits = arrays["rows"], arrays["numbers"], arrays["limits"]
        self._ranged, self._prices = arrays["ranged"].tolist(), arrays["prices"].tolist()
        self._goal = lru_cache(4096)(self._make)

    @classmethod
    def open(cls, store: Store, spec: GoalSpec, folder: Path, content: str) -> Goals:
        """The goals of this spec: from the folder's file, or drawn now and kept there where it can be written.

        Args:
            content: digest of the catalogue; a file that was drawn from another one is not taken.
        """
        path = folder / f"goals-{spec.name}.arr"
        with suppress(DataError):
            file = ArrayFile.open(path)
            if file.meta.get("content") == content:
                return cls(store, spec, file.arrays)
        arrays = draw(store, spec)
        with suppress(OSError):  # a read-only folder: the same draw is made again next time
            write_arrays(path, arrays, {"content": content})
        return cls(store, spec, arrays)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Goal:  # type: ignore[override]
        if not -len(self) <= index < len(self):
            raise IndexError(f"there is no goal {index}: there are {len(self):,} {self.spec.kind} goals")
        return self._goal(index % len(self))

    def price(self, row: int, product: Product) -> float:
        """What a product costs under this seed: the price shown, or the one drawn from the range shown."""
        if len(product.prices) == 1:
            return product.prices[0]
        return float(self._prices[bisect_left(self._ranged, row)])

    def draw_index(self, rng: random.Random) -> int:
        """A goal for a session that names none, by weight; like the original's draw it never gives the first one."""
        cumulative = self._cumulative()
        return min(bisect(cumulative, rng.uniform(0, cumulative[-1])), len(cumulative) - 2)

    def weights(self) -> list[float]:
        """How likely each goal is drawn, before normalisation: goals with rare attributes are likelier."""
        if self.spec.kind == "human":
            return [1.0] * len(self)
        wishes = {row: wish for row, _, wish in self._store.instructions(human=False)}
        times = Counter(self._rows.tolist())
        counts: Counter[str] = Counter()
        for row, wish in wishes.items():
            for attribute in wish.attributes:
                counts[attribute] += times[row]
        shares = {r: sum(1.0 / counts[a] for a in w.attributes) / len(w.attributes) for r, w in wishes.items()}
        return [shares[row] for row in self._rows.tolist()]

    @lru_cache(1)  # noqa: B019 - one set of goals lives as long as its shop
    def _cumulative(self) -> list[float]:
        return [0.0, *accumulate(self.weights())]

    def _make(self, index: int) -> Goal:
        row, number, limit = int(self._rows[index]), int(self._numbers[index]), float(self._limits[index])
        product = self._store.product(row)
        clause = f", and price lower than {limit:.2f} dollars" if limit != NO_LIMIT else ""
        if self.spec.kind == "human":
            wish = self._store.instruction(True, row, number)
            text = wish.text.strip(".") + clause
            return Goal(index, text, wish.attributes, wish.options or (), limit, product)
        wish = self._store.instruction(False, row, 0)
        options = combination(product, number)
        chosen = ", and ".join(f"{name}: {value}" for name, value in options.items())
        text = f"{wish.text}{' with ' if chosen else ''}{chosen}{clause}"
        return Goal(index, text, wish.attributes, options, limit, product)


def combination(product: Product, number: int) -> dict[str, str]:
    """One choice of a value for each option: names sorted, the last one's values following each other."""
    chosen: dict[str, str] = {}
    for name in sorted(product.options, reverse=True):
        values = product.options[name]
        number, at = divmod(number, len(values))
        chosen[name] = values[at]
    return dict(sorted(chosen.items()))


def draw(store: Store, spec: GoalSpec) -> dict[str, Array]:
    """Draw prices and limits, list all goals and shuffle them, drawing in the order in which the original does.

    Returns:
        rows, numbers, limits: product, combination or instruction, and price limit of each goal, (G,);
        ranged, prices: the rows with a price range and the price drawn for each, (R,).
    """
    rng = random.Random(spec.seed)
    ranges = store.price_ranges()
    prices = {row: rng.uniform(low, high) for row, low, high in ranges}
    rows, numbers, limits = array("i"), array("i"), array("d")
    for row, number, wish in store.instructions(human=spec.kind == "human"):
        if spec.kind == "human" and not wish.attributes:
            continue
        limit = _limit(prices[row] if row in prices else store.low_price(row), rng)
        made = [number] if spec.kind == "human" else range(_combinations(store, row, wish))
        rows.extend([row] * len(made))
        numbers.extend(made)
        limits.extend([limit] * len(made))
    order = list(range(len(rows)))
    random.Random(SHUFFLE_SEED if spec.profile == "princeton" else spec.seed).shuffle(order)
    return {
        "rows": np.array(rows, np.int32)[order],
        "numbers": np.array(numbers, np.int32)[order],
        "limits": np.array(limits, np.float64)[order],
        "ranged": np.array([row for row, _, _ in ranges], np.int32),
        "prices": np.array(list(prices.values()), np.float64),
    }


def _limit(price: float, rng: random.Random) -> float:
    """The larger of two of the next four limits above a price."""
    above = [limit for limit in _LIMITS if limit > price][:4]
    return max(rng.sample(above, 2)) if len(above) > 1 else NO_LIMIT


def _combinations(store: Store, row: int, wish: Instruction) -> int:
    product = store.product(row)
    if not wish.attributes:
        raise DataError(f"product {product.asin} has an instruction without attributes: no goal can be made of it")
    return prod(map(len, product.options.values()))
