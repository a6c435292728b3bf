"""A WebShop turn as numbers: what can be clicked or searched for, and what is remembered of it.

The words of skill, request, queries, titles and options go to the network as they are. Beside them stand flags that
follow from the pages and the texts: listed first, looked at before, over the limit of price, said in the request,
quoted in the skill. What one may search for is made of the request (policies/shop/words.py), or stands in quotes in the
skill.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import Observation
from skillevo.harness.policies.ranker.features import Turn, read_text
from skillevo.harness.policies.ranker.shape import Shape
from skillevo.harness.policies.shop import PLACES, Memory, Offer, overlap, queries, request_of, says
from skillevo.harness.policies.shop.page import Kind

VERBS = (
    *("search", "open", "choose", "buy", "back", "previous", "next"),
    *("description", "features", "reviews", "attributes", ""),
)
_BUTTONS = {
    **{v: v for v in ("description", "features", "reviews", "attributes")},
    **{"buy now": "buy", "back to search": "back", "< prev": "previous", "next >": "next"},
}
_VERB = {v: i for i, v in enumerate(VERBS)}

SEARCH_FLAGS, OPEN_FLAGS, CHOOSE_FLAGS = 7, 11, 6
FLAGS = 3 + SEARCH_FLAGS + OPEN_FLAGS + CHOOSE_FLAGS
STATE_FLAGS = 25
SHOP = Shape("webshop", VERBS, FLAGS, STATE_FLAGS, 2)

MOST_QUOTES = 6
FITS = 0.8
_TITLE_WORDS = 6
_QUOTE = re.compile(r'"([^"\n\[\]]{1,120})"')
_NO_SEARCH, _NO_OPEN, _NO_CHOICE = (0,) * SEARCH_FLAGS, (0,) * OPEN_FLAGS, (0,) * CHOOSE_FLAGS


def quotes_of(skill: str) -> tuple[str, ...]:
    """What stands in double quotes in a skill, lower case, each once."""
    plain = skill.translate({0x201C: '"', 0x201D: '"'}).lower()
    return tuple(dict.fromkeys(" ".join(q.split()) for q in _QUOTE.findall(plain)))[:MOST_QUOTES]


def fit(quote: str, offer: Offer) -> float:
    """How much of a quote a product's title has; 1 if the quote is its name."""
    return 1.0 if quote == offer.asin.lower() else overlap(quote, offer.title)


def short(title: str) -> str:
    """The words of a title that go to the network: the first ones, which name brand, line and what is said first."""
    return " ".join(title.lower().replace(",", " ").split()[:_TITLE_WORDS])


