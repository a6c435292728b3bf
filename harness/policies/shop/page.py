"""A page of the shop, read from its text: which one it is, and what it offers.

`text` shows the page in one line with [SEP] between its texts, `text_rich` one text a line with marks around what can
be clicked. An item's page lists its options as name, values, name, values; which is which is told by the marks, or by
what can be clicked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_MARK = re.compile(r"^\[(?:clicked )?button\] (.*) \[(?:clicked )?button_\]$")
_NUMBER = re.compile(r"^Page (\d+) \(Total results: (\d+)\)$")
_PRICE = re.compile(r"\$(\d+(?:\.\d+)?)")
_BUTTONS = frozenset(("back to search", "< prev", "next >", "description", "features", "reviews", "attributes"))
PLACES = ("first", "second", "third", "fourth", "fifth")
"""What the results at the head of a list are called."""


class Kind(StrEnum):
    """Which page it is; OTHER for the one after a purchase and for what is no page of the shop."""

    SEARCH = "search"
    RESULTS = "results"
    ITEM = "item"
    TEXT = "text"
    OTHER = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A product in a list of results. `price` is the higher end of a range."""

    asin: str
    title: str
    price: float

    @property
    def click(self) -> str:
        return f"click[{self.asin.lower()}]"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    Attributes:
        instruction: the request, as the page repeats it.
        number: which page of the results.
        offers: the products listed.
        title, price: of the product that is looked at.
        options: its options with their values, lower case, in order.
        body: description, features or the like.
        score: what a purchase was worth, on the page after it.
    """

    kind: Kind = Kind.OTHER
    instruction: str = ""
    number: int = 0
    offers: tuple[Offer, ...] = ()
    title: str = ""
    price: float = 0.0
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    body: str = ""
    score: float | None = None

    def option_of(self, value: str) -> str:
        """The option that a value belongs to; "" if the page has no such value."""
        return next((name for name, values in self.options if value in values), "")


@lru_cache(4096)
def read_page(text: str, actions: tuple[str, ...] = ()) -> Page:
    """Read an observation. Where nothing is said of what can be clicked, every option's name counts as a value."""
    nodes, marked = _nodes(text)
    plain = [n.strip() for n in nodes]
    clicks = {a[6:-1] for a in actions if a.startswith("click[")} | marked
    instruction = _after(plain, "Instruction:")
    if "Your score (min 0.0, max 1.0)" in plain:
        return Page(score=float(_after(plain, "Your score (min 0.0, max 1.0)") or 0))
    if plain[:1] == ["WebShop"]:
        return Page(Kind.SEARCH, instruction)
    if "Back to Search" not in plain:
        return Page(instruction=instruction)
    for at, node in enumerate(plain):
        if found := _NUMBER.match(node):
            return Page(Kind.RESULTS, instruction, int(found[1]), _offers(plain[at + 1 :]))
    start = plain.index("< Prev") + 1 if "< Prev" in plain else len(plain)
    if "Buy Now" not in plain[start:]:
        return Page(Kind.TEXT, instruction, body="\n".join(plain[start:]))
    priced = max((i for i, n in enumerate(plain) if n.startswith("Price: ")), default=start + 1)
    options = _options(plain[start : priced - 1], clicks)
    return Page(Kind.ITEM, instruction, title=plain[priced - 1], price=_price(plain[priced]), options=options)


def _nodes(text: str) -> tuple[list[str], set[str]]:
    """The page's texts in order, and those of them that are marked as buttons, lower case."""
    if " [SEP] " in text:
        return text.split(" [SEP] "), set()
    nodes, marked = [], set()
    for line in text.splitlines():
        found = _MARK.match(line.strip())
        if found:
            marked.add(found[1].lower())
        if line.strip():
            nodes.append(found[1] if found else line)
    return nodes, marked


def _after(nodes: Sequence[str], head: str) -> str:
    at = nodes.index(head) + 1 if head in nodes else len(nodes)
    return nodes[at] if at < len(nodes) else ""


def _offers(nodes: Sequence[str]) -> tuple[Offer, ...]:
    rest = [n for n in nodes if n not in ("< Prev", "Next >")]
    found = []
    for at in range(len(rest) - 2):
        if rest[at + 2].startswith("$") and " " not in rest[at] and len(rest[at]) <= 10:
            found.append(Offer(rest[at], rest[at + 1], _price(rest[at + 2])))
    return tuple(found)


def _options(nodes: Sequence[str], clicks: Collection[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: list[tuple[str, list[str]]] = []
    values = set(clicks) - _BUTTONS
    for node in nodes:
        if node.lower() in values or not clicks:
            if not groups:
                groups.append(("", []))
            groups[-1][1].append(node.lower())
        else:
            groups.append((node.lower(), []))
    return tuple((name, tuple(listed)) for name, listed in groups if listed)


def _price(text: str) -> float:
    return max(map(float, _PRICE.findall(text)), default=0.0)
