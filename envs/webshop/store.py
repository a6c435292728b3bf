"""Products on disk: one SQLite file, read a product at a time."""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from skillevo.envs.base import DataError
from skillevo.envs.webshop.product import Instruction, Product

SCHEMA = """
CREATE TABLE IF NOT EXISTS products (
    row INTEGER PRIMARY KEY,          -- place in the catalogue, from 0
    asin TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL,
    query TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL,                        -- NULL where there is one price and no range
    data BLOB NOT NULL                -- Product.pack
);
CREATE TABLE IF NOT EXISTS instructions (
    human INTEGER NOT NULL,           -- 0: synthetic, 1: written by a person
    row INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    attributes TEXT NOT NULL,         -- JSON list
    options TEXT,                     -- JSON list; NULL in synthetic ones
    PRIMARY KEY (human, row, number)
) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS by_category ON products (category, row);
CREATE INDEX IF NOT EXISTS by_query ON products (query, row);
CREATE INDEX IF NOT EXISTS by_range ON products (row, low, high) WHERE high IS NOT NULL;
"""

_REMEMBERED = 4096


class Store:
    """An open store: immutable, and safe to share between sessions and threads."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise DataError(f"{path} is not there")
        # The file never changes once it has its name: no locks, and it may lie on a read-only disk.
        uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        self._path = path
        self._lock = threading.Lock()
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self.product = lru_cache(_REMEMBERED)(self._product)
        (self._size,) = self._one("SELECT count(*) FROM products")

    def __len__(self) -> int:
        return int(self._size)

    def close(self) -> None:
        self._db.close()

    def _product(self, row: int) -> Product:
        found = self._one("SELECT data FROM products WHERE row = ?", row)
        if found is None:
            raise DataError(f"{self._path} has no product {row}: it has {len(self):,}")
        return self._unpacked(found[0])

    def _unpacked(self, raw: bytes) -> Product:
        try:
            return Product.unpack(raw)
        except (zlib.error, ValueError, TypeError) as e:
            raise self._damaged(e) from None

    def row_of(self, asin: str) -> int | None:
        """The row of the product with that name, if there is one."""
        found = self._one("SELECT row FROM products WHERE asin = ?", asin)
        return None if found is None else int(found[0])

    def rows_of_query(self, query: str) -> list[int]:
        """All products found under a query, in the order of the catalogue."""
        return [row for (row,) in self._all("SELECT row FROM products WHERE query = ? ORDER BY row", query)]

    def rows_of_category(self, category: str) -> list[int]:
        return [row for (row,) in self._all("SELECT row FROM products WHERE category = ? ORDER BY row", category)]

    def asins(self) -> list[str]:
        """All names, in the order of the catalogue."""
        return [asin for (asin,) in self._all("SELECT asin FROM products ORDER BY row")]

    def scan(self, first: int, end: int) -> Iterator[tuple[int, Product, tuple[str, list[str]] | None]]:
        """Rows, products and synthetic instructions (text, attributes) of a part of the catalogue."""
        sql = (
            "SELECT p.row, data, text, attributes FROM products p LEFT JOIN instructions i ON i.human = 0 AND "
            "i.row = p.row WHERE p.row >= ? AND p.row < ? ORDER BY p.row"
        )
        for start in range(first, end, 1000):
            for row, data, text, attributes in self._all(sql, start, min(start + 1000, end)):
                yield row, self._unpacked(data), None if text is None else (text, json.loads(attributes))

    def price_ranges(self) -> list[tuple[int, float, float]]:
        """Row and both ends of every range, in the order of the catalogue."""
        return self._all("SELECT row, low, high FROM products WHERE high IS NOT NULL ORDER BY row")

    def low_price(self, row: int) -> float:
        """The price, or the lower end of the range."""
        found = self._one("SELECT low FROM products WHERE row = ?", row)
        assert found is not None
        return float(found[0])

    def instructions(self, human: bool) -> Iterator[tuple[int, int, Instruction]]:
        """Row, number and instruction, in the order of the catalogue."""
        last = (-1, -1)
        sql = (
            "SELECT row, number, text, attributes, options FROM instructions "
            "WHERE human = ? AND (row, number) > (?, ?) ORDER BY row, number LIMIT 1000"
        )
        while block := self._all(sql, int(human), *last):
            for row, number, text, attributes, options in block:
                yield row, number, _instruction(text, attributes, options)
            last = block[-1][:2]

    def instruction(self, human: bool, row: int, number: int) -> Instruction:
        found = self._one(
            "SELECT text, attributes, options FROM instructions WHERE human = ? AND row = ? AND number = ?",
            int(human),
            row,
            number,
        )
        if found is None:
            raise DataError(f"{self._path} has no instruction {number} of product {row}: rebuild the shop's goals")
        return _instruction(*found)

    def _one(self, sql: str, *values: Any) -> Any:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchone()
            except UnicodeEncodeError:  # half of a character: no text here holds one
                return None
            except sqlite3.DatabaseError as e:
                raise self._damaged(e) from None

    def _all(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except UnicodeEncodeError:
                return []
            except sqlite3.DatabaseError as e:
                raise self._damaged(e) from None

    def _damaged(self, error: Exception) -> DataError:
        return DataError(f"{self._path} cannot be read ({error}): import the catalogue again")


def insert(db: sqlite3.Connection, row: int, product: Product) -> bool:
    """Add a product; False if one of its name is there already."""
    high = product.prices[1] if len(product.prices) > 1 else None
    added = db.execute(
        "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (asin) DO NOTHING",
        (row, product.asin, product.category, product.query, product.prices[0], high, product.pack()),
    ).rowcount
    if added:
        made: Sequence[tuple[int, int, Instruction]] = [
            *([(0, 0, product.synthetic)] if product.synthetic else []),
            *((1, number, wish) for number, wish in enumerate(product.human)),
        ]
        db.executemany(
            "INSERT INTO instructions VALUES (?, ?, ?, ?, ?, ?)",
            [
                (human, row, n, i.text, json.dumps(i.attributes), None if i.options is None else json.dumps(i.options))
                for human, n, i in made
            ],
        )
    return bool(added)


def _instruction(text: str, attributes: str, options: str | None) -> Instruction:
    return Instruction(text, tuple(json.loads(attributes)), None if options is None else tuple(json.loads(options)))
