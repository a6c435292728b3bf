"""A poor teacher: how the writer's first lessons come about.

It reads what the writer reads, an instance's task and history, and writes the next skill as somebody does who has
never kept house: where things lie and what appliance does what is a guess; now and then a step is forgotten or in the
wrong place; what the rollouts showed is sometimes heeded. Better guesses are left for training to learn.

Nothing here looks into a game: all comes out of the compact prompt's own facts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.pocket.plans import APPLIANCE, Again, Find, Light, Plan, Put, Step, Take, Treat

_TASKS = (
    ("look", re.compile(r"(?:look at|examine the) (?P<o>\w+) (?:under|with) the (?P<t>\w+)")),
    ("two", re.compile(r"(?:put|find) two (?P<o>\w+) (?:in|and put them in) (?P<t>\w+)")),
    ("clean", re.compile(r"(?:put a clean|clean some) (?P<o>\w+) (?:in|and put it in) (?P<t>\w+)")),
    ("heat", re.compile(r"(?:put a hot|heat some) (?P<o>\w+) (?:in|and put it in) (?P<t>\w+)")),
    ("cool", re.compile(r"(?:put a cool|cool some) (?P<o>\w+) (?:in|and put it in) (?P<t>\w+)")),
    ("put", re.compile(r"put (?:a|some) (?P<o>\w+) (?:in|on) (?P<t>\w+)")),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a compact prompt shows."""

    kind: str
    thing: str
    target: str
    room: tuple[str, ...]
    seen: dict[str, tuple[str, ...]]
    searched: tuple[str, ...]
    wins: int
    rollouts: int
    treated: bool

    @classmethod
    def read(cls, prompt: str) -> Shown:
        """Read a compact prompt."""
        fields: dict[str, list[str]] = {}
        for line in prompt.splitlines():
            head, sign, rest = line.partition(": ")
            if sign and head.isalpha():
                fields.setdefault(head, []).append(rest)
        kind, found = next((k, m) for k, r in _TASKS if (m := r.search(fields["task"][0])))
        seen = {}
        for line in fields.get("seen", ()):
            thing, _, places = line.partition(" in ")
            seen[thing] = tuple(places.split(", "))
        wins, rollouts = map(int, re.findall(r"\d+", fields["skill"][0])[:2])
        events = " ".join(fields.get("lost", []))
        return cls(
            kind,
            found["o"],
            found["t"],
            tuple(fields["room"][0].split(", ")),
            seen,
            tuple(fields["searched"][0].split(", ")) if "searched" in fields else (),
            wins,
            rollouts,
            f"{kind} {found['o']}" in events,
        )


@dataclass(frozen=True, slots=True)
class Habits:
    """How poor the teacher is: chances.

    Attributes:
        heeds: where the object was seen is where to look.
        avoids: what was searched in vain is left out of a guess.
        appliance: the right appliance is guessed, beyond what chance gives.
        forgets: each step after the search is left out.
        disorders: two steps change places.
        keeps: a step of the last skill that nothing speaks for stays as it is, after a failure.
        opens: the skill says to open what is closed.
    """

    heeds: float = 0.6
    avoids: float = 0.4
    appliance: float = 0.2
    forgets: float = 0.08
    disorders: float = 0.1
    keeps: float = 0.35
    opens: float = 0.6


HABITS = Habits()


def revise(shown: Shown, last: Plan | None, rng: random.Random, habits: Habits = HABITS) -> Plan:
    """The next plan. After successes it is most often `last` itself.

    Args:
        last: what the newest skill says, where the teacher wrote it.
    """
    if last is not None and shown.rollouts and rng.random() < 0.97 * shown.wins / shown.rollouts:
        return last
    fresh = _fresh(shown, rng, habits)
    if last is None:
        return Plan(tuple(fresh))
    old = {type(s): s for s in last.steps}
    kept = {k for k, s in old.items() if rng.random() < (0.8 if _worked(s, shown) else habits.keeps)}
    return Plan(tuple(old[type(s)] if type(s) in kept else s for s in fresh))


