"""A session's page, laid out: the same texts and the same things to click, sorted into the parts of a web page.

Every text keeps its number, so that whoever reads a web page can put the shop's page together again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

from skillevo.envs.webshop.pages import BUY, NEXT, Kind, Node, Page
from skillevo.envs.webshop.session import Session

Layout = Literal["search", "results", "item", "sub", "done"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the page.

    Attributes:
        number: its place among all texts.
        name: what a click on it is called; empty if it cannot be clicked.
        pressed: whether it is an option's chosen value, or a product that was looked at.
    """

    number: int
    text: str
    kind: str
    name: str = ""
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A heading and what belongs to it: an option and its values, a product's link and what is said of it."""

    head: Text
    rest: Sequence[Text]
    hue: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What a template shows.

    Attributes:
        lead: the words before the request, and the request.
        buttons: the page's buttons, by the name of a click on them.
        groups: of a list of results its products, of a product its options.
        texts: all that is in none of these, in order.
        hue: of the product's picture, in degrees.
        score, parts: of a purchase.
    """

    layout: Layout
    lead: Sequence[Text]
    buttons: Mapping[str, Text]
    groups: Sequence[Group]
    texts: Sequence[Text]
    hue: int
    score: float | None
    parts: Sequence[tuple[str, float]]


def layout_of(page: Page) -> Layout:
    if page.has_search_bar:
        return "search"
    if not page.targets:
        return "done"
    if BUY.lower() in page.targets:
        return "item"
    return "results" if NEXT.lower() in page.targets else "sub"


def view(session: Session) -> View:
    """Sort a session's page into its parts."""
    page, layout = session.page, layout_of(session.page)
    texts = [_text(session, number, node) for number, node in enumerate(page.nodes)]
    lead, buttons, groups, rest = _sorted(texts, layout)
    bought = session.bought
    return View(
        layout=layout,
        lead=lead,
        buttons=buttons,
        groups=groups,
        texts=rest,
        hue=_hue(session.asin),
        score=None if bought is None else bought.total,
        parts=[] if bought is None else _parts(bought.parts),
    )


def _text(session: Session, number: int, node: Node) -> Text:
    name = node.text.lower()
    if node.kind is Kind.TEXT or name not in session.page.targets:
        return Text(number, node.text, node.kind.value)
    target = session.page.targets[name]
    chosen = target.kind is Kind.OPTION and session.options.get(target.option.lower()) == name
    seen = node.kind is Kind.LINK and node.text in session.visited
    return Text(number, node.text, node.kind.value, name, chosen or seen)


def _sorted(texts: Sequence[Text], layout: Layout) -> tuple[list[Text], dict[str, Text], list[Group], list[Text]]:
    """Lead, buttons, groups and the rest of a page's texts."""
    if layout == "done":
        return [], {}, [], list(texts)
    first = next(i for i, t in enumerate(texts) if t.kind == "button")
    buttons = {t.name: t for t in texts if t.kind == "button"}
    groups: list[Group] = []
    rest: list[Text] = []
    for at, text in enumerate(texts[first:], first):
        opens = text.kind == "link" or (text.kind == "text" and at + 1 < len(texts) and texts[at + 1].kind == "option")
        if opens:
            groups.append(Group(text, [], _hue(text.text)))
        elif text.kind == "option" or (text.kind == "text" and layout == "results" and groups):
            groups[-1] = Group(groups[-1].head, [*groups[-1].rest, text], groups[-1].hue)
        elif text.kind != "button":
            rest.append(text)
    return list(texts[:first]), buttons, groups, rest


def _parts(parts: Mapping[str, object]) -> list[tuple[str, float]]:
    """What the score is made of, in words."""
    words = {
        "r_type": "Kind of product",
        "r_att": "Attributes",
        "r_option": "Options",
        "r_price": "Price",
    }
    return [(said, float(parts[name])) for name, said in words.items() if name in parts]  # type: ignore[arg-type]


def _hue(asin: str) -> int:
    return crc32(asin.encode("utf-8", "replace")) % 360
