"""A shopping skill's sentences to steps: a modest grammar, tolerant of wording, that reports what it cannot read.

Words in double quotes are taken as they stand. A sentence is cut at "then" and at "and" before a verb, and each part
must be one of these orders:

    Search for "..." | for the words of the instruction | for the kind of product (alone)
    Open the first | second | ... | cheapest | best matching result
    Open the result whose title has "..." | "..."
    ... that costs less than the limit | is within the price limit
    Skip | Avoid | Do not open | Do not buy (results with) "..."
    If it is not there | listed, go to the next page | search for ...
    If the price is over the limit | it costs too much, go back (and open the next result)
    Look at the features | description | reviews
    If they do not mention "..." | what the instruction asks for, go back
    Choose "..." | the options that the instruction names | Choose no options
    Go back | Go to the next page | Buy it

What is none of them does nothing and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

How = Literal["quoted", "request", "kind"]


@dataclass(frozen=True, slots=True)
class Search:
    """Search for quoted words, for the words of the request, or for the kind of thing it asks for."""

    how: How
    words: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Open a result.

    Attributes:
        words: what its title must have; several are several demands.
        rank: which of those that fit, from 1; 0 for the one whose title has most of the request's words, -1 for the
            cheapest.
        affordable: leave out what costs more than the request allows.
    """

    words: tuple[str, ...] = ()
    rank: int = 1
    affordable: bool = False


@dataclass(frozen=True, slots=True)
class Avoid:
    """Leave out results with these words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """What to do where no result fits: turn the page, or search for something else."""

    search: Search | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """Go back and open the next one that fits: if it is too dear, or if what was read of it lacks these words.

    Attributes:
        words: None for the price; empty for what the request asks for.
    """

    words: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Read a further page of the product."""

    page: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose values: those quoted, or those that the request names."""

    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A button: `next >`, `< prev` or `back to search`."""

    button: str


@dataclass(frozen=True, slots=True)
class Buy:
    """Buy it."""


Step = Search | Open | Avoid | Missing | Reject | Look | Choose | Turn | Buy


@dataclass(frozen=True, slots=True)
class Errand:
    """What a skill says: its steps, and the sentences that could not be read."""

    steps: tuple[Step, ...]
    unread: tuple[str, ...]


_QUOTED = re.compile(r'"([^"]+)"')
_LIST_MARK = re.compile(r"^\s*(?:#+ .*$|[-*+•]\s+|\(?(?:step\s+)?\d+[.):]\s+)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"(])")
_VERBS = (
    "search|look|find|put|send|submit|type|use|enter|query|open|click|tap|visit|view|choose|select|pick|set|buy|"
    "purchase|order|complete|go|return|turn|move|check|read|skip|avoid|ignore|press|hit|take|try|add|finish|compare"
)
_CUT = re.compile(rf"[,;:]?\s+(?:and\s+)?then\s+|;\s+|,?\s+and\s+(?=(?:{_VERBS})\b)|,\s+(?=(?:{_VERBS})\b)")
_RANKS = {
    **{
        w: i
        for i, w in enumerate(
            ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
        )
    },
    **{"top": 1, "1st": 1, "2nd": 2, "3rd": 3, "last": 10},
}
_POLITE = re.compile(
    r"^(?:please|now|then|next|finally|first|lastly|to begin|to start|afterwards|after that|always|just|simply|"
    r"once there|(?:of|among|from) (?:all )?(?:the )?results?)[,:]?\s+"
)
_TAIL = re.compile(r"\s+before (?:you buy|buying|you purchase|purchasing)(?: it)?$")
_SAID = re.compile(
    r"(?:look there|look again|try again|open it|do the same(?: there)?|(?:send|submit) it|(?:press|hit|click)(?: on)? "
    r"(?:enter|search|return|the search button))$"
)
"""What follows an order and adds nothing to it."""
_REMARK = re.compile(
    r"^(?:read|study|understand|note|remember|keep in mind|think about) (?:the )?(?:instruction|request|task|goal)\b"
)
_REQUEST = re.compile(
    r"\b(?:instruction|request|task|goal|shopper|customer|user|asked for|asks for|wanted|required|requested|needed)\b"
)
_KIND = re.compile(
    r"\b(?:kind|type|name|category|sort) of (?:the )?(?:product|thing|item|article)|product name|only the product\b"
)
_DENIED = re.compile(r"\b(?:do not|don't|never|avoid|skip|ignore|leave out|pass over)\b")
_PRICE = re.compile(r"\b(?:price|cost|costs|expensive|dear|cheap|affordable|budget|dollars|limit)\b")
_OVER = re.compile(r"\b(?:over|above|higher|more|exceeds?|beyond|too|expensive|dear)\b")
_MISSING = re.compile(
    r"\b(?:not (?:there|listed|shown|on (?:the|this) page|among|found|in)|nothing|none|no (?:result|product|title|"
    r"such)|missing|cannot find|can't find|do not see|don't see)\b"
)
_LACKS = re.compile(r"\b(?:do not|does not|don't|doesn't|lacks?|not mention(?:ed)?|without|missing|not)\b")
_PAGES = {
    "description": "description",
    "features": "features",
    "feature": "features",
    "reviews": "reviews",
    "attributes": "attributes",
}
_PAGE = re.compile(r"\b(description|features?|reviews|attributes)\b")


