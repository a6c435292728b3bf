"""A catalogue of any size, by seed, out of a smaller one: for measuring at the size of the full catalogue.

Each product has the title of one product of the smaller catalogue, the texts of others and the options of yet another,
and a made-up brand and model of its own, so that documents are as long, and words as many and as unevenly frequent, as
in a real catalogue. Nothing here is meant to be shopped for: titles and options do not belong together.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from skillevo.envs.webshop.product import Product
from skillevo.envs.webshop.store import Store

FULL_SIZE = 1_181_436

_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeio"]
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class VariedCatalogue:
    """`products` products made of those in a store."""

    def __init__(self, base: Store, base_name: str, products: int = FULL_SIZE, seed: int = 0) -> None:
        self._base, self._products, self._seed = base, products, seed
        self._name = base_name

    @property
    def fingerprint(self) -> str:
        return f"varied-1 {self._name} {self._products} {self._seed}"

    def read(self, work: Path, after: str) -> _Reader:
        return _Reader(self._base, self._products, self._seed, int(after or 0))


class _Reader:
    def __init__(self, base: Store, products: int, seed: int, at: int) -> None:
        self._parts = [product for _, product, _ in base.scan(0, len(base))]
        self._wishes = {row: wish for row, _, wish in base.instructions(human=False)}
        self._products, self._seed, self._at = products, seed, at

    @property
    def position(self) -> str:
        return str(self._at)

    def __iter__(self) -> Iterator[Product]:
        return self

    def __next__(self) -> Product:
        if self._at >= self._products:
            raise StopIteration
        self._at += 1
        return self._make(self._at - 1)

    def close(self) -> None:
        """Nothing is held open."""

    def _make(self, number: int) -> Product:
        rng = random.Random(f"{self._seed}/{number}")
        rows = [rng.randrange(len(self._parts)) for _ in range(4)]
        title, text, bullets, options = (self._parts[row] for row in rows)
        words = title.title.split()
        rng.shuffle(words)
        brand = "".join(rng.choices(_SYLLABLES, k=3)).title()
        model = "".join(rng.choices(_DIGITS, k=5))
        return replace(
            title,
            asin=_asin(number),
            title=f"{brand} {' '.join(words)} {model}",
            description=text.description,
            bullets=bullets.bullets,
            prices=options.prices,
            options=options.options,
            option_images=options.option_images,
            synthetic=self._wishes.get(rows[0]),
        )


def _asin(number: int) -> str:
    """Ten characters, other ones for other numbers, in no order that the catalogue has."""
    mixed = number * 2_654_435_761 % 36**8
    digits = []
    for _ in range(8):
        mixed, digit = divmod(mixed, 36)
        digits.append(_DIGITS[digit])
    return "B0" + "".join(digits)
