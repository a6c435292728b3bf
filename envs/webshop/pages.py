"""What the shop's pages say, and what can be clicked on them.

The original renders HTML and reads it back with a parser; these pages are the text nodes that come out of that, with
the parser's habits: an empty text is no node, one of white space alone becomes a line break (dropped in the end) or a
single space (kept, an empty segment), and all others stand as they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from skillevo.envs.webshop.product import Product

PER_PAGE = 10

SUB_PAGES = ("Description", "Features", "Reviews", "Attributes")
BACK, PREVIOUS, NEXT, BUY = "Back to Search", "< Prev", "Next >", "Buy Now"

_HTML_SPACE = " \n\t\f\r"
_SAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'"}


class Kind(Enum):
    """What a text node stands in."""

    TEXT = "text"
    BUTTON = "button"
    OPTION = "option"
    LINK = "link"


class Node(NamedTuple):
    """A visible text node."""

    text: str
    kind: Kind = Kind.TEXT


class Target(NamedTuple):
    """What a click hits: a button, a product's link, or a value of the option named."""

    kind: Kind
    option: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        nodes: its visible texts, in order.
        targets: what can be clicked, by the lower-cased text that a click names, in the original's order: buttons,
            product links, option values. Of two things with one name the later is hit.
        has_search_bar: whether it shows a search bar; the shop takes searches on every page.
    """

    nodes: Sequence[Node]
    targets: Mapping[str, Target]
    has_search_bar: bool = False

    @property
    def available(self) -> dict[str, object]:
        """The original's object of available actions."""
        return {"has_search_bar": self.has_search_bar, "clickables": list(self.targets)}


def text(page: Page) -> str:
    """The page in one line, its texts stripped."""
    return " [SEP] ".join([node.text.strip() for node in page.nodes if node.text != "\n"])


def rich_text(page: Page, url: str, visited: Collection[str]) -> str:
    """The page with one text a line and marks around what can be clicked or has been.

    Args:
        url: the page's address; an option whose quoted value stands in it counts as clicked.
        visited: names of the products that have been looked at.
    """
    lines: list[str] = []
    clicked: list[str] = []
    for node in page.nodes:
        t, kind = node
        if t == "\n":
            continue
        if kind is Kind.TEXT:
            lines.append(t)
        elif kind is Kind.BUTTON:
            lines.append(f"[button] {t} [button_]")
        elif kind is Kind.LINK:
            lines.append(f"\n[clicked button] {t} [clicked button_]" if t in visited else f"\n[button] {t} [button_]")
        elif f'"{t}"' in url:
            lines.append(f"  [clicked button] {t} [clicked button_]")
            clicked.append(f"You have clicked {t}.")
        else:
            lines.append(f"  [button] {t} [button_]")
    return "".join(f"{line}\n" for line in [*reversed(clicked), *lines])


def search_page(instruction: str) -> Page:
    nodes = [Node("WebShop"), Node("Instruction: "), *_nodes([instruction]), Node("Search", Kind.BUTTON)]
    return Page(nodes, _buttons("Search"), has_search_bar=True)


def results_page(instruction: str, products: Sequence[Product], number: int, total: int) -> Page:
    """One page of search results; there is always a next one, and it may be empty."""
    buttons = (PREVIOUS, NEXT) if number > 1 else (NEXT,)
    nodes = [*_head(instruction, BACK), Node(f"Page {number} (Total results: {total})")]
    nodes += [Node(b, Kind.BUTTON) for b in buttons]
    targets = _buttons(BACK, *buttons)
    for product in products:
        nodes.append(Node(product.asin, Kind.LINK))
        nodes += _nodes((product.title, product.tag))
        targets[product.asin.lower()] = Target(Kind.LINK)
    return Page(nodes, targets)


def item_page(instruction: str, product: Product, show_attributes: bool) -> Page:
    """A product with its options; which of them are chosen does not show in the text."""
    nodes = _head(instruction, BACK, PREVIOUS)
    buttons = [*(SUB_PAGES if show_attributes else SUB_PAGES[:-1]), BUY]
    targets = _buttons(BACK, PREVIOUS, *buttons)
    for name, values in product.options.items():
        nodes += _nodes([name])
        nodes += _nodes(values, Kind.OPTION)
        targets.update((value, Target(Kind.OPTION, name)) for value in values)
    nodes += _nodes([product.title])
    nodes += [Node(f"Price: {product.tag}"), Node("Rating: N.A.")]
    nodes += [Node(b, Kind.BUTTON) for b in buttons]
    return Page(nodes, targets)


def sub_page(instruction: str, product: Product, name: str) -> Page:
    """Description, features, reviews (there are none) or attributes of a product."""
    nodes = _head(instruction, BACK, PREVIOUS)
    if name == "Description":
        nodes += _nodes([product.description])
    elif name == "Features":
        nodes += _nodes(f" {bullet}" for bullet in product.bullets)
    elif name == "Attributes":
        nodes += _nodes(f" {attribute}" for attribute in product.attributes)
        nodes += _nodes((product.category, product.query, product.product_category))
    return Page(nodes, _buttons(BACK, PREVIOUS))


def done_page(asin: str, options: Mapping[str, str], reward: float) -> Page:
    """What is shown after a purchase: a form made for crowd workers, mostly empty."""
    lines = [
        "Thank you for shopping with us!", "Your code: ", "None", " (Paste it in your MTurk interface.)", "Purchased",
        "asin", asin, "options", json.dumps(options, sort_keys=True).translate(_SAFE), "attrs", "None", "category",
        "None", "query", "None", "product category", "None", "Target", "asin", "options", "attrs", "price upper",
        "instuction text", "category", "product category", "query", "Goal ", "None", "Reward",
        "Your score (min 0.0, max 1.0)", str(reward), "Reward Details ", "None",
    ]  # fmt: skip
    return Page([Node(line) for line in lines], {})


def _head(instruction: str, *buttons: str) -> list[Node]:
    return [Node("Instruction:"), *_nodes([instruction]), *(Node(b, Kind.BUTTON) for b in buttons)]


def _buttons(*names: str) -> dict[str, Target]:
    return {name.lower(): Target(Kind.BUTTON) for name in names}


def _nodes(texts: Iterable[str], kind: Kind = Kind.TEXT) -> list[Node]:
    """The nodes that the parser makes of texts."""
    found = []
    for t in texts:
        if t.strip(_HTML_SPACE):
            found.append(Node(t, kind))
        elif t:
            found.append(Node("\n" if "\n" in t else " ", kind))
    return found
