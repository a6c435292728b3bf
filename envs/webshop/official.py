"""The original's data files, read as a stream: `items_shuffle`, `items_ins_v2` and `items_human_ins`.

A record is cleaned as the original's loader does it: which products are left out, what an empty field becomes, how
prices and options are normalised.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from os import SEEK_END
from pathlib import Path
from typing import Any

from skillevo.envs.base import DataError
from skillevo.envs.webshop.jsonstream import JsonStream
from skillevo.envs.webshop.product import MAX_ASIN, NO_ATTRIBUTES, NO_PRICE, Instruction, Product

_READ_WHOLE, _EDGE = 1 << 26, 1 << 20
_NO_DIGITS = re.compile(r"[^\d.]")


def wanted(item: Any) -> bool:
    """Whether the loader takes a record at all: it has a name, and one of at most ten characters."""
    if not isinstance(item, Mapping):
        raise DataError(f"the items file holds {item!r:.40}, which is no product")
    asin = item.get("asin")
    return isinstance(asin, str) and asin != "nan" and 0 < len(asin) <= MAX_ASIN


def clean(
    item: Mapping[str, Any], annotation: Mapping[str, Any] | None, human: Sequence[Mapping[str, Any]] = ()
) -> Product:
    """The product that a record of the items file stands for.

    Args:
        item: the record.
        annotation: its entry in the attributes file, if any.
        human: its entries in the file of human instructions.

    Raises:
        DataError: a field is missing or of no kind that the original reads.
    """
    try:
        options, images = _options(item["customization_options"] or {})
        bullets = item["small_description"]
        return Product(
            asin=_text(item, "asin"),
            title=_text(item, "name"),
            description=_text(item, "full_description") if item["full_description"] else "",
            bullets=_texts(item, "small_description")
            if isinstance(bullets, list)
            else (_text(item, "small_description"),),
            prices=_prices(item.get("pricing")),
            options=options,
            category=_text(item, "category"),
            query=_text(item, "query").lower().strip(),
            product_category=_text(item, "product_category"),
            attributes=_texts(annotation, "attributes") if "attributes" in (annotation or {}) else NO_ATTRIBUTES,
            image=(item.get("images") or [""])[0],
            option_images=images,
            synthetic=_synthetic(annotation),
            human=tuple(
                Instruction(
                    _text(h, "instruction"), _texts(h, "instruction_attributes"), _texts(h, "instruction_options")
                )
                for h in human
            ),
        )
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as e:
        name = ascii(item.get("asin")).strip("'")
        raise DataError(f"product {name}: {type(e).__name__}: {e}; is this the original's items file?") from None


def _text(record: Any, name: str) -> str:
    """A field that has to be text, and text that can be written down: half a character cannot."""
    found = record[name]
    if not isinstance(found, str):
        raise TypeError(f"{name} is a text, not {found!r:.40}")
    found.encode()
    return found


def _texts(record: Any, name: str) -> tuple[str, ...]:
    found = record[name]
    if not isinstance(found, list):
        raise TypeError(f"{name} is a list of texts, not {found!r:.40}")
    return tuple(_text({name: one}, name) for one in found)


def _prices(text: str | None) -> tuple[float, ...]:
    if not text:
        return (NO_PRICE,)
    found = tuple(float(Decimal(_NO_DIGITS.sub("", part))) for part in text.split("$")[1:])
    if not found:
        raise ValueError(f"no price in {text!r}")
    return found[:2]


def _options(
    raw: Mapping[str, Sequence[Mapping[str, Any]] | None],
) -> tuple[dict[str, tuple[str, ...]], dict[str, str | None]]:
    """Values by option name, and the picture of each value (the last one, where two options share a value)."""
    options: dict[str, tuple[str, ...]] = {}
    images: dict[str, str | None] = {}
    for name, contents in raw.items():
        if contents is None:
            continue
        values = [content["value"].strip().replace("/", " | ").lower() for content in contents]
        options[name.lower()] = tuple(values)
        images.update(zip(values, (content.get("image") for content in contents), strict=True))
    return options, images


def _synthetic(annotation: Mapping[str, Any] | None) -> Instruction | None:
    if annotation is None or annotation.get("instruction") is None:
        return None
    return Instruction(_text(annotation, "instruction"), _texts(annotation, "instruction_attributes"))


class OfficialFiles:
    """The original's three files as a catalogue for the importer."""

    def __init__(self, items: Path, attributes: Path, human: Path | None = None, limit: int | None = None) -> None:
        """Name the files.

        Args:
            items: `items_shuffle.json` or `items_shuffle_1000.json`.
            attributes: `items_ins_v2.json` or `items_ins_v2_1000.json`.
            human: `items_human_ins.json`; without it there are no human goals.
            limit: only the items file's first so many records.

        Raises:
            DataError: one of them is not there.
        """
        self._items, self._attributes, self._human, self._limit = items, attributes, human, limit
        h = hashlib.sha256(f"official {limit}".encode())
        for path in (items, attributes, *([human] if human else [])):
            h.update(_fingerprint(path))
        self._fingerprint = h.hexdigest()

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def read(self, work: Path, after: str) -> _Reader:
        return _Reader(self._items, _notes(work / "notes.db", self._attributes, self._human), self._limit, after)


