"""The prompt preset `compact-webshop-1`: request and history in few lines, for generators of a million parameters.

It holds less than the full prompt does and nothing else: the request as the agent was told it, the products that the
rollouts of the whole line of descent listed and that share most words with it, what was bought for what reward, the
options that were seen, the newest skill, and what was done under it.

    task: I need a paraben free face wash with oat milk, size 150 ml, and price lower than 30.00 dollars
    seen: Ulquist Dunenhurst Paraben Free Face Wash with Oat Milk $10.99
    bought: Kello Kelenbourne Paraben Free Face Wash with Oat Milk 0.50
    options: size: 100 ml, 150 ml
    skill: 0 of 2 won, 0.50
    1. Search for ...
    lost: search face wash, open Kello Kelenbourne Paraben Free Face Wash with Oat Milk, buy
    new skill:
"""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.envs.base import Episode
from skillevo.harness.journal import Played
from skillevo.harness.policies.shop import Memory, Offer, overlap, request_of
from skillevo.harness.skills import History
from skillevo.harness.skills.history import failures_first

NAME = "compact-webshop-1"
"""Changes its number with every change of the text."""

_LONGEST_SKILL = 500
"""Characters of the newest skill that are shown."""
_SEEN, _BOUGHT, _OPTIONS, _EVENTS = 4, 4, 12, 8


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
    lines = [
        f"task: {instruction}",
        *(f"seen: {head_of(o.title)} ${o.price:.2f}" for o in _closest(instruction, [m for _, m in trips])),
        *_bought(trips),
        *_options(trips),
        f"skill: {wins} of {len(newest.played)} won, {newest.reward:.2f}",
        newest.skill.body.strip()[:_LONGEST_SKILL].rstrip(),
        *(_rollout(p) for p in failures_first(newest.played)[:1]),
        "new skill:\n",
    ]
    return "\n".join(line for line in lines if line)


def head_of(title: str) -> str:
    """A title up to its first comma."""
    return title.split(",")[0].strip()


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


def _closest(instruction: str, trips: Sequence[Memory]) -> list[Offer]:
    """The products listed whose titles have most of the request's words."""
    offers = {o.asin: o for m in trips for o in m.offers.values()}
    request = request_of(instruction)
    return sorted(offers.values(), key=lambda o: (-overlap(request, o.title), o.asin))[:_SEEN]


def _bought(trips: Sequence[tuple[Played, Memory]]) -> list[str]:
    """Products bought with the best reward each brought, the newest last."""
    found: dict[str, float] = {}
    for played, m in trips:
        if m.here is not None and m.done and m.done[-1].what == "buy":
            head = head_of(m.here.title)
            found[head] = max(found.pop(head, 0.0), played.verdict.reward)
    return [f"bought: {head} {reward:.2f}" for head, reward in list(found.items())[-_BOUGHT:]]


def _options(trips: Sequence[tuple[Played, Memory]]) -> list[str]:
    """The options of the product that was looked at last."""
    pages = [m.options[m.visited[-1]] for _, m in trips if m.visited]
    return [f"options: {name}: {', '.join(values[:_OPTIONS])}" for name, values in (pages[-1].options if pages else ())]


def _rollout(played: Played) -> str:
    """What was done."""
    events = [
        f"{trip.what} {head_of(trip.words)}".strip() if trip.what in ("open", "choose", "search") else trip.what
        for trip in remember(played.episode).done
    ]
    if len(events) > _EVENTS:
        events = [*events[: _EVENTS // 2], "...", *events[-_EVENTS // 2 :]]
    return f"{'won' if played.verdict.success else 'lost'}: {', '.join(events) or 'nothing done'}"
