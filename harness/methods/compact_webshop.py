"""The prompt preset `compact-webshop-2`: request and history in few lines, for generators of a million parameters.

It holds less than the full prompt does and nothing else: the request as the agent was told it, the first results
of a search for its words, by place, with how many of these each title has, whether it is too dear, and what its
purchase brought; the options that were seen; the newest skill, and what was done under it. Products are called by
their places, so that a small writer need not copy their names.

    task: I need a paraben free face wash with oat milk, size 150 ml, and price lower than 30.00 dollars
    first: 4 of 6 words, bought 0.50 without options
    second: 3 of 6 words, over the limit
    third: 5 of 6 words
    options: size
    skill: 0 of 2 won, 0.50
    1. Search for ...
    lost: search request, open first, buy
    new skill:
"""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.envs.base import Episode
from skillevo.harness.journal import Played
from skillevo.harness.policies.shop import PLACES, Memory, Offer, Page, content, kind_of, queries, request_of, says
from skillevo.harness.skills import History
from skillevo.harness.skills.history import failures_first

NAME = "compact-webshop-2"
"""Changes its number with every change of the text."""

_LONGEST_SKILL = 500
"""Characters of the newest skill that are shown."""
_EVENTS = 8


def compact_prompt(history: History) -> str:
    """The prompt, from the history alone.

    Raises:
        ValueError: the history is empty.
    """
    if not history.attempts:
        raise ValueError("a prompt needs at least one attempt")
    newest = history.attempts[-1]
    trips = [(p, remember(p.episode)) for a in history.attempts for p in a.played]
    instruction = next((m.instruction for _, m in trips if m.instruction), history.task)
    wins = sum(p.verdict.success for p in newest.played)
    listed = _listed(instruction, [m for _, m in trips])
    options = next((list(m.options[m.visited[-1]].options) for _, m in reversed(trips) if m.visited), [])
    lines = [
        f"task: {instruction}",
        *_results(instruction, listed, trips),
        f"options: {', '.join(name for name, _ in options)}" if options else "",
        f"skill: {wins} of {len(newest.played)} won, {newest.reward:.2f}",
        newest.skill.body.strip()[:_LONGEST_SKILL].rstrip(),
        *(_rollout(p, listed) for p in failures_first(newest.played)[:1]),
        "new skill:\n",
    ]
    return "\n".join(line for line in lines if line)


def remember(episode: Episode) -> Memory:
    """What somebody remembers who played an episode."""
    turns = episode.turns
    first = turns[0] if turns else None
    m = Memory.start(first.observation if first else episode.final, first.actions if first else ())
    after = [(t.observation, t.actions) for t in turns[1:]] + [(episode.final, ())]
    for turn, (seen, actions) in zip(turns, after, strict=False):
        if turn.sent:
            m.observe(turn.action, seen, actions)
    return m


def _listed(instruction: str, trips: Sequence[Memory]) -> Sequence[Offer]:
    """The first results that a search for the request's words brought last, or else those of the newest search."""
    pages = [(m.last_results, m.searched[-1]) for m in reversed(trips) if m.searched and m.last_results.offers]
    request = queries(instruction)[0]
    of_request = [page for page, searched in pages if searched == request and page.number == 1]
    return next(iter((*of_request, *(page for page, _ in pages))), Page()).offers[: len(PLACES)]


def _results(instruction: str, listed: Sequence[Offer], trips: Sequence[tuple[Played, Memory]]) -> list[str]:
    """A line for each place of the list: words shared with the request, price, what the best purchase of it brought."""
    wanted = set(content(request_of(instruction)))
    bought: dict[str, tuple[bool, float]] = {}
    for played, m in trips:
        if m.here is not None and m.done and m.done[-1].what == "buy":
            purchase = (_as_asked(m), played.verdict.reward)
            bought[m.here.asin] = max(bought.get(m.here.asin, purchase), purchase)
    limit = trips[0][1].limit if trips else None
    lines = []
    for place, offer in zip(PLACES, listed, strict=False):
        facts = [f"{len(wanted & set(content(offer.title)))} of {len(wanted)} words"]
        if limit is not None and offer.price > limit:
            facts.append("over the limit")
        if offer.asin in bought:
            complete, reward = bought[offer.asin]
            facts.append(f"bought {reward:.2f} {'as asked' if complete else 'without options'}")
        lines.append(f"{place}: {', '.join(facts)}")
    return lines


def _as_asked(m: Memory) -> bool:
    """Whether of each option that the request names a value of, such a value was chosen for the product here."""
    page = m.options.get(m.here.asin) if m.here else None
    request = request_of(m.instruction)
    named = [name for name, values in (page.options if page else ()) if any(says(request, v) for v in values)]
    return all(says(request, m.chosen.get(name, "")) for name in named)


def _rollout(played: Played, listed: Sequence[Offer]) -> str:
    """What was done; queries by their kind, products by their places in the list that is shown."""
    m = remember(played.episode)
    places = {offer.title: place for place, offer in zip(PLACES, listed, strict=False)}
    made = {**dict.fromkeys(queries(m.instruction), "part of the request"), kind_of(m.instruction): "kind"}
    made[queries(m.instruction)[0]] = "request"
    events = []
    for trip in m.done:
        match trip.what:
            case "search":
                events.append(f"search {made.get(trip.words, 'other words')}")
            case "open":
                events.append(f"open {places.get(trip.words, 'another')}")
            case "choose":
                events.append(f"choose {trip.words}")
            case _:
                events.append(trip.what)
    if len(events) > _EVENTS:
        events = [*events[: _EVENTS // 2], "...", *events[-_EVENTS // 2 :]]
    return f"{'won' if played.verdict.success else 'lost'}: {', '.join(events) or 'nothing done'}"