class _Reader:
    """The products of the items file, one after the other."""

    def __init__(self, items: Path, notes: sqlite3.Connection, limit: int | None, after: str) -> None:
        offset, self._records = map(int, after.split(":")) if after else (0, 0)
        self._stream = JsonStream(items, offset)
        self._elements = iter(self._stream)
        self._notes, self._limit = notes, limit

    @property
    def position(self) -> str:
        return f"{self._stream.offset}:{self._records}"

    def __iter__(self) -> _Reader:
        return self

    def __next__(self) -> Product:
        while self._records != self._limit:
            item = next(self._elements)
            self._records += 1
            if wanted(item):
                asin = item["asin"]
                return clean(item, _note(self._notes, 0, asin), _note(self._notes, 1, asin) or ())
        raise StopIteration

    def close(self) -> None:
        self._stream.close()
        self._notes.close()


def _fingerprint(path: Path) -> bytes:
    """Tells files apart: size and content of small ones; of large ones size, beginning and end."""
    try:
        with path.open("rb") as f:
            size = f.seek(0, SEEK_END)
            f.seek(0)
            if size <= _READ_WHOLE:
                return hashlib.file_digest(f, "sha256").digest()
            ends = f.read(_EDGE)
            f.seek(-_EDGE, SEEK_END)
            return hashlib.sha256(str(size).encode() + ends + f.read(_EDGE)).digest()
    except OSError as e:
        raise DataError(f"cannot read {path}: {e.strerror}") from None


def _notes(path: Path, attributes: Path, human: Path | None) -> sqlite3.Connection:
    """What the two smaller files say of each product, in a table on disk."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE IF NOT EXISTS notes (human, asin, note, PRIMARY KEY (human, asin)) WITHOUT ROWID")
    if db.execute("PRAGMA user_version").fetchone() == (1,):
        return db
    db.execute("BEGIN")
    db.execute("DELETE FROM notes")
    for kind, source in ((0, attributes), (1, human)):
        if source is not None:
            with JsonStream(source) as stream:
                db.executemany(
                    "INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", ((kind, *_pair(source, x)) for x in stream)
                )
    db.execute("PRAGMA user_version = 1")
    db.execute("COMMIT")
    return db


def _pair(source: Path, element: Any) -> tuple[str, str]:
    if not isinstance(element, tuple):
        raise DataError(f"{source} is a list; the attributes and instructions files are objects by asin")
    return element[0], json.dumps(element[1])


def _note(db: sqlite3.Connection, human: int, asin: str) -> Any:
    found = db.execute("SELECT note FROM notes WHERE human = ? AND asin = ?", (human, asin)).fetchone()
    return None if found is None else json.loads(found[0])
