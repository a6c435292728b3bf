"""The follower in WebShop: it shops as a skill tells it to, and knows no more than the skill and the pages say.

errands.py says which sentences it reads. It searches, opens, turns pages, reads, chooses and buys only where a sentence
says so, in the order of the sentences; without a skill, or with one of which no step can be read, it gives up at once.

- Where a step says "go back" of what costs too much, or lacks something, the last "open" is done again with the next
  result that fits, twenty times at most.
- Where an "open" finds nothing that fits, pages are turned, five at most, or another search is made, only if a sentence
  says so; else the errand is over, and nothing is bought.
- Words of a title fit if most of them (four of five) are there; of several results the first that has most of them.
- It reads `text` and `text_rich`; where addresses alone are shown (`url`) it gives up.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from skillevo.envs.base import Observation
from skillevo.harness.play import SkillText, TurnContext
from skillevo.harness.policies.follower import errands as e
from skillevo.harness.policies.shop import Memory, Offer, kind_of, overlap, queries, request_of, says
from skillevo.harness.policies.shop.page import Kind

_FITS = 0.8
_PAGES, _RETRIES = 5, 20

Acts = Generator[str, None, bool]
"""Actions, one at a time, and in the end whether what was wanted came about."""


@dataclass(slots=True)
class Shopper:
    """One episode."""

    memory: Memory
    acts: Generator[str, None, None]
    unread: tuple[str, ...]
    helpless: bool

    def observe(self, sent: str, seen: Observation) -> None:
        self.memory.observe(sent, seen.text, seen.actions)

    def next(self) -> str:
        return next(self.acts, "")


class Shop:
    """WebShop."""

    def read(self, skill: SkillText) -> e.Errand:
        return e.read_errand(skill.body)

    def start(self, turn: TurnContext, skills: Sequence[e.Errand]) -> Shopper:
        seen = turn.observation
        memory = Memory.start(seen.text, seen.actions, turn.task.prompt)
        errand = e.merge(skills)
        lost = memory.page.kind is Kind.OTHER
        acts = _Doing(memory, () if lost else errand.steps).run()
        return Shopper(memory, acts, errand.unread, bool(skills) and not errand.steps)


class _Doing:
    """The steps of an errand, being done."""

    def __init__(self, memory: Memory, steps: Sequence[e.Step]) -> None:
        self.m, self.steps = memory, steps
        self.avoided = tuple(w for s in steps if isinstance(s, e.Avoid) for w in s.words)
        self.missing = [s for s in steps if isinstance(s, e.Missing)]
        self.rejected: set[str] = set()

    def run(self) -> Generator[str, None, None]:
        """All steps, from the first on; from the last "open" again after a rejection."""
        at, opened, tries = 0, 0, 0
        while at < len(self.steps):
            step = self.steps[at]
            if isinstance(step, e.Open):
                opened = at
            if isinstance(step, e.Reject):
                if not self._rejects(step):
                    at += 1
                    continue
                tries += 1
                if tries > _RETRIES:
                    return
                at = opened
                continue
            if not (yield from self._do(step)):
                return
            at += 1

    def _do(self, step: e.Step) -> Acts:
        """One step; False where it cannot be done and the errand is over."""
        match step:
            case e.Search():
                yield f"search[{self._query(step)}]"
            case e.Open():
                return (yield from self._open(step))
            case e.Look():
                yield from self._look(step.page)
            case e.Choose():
                for value in self._values(step):
                    yield f"click[{value}]"
            case e.Turn():
                yield f"click[{step.button}]"
            case e.Buy():
                if self.m.page.kind is Kind.TEXT:
                    yield "click[< prev]"
                yield "click[buy now]"
        return True

    def _query(self, step: e.Search) -> str:
        if step.how == "quoted":
            words = step.words
        else:
            made = queries(self.m.instruction)
            words = made[0] if step.how == "request" else kind_of(self.m.instruction)
        return " ".join(words.replace("[", " ").replace("]", " ").split()) or "anything"

    def _open(self, step: e.Open) -> Acts:
        if self.m.page.kind in (Kind.ITEM, Kind.TEXT):
            yield "click[< prev]"
            if self.m.page.kind is Kind.ITEM:
                yield "click[< prev]"
        others = [s.search for s in self.missing if s.search is not None]
        pages = _PAGES if any(s.search is None for s in self.missing) else 0
        while True:
            found = self._fitting(step)
            if found:
                yield found[0].click
                return True
            if pages and self.m.page.offers:
                pages -= 1
                yield "click[next >]"
            elif others:
                yield f"search[{self._query(others.pop(0))}]"
                pages = _PAGES if any(s.search is None for s in self.missing) else 0
            else:
                return False

    def _fitting(self, step: e.Open) -> list[Offer]:
        """The results that fit and were not rejected, the one to open first; none where there are too few."""
        m = self.m
        offers = [o for o in m.page.offers if not any(_has(o, w) for w in self.avoided)]
        if step.affordable and m.limit is not None:
            offers = [o for o in offers if o.price <= m.limit]
        if step.words:
            rated = [(min(_share(o, w) for w in step.words), o) for o in offers]
            offers = [o for r, o in sorted(rated, key=lambda x: -x[0]) if r >= _FITS]
        elif step.rank == 0:
            offers = sorted(offers, key=lambda o: -overlap(request_of(m.instruction), o.title))
        elif step.rank < 0:
            offers = sorted(offers, key=lambda o: o.price)
        return [o for o in offers[max(step.rank, 1) - 1 :] if o.asin not in self.rejected]

    def _rejects(self, step: e.Reject) -> bool:
        """Whether the product here is not to be had: the next "open" passes it over."""
        m = self.m
        if m.here is None:
            return False
        if step.words is None:
            bad = m.too_dear or (m.limit is not None and m.here.price > m.limit)
        else:
            wanted = step.words or (request_of(m.instruction),)
            bad = any(not says(m.body, w) and overlap(w, m.body) < _FITS for w in wanted)
        if bad:
            self.rejected.add(m.here.asin)
        return bad

    def _look(self, page: str) -> Generator[str, None, None]:
        if self.m.page.kind is Kind.TEXT:
            yield "click[< prev]"
        yield f"click[{page}]"
        if self.m.page.kind is Kind.TEXT:
            yield "click[< prev]"

    def _values(self, step: e.Choose) -> list[str]:
        """The values to click, those of the page's options alone."""
        options = self.m.page.options
        if step.values:
            offered = [v for _, values in options for v in values]
            return [v for w in step.values if (v := _like(w, offered))]
        request = request_of(self.m.instruction)
        found = []
        for _, values in options:
            named = [v for v in values if says(request, v)]
            if named:
                found.append(max(named, key=len))
        return found


def _has(offer: Offer, words: str) -> bool:
    return _share(offer, words) >= _FITS


def _share(offer: Offer, words: str) -> float:
    return 1.0 if words.strip().upper() == offer.asin else overlap(words, offer.title)


def _like(wanted: str, offered: Sequence[str]) -> str:
    """The value that is meant: the same, or the first that has all its words."""
    plain = wanted.strip().lower()
    return plain if plain in offered else next((v for v in offered if says(v, plain) or says(plain, v)), "")