def read_errand(body: str) -> Errand:
    """The steps of a skill's body in order."""
    steps: list[Step] = []
    unread: list[str] = []
    for sentence in _sentences(body):
        found = _read_sentence(sentence)
        if found is None:
            unread.append(sentence)
        else:
            steps += found
    return Errand(tuple(steps), tuple(dict.fromkeys(unread)))


def _sentences(body: str) -> list[str]:
    found = []
    for line in body.translate({0x201C: '"', 0x201D: '"'}).splitlines():
        text = re.sub(r"[*`_]{1,3}", "", _LIST_MARK.sub("", line)).strip()
        found += [s.strip() for s in _SENTENCE.split(text) if re.search(r"\w", s)]
    return found


def _read_sentence(sentence: str) -> list[Step] | None:
    """The steps of a sentence; [] for a remark, None if any part of it cannot be read."""
    quotes: list[str] = []

    def hide(found: re.Match[str]) -> str:
        if found[1].lower() == "buy now":
            return "buy now"
        quotes.append(found[1])
        return f"<{len(quotes) - 1}>"

    text = _QUOTED.sub(hide, sentence).lower().rstrip(" .!?")
    text = _TAIL.sub("", _POLITE.sub("", text))
    if _REMARK.match(text):
        return []
    if text.startswith(("if ", "when ", "unless ", "should ")):
        return _conditional(text, quotes)
    order, late, condition = text.partition(" if ")
    if late and ", " not in condition:  # "go back if it costs too much"
        return _conditional(f"if {condition}, {order}", quotes)
    steps: list[Step] = []
    parts = [p for p in _CUT.split(text) if p]
    for i, part in enumerate(parts):
        if part.startswith(("if ", "when ", "unless ")):
            rest = _conditional(", ".join(parts[i:]), quotes)
            return None if rest is None else steps + rest
        found = _order(_POLITE.sub("", part), quotes)
        if found is None:
            return None
        steps += found
    return steps


def _conditional(text: str, quotes: Sequence[str]) -> list[Step] | None:
    """ "If ..., go back", "if ..., go to the next page", "if ..., search for ..."."""
    condition, comma, rest = text.partition(", ")
    if not comma:
        return None
    orders = [_order(_POLITE.sub("", p), quotes) for p in _CUT.split(rest.removeprefix("then ")) if p]
    if any(o is None for o in orders):
        return None
    first = next(iter(orders[0] or ()), None) if orders else None
    named = _quoted(condition, quotes)
    backs = isinstance(first, Turn) and first.button != "next >"
    returns = backs or (isinstance(first, Open) and not first.words) or isinstance(first, Avoid)
    if _PRICE.search(condition) and _OVER.search(condition) and returns:
        return [Reject()]
    if isinstance(first, Turn) and first.button == "next >" and _MISSING.search(condition):
        return [Missing()]
    if isinstance(first, Search) and _MISSING.search(condition):
        return [Missing(first)]
    if returns and _LACKS.search(condition) and (named or _REQUEST.search(condition)):
        return [Reject(named)]
    if isinstance(first, Choose) and re.search(r"\boptions?\b|\bsizes?\b|\bcolou?rs?\b", condition):
        return [s for o in orders for s in o or []]  # "if it has options, choose ...": those that are there are chosen
    return None


def _order(text: str, quotes: Sequence[str]) -> list[Step] | None:
    if _SAID.match(text):
        return []
    for reader in (_avoid, _buy, _choose, _search, _look, _turn, _open):
        found = reader(text, quotes)
        if found is not None:
            return found
    return None


def _quoted(text: str, quotes: Sequence[str]) -> tuple[str, ...]:
    return tuple(quotes[int(n)] for n in re.findall(r"<(\d+)>", text))