class Reader:
    """Makes the features of one episode's turns; `ranker.readers.Reader`.

    Attributes:
        quotes: what the skill quotes.
        queries: what may be searched for.
    """

    shape = SHOP

    def __init__(self, first: Observation, skill: str, prompt: str = "") -> None:
        self.memory = Memory.start(first.text, first.actions, prompt)
        self.skill, self.task = skill, self.memory.instruction
        self.request = request_of(self.task)
        self.text = read_text(self.task, skill)
        self.quotes = quotes_of(skill)
        self.made = queries(self.task)
        self.queries = tuple(dict.fromkeys((*self.made, *self.quotes)))
        self.nouns: list[str] = [""]
        self._index: dict[str, int] = {"": 0}
        self._said: list[tuple[bool, bool]] = [(False, False)]
        self._last = ""

    def said(self, noun: int) -> tuple[bool, bool]:
        return self._said[noun]

    def commands(self, seen: Observation) -> tuple[str, ...]:
        searches = tuple(f"search[{q}]" for q in self.queries) if seen.forms else ()
        return (*searches, *seen.actions)

    def observe(self, sent: str, seen: Observation) -> None:
        self._last = sent
        self.memory.observe(sent, seen.text, seen.actions)

    def turn(self, actions: tuple[str, ...], step: int) -> Turn:
        m = self.memory
        offers = {o.asin.lower(): o for o in m.page.offers}
        ranks = dict(zip(offers, PLACES, strict=False))
        about = self._about_offers()
        verbs, things, places, rows = [], [], [], []
        for action in actions:
            verb, words = self._read(action, offers)
            # Of results the second noun is their place in the list, so that a skill may name them by it.
            place = m.page.option_of(words) if verb == "choose" else ranks.get(words, "")
            thing = short(offers[words].title) if verb == "open" else words if verb in ("search", "choose") else ""
            times = m.times.get(action, 0)
            verbs.append(_VERB[verb])
            things.append(self._noun(thing))
            places.append(self._noun(place))
            rows.append(
                (
                    *(times > 0, times > 1, action == self._last),
                    *(self._of_search(words) if verb == "search" else _NO_SEARCH),
                    *(about[words] if verb == "open" else _NO_OPEN),
                    *(self._of_choice(place, words) if verb == "choose" else _NO_CHOICE),
                )
            )
        return Turn(
            np.array(verbs, np.int64),
            np.array(things, np.int64),
            np.array(places, np.int64),
            np.array(rows, np.float32).reshape(len(rows), FLAGS),
            self._state(step),
            _VERB[self._read(self._last, offers)[0]],
            self._noun(m.searched[-1] if m.searched else ""),
            self._noun(short(m.here.title) if m.here else ""),
        )

    def _read(self, action: str, offers: dict[str, Offer]) -> tuple[str, str]:
        """Verb and words of an action."""
        verb, _, words = action.partition("[")
        words = words.removesuffix("]")
        if verb == "search":
            return "search", words
        if words in offers:
            return "open", words
        if self.memory.page.option_of(words):
            return "choose", words
        return _BUTTONS.get(words, ""), words

    def _noun(self, name: str) -> int:
        name = name.lower()
        index = self._index.get(name)
        if index is None:
            index = self._index[name] = len(self.nouns)
            self.nouns.append(name)
            self._said.append((says(self.request, name), says(self.skill, name)))
        return index

    def _of_search(self, query: str) -> tuple[float | bool, ...]:
        made = self.made.index(query) if query in self.made else -1
        return (
            *(made == 0, made == 1, made in (2, 3), made > 3),
            query in self.quotes,
            query in self.quotes[:1],
            overlap(query, self.skill) == 1.0,
        )

    def _about_offers(self) -> dict[str, tuple[float | bool, ...]]:
        m = self.memory
        offers = m.page.offers
        if not offers:
            return {}
        limit = m.limit if m.limit is not None else float("inf")
        new = [o for o in offers if o.asin not in m.visited]
        fitting = self._fitting(offers)
        likeness = {o.asin: overlap(self.request, o.title) for o in offers}
        closest = max(offers, key=lambda o: likeness[o.asin])
        affordable = [o for o in new if o.price <= limit]
        closest_new = max(affordable, key=lambda o: likeness[o.asin], default=None)
        cheapest = min(offers, key=lambda o: o.price)
        return {
            o.asin.lower(): (
                o is offers[0],
                o in new[:1],
                o.asin in m.visited,
                o.price <= limit,
                fitting[:1] == [o.asin],
                o.asin in fitting,
                o is closest_new,
                o is closest,
                any(q == o.asin.lower() for q in self.quotes),
                o in affordable[:1],
                o is cheapest,
            )
            for o in offers
        }

    def _fitting(self, offers: tuple[Offer, ...]) -> list[str]:
        """The names of the products that have most of a quote's words in their titles, best first, new ones before."""
        rated = [(max((fit(q, o) for q in self.quotes), default=0.0), o) for o in offers]
        visited = self.memory.visited
        found = sorted(rated, key=lambda x: (x[1].asin in visited and x[1].asin != visited[-1], -x[0]))
        return [o.asin for r, o in found if r >= FITS]

    def _of_choice(self, option: str, value: str) -> tuple[float | bool, ...]:
        m = self.memory
        asked = says(self.request, value)
        longest = max((v for v in dict(m.page.options)[option] if says(self.request, v)), key=len, default="")
        return (
            asked,
            value == longest,
            says(self.skill, value),
            value in self.quotes,
            m.chosen.get(option) == value,
            option in m.chosen,
        )

    def _state(self, step: int) -> NDArray[np.float32]:
        m, page = self.memory, self.memory.page
        opens = [(name, values) for name, values in page.options if name not in m.chosen]
        values = [v for _, vs in opens for v in vs]
        here = max((fit(q, m.here) for q in self.quotes), default=0.0) if m.here else 0.0
        return np.array(
            (
                *(page.kind is k for k in (Kind.SEARCH, Kind.RESULTS, Kind.ITEM, Kind.TEXT)),
                m.too_dear,
                m.limit is not None,
                here >= FITS,
                here == 1.0,
                bool(self._fitting(page.offers)),
                any(o.asin not in m.visited for o in page.offers),
                page.number > 1,
                any(says(self.request, v) for v in values),
                any(says(self.skill, v) for v in values),
                any(v in self.quotes for v in values),
                bool(page.options),
                bool(page.options) and not opens,
                *(len(m.visited) > n for n in (0, 1)),
                *(len(m.searched) > n for n in (0, 1)),
                not self.text.in_skill,
                bool(m.looked),
                bool(self.quotes),
                step / 15,
                step == 0,
            ),
            np.float32,
        )
