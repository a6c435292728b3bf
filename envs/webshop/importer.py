"""From a catalogue to a shop folder: products, search index and a manifest that says that they are whole.

    shop.json      the manifest, written last: a folder without it is no shop
    products.db    the store
    search.idx     the search index
    goals-*.arr    goals with their price limits, one file for each kind and seed

Memory stays the same whatever the size of the catalogue. A killed import goes on where it was: products from the last
committed batch, the index from the last whole slice.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, get_args

import numpy as np

from skillevo.envs.base import DataError
from skillevo.envs.webshop.arrayfile import ArrayFile
from skillevo.envs.webshop.goals import Goals, GoalSpec, Kind
from skillevo.envs.webshop.product import Product
from skillevo.envs.webshop.search import Analyser, merge, write_segment
from skillevo.envs.webshop.store import INDEXES, SCHEMA, Store, insert

FORMAT = 1
MANIFEST, PRODUCTS, INDEX = "shop.json", "products.db", "search.idx"
BATCH = 2_000
"""Products of one transaction."""
SLICE = 25_000
"""Products of one index segment."""

Progress = Callable[[str, int], None]
"""Called with what is being done (`products`, `index`, ...) and how many products of it are done."""


class Catalogue(Protocol):
    """Where products come from: the original's files, a generator, anything that can be read twice alike."""

    @property
    def fingerprint(self) -> str:
        """Equal for equal catalogues; an import is taken up again only if it is."""
        ...

    def read(self, work: Path, after: str) -> Reader:
        """The products, in order.

        Args:
            work: a folder for helper files, kept until the import is through.
            after: a reader's position, from which to go on; empty for the beginning.
        """
        ...


class Reader(Protocol):
    """Products one after the other, and where the next reader would have to go on."""

    @property
    def position(self) -> str:
        """What `read` takes to go on after the product given last."""
        ...

    def __iter__(self) -> Iterator[Product]: ...

    def __next__(self) -> Product: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a shop folder holds.

    Attributes:
        products: how many.
        asins: sha256 of the names in the order of the catalogue, joined by newlines.
        content: sha256 of everything that a page shows or a reward reads.
        source: the catalogue's fingerprint.
        files: size and sha256 of each file.
    """

    products: int
    asins: str
    content: str
    source: str
    files: dict[str, tuple[int, str]]

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read and check a folder's manifest against the sizes of its files.

        Raises:
            DataError: the folder is no shop, or not whole.
        """
        path = folder / MANIFEST
        try:
            raw = json.loads(path.read_text("utf-8"))
            if raw["format"] != FORMAT:
                raise DataError(f"{folder} was imported by another version: import it again")
            files = {name: (int(size), str(digest)) for name, (size, digest) in raw["files"].items()}
            found = cls(int(raw["products"]), raw["asins"], raw["content"], raw["source"], files)
        except FileNotFoundError:
            half = " (an import into it has not finished: run it again)" if (folder / ".import").is_dir() else ""
            raise DataError(f"{folder} is no shop: it has no {MANIFEST}{half}") from None
        except (ValueError, KeyError, TypeError) as e:
            raise DataError(f"{path} is damaged ({e}): import the catalogue again") from None
        for name, (size, _) in files.items():
            actual = (folder / name).stat().st_size if (folder / name).exists() else None
            if actual != size:
                raise DataError(f"{folder / name} is not whole ({actual} bytes of {size}): import the catalogue again")
        return found


