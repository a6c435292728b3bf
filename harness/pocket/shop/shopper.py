"""Somebody who shops as a plan says: the demonstrator that the ranker is cloned from.

Given what is remembered of the episode it says which actions would be in the plan's spirit now, with weights. What the
plan leaves out it does not do; where the plan is wrong it goes wrong; with nothing to go by, it wanders.
"""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.harness.policies.follower.errands import Buy, Choose, Missing, Open, Reject, Search, Step
from skillevo.harness.policies.ranker.shopping import FITS, fit
from skillevo.harness.policies.shop import Memory, Offer, kind_of, overlap, queries, request_of, says
from skillevo.harness.policies.shop.page import Kind, Page

Choice = dict[str, float]
"""Actions with weights that sum to 1."""

_MOST_PAGES = 4


class Shopper:
    """Follows one plan through one episode."""

    def __init__(self, plan: Sequence[Step]) -> None:
        self._plan = plan
        self._open = next((s for s in plan if isinstance(s, Open)), None)
        self._searches = [s for s in plan if isinstance(s, Search)]
        self._searches += [s.search for s in plan if isinstance(s, Missing) and s.search is not None]
        self._turns = any(isinstance(s, Missing) and s.search is None for s in plan)
        self._rejects = any(isinstance(s, Reject) for s in plan)

    def choose(self, m: Memory, actions: Sequence[str]) -> Choice:
        """What to do now, as weights over the actions that may be given."""
        found = ""
        if self._plan:
            match m.page.kind:
                case Kind.SEARCH:
                    found = self._search(m)
                case Kind.RESULTS:
                    found = self._result(m)
                case Kind.ITEM:
                    found = self._item(m)
                case Kind.TEXT:
                    found = "click[< prev]"
        return {found: 1.0} if found in actions else wander(m, actions)

    def _search(self, m: Memory) -> str:
        new = [q for s in self._searches if (q := query_of(s, m.instruction)) not in m.searched]
        if not new and self._searches:
            new = [query_of(self._searches[0], m.instruction)]
        return f"search[{new[0]}]" if new else ""

    def _result(self, m: Memory) -> str:
        if self._open is None:
            return ""
        wanted = self._wanted(m, m.page)
        if wanted is not None:
            return wanted.click
        if self._turns and m.page.offers and m.page.number < _MOST_PAGES:
            return "click[next >]"
        if any(query_of(s, m.instruction) not in m.searched for s in self._searches):
            return "click[back to search]"
        return ""

    def _item(self, m: Memory) -> str:
        wanted = self._wanted(m, m.last_results)
        if m.here is None or (self._open is not None and (wanted is None or wanted.asin != m.here.asin)):
            return "click[< prev]"
        for step in self._plan:
            if isinstance(step, Choose):
                for option, value in values_of(step, m):
                    if m.chosen.get(option) != value:
                        return f"click[{value}]"
            if isinstance(step, Buy) and self._open is not None:
                return "click[buy now]"
        return ""

    def _wanted(self, m: Memory, page: Page) -> Offer | None:
        """The result to open: the first that fits and was not found too dear."""
        step = self._open
        if step is None:
            return None
        offers = list(page.offers)
        limit = m.limit if m.limit is not None else float("inf")
        if step.affordable:
            offers = [o for o in offers if o.price <= limit]
        if step.words:
            rated = [(min(fit(w.lower(), o) for w in step.words), o) for o in offers]
            offers = [o for r, o in sorted(rated, key=lambda x: -x[0]) if r >= FITS]
        elif step.rank == 0:
            offers.sort(key=lambda o: -overlap(request_of(m.instruction), o.title))
        offers = offers[max(step.rank, 1) - 1 :]
        if self._rejects:
            offers = [o for o in offers if not (o.asin in m.visited and o.price > limit)]
        return offers[0] if offers else None


def query_of(search: Search, instruction: str) -> str:
    """What is typed. Searches for the kind use the made query that comes nearest to it."""
    if search.how == "quoted":
        return " ".join(search.words.lower().split())
    made = queries(instruction)
    if search.how == "request":
        return made[0]
    kind = kind_of(instruction)
    return kind if kind in made else min(made, key=len)


def values_of(step: Choose, m: Memory) -> list[tuple[str, str]]:
    """Options with the value to choose for each, of those that the page has."""
    found = []
    request = request_of(m.instruction)
    for option, values in m.page.options:
        if step.values:
            named = [v for v in values if v in step.values]
        else:
            named = [v for v in values if says(request, v)]
        if named:
            found.append((option, max(named, key=len)))
    return found


_WANDERS = {
    "open": 5.0,
    "choose": 3.0,
    "next >": 1.0,
    "< prev": 2.0,
    "back to search": 1.5,
    "look": 2.0,
    "buy now": 0.7,
}


def wander(m: Memory, actions: Sequence[str]) -> Choice:
    """Nowhere in particular; a purchase now and then, of whatever is there."""
    groups: dict[str, list[str]] = {}
    offered = {o.asin.lower() for o in m.page.offers}
    for action in actions:
        words = action.partition("[")[2].removesuffix("]")
        if action.startswith("search[") or words in offered:
            name = "open"
        elif m.page.option_of(words):
            name = "choose"
        else:
            name = words if words in _WANDERS else "look"
        groups.setdefault(name, []).append(action)
    total = sum(_WANDERS[name] for name in groups)
    return {a: _WANDERS[name] / total / len(members) for name, members in groups.items() for a in members}
