"""A poor teacher of shopping: how the shop writer's first lessons come about.

It reads what the writer reads, a request and what came of earlier skills, and writes the next skill as somebody does
who has never shopped: which of the listed products it names is often a guess, one that was bought in vain is named
again, options are forgotten or taken by chance. Better guesses are left for training to learn. Nothing here looks into
a goal: all comes out of the compact prompt's own lines.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.policies.follower.errands import Buy, Choose, Open, Search, Step
from skillevo.harness.policies.shop import kind_of, request_of, says

_WINS = re.compile(r"(\d+) of (\d+) won")
_SEEN = re.compile(r"(.*) \$[\d.]+$")
_BOUGHT = re.compile(r"(.*) ([\d.]+)$")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a compact prompt shows.

    Attributes:
        seen: products listed, the one with most of the request's words first; bought: what each purchase brought.
        values: of the options that were seen, by line.
    """

    task: str
    seen: tuple[str, ...]
    bought: dict[str, float]
    values: tuple[tuple[str, ...], ...]
    wins: int
    rollouts: int

    @classmethod
    def read(cls, prompt: str) -> Shown:
        """Read a compact prompt."""
        fields: dict[str, list[str]] = {}
        for line in prompt.splitlines():
            head, sign, rest = line.partition(": ")
            if sign and head.isalpha():
                fields.setdefault(head, []).append(rest)
        won = _WINS.match(fields["skill"][0])
        bought = [m for line in fields.get("bought", ()) if (m := _BOUGHT.match(line))]
        return cls(
            fields["task"][0],
            tuple(m[1] for line in fields.get("seen", ()) if (m := _SEEN.match(line))),
            {m[1]: float(m[2]) for m in bought},
            tuple(tuple(line.partition(": ")[2].split(", ")) for line in fields.get("options", ())),
            int(won[1]) if won else 0,
            int(won[2]) if won else 0,
        )


@dataclass(frozen=True, slots=True)
class Habits:
    """How poor the teacher is: chances.

    Attributes:
        repeats: what once fulfilled the request is named again.
        avoids: what was bought in vain is not named again.
        closest: of the products, the one with most of the request's words is named.
        by_name: the search is for the product's name, not for the request's words.
        options: values that the request names are quoted; else: it is said in general, forgotten, or wrong.
        forgets: the purchase is left out.
    """

    repeats: float = 0.6
    avoids: float = 0.5
    closest: float = 0.35
    by_name: float = 0.75
    options: float = 0.5
    forgets: float = 0.04


HABITS = Habits()


def revise(shown: Shown, last: Sequence[Step] | None, rng: random.Random, habits: Habits = HABITS) -> tuple[Step, ...]:
    """The next plan. After successes it is most often `last` itself.

    Args:
        last: what the newest skill says, where the teacher wrote it.
    """
    if last is not None and shown.rollouts and rng.random() < 0.97 * shown.wins / shown.rollouts:
        return tuple(last)
    steps: list[Step] = []
    named = _product(shown, rng, habits)
    if named and rng.random() < habits.by_name:
        steps.append(Search("quoted", f"{' '.join(named.split()[:2])} {kind_of(shown.task)}".lower()))
    else:
        steps.append(Search("request"))
    steps.append(Open((named,)) if named else Open((), rng.choice((0, 1, 2))))
    if choose := _options(shown, rng, habits):
        steps.append(choose)
    if rng.random() >= habits.forgets:
        steps.append(Buy())
    return tuple(steps)


def _product(shown: Shown, rng: random.Random, h: Habits) -> str:
    worked = [t for t, reward in shown.bought.items() if reward == 1.0]
    if worked and rng.random() < h.repeats:
        return worked[-1]
    seen = list(shown.seen)
    if rng.random() < h.avoids:
        seen = [t for t in seen if shown.bought.get(t, 1.0) == 1.0]
    if not seen or rng.random() < 0.05:
        return ""
    return seen[0] if rng.random() < h.closest else rng.choice(seen)


def _options(shown: Shown, rng: random.Random, h: Habits) -> Choose | None:
    if not shown.values:
        return Choose() if rng.random() < 0.4 else None
    kind = rng.random()
    if kind < h.options:
        request = request_of(shown.task)
        named = [max(found, key=len) for values in shown.values if (found := [v for v in values if says(request, v)])]
        return Choose(tuple(named)) if named else None
    if kind < h.options + 0.15:
        return Choose()
    if kind < h.options + 0.3:
        return None
    return Choose(tuple(rng.choice(values) for values in shown.values))


def write(plan: Sequence[Step], rng: random.Random) -> str:
    """A plan as a numbered skill in plain English: few ways to say each thing, so that little has to be learned."""
    lines = []
    for step in plan:
        match step:
            case Search("quoted", words):
                lines.append(f'Search for "{words}".')
            case Search():
                lines.append("Search for the words of the instruction.")
            case Open((title,), _, _):
                lines.append(rng.choice((f'Open the product "{title}".', f'Open the result "{title}".')))
            case Open(_, rank, _):
                lines.append(f"Open the {('best matching', 'first', 'second')[rank]} result.")
            case Choose(()):
                lines.append("Choose the options that the instruction names.")
            case Choose(values):
                quoted = " and ".join(f'"{v}"' for v in values)
                lines.append(f"Choose {quoted}.")
            case Buy():
                lines.append("Buy it.")
    return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