def import_catalogue(catalogue: Catalogue, folder: Path, progress: Progress | None = None) -> Manifest:
    """Make `folder` a shop of this catalogue, or finish doing so.

    Raises:
        DataError: the catalogue cannot be read, or the folder holds another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda _what, _n: None)
    work = folder / ".import"
    with _locked(folder):
        if (folder / MANIFEST).exists():
            found = Manifest.load(folder)
            if found.source != catalogue.fingerprint:
                raise DataError(f"{folder} holds another catalogue; give an empty folder")
            shutil.rmtree(work, ignore_errors=True)  # of an import that was killed with nothing left to do
            return found
        _same_source(work, catalogue.fingerprint)
        try:
            products = _store(catalogue, work, tell)
        except sqlite3.Error as e:
            raise DataError(f"the products cannot be written to {work}: {e}") from None
        if not products:
            raise DataError("the catalogue has no product: is its file whole, and the right one?")
        segments, content = _index(work, products, tell)
        tell("merge", products)
        with closing(Store(work / PRODUCTS)) as store:
            names = store.asins()
        ranks = np.empty(products, np.int32)
        ranks[np.argsort(np.array([n.encode() for n in names], object))] = np.arange(products)
        merge(segments, work / INDEX, ranks)
        tell("check", products)
        files = {name: (work.joinpath(name).stat().st_size, _digest(work / name)) for name in (PRODUCTS, INDEX)}
        tell("goals", products)
        _draw_goals(work, content)
        for name in (PRODUCTS, INDEX, *(path.name for path in work.glob("goals-*.arr"))):
            (work / name).replace(folder / name)
        asins = hashlib.sha256("\n".join(names).encode()).hexdigest()
        _write_json(
            folder / MANIFEST,
            {
                "format": FORMAT,
                "products": products,
                "asins": asins,
                "content": content,
                "source": catalogue.fingerprint,
                "files": files,
            },
        )
        shutil.rmtree(work)
        return Manifest(products, asins, content, catalogue.fingerprint, files)


def _draw_goals(folder: Path, content: str) -> None:
    """Freeze the goals of the default seed: of a large catalogue that takes half a minute, once."""
    with closing(Store(folder / PRODUCTS)) as store:
        for kind in get_args(Kind):
            with suppress(DataError):  # instructions that no goal can be made of: whoever wants goals is told
                Goals.open(store, GoalSpec(kind), folder, content)


def check_shop(folder: Path) -> Manifest:
    """Read every file of a shop and compare checksums.

    Raises:
        DataError: one differs.
    """
    manifest = Manifest.load(folder)
    for name, (_, digest) in manifest.files.items():
        if _digest(folder / name) != digest:
            raise DataError(f"{folder / name} is damaged (its checksum differs): import the catalogue again")
    for path in sorted(folder.glob("goals-*.arr")):
        try:
            ArrayFile.open(path).check()
        except DataError as e:
            raise DataError(f"{e}; without it the goals are drawn again, alike") from None
    return manifest


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One import at a time; the lock goes with the process that holds it."""
    with (folder / ".lock").open("w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def _same_source(work: Path, fingerprint: str) -> None:
    """An import that was begun from other files, or by another version, is not taken up again."""
    begun = work / "source.json"
    now = {"format": FORMAT, "source": fingerprint}
    try:
        same = json.loads(begun.read_text("utf-8")) == now
    except (OSError, ValueError):
        same = False
    if not same:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        _write_json(begun, now)


def _store(catalogue: Catalogue, work: Path, tell: Progress) -> int:
    """Read all products into the store.

    Returns:
        Their number.
    """
    with closing(sqlite3.connect(work / PRODUCTS, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(SCHEMA)
        db.execute("CREATE TABLE IF NOT EXISTS progress (position TEXT, products INTEGER, done INTEGER)")
        position, products, done = db.execute("SELECT * FROM progress").fetchone() or ("", 0, False)
        with closing(catalogue.read(work, position)) as reader:
            while not done:
                db.execute("BEGIN")
                batch = list(islice(reader, BATCH))
                for product in batch:
                    products += insert(db, products, product)
                done = len(batch) < BATCH
                db.execute("DELETE FROM progress")
                db.execute("INSERT INTO progress VALUES (?, ?, ?)", (reader.position, products, done))
                db.execute("COMMIT")
                tell("products", products)
        db.executescript(INDEXES)
        # Everything into the one file: it is opened as immutable from now on.
        db.execute("PRAGMA journal_mode = DELETE")
    return int(products)


def _index(work: Path, products: int, tell: Progress) -> tuple[list[Path], str]:
    """Invert the store slice by slice.

    Returns:
        The segments, and the digest of the catalogue's content.
    """
    analyser, segments, digests = Analyser(), [], []
    with closing(Store(work / PRODUCTS)) as store:
        for first in range(0, products, SLICE):
            path = work / f"{first:09d}.seg"
            digest = path.with_suffix(".sha256")
            if not digest.exists():
                h = hashlib.sha256()
                write_segment(path, first, _documents(store, first, min(first + SLICE, products), h), analyser)
                digest.write_text(h.hexdigest())
            segments.append(path)
            digests.append(digest.read_text())
            tell("index", min(first + SLICE, products))
    content = digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
    return segments, content


def _documents(store: Store, first: int, end: int, digest: Any) -> Iterator[str]:
    for row, product, synthetic in store.scan(first, end):
        digest.update(("\n" if row > first else "").encode() + _canonical(product, synthetic))
        yield product.document


def _canonical(p: Product, synthetic: tuple[str, Sequence[str]] | None) -> bytes:
    """One line per product; with it the traces' README tells its catalogue from others."""
    text, attributes = synthetic or (None, None)
    options = [[name, values] for name, values in p.options.items()]
    fields = [
        p.asin, p.title, p.description, p.bullets, p.tag, options, p.category, p.query, p.product_category,
        p.attributes, text, attributes,
    ]  # fmt: skip
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _write_json(path: Path, value: Any) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    part.replace(path)
