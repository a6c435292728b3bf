"""A page as text: Markdown in which everything that can be followed has a number. Pure, and the same everywhere.

The conversion is the costly part of showing a page (2 ms for one of 26 kB), so it is done once, when a page is
recorded, and kept with it; `VERSION` says which converter it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from skillevo.envs.pages.base import Page
from skillevo.envs.pages.decoding import text_of
from skillevo.envs.pages.urls import resolve

VERSION = "pages-1"
"""Changes with every change of what a page converts to."""

MAX_HTML = 2_000_000
"""Characters of HTML that are looked at."""
MAX_TEXT = 400_000
"""Characters of Markdown that are kept."""
MAX_LINKS = 5_000
"""What has a number; of more, the rest is text."""
_DEEPEST = 200
"""Elements inside each other; a page that nests deeper is cut there: parsers take quadratic time over it."""
_FEW_TAGS = 2_000
"""A page of no more tags cannot take long, however it nests them."""

MARK = re.compile(r"⟦(\d+)⟧ ")
_FORGED = re.compile(r"⟦|&#x0*27e6;?|&#0*10214;?|&(?:lobrk|LeftDoubleBracket);?", re.IGNORECASE)
"""What would become the beginning of a mark, if a page wrote one."""
_CLICKABLE = "a[href], area[href], button, [onclick], [data-url], [data-href]"
_NOISE = "script, style, template, svg, iframe, object, canvas, noscript"
_ONCLICK = re.compile(r"""(?:location(?:\.href)?\s*=|(?:location\.assign|window\.open)\s*\()\s*["']([^"']+)["']""")
_SPACE = re.compile(r"\s+")
_BLANKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
_OPEN = ("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "html", "head", "body")
_UNNESTED = frozenset((*_VOID, *_OPEN))
"""Tags that need no end: a row of them is not a nest."""
_NOT_SHOWN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""Control, invisible and direction-changing characters: a reader of the page sees none of them."""


@dataclass(frozen=True, slots=True)
class Document:
    """A page, converted.

    Attributes:
        title: its title; "" where it has none.
        text: Markdown; `⟦3⟧ ` stands before the text of the third thing that can be followed.
        links: where each of these leads, in order; canonical addresses.
        remarks: what a reader should know: needs JavaScript, asks for a login, is cut, is no text.
    """

    title: str
    text: str
    links: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps([VERSION, self.title, self.text, self.links, self.remarks], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Document | None:
        """The document, or None where another converter made it."""
        found = json.loads(text)
        if found[0] != VERSION:
            return None
        return cls(found[1], found[2], tuple(found[3]), tuple(found[4]))


def document_of(page: Page) -> Document:
    """The page as a document: what came with its recording, or converted now (and kept for a while)."""
    if page.converted and (kept := Document.from_json(page.converted)) is not None:
        return kept
    return _convert(page.url, page.content_type, page.status, page.body)


@lru_cache(maxsize=256)
def _convert(url: str, content_type: str, status: int, body: bytes) -> Document:
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("", "text/html", "application/xhtml+xml") and _looks_like_html(body, kind):
        return _from_html(url, status, text_of(body, content_type))
    if kind.startswith("text/") or kind in ("application/json", "application/xml", "") or kind.endswith("+xml"):
        text = _clean(text_of(body[: 4 * MAX_TEXT], content_type))
        cut = len(text) > MAX_TEXT or len(body) > 4 * MAX_TEXT
        return Document("", text[:MAX_TEXT], (), ("The text is cut here; it is too long.",) if cut else ())
    return Document("", "", (), (f"This is a file of type {_clean(kind)[:60]}, {len(body):,} bytes, and no text.",))


def _looks_like_html(body: bytes, kind: str) -> bool:
    return bool(kind) or b"<" in body[:1024]


def _from_html(url: str, status: int, html: str) -> Document:
    from selectolax.lexbor import LexborHTMLParser

    remarks = []
    if len(html) > MAX_HTML:
        html = html[:MAX_HTML]
        remarks.append("The page is cut; it is too long.")
    if (end := _too_deep(html)) < len(html):
        html = html[:end]
        remarks.append("The page is cut; it is nested too deeply.")
    tree = LexborHTMLParser(_FORGED.sub("[", _NOT_SHOWN.sub("", html)))
    base = tree.css_first("base[href]")
    at = (resolve(url, base.attributes.get("href") or "") if base is not None else "") or url
    title = tree.css_first("title")
    scripts = tree.css_first("script") is not None
    asks = tree.css_first("input[type=password]") is not None
    for node in tree.css(_NOISE):
        node.decompose()
    links = _number(tree, at)
    text = _markdown(tree.html or "")
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rpartition("\n")[0] or text[:MAX_TEXT]
        remarks.append("The page is cut; it is too long.")
    if asks or status in (401, 407):
        remarks.append("The page asks for a login.")
    if status >= 400:
        remarks.append(f"The server answered with status {status}.")
    if not text and scripts:
        remarks.append("The page shows nothing without JavaScript.")
    elif not text:
        remarks.append("The page is empty.")
    name = _SPACE.sub(" ", _clean(title.text() if title is not None else ""))
    return Document(name[:300], text, tuple(links), tuple(dict.fromkeys(remarks)))


def one_line(text: str) -> str:
    """A text of somebody else's as one line that holds no mark of ours and nothing that is not seen."""
    return _SPACE.sub(" ", _FORGED.sub("[", _NOT_SHOWN.sub("", text))).strip()


def _too_deep(html: str) -> int:
    """Where the page nests deeper than is read; its length if it does not."""
    if html.count("<") <= _FEW_TAGS:
        return len(html)
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _UNNESTED:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > _DEEPEST:
                return tag.start()
    return len(html)


def _number(tree: Any, base: str) -> list[str]:
    """Put its number before the text of each thing that leads somewhere, and turn it into that text."""
    links: list[str] = []
    for node in tree.css(_CLICKABLE):
        target = resolve(base, _reference(node.attributes))
        if target and len(links) < MAX_LINKS and (label := _label(node)):
            links.append(target)
            # With a blank before it: links may stand side by side with nothing between them.
            node.insert_before(f" ⟦{len(links)}⟧ " + ("" if node.text(strip=True) else label))
        if node.tag in ("a", "area", "button"):
            (node.unwrap if node.child is not None else node.decompose)()
    return links


def _reference(attributes: Mapping[str, str | None]) -> str:
    for name in ("href", "data-url", "data-href"):
        if found := attributes.get(name):
            return found
    called = _ONCLICK.search(attributes.get("onclick") or "")
    return called[1] if called else ""


def _label(node: Any) -> str:
    """What a reader sees of it: its text, else what its picture or its label says; "" for nothing."""
    if text := node.text(strip=True):
        return str(text)
    image = node.css_first("img[alt]")
    said = (image.attributes.get("alt") if image is not None else "") or node.attributes.get("aria-label")
    return _SPACE.sub(" ", said or node.attributes.get("title") or "").strip()[:200]


def _markdown(html: str) -> str:
    from html_to_markdown import convert

    return _clean(convert(html, _options()).content or "")


@lru_cache
def _options() -> Any:
    from html_to_markdown import ConversionOptions, PreprocessingOptions

    return ConversionOptions(
        skip_images=True,
        autolinks=False,
        extract_metadata=False,
        compact_tables=True,
        bullets="-",
        max_depth=_DEEPEST,
        preprocessing=PreprocessingOptions(enabled=False, remove_navigation=False, remove_forms=False),
    )


def _clean(text: str) -> str:
    return _BLANKS.sub("\n\n", _TRAILING.sub("", _NOT_SHOWN.sub("", text))).strip()
