"""A product as the shop holds it, whatever catalogue it came from."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skillevo.envs.base import DataError

MAX_ASIN = 10
NO_PRICE = 100.0
"""What a product without a price costs."""
NO_ATTRIBUTES = ("DUMMY_ATTR",)
"""The attributes of a product that the attributes file does not know."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a shopper asks for, of one product.

    Attributes:
        text: the request, without its price clause (and, if synthetic, without its options).
        attributes: what the product has to have.
        options: the values asked for; None in synthetic instructions, which are made for every combination.
    """

    text: str
    attributes: tuple[str, ...]
    options: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """One product.

    Attributes:
        asin: its name, at most ten characters, unique in a catalogue.
        prices: one price, or the two ends of a range that the price is drawn from.
        options: values by option name, in the order in which the page shows them; all lower-case.
        category: the department (`beauty`, `fashion`, ...).
        query: what the product was found under; lower-case.
        product_category: the whole path, parts joined by ` › `.
        synthetic: the instruction that synthetic goals are made from, if there is one.
        human: the instructions that people wrote.
    """

    asin: str
    title: str
    description: str
    bullets: tuple[str, ...]
    prices: tuple[float, ...]
    options: Mapping[str, tuple[str, ...]]
    category: str
    query: str
    product_category: str
    attributes: tuple[str, ...]
    image: str = ""
    option_images: Mapping[str, str | None] = field(default_factory=dict)
    synthetic: Instruction | None = None
    human: tuple[Instruction, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.asin) <= MAX_ASIN:
            raise DataError(f"product {self.asin!r}: an asin has 1 to {MAX_ASIN} characters")
        if len(self.prices) not in (1, 2):
            raise DataError(f"product {self.asin}: a product has a price or a range, not {list(self.prices)}")

    @property
    def tag(self) -> str:
        """The price as the page shows it."""
        return "$" + " to $".join(map(str, self.prices))

    @property
    def document(self) -> str:
        """What the search engine reads of it."""
        options = ", and ".join(f"{name}: {', '.join(values)}" for name, values in self.options.items())
        first = self.bullets[0] if self.bullets else ""
        return " ".join((self.title, self.description, first, options)).lower()

    def pack(self) -> bytes:
        """All but the instructions, compressed."""
        fields = [
            self.asin,
            self.title,
            self.description,
            self.bullets,
            self.prices,
            list(self.options.items()),
            self.category,
            self.query,
            self.product_category,
            self.attributes,
            self.image,
            self.option_images,
        ]
        return zlib.compress(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(), 1)

    @classmethod
    def unpack(cls, raw: bytes) -> Product:
        """The product that `pack` made bytes of, without its instructions."""
        fields: Sequence[Any] = json.loads(zlib.decompress(raw))
        asin, title, description, bullets, prices, options, category, query, path, attributes, image, images = fields
        return cls(
            asin=asin,
            title=title,
            description=description,
            bullets=tuple(bullets),
            prices=tuple(prices),
            options={name: tuple(values) for name, values in options},
            category=category,
            query=query,
            product_category=path,
            attributes=tuple(attributes),
            image=image,
            option_images=images,
        )
