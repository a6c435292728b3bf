"""One shopper in the shop: the pages, what clicking and searching do, and what a purchase is worth.

The original's server tells its pages apart by looking for their names in the address, in which the search's words
stand as well; a search for `search_results lamp` leads it astray, and this one with it.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from skillevo.envs.webshop import pages
from skillevo.envs.webshop.goals import Goal, Goals
from skillevo.envs.webshop.pages import Kind, Page, Target
from skillevo.envs.webshop.reward import Reward, Variant, reward
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.tagging import Tagger

BASE_URL = "http://127.0.0.1:3000"

_ACTION = re.compile(r"(.+)\[(.+)\]")
_PAGE_NAMES = ("search_results", "item_page", "item_sub_page", "done")
_SUB_PAGES = {name.lower(): name for name in pages.SUB_PAGES}


@dataclass(frozen=True, slots=True)
class Rules:
    """What every session of a game shares.

    Attributes:
        goals: all goals; prices come from them, too.
        tagger: finds the nouns of titles for the reward.
        variant: `upstream` or `options-fixed`.
        show_attributes: whether products have a page of attributes.
    """

    shop: Shop
    goals: Goals
    tagger: Tagger
    variant: Variant = "upstream"
    show_attributes: bool = False


class Outcome(NamedTuple):
    """What an action led to. The reward of an action that does nothing is the integer 0, as in the original."""

    reward: float
    done: bool = False


def read_action(action: str) -> tuple[str, str] | None:
    """Verb and lower-cased argument of an action, or None if it is not of the form `verb[argument]`."""
    found = _ACTION.match(action)
    return None if found is None else (found.group(1), found.group(2).lower())


@dataclass(slots=True)
class Session:
    """A shopper's place in the shop.

    Attributes:
        rng: decides what `<r>` searches find.
        url: the page's address.
        page: the page that is shown.
        keywords: the words of the last search.
        number: which page of its results was shown last.
        asin: the product that is looked at.
        options: the values chosen for it, in the order of choosing.
        visited: all products looked at.
        bought: the last purchase's reward with its parts.
    """

    rules: Rules
    id: str
    goal: Goal
    rng: random.Random
    url: str = ""
    page: Page = field(init=False, repr=False)
    keywords: list[str] = field(default_factory=list)
    number: int = 1
    asin: str = ""
    options: dict[str, str] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    bought: Reward | None = None

    def __post_init__(self) -> None:
        self._start()

    def act(self, action: str) -> Outcome:
        """`search[WORDS]` on any page, `click[TEXT]` of something that the page offers; all else does nothing.

        It goes on after a purchase, as the original does.

        Raises:
            Refused: the original's server would have died of it; nothing has changed.
        """
        verb, argument = read_action(action) or ("", "")
        if verb == "search":
            self._results(argument.split(" "), 1)
            return Outcome(0.0)
        if verb == "click" and argument != "search" and (target := self.page.targets.get(argument)) is not None:
            return self._click(argument, target)
        return Outcome(0)

    def _click(self, name: str, target: Target) -> Outcome:
        if name == pages.BUY.lower():
            return Outcome(self._buy(), True)
        here = next((page for page in _PAGE_NAMES if page in self.url), "")
        if name == pages.BACK.lower():
            self._start()
        elif name == pages.NEXT.lower() and here == "search_results":
            self._results(self.keywords, self.number + 1)
        elif name == pages.PREVIOUS.lower() and here == "search_results":
            self._results(self.keywords, self.number - 1)
        elif name == pages.PREVIOUS.lower() and here == "item_page":
            self._results(self.keywords, self.number)
        elif name in _SUB_PAGES:
            self._sub_page(_SUB_PAGES[name])
        else:
            self._item(name, target)
        return Outcome(0.0)

    def _start(self) -> None:
        """The search page; everything but the goal is forgotten."""
        self.keywords, self.number, self.asin = [], 1, ""
        self.options, self.visited = {}, set()
        self.url = f"{BASE_URL}/{self.id}"
        self.page = pages.search_page(self.goal.instruction)

    def _results(self, keywords: list[str], number: int) -> None:
        """Search, anew on every turn of a page, and show ten products; what was chosen is forgotten."""
        rows = self.rules.shop.find(keywords, self.rng)
        shown = rows[(number - 1) * pages.PER_PAGE : number * pages.PER_PAGE]
        self.keywords, self.number, self.asin, self.options = keywords, number, "", {}
        self.url = f"{BASE_URL}/search_results/{self.id}/{'+'.join(keywords)}/{number}"
        products = [self.rules.shop.store.product(row) for row in shown]
        self.page = pages.results_page(self.goal.instruction, products, number, len(rows))

    def _item(self, name: str, target: Target) -> None:
        """A product's page, after a click on its link, on one of its options, or back from a sub page."""
        asin = name.upper() if target.kind is Kind.LINK else self.asin
        _, product = self.rules.shop.product(asin)
        if target.kind is Kind.LINK:
            self.asin = asin
            self.visited.add(asin)
        elif target.kind is Kind.OPTION:
            self.options[target.option.lower()] = name
        self.url = f"{self._place('item_page')}/{json.dumps(self.options)}"
        self.page = pages.item_page(self.goal.instruction, product, self.rules.show_attributes)

    def _sub_page(self, name: str) -> None:
        _, product = self.rules.shop.product(self.asin)
        self.url = f"{self._place('item_sub_page')}/{name}/{self.options}"
        self.page = pages.sub_page(self.goal.instruction, product, name)

    def _place(self, page: str) -> str:
        return f"{BASE_URL}/{page}/{self.id}/{self.asin}/{'+'.join(self.keywords)}/{self.number}"

    def _buy(self) -> float:
        row, product = self.rules.shop.product(self.asin)
        price = self.rules.goals.price(row, product)
        self.bought = reward(product, self.options, price, self.goal, self.rules.tagger, self.rules.variant)
        self.url = f"{BASE_URL}/done/{self.id}/{self.asin}/{self.options}"
        self.page = pages.done_page(self.asin, self.options, self.bought.total)
        return self.bought.total
