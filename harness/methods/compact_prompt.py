"""The prompt preset `compact-alfworld-1`: task and history in few lines, for generators of a million parameters.

It holds less than the full prompt does and nothing else: the task as the agent was told it, the newest skill, and what
the rollouts of the whole line of descent showed of the things that the task names. Everything in it is read from the
history's observations and commands.

    task: put a hot tomato in countertop.
    room: cabinet, countertop, fridge, microwave
    seen: tomato in fridge
    searched: cabinet, countertop
    closed: microwave
    skill: 1 of 4 won
    1. Find the tomato ...
    lost: cabinet, countertop, fridge, take tomato, countertop, move tomato to countertop
    new skill:
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skillevo.envs.base import Episode
from skillevo.harness.journal import Played
from skillevo.harness.policies.ranker.memory import Memory, kind, read_command
from skillevo.harness.policies.ranker.words import stems
from skillevo.harness.policies.stem import stem
from skillevo.harness.skills import Attempt, History
from skillevo.harness.skills.history import failures_first

NAME = "compact-alfworld-1"
"""Changes its number with every change of the text."""

_LONGEST_SKILL = 600
"""Characters of the newest skill that are shown."""
_ROLLOUTS, _EVENTS = 2, 10
"""Rollouts of the newest skill that are shown, failures first, and how much of each."""


def compact_prompt(history: History) -> str:
    """The prompt, from the history alone.

    Raises:
        ValueError: the history is empty.
    """
    if not history.attempts:
        raise ValueError("a prompt needs at least one attempt")
    first = Memory(history.task)
    seen, searched, closed = _shown(history.attempts, first)
    newest = history.attempts[-1]
    wins = sum(p.verdict.success for p in newest.played)
    lines = [
        f"task: {first.task}",
        f"room: {', '.join(sorted(first.kinds))}",
        *(f"seen: {thing} in {', '.join(places)}" for thing, places in seen.items()),
        f"searched: {', '.join(searched)}" if searched else "",
        f"closed: {', '.join(closed)}" if closed else "",
        f"skill: {wins} of {len(newest.played)} won",
        newest.skill.body.strip()[:_LONGEST_SKILL].rstrip(),
        *(_rollout(p) for p in failures_first(newest.played)[:_ROLLOUTS]),
        "new skill:\n",
    ]
    return "\n".join(line for line in lines if line)


def _shown(attempts: Sequence[Attempt], first: Memory) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Where the things that the task names were seen, where they were not, and what nobody opened; kinds alone."""
    named = stems(first.task)
    seen: dict[str, list[str]] = {}
    looked: set[str] = set()
    closed: set[str] = set()
    for played in (p for a in attempts for p in a.played):
        for thing, place in _sightings(played.episode):
            if stem(thing) in named and place not in seen.setdefault(thing, []):
                seen[thing].append(place)
            looked.add(place)
        m = _remembered(played.episode)
        looked.update(kind(p) for p in m.visits if p not in m.closed)
        closed.update(kind(p) for p in m.closed)
    found = {p for places in seen.values() for p in places}
    return dict(sorted(seen.items())), sorted(looked - found), sorted(closed - looked - found)


def _sightings(episode: Episode) -> Iterable[tuple[str, str]]:
    """Kinds of things and of the places where the world showed them, not counting what the agent put there."""
    m: Memory | None = None
    for turn, answer in zip(episode.turns, _answers(episode), strict=True):
        m = m or Memory(turn.observation)
        if not turn.sent:
            continue
        m.observe(turn.action, answer)
        yield from ((kind(t), kind(p)) for t, p in m.seen.items() if p == m.here and t not in m.placed)


def _remembered(episode: Episode) -> Memory:
    m = Memory(episode.turns[0].observation if episode.turns else "")
    for turn, answer in zip(episode.turns, _answers(episode), strict=True):
        if turn.sent:
            m.observe(turn.action, answer)
    return m


def _answers(episode: Episode) -> list[str]:
    """What the world said to each turn's action."""
    return [t.observation for t in episode.turns[1:]] + [episode.final] * bool(episode.turns)


def _rollout(played: Played) -> str:
    """What happened: places by kind, and what was done with things."""
    events: list[str] = []
    for turn, answer in zip(played.episode.turns, _answers(played.episode), strict=True):
        if answer.startswith("Nothing happens"):
            continue
        c = read_command(turn.action)
        thing, place = kind(c.thing), kind(c.place)
        event = {
            "go": place,
            "take": f"take {thing}",
            "move": f"move {thing} to {place}",
            "use": f"use {thing}",
            **{how: f"{how} {thing} with {place}" for how in ("heat", "cool", "clean")},
        }.get(c.name, "")
        if event and (not events or events[-1] != event):
            events.append(event)
    if len(events) > _EVENTS:
        events = [*events[: _EVENTS // 2], "...", *events[-_EVENTS // 2 :]]
    return f"{'won' if played.verdict.success else 'lost'}: {', '.join(events) or 'nothing done'}"