def _avoid(text: str, quotes: Sequence[str]) -> list[Step] | None:
    if not _DENIED.search(text):
        return None
    if re.search(r"\b(?:choose|select|pick|set)\b.*\boptions?\b", text) and not _quoted(text, quotes):
        return []  # what is not to be chosen is not chosen
    if _PRICE.search(text) and _OVER.search(text) and not _quoted(text, quotes):
        return [Reject()]
    if words := _quoted(text, quotes):
        return [Avoid(words)]
    return None


def _buy(text: str, quotes: Sequence[str]) -> list[Step] | None:
    bought = re.match(r"(?:buy|purchase|order|complete|finish|check out|click|press|hit|place|take|pay for)\b", text)
    if (bought and re.search(r"\b(?:buy|purchase|order|check out|take it|pay for)\b", text)) or text == "buy":
        return [Buy()]
    return None


def _choose(text: str, quotes: Sequence[str]) -> list[Step] | None:
    match = re.match(r"(?:choose|select|pick|set|click|tap|take|add)\b", text)
    if not match or re.search(r"\b(?:result|product|title|item|listing)\b(?! ?'?s? (?:options?|asks?))", text):
        return None
    if re.search(r"\b(?:no|without) options?\b|\bnothing\b", text):
        return []
    values = _quoted(text, quotes)
    if (values and match[0] not in ("click", "tap")) or (values and re.search(r"\boptions?|colou?r|size\b", text)):
        return [Choose(values)]
    options = re.search(r"\b(?:options?|values?|colou?r|size|variants?|style|flavou?r|scent)\b", text)
    return [Choose()] if options else None


def _search(text: str, quotes: Sequence[str]) -> list[Step] | None:
    if not re.match(r"(?:search|look (?:up|for)|type|enter|use|query|try|put)\b", text):
        return None
    if words := _quoted(text, quotes):
        return [Search("quoted", " ".join(words))]
    if _KIND.search(text):
        return [Search("kind")]
    if _REQUEST.search(text):
        return [Search("request")]
    plain = re.match(r"search for (?:an? |the )?([a-z0-9' -]+)$", text)
    return [Search("quoted", plain[1])] if plain else None


def _look(text: str, quotes: Sequence[str]) -> list[Step] | None:
    found = _PAGE.findall(text)
    if found and re.match(r"(?:look|read|open|check|click|view|visit|go|tap)\b", text):
        return [Look(_PAGES[name]) for name in dict.fromkeys(found)]
    return None


def _turn(text: str, quotes: Sequence[str]) -> list[Step] | None:
    if not re.match(r"(?:go|return|turn|move|click|press|hit|tap)\b", text):
        return None
    if re.search(r"\bnext (?:page|results page)|\bnext >|\bnext$|\bthe page\b|\bsecond page\b", text):
        return [Turn("next >")]
    if re.search(r"\bback to (?:the )?search\b|\bsearch page\b", text):
        return [Turn("back to search")]
    return [Turn("< prev")] if re.search(r"\bback\b|\breturn\b|\bprev", text) else None


def _open(text: str, quotes: Sequence[str]) -> list[Step] | None:
    if not re.match(r"(?:open|click|tap|visit|view|find|go to|choose|select|pick|take|look at|try)\b", text):
        return None
    words = _quoted(text, quotes)
    known = re.search(r"\b(?:result|results|product|title|item|listing|offer|one|page of)\b", text)
    if not words and not known:
        return None
    affordable = bool(_PRICE.search(text)) and not re.search(r"\bcheapest|lowest\b", text)
    rank = next((n for w, n in _RANKS.items() if re.search(rf"\b{w}\b", text)), 0)
    if re.search(r"\b(?:cheapest|lowest)\b", text):
        rank = -1
    elif words or re.search(r"\b(?:next|any)\b", text):
        rank = max(rank, 1)
    elif not rank and not re.search(r"\b(?:best|most|fits?|match(?:es)?|closest|like)\b", text):
        return None
    return [Open(words, rank, affordable)]


def merge(errands: Sequence[Errand]) -> Errand:
    """Several skills, one after the other."""
    unread = dict.fromkeys(s for e in errands for s in e.unread)
    return Errand(tuple(s for e in errands for s in e.steps), tuple(unread))


__all__ = [
    "Avoid",
    "Buy",
    "Choose",
    "Errand",
    "Look",
    "Missing",
    "Open",
    "Reject",
    "Search",
    "Step",
    "Turn",
    "merge",
    "read_errand",
]
