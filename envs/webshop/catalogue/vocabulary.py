"""The words that products and requests are made of: one file for each department, one for what they share."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Place = Literal["before", "with", "of", "for"]
Split = Literal["train", "val", "test"]

SPLITS: tuple[Split, ...] = ("train", "val", "test")
MIX = {"beauty": 24, "electronics": 23, "garden": 21, "fashion": 20, "grocery": 12}
"""How many of a hundred lines each department has: about as in the original's 1,000 products."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One respect in which products of a kind differ; a product has at most one trait of a slot.

    Attributes:
        place: how a trait is said: "a dimmable lamp", "a lamp with a card slot", "made of ash", "for small hands".
        tails: what a product page says about any trait of the slot.
        traits: the traits, each with other words for it: those of the training requests, then those of the test's.
    """

    place: Place
    tails: Sequence[str]
    traits: Mapping[str, Sequence[str]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.traits)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of product.

    Attributes:
        also: other names, which titles carry and requests do not.
        path: where it stands in the department.
        price: dollars, from and to, of the usual ones.
        fits: the kinds that it is an accessory of; its title names one of them, and searches for that find it.
        options: values by option name, in the order in which a page shows them.
        ordered: the options whose values have an order.
    """

    name: str
    plural: str
    also: Sequence[str]
    path: str
    price: tuple[int, int]
    fits: Sequence[str]
    slots: Sequence[Slot]
    uses: Sequence[str]
    options: Mapping[str, Sequence[str]]
    ordered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Department:
    """A department.

    Attributes:
        with_options, with_range, dear: percent of its products that have options, have a price range, cost several
            times the usual.
        openers, closers, fillers: sentences of descriptions and of feature lists.
    """

    name: str
    with_options: int
    with_range: int
    dear: int
    openers: Sequence[str]
    closers: Sequence[str]
    fillers: Sequence[str]
    kinds: Sequence[Kind]


@dataclass(frozen=True, slots=True)
class General:
    """What the departments share: the syllables of invented names, and how requests are worded, by split."""

    heads: Sequence[str]
    middles: Sequence[str]
    tails: Sequence[str]
    frames: Mapping[Split, Sequence[str]]
    asking: Mapping[Split, Mapping[str, Sequence[str]]]


@cache
def departments() -> tuple[Department, ...]:
    """All departments, in the order of `MIX`."""
    return tuple(_department(_read(name)) for name in MIX)


@cache
def general() -> General:
    raw = _read("general")
    names = raw["names"]
    return General(names["heads"], names["middles"], names["tails"], raw["frames"], raw["asking"])


@cache
def texts() -> bytes:
    """All files as they are: what a catalogue's fingerprint covers."""
    folder = files(__package__).joinpath("departments")
    return b"".join(folder.joinpath(f"{name}.toml").read_bytes() for name in (*MIX, "general"))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("departments", f"{name}.toml").read_text("utf-8"))


def _department(raw: Mapping[str, Any]) -> Department:
    slots = {name: Slot(s["place"], s["tails"], s["traits"]) for name, s in raw["slots"].items()}
    scales = {"colors": raw["colors"], **raw.get("scales", {})}
    return Department(
        name=raw["name"],
        with_options=raw["with_options"],
        with_range=raw["with_range"],
        dear=raw["dear"],
        openers=raw["openers"],
        closers=raw["closers"],
        fillers=raw["fillers"],
        kinds=tuple(_kind(k, raw["root"], slots, scales) for k in raw["kinds"]),
    )


def _kind(raw: Mapping[str, Any], root: str, slots: Mapping[str, Slot], scales: Mapping[str, Sequence[str]]) -> Kind:
    options = {name: scales[v] if isinstance(v, str) else v for name, v in raw["options"].items()}
    return Kind(
        name=raw["name"],
        plural=raw["plural"],
        also=raw["also"],
        path=f"{root} › {raw['path']}",
        price=tuple(raw["price"]),
        fits=raw.get("fits", ()),
        slots=tuple(_without(slots[name], raw.get("without", ())) for name in raw["slots"]),
        uses=raw["uses"],
        options=options,
        ordered=frozenset(options) & {"size"},
    )


def _without(slot: Slot, senseless: Sequence[str]) -> Slot:
    """A slot without the traits that a kind cannot have: no lamp is machine washable."""
    return replace(slot, traits={trait: words for trait, words in slot.traits.items() if trait not in senseless})
