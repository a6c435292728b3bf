"""A poor teacher of shopping: how the shop writer's first lessons come about.

It reads what the writer reads, a request and what came of earlier skills, and writes the next skill as somebody does
who has never shopped: which of the listed results it names is often a guess, one that was bought in vain is named
again, options are forgotten. Better guesses are left for training to learn. Products are called by their places in the
list, which a small writer can learn to do; it need copy no names. Nothing here looks into a goal: all comes out of the
compact prompt's own lines.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.policies.follower.errands import Buy, Choose, Open, Search, Step
from skillevo.harness.policies.shop import PLACES

_WINS = re.compile(r"(\d+) of (\d+) won")
_RESULT = re.compile(r"(\d+) of \d+ words(, over the limit)?(?:, bought ([\d.]+) (as asked|without options))?$")


@dataclass(frozen=True, slots=True)
class Result:
    """A listed result as a compact prompt shows it.

    Attributes:
        rank: its place, from 1; words: of the request, in its title.
        reward: what its best purchase brought; as_asked: whether that was with the options asked for.
    """

    rank: int
    words: int
    dear: bool = False
    reward: float | None = None
    as_asked: bool = False

    @property
    def in_vain(self) -> bool:
        """Bought with all that was asked for, and still not what was wanted."""
        return self.as_asked and self.reward is not None and self.reward < 1.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a compact prompt shows.

    Attributes:
        options: whether the product that was looked at last has any.
    """

    task: str
    results: tuple[Result, ...]
    options: bool
    wins: int
    rollouts: int

    @classmethod
    def read(cls, prompt: str) -> Shown:
        """Read a compact prompt."""
        fields: dict[str, str] = {}
        for line in prompt.splitlines():
            head, sign, rest = line.partition(": ")
            if sign and head.isalpha():
                fields.setdefault(head, rest)
        won = _WINS.match(fields["skill"])
        results = [
            Result(rank, int(m[1]), bool(m[2]), float(m[3]) if m[3] else None, m[4] == "as asked")
            for rank, place in enumerate(PLACES, 1)
            if (m := _RESULT.match(fields.get(place, "")))
        ]
        wins, rollouts = (int(won[1]), int(won[2])) if won else (0, 0)
        return cls(fields["task"], tuple(results), "options" in fields, wins, rollouts)


@dataclass(frozen=True, slots=True)
class Habits:
    """How poor the teacher is: chances.

    Attributes:
        request: the search is for the request's words, not for the kind of product alone.
        avoids: neither what was bought in vain nor what is too dear is named.
        closest: of the results, the one with most of the request's words is named; first: the first one.
        options: the request's options are to be chosen; told, where a purchase lacked them.
        forgets: the purchase is left out.
    """

    request: float = 0.85
    avoids: float = 0.6
    closest: float = 0.15
    first: float = 0.35
    options: float = 0.5
    told: float = 0.75
    forgets: float = 0.04


HABITS = Habits()


def revise(shown: Shown, last: Sequence[Step], rng: random.Random, habits: Habits = HABITS) -> tuple[Step, ...]:
    """The next plan. After successes it is most often `last` itself.

    Args:
        last: what the newest skill says.
    """
    if shown.rollouts and rng.random() < 0.97 * shown.wins / shown.rollouts:
        return tuple(last)
    lacked = any(r.reward is not None and not r.as_asked for r in shown.results)
    steps: list[Step] = [Search("request" if rng.random() < habits.request else "kind")]
    steps.append(Open((), _rank(shown, rng, habits)))
    if rng.random() < (habits.told if lacked and shown.options else habits.options):
        steps.append(Choose())
    if rng.random() >= habits.forgets:
        steps.append(Buy())
    return tuple(steps)


def _rank(shown: Shown, rng: random.Random, h: Habits) -> int:
    """The place to open; 0 for the best match."""
    left = shown.results
    if rng.random() < h.avoids:
        left = tuple(r for r in left if not r.in_vain and not r.dear)
    if not left or rng.random() < 0.05:
        return rng.choice((0, 1))
    kind = rng.random()
    if kind < h.closest:
        return max(left, key=lambda r: r.words).rank
    return left[0].rank if kind < h.closest + h.first else rng.choice(left).rank


def write(plan: Sequence[Step]) -> str:
    """A plan as a numbered skill in plain English: one way to say each thing, so that little has to be learned."""
    lines = []
    for step in plan:
        match step:
            case Search(how):
                lines.append(
                    f"Search for the {'kind of product alone' if how == 'kind' else 'words of the instruction'}."
                )
            case Open(_, 0, _):
                lines.append("Open the best matching result.")
            case Open(_, rank, _):
                lines.append(f"Open the {PLACES[rank - 1]} result.")
            case Choose():
                lines.append("Choose the options that the instruction names.")
            case Buy():
                lines.append("Buy it.")
    return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
