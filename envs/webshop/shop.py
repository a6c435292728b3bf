"""An open shop: store, index and goals, shared by all sessions of a process."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop.goals import Goals, GoalSpec
from skillevo.envs.webshop.importer import INDEX, PRODUCTS, Manifest
from skillevo.envs.webshop.product import Product
from skillevo.envs.webshop.search import TOP, Index, TooManyClauses
from skillevo.envs.webshop.store import Store

_REMEMBERED_QUERIES = 4096
_REMEMBERED_CATEGORIES = 16
"""A department may be a quarter of the catalogue: a list of its rows takes 11 MB at full size."""
_REMEMBERED_CHARACTERS = 1000
"""Longer queries are searched again each time: a site's visitors would fill the memory with them."""


class Refused(SkillevoError):
    """A search that the original's server dies of.

    Attributes:
        original: the name of the exception that it raises.
    """

    def __init__(self, original: str, message: str) -> None:
        super().__init__(message)
        self.original = original


class Shop:
    """A shop folder, opened. Immutable: sessions keep their state to themselves."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `import_catalogue` made.

        Raises:
            DataError: it is no shop, or not whole.
        """
        self.folder = folder
        self.manifest = Manifest.load(folder)
        self.store = Store(folder / PRODUCTS)
        self.index = Index(folder / INDEX)
        self._found = lru_cache(_REMEMBERED_QUERIES)(self._search)
        self._of_category = lru_cache(_REMEMBERED_CATEGORIES)(self.store.rows_of_category)
        self._goals: dict[GoalSpec, Goals] = {}

    def goals(self, spec: GoalSpec) -> Goals:
        """The goals of this spec; drawn at most once."""
        if spec not in self._goals:
            self._goals[spec] = Goals.open(self.store, spec, self.folder, self.manifest.content)
        return self._goals[spec]

    def find(self, keywords: Sequence[str], rng: random.Random) -> Sequence[int]:
        """Rows of the products that a search gives.

        A first keyword in angle brackets is one of the original's special queries: `<r>` gives 50 products by chance
        (others each time), `<c> NAME` a department, `<q> QUERY` what was found under a query when the catalogue was
        collected.

        Raises:
            Refused: the original's server would have died of this search.
        """
        if keywords[0] == "<r>":
            if len(self.store) < TOP:
                raise Refused("ValueError", f"<r> needs {TOP} products; the shop has {len(self.store)}")
            return rng.sample(range(len(self.store)), TOP)
        if keywords[0] == "<a>":
            raise Refused("TypeError", "<a> asks for products by attribute, which this server never learnt")
        if keywords[0] == "<c>":
            if len(keywords) == 1:
                raise Refused("IndexError", "<c> needs the name of a department")
            return self._of_category(keywords[1].strip())
        if keywords[0] == "<q>":
            return self.store.rows_of_query(" ".join(keywords[1:]).strip())
        words = " ".join(keywords)
        return self._found(words) if len(words) <= _REMEMBERED_CHARACTERS else self._search(words)

    def _search(self, words: str) -> Sequence[int]:
        try:
            return self.index.search(words)
        except TooManyClauses as e:
            raise Refused("JavaException", str(e)) from None

    def product(self, asin: str) -> tuple[int, Product]:
        """Row and product of a name.

        Raises:
            Refused: there is no such product.
        """
        row = self._row(asin)
        if row is None:
            raise Refused("KeyError", f"there is no product {asin!r}")
        return row, self.store.product(row)

    @lru_cache(_REMEMBERED_QUERIES)  # noqa: B019 - shops live as long as the process
    def _row(self, asin: str) -> int | None:
        return self.store.row_of(asin)


@lru_cache
def open_shop(folder: Path) -> Shop:
    """The shop in a folder, one for the whole process."""
    return Shop(folder)
