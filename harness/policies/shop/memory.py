"""What a shopper remembers of an episode, from the pages and its own actions alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from skillevo.harness.policies.shop.page import Kind, Offer, Page, read_page
from skillevo.harness.policies.shop.words import limit_of


@dataclass(frozen=True, slots=True)
class Trip:
    """Something that was done: `search`, `open`, `choose`, `page`, `look`, `back` or `buy`, with its words."""

    what: str
    words: str = ""


@dataclass(slots=True)
class Memory:
    """One episode's.

    Attributes:
        instruction: the request.
        page: the page that is shown; `last_results` the list of results that was shown last.
        here: the product that is looked at, as it was listed.
        chosen: the values chosen for it, by option.
        visited: names of the products looked at, in order; `offers` all products that were listed, by name.
        searched: queries, in order.
        looked: what was read of the product here.
        done: all that was done, in order; `times` how often each action was given.
        score: what a purchase was worth, if one was made.
    """

    instruction: str
    page: Page
    last_results: Page = field(default_factory=Page)
    here: Offer | None = None
    chosen: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    options: dict[str, Page] = field(default_factory=dict)
    searched: list[str] = field(default_factory=list)
    looked: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    done: list[Trip] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)
    score: float | None = None

    @classmethod
    def start(cls, text: str, actions: tuple[str, ...], prompt: str = "") -> Memory:
        """At the first page of an episode."""
        page = read_page(text, actions)
        return cls(page.instruction or prompt, page)

    @property
    def limit(self) -> float | None:
        return limit_of(self.instruction)

    @property
    def too_dear(self) -> bool:
        """Whether the product here costs more than the request allows."""
        return self.limit is not None and self.page.kind is Kind.ITEM and self.page.price > self.limit

    @property
    def body(self) -> str:
        """All that was read of the product here, its title first."""
        title = self.here.title if self.here else self.page.title
        return "\n".join((title, *self.looked.values()))

    def observe(self, action: str, text: str, actions: tuple[str, ...] = ()) -> None:
        """An action and the page that it led to."""
        self.times[action] = self.times.get(action, 0) + 1
        before, self.page = self.page, read_page(text, actions)
        verb, _, words = action.partition("[")
        words = words.removesuffix("]").lower()
        now = self.page
        if verb == "search" and now.kind is Kind.RESULTS:
            self.searched.append(words)
            self._note("search", words)
        elif verb == "click":
            self._clicked(words, before)
        if now.kind is Kind.RESULTS:
            self.last_results, self.here, self.chosen, self.looked = now, None, {}, {}
            self.offers.update((o.asin, o) for o in now.offers)
        elif now.kind is Kind.SEARCH:
            self.here, self.chosen, self.looked = None, {}, {}
        elif now.score is not None:
            self.score = now.score

    def _clicked(self, words: str, before: Page) -> None:
        now = self.page
        if now.score is not None:
            self._note("buy")
        elif before.kind is Kind.RESULTS and now.kind is Kind.ITEM:
            self.here = next((o for o in before.offers if o.asin.lower() == words), None)
            self.here = self.here or Offer(words.upper(), now.title, now.price)
            self.visited.append(self.here.asin)
            self.options[self.here.asin] = now
            self._note("open", now.title)
        elif before.kind is Kind.ITEM and now.kind is Kind.ITEM and (option := before.option_of(words)):
            self.chosen[option] = words
            self._note("choose", words)
        elif now.kind is Kind.TEXT:
            self.looked[words] = now.body
            if self.here is not None:
                self.texts[self.here.asin] = f"{self.texts.get(self.here.asin, '')}\n{now.body}"
            self._note("look", words)
        elif now.kind is Kind.RESULTS and before.kind is Kind.RESULTS:
            self._note("page", str(now.number))
        elif now.kind in (Kind.RESULTS, Kind.SEARCH) and now != before:
            self._note("back")

    def _note(self, what: str, words: str = "") -> None:
        self.done.append(Trip(what, words))