def _worked(step: Step, shown: Shown) -> bool:
    """Whether the rollouts speak for a step of the last skill."""
    match step:
        case Find():
            return bool({*shown.seen.get(step.thing, ())} & {*step.places})
        case Treat():
            return shown.treated
        case Light():
            return bool({*shown.seen.get(step.lamp, ())} & {*step.places})
    return False


def _fresh(shown: Shown, rng: random.Random, h: Habits) -> list[Step]:
    steps: list[Step] = [
        Find(shown.thing, _places(shown, shown.thing, rng, h), opening=rng.random() < h.opens),
        Take(),
    ]
    rest: list[Step] = []
    if shown.kind in APPLIANCE:
        rest.append(Treat(shown.kind, _appliance(shown, rng, h)))
    if shown.kind == "look":
        rest.append(Light(shown.target, _places(shown, shown.target, rng, h)))
    else:
        rest.append(Put(shown.target if rng.random() < 0.85 else rng.choice(shown.room)))
    if shown.kind == "two":
        rest.append(Again())
    rest = [s for s in rest if rng.random() >= h.forgets]
    if len(rest) > 1 and rng.random() < h.disorders:
        rest.reverse()
    if isinstance(rest[0] if rest else None, Again):
        rest.pop(0)
    return [*steps, *rest]


def _places(shown: Shown, thing: str, rng: random.Random, h: Habits) -> tuple[str, ...]:
    seen = [p for p in shown.seen.get(thing, ()) if p != shown.target or shown.kind == "look"]
    if seen and rng.random() < h.heeds:
        return (rng.choice(seen),)
    room = list(shown.room)
    if rng.random() < h.avoids:
        room = [p for p in room if p not in shown.searched] or room
    return tuple(rng.sample(room, min(len(room), rng.choice((1, 1, 2, 2, 3)))))


def _appliance(shown: Shown, rng: random.Random, h: Habits) -> str:
    if rng.random() < h.appliance:
        return APPLIANCE[shown.kind]
    return rng.choice((*APPLIANCE.values(), rng.choice(shown.room)))


_OPENING = (", opening it if it is closed", "; open it if it is closed")
_OPENING_MORE = (", opening them if they are closed", "; open what is closed")


def write(plan: Plan, rng: random.Random) -> str:
    """A plan as a numbered skill in plain English: few ways to say each thing, so that little has to be learned."""
    lines: list[str] = []
    thing = next((s.thing for s in plan.steps if isinstance(s, Find)), "object")
    for s in plan.steps:
        match s:
            case Find():
                more = rng.choice(_OPENING_MORE if len(s.places) > 1 else _OPENING) if s.opening else ""
                verb = rng.choice(("Look for", "Find"))
                lines.append(f"{verb} the {thing} {_listed(s.places)}{more}.")
            case Take():
                lines.append(rng.choice((f"Pick up the {thing}.", f"Take the {thing}.")))
            case Treat():
                verb = s.how.capitalize()
                lines.append(
                    rng.choice(
                        (
                            f"{verb} it with the {s.appliance}.",
                            f"Go to the {s.appliance} and {s.how} the {thing} there.",
                        )
                    )
                )
            case Put():
                lines.append(
                    rng.choice(
                        (
                            f"Put it in the {s.place}.",
                            f"Go to the {s.place}, open it if it is closed, and put the {thing} there.",
                        )
                    )
                )
            case Light():
                where = _listed(s.places)
                lines.append(f"Find the {s.lamp} {where} and turn it on.")
            case Again():
                lines.append(f"Repeat steps 1 to {len(lines)} for the second {thing}.")
    return "\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1))


def _listed(places: Sequence[str]) -> str:
    first, *rest = (f"the {p}" for p in places)
    return f"in {first}" + "".join(f", then in {p}" for p in rest)
