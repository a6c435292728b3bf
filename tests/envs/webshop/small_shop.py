"""A catalogue of our own with the corners that real ones have, and where the recorded one lies."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from skillevo.envs.webshop.product import Instruction, Product


def webshop_folder() -> Path:
    """The recorded data: $SKILLEVO_SHARED/data/webshop, or below `shared/` beside the repository."""
    given = os.environ.get("SKILLEVO_SHARED")
    shared = Path(given) if given else Path(__file__).resolve().parents[4] / "shared"
    return shared / "data" / "webshop"


def recorded(name: str) -> list[dict[str, Any]]:
    with gzip.open(webshop_folder() / "traces" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def product(number: int, title: str, **fields: Any) -> Product:
    given: dict[str, Any] = {
        "description": f"Made for {title.lower()}.",
        "bullets": ("Soft and light", "Easy to clean "),
        "prices": (10.0 + number,),
        "options": {},
        "category": "garden",
        "query": "lamps",
        "product_category": "Home › Lighting › Lamps",
        "attributes": ("easy clean", "long lasting"),
    }
    return Product(asin=f"B0{number:08d}", title=title, **given | fields)


def catalogue() -> list[Product]:
    """Twelve odd products and sixty plain ones."""
    wish = Instruction("Find me easy clean lamps", ("easy clean",))
    odd = [
        product(1, "Red Lamp", options={"color": ("red", "dark red"), "size": ("small", "large")}, synthetic=wish),
        product(2, "Blue Lamp", description="", bullets=("",), prices=(20.0, 40.5)),
        product(3, "Lamp <b>bold</b> & 'quoted'", bullets=(), attributes=("a", "b<c")),
        product(4, "Option Words", options={"kind": ("description", "buy now", "next >", "plain")}),
        product(5, "Twice", options={"first": ("same", "one"), "second": ("same", "two")}, synthetic=wish),
        product(6, "Dear Lamp", prices=(2000.0,), synthetic=Instruction("Find me a dear lamp", ("dear",))),
        product(7, " ", description=" \n ", bullets=("\n", " ", "text")),
        product(8, "Ünïcode ★ lamp™", options={"größe": ("klein", 'with "quotes"', "m | l")}),
        product(9, "Human Lamp", human=(
            Instruction("i want a lamp.", ("easy clean",), ("red",)),
            Instruction("nothing asked", (), ()),
        ), options={"color": ("red", "blue")}),
        product(10, "Cheap", prices=(0.5, 0.9), synthetic=Instruction("Find me cheap", ("long lasting",))),
        product(11, "Search results lamp", category="beauty", query="search_results"),
        product(12, "Empty options", options={"color": ()}),
    ]  # fmt: skip
    plain = [
        product(n, f"Chair number {n} in oak", category="furniture", query="chairs", product_category="Home › Chairs")
        for n in range(20, 80)
    ]
    return [*odd, *plain]


class ListCatalogue:
    """Products at hand, as a catalogue for the importer. `fail_at` raises before that product, once."""

    def __init__(self, products: Sequence[Product], name: str = "list", fail_at: int | None = None) -> None:
        self._products, self._name, self.fail_at = products, name, fail_at
        self.given: list[int] = []

    @property
    def fingerprint(self) -> str:
        return self._name

    def read(self, work: Path, after: str) -> _ListReader:
        return _ListReader(self, self._products, int(after or 0))


class _ListReader:
    def __init__(self, owner: ListCatalogue, products: Sequence[Product], at: int) -> None:
        self._owner, self._products, self._at = owner, products, at

    @property
    def position(self) -> str:
        return str(self._at)

    def __iter__(self) -> Iterator[Product]:
        return self

    def __next__(self) -> Product:
        if self._at >= len(self._products):
            raise StopIteration
        if self._at == self._owner.fail_at:
            self._owner.fail_at = None
            raise KeyboardInterrupt
        self._owner.given.append(self._at)
        self._at += 1
        return self._products[self._at - 1]

    def close(self) -> None:
        pass


def official_item(item: Product) -> dict[str, Any]:
    """A product as a record of the original's items file."""
    return {
        "asin": item.asin,
        "name": item.title,
        "full_description": item.description,
        "small_description": list(item.bullets),
        "pricing": " - ".join(f"${price}" for price in item.prices),
        "customization_options": {n: [{"value": v, "image": None} for v in vs] for n, vs in item.options.items()},
        "category": item.category,
        "query": item.query,
        "product_category": item.product_category,
        "images": ["http://example.org/a.jpg"],
    }


def write_official(folder: Path, items: Iterable[Product]) -> None:
    """The original's three files, holding these products."""
    items = list(items)
    (folder / "items_shuffle_1000.json").write_text(json.dumps([official_item(p) for p in items]))
    notes = {}
    for p in items:
        notes[p.asin] = {"attributes": list(p.attributes)}
        if p.synthetic:
            notes[p.asin] |= {
                "instruction": p.synthetic.text,
                "instruction_attributes": list(p.synthetic.attributes),
            }
    (folder / "items_ins_v2_1000.json").write_text(json.dumps(notes))
    human = {
        p.asin: [
            {
                "instruction": wish.text,
                "instruction_attributes": list(wish.attributes),
                "instruction_options": list(wish.options or ()),
            }
            for wish in p.human
        ]
        for p in items
        if p.human
    }
    (folder / "items_human_ins.json").write_text(json.dumps(human))
