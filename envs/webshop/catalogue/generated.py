"""A generated catalogue as the importer takes one: of any length, and never in memory as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skillevo.envs.checks import check_whole
from skillevo.envs.webshop.catalogue.lines import BLOCK, block
from skillevo.envs.webshop.catalogue.vocabulary import texts
from skillevo.envs.webshop.product import Product

GENERATOR_VERSION = 1
"""Raised with every change that changes products."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A catalogue of our own making. Longer ones of a seed begin with the shorter ones.

    Attributes:
        seed: decides everything.
        products: how many.
    """

    seed: int
    products: int

    def __post_init__(self) -> None:
        check_whole("seed", self.seed, 0)
        check_whole("products", self.products)

    @property
    def fingerprint(self) -> str:
        h = hashlib.sha256(f"generated {GENERATOR_VERSION} {self.seed} {self.products}\n".encode())
        h.update(texts())
        return h.hexdigest()

    def read(self, work: Path, after: str) -> _Reader:
        return _Reader(self.seed, int(after or 0), self.products)

    def __len__(self) -> int:
        return self.products

    def __iter__(self) -> Iterator[Product]:
        return _Reader(self.seed, 0, self.products)


class _Reader:
    """The products one after the other, a block at a time."""

    def __init__(self, seed: int, first: int, end: int) -> None:
        self._seed, self._next, self._end = seed, first, end
        self._block: list[Product] = []

    @property
    def position(self) -> str:
        return str(self._next)

    def __iter__(self) -> _Reader:
        return self

    def __next__(self) -> Product:
        if self._next >= self._end:
            raise StopIteration
        number, at = divmod(self._next, BLOCK)
        if at == 0 or not self._block:
            self._block = block(self._seed, number)
        self._next += 1
        return self._block[at]

    def close(self) -> None:
        """Nothing is open."""
