"""A walk over a site: where one is, what was seen, what an action does. The environment and the planner share it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from skillevo.envs.base import Observation
from skillevo.envs.pages.base import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.document import Document, document_of
from skillevo.envs.pages.search import Hit, Searcher
from skillevo.envs.pages.urls import canonical, is_below
from skillevo.envs.webwalker import view

CLICK, FIND, SEARCH, ANSWER = "click[{}]", "find[<text on this page>]", "search[<your query>]", "answer[<your answer>]"
BACK, NEXT, PREVIOUS = "back", "next page", "previous page"
_ACTION = re.compile(r"\s*(click|find|search|answer)\s*\[(.*)\]\s*", re.DOTALL | re.IGNORECASE)
_HITS = 10

Get = Callable[[str], Awaitable[Page]]


def read_action(action: str) -> tuple[str, str]:
    """Verb and argument; ("", "") for what is no action here."""
    if found := _ACTION.fullmatch(action):
        return found[1].lower(), found[2].strip()
    plain = " ".join(action.lower().split())
    return (plain, "") if plain in (BACK, NEXT, PREVIOUS) else ("", "")


@dataclass(slots=True)
class Place:
    """A page and the part of it that is seen; without an address it is the list of what a search found."""

    url: str
    document: Document
    part: int = 0
    found: tuple[str, int] = ("", -1)
    """What was looked for on this page, and which occurrence was shown last."""


@dataclass(slots=True)
class Walk:
    """One walk.

    Attributes:
        get: where pages come from.
        root: the page at which it starts, and below which it stays; None for a walk that starts with a search.
        budget: characters of a page that are shown at once.
        searcher: what searches; None where there is nothing to search with.
    """

    get: Get
    root: str
    budget: int
    stay_below: bool = True
    searcher: Searcher | None = None
    history: list[Place] = field(default_factory=list)

    @property
    def here(self) -> Place | None:
        return self.history[-1] if self.history else None

    async def start(self) -> Observation:
        """Open the root page, or show an empty search box."""
        if self.searcher is not None:
            self.history = [Place("", Document("Search", "Nothing was searched for yet."))]
            return self.observe()
        return await self.open(canonical(self.root))

    async def act(self, verb: str, argument: str) -> Observation:
        """What an action leads to; one that does nothing says so."""
        if verb == "click":
            return await self.click(argument)
        if verb == "search" and self.searcher is not None:
            return await self.search(argument)
        if verb == "find":
            return self.find(argument)
        if verb == BACK and len(self.history) > 1:
            self.history.pop()
            return self.observe()
        if verb in (NEXT, PREVIOUS) and self.here is not None:
            to = self.here.part + (1 if verb == NEXT else -1)
            if 0 <= to < len(view.parts(self.here.document, self.budget)):
                self.here.part = to
                return self.observe()
        return self.observe("Nothing happens: that cannot be done here.")

    async def click(self, number: str) -> Observation:
        numbers = self.offered()
        if self.here is None or not number.isdecimal() or len(number) > 6 or int(number) not in numbers:
            return self.observe("Nothing happens: there is no such number in this part of the page.")
        return await self.open(self.here.document.links[int(number) - 1])

    async def open(self, url: str) -> Observation:
        try:
            page = await self.get(url)
            if self.closed_in and not is_below(self.root, page.url):
                why = "it leads away from the site, to another one"
                raise PageUnavailable(url, PageProblem.REFUSED, why)
        except PageUnavailable as e:
            return self.observe(view.show_problem(e), first=True)
        self.history.append(Place(page.url, document_of(page)))
        return self.observe()

    async def search(self, query: str) -> Observation:
        assert self.searcher is not None
        try:
            hits = await self.searcher.search(query, _HITS) if query else ()
        except PageUnavailable as e:
            return self.observe(view.show_problem(e), first=True)
        self.history.append(Place("", _results(query, hits)))
        return self.observe()

    def find(self, wanted: str) -> Observation:
        here = self.here
        places = view.find(here.document.text, wanted) if here is not None and wanted else []
        if here is None or not places:
            return self.observe("Found nowhere on this page.")
        nth = (here.found[1] + 1) % len(places) if here.found[0] == wanted else 0
        here.found = (wanted, nth)
        here.part = self.part_of(places[nth][1])
        lines = [line for _, line in places[nth:]]
        return self.observe(view.show_found(wanted, lines, nth, len(places), self.offered()))

    def part_of(self, line: str) -> int:
        """The part of the page that holds a line, or its beginning."""
        assert self.here is not None
        pieces = view.parts(self.here.document, self.budget)
        return next((i for i, p in enumerate(pieces) if line in p.text), self.here.part)

    @property
    def closed_in(self) -> bool:
        return self.stay_below and self.searcher is None

    def offered(self) -> frozenset[int]:
        """Numbers of the links in the part that is seen that may be clicked."""
        if self.here is None:
            return frozenset()
        document = self.here.document
        numbers = view.parts(document, self.budget)[self.here.part].numbers
        links = document.links
        return frozenset(
            n for n in numbers if n <= len(links) and (not self.closed_in or is_below(self.root, links[n - 1]))
        )

    def observe(self, said: str = "", first: bool = False) -> Observation:
        """What is seen now.

        Args:
            said: what the world has to say besides.
            first: whether that stands on the first line.
        """
        forms = (*((SEARCH,) if self.searcher is not None else ()), ANSWER)
        here = self.here
        if here is None:
            return Observation(said, (), "", forms)
        pieces = view.parts(here.document, self.budget)
        offered = self.offered()
        text = view.show(here.url or "search", here.document, here.part, pieces, offered, "" if first else said)
        actions = [CLICK.format(n) for n in pieces[here.part].numbers if n in offered]
        actions += [NEXT] * (here.part + 1 < len(pieces)) + [PREVIOUS] * (here.part > 0)
        actions += [BACK] * (len(self.history) > 1)
        key = f"{here.url or here.document.text}#{here.part}"
        return Observation(f"{said}\n{text}" if first else text, tuple(actions), key, (FIND, *forms))


def _results(query: str, hits: Sequence[Hit]) -> Document:
    lines = [f"⟦{n}⟧ {h.title}\n{h.url}\n{h.snippet}" for n, h in enumerate(hits, 1)]
    text = "\n\n".join(lines) or "Nothing was found."
    return Document(f"Search: {' '.join(query.split())[:200]}", text, tuple(h.url for h in hits))
