"""Somebody who does what a plan says: the demonstrator that the ranker is cloned from.

Given what is remembered of the episode, it says which commands would be in the plan's spirit now, with weights. It
does not know households: what the plan leaves out, it does not do; where the plan is wrong, it goes wrong; with
nothing to go by, it wanders. `Knowing` is the same with some knowledge of its own for what the plan leaves out.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillevo.harness.pocket.plans import Again, Facts, Find, Light, Plan, Put, Step, Take, Treat
from skillevo.harness.policies.ranker.memory import Command, Memory, kind

Choice = dict[str, float]
"""Commands with weights that sum to 1."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody wanders, as weights over kinds of command.

    Attributes:
        recheck: chance to go over the named places once more, rather than anywhere, when all were searched.
        open_doors: weight of opening what is closed here while wandering.
    """

    recheck: float = 0.6
    go: float = 6.0
    open_doors: float = 1.0
    idle: float = 1.0
    fiddle: float = 1.5


MANNER = Manner()


class Obedient:
    """Follows one plan through one episode.

    Args:
        plan: what is followed.
        facts: for what the task's own sentence says: its object, target and count. Nothing else of it is used.
    """

    def __init__(self, plan: Plan, facts: Facts, manner: Manner = MANNER) -> None:
        self._plan, self._facts, self._manner = plan, facts, manner
        self._steps: Sequence[Step] = plan.steps

    def choose(self, memory: Memory, actions: tuple[str, ...], commands: Sequence[Command]) -> Choice:
        """What to do now, as weights over the commands that may be given."""
        now = _Now(memory, actions, commands, self._facts, self._manner)
        rounds = 2 if any(isinstance(s, Again) for s in self._steps) else 1
        thing = next((s.thing for s in self._steps if isinstance(s, Find) and s.thing), self._facts.thing)
        mine = [t for t in memory.placed if kind(t) == thing]
        if not self._steps or len(mine) >= rounds:
            return now.wander()
        for step in self._steps:
            match step:
                case Find():
                    if not memory.held:
                        return now.takeable(thing) or now.search(step, thing)
                case Take():
                    if not memory.held:
                        return now.takeable(thing) or now.wander()
                case Treat():
                    if memory.held and step.how not in memory.treated.get(memory.held, ()):
                        choice = now.treat(step)
                        if choice:
                            return choice
                case Put():
                    if memory.held:
                        return now.put(step.place or self._facts.target)
                case Light():
                    if not memory.lit:
                        return now.light(step)
                case Again():
                    pass
        return now.wander()


class _Now:
    """One turn's possibilities."""

    def __init__(
        self,
        memory: Memory,
        actions: tuple[str, ...],
        commands: Sequence[Command],
        facts: Facts,
        manner: Manner,
    ) -> None:
        self.m, self.actions, self.commands, self.facts, self.manner = memory, actions, commands, facts, manner

    def wander(self) -> Choice:
        """Nowhere in particular; a little of everything, nothing of use on purpose."""
        w, m = self.manner, self.m
        weights: Choice = {}
        groups: dict[str, list[str]] = {}
        for a, c in zip(self.actions, self.commands, strict=True):
            name = c.name
            if name == "go":
                groups.setdefault("go", []).append(a)
            elif name == "open":
                groups.setdefault("open", []).append(a)
            elif name in ("look", "inventory", "examine", "close"):
                groups.setdefault("idle", []).append(a)
            elif name == "move" or (name == "take" and kind(c.thing) != self.facts.thing):
                groups.setdefault("fiddle", []).append(a)
        sizes = {"go": w.go, "open": w.open_doors, "idle": w.idle, "fiddle": w.fiddle * (2 if m.held else 0.3)}
        for group, members in groups.items():
            for a in members:
                weights[a] = sizes[group] / len(members)
        return _normal(weights)

    def takeable(self, thing: str) -> Choice:
        """Take the thing, if it can be taken here and was not put here by oneself."""
        found = [
            a
            for a, c in zip(self.actions, self.commands, strict=True)
            if c.name == "take" and kind(c.thing) == thing and c.thing not in self.m.placed
        ]
        return {found[0]: 1.0} if found else {}

    def search(self, step: Find, thing: str) -> Choice:
        """On with the search: where the thing was seen, else the first named place that is not searched yet."""
        m = self.m
        known = [where for t, where in m.seen.items() if kind(t) == thing and t not in m.placed and where != m.here]
        if known:
            return self.go([known[0]])
        opened = self.open_here() if step.opening and kind(m.here) in step.places else {}
        if opened:
            return opened
        for named in step.places:
            fresh = [p for p in m.places if kind(p) == named and p not in m.visits]
            if fresh:
                return self.go([min(fresh, key=_number)])
        if step.everywhere:
            opened = self.open_here() if step.opening else {}
            return opened or self.mix(self.go([p for p in m.places if p not in m.visits]), self.wander(), 0.5)
        if step.places:
            again = self.go([p for p in m.places if kind(p) in step.places and p != m.here])
            return self.mix(again, self.wander(), self.manner.recheck)
        return self.wander()

    def treat(self, step: Treat) -> Choice:
        """To the appliance and use it; {} where there is nothing more that the plan says."""
        m = self.m
        ready = [
            a
            for a, c in zip(self.actions, self.commands, strict=True)
            if c.name == step.how and (not step.appliance or kind(c.place) == step.appliance)
        ]
        if ready:
            return {ready[0]: 1.0}
        if not step.appliance:
            return {}
        there = [p for p in m.places if kind(p) == step.appliance]
        if not there or any(p in m.carried_to for p in there):
            return {}  # it was tried, and cannot be done here
        return self.go([min(there, key=_number)])

    def put(self, target: str) -> Choice:
        m = self.m
        ready = [
            a for a, c in zip(self.actions, self.commands, strict=True) if c.name == "move" and kind(c.place) == target
        ]
        if ready:
            return {ready[0]: 1.0}
        if kind(m.here) == target and m.here in m.closed and (opened := self.open_here()):
            return opened
        used = [p for p in m.placed.values() if kind(p) == target and p != m.here]
        if used:
            return self.go([used[0]])
        there = [p for p in m.places if kind(p) == target and p != m.here]
        fresh = [p for p in there if p not in m.carried_to] or there
        return self.go([min(fresh, key=_number)]) if fresh else self.wander()

    def light(self, step: Light) -> Choice:
        m = self.m
        ready = [
            a
            for a, c in zip(self.actions, self.commands, strict=True)
            if c.name == "use" and kind(c.thing) == step.lamp
        ]
        if ready:
            return {ready[0]: 1.0}
        known = [where for t, where in m.seen.items() if kind(t) == step.lamp and where != m.here]
        if known:
            return self.go([known[0]])
        for named in step.places:
            fresh = [p for p in m.places if kind(p) == named and p not in (m.carried_to if m.held else m.visits)]
            if fresh:
                return self.go([min(fresh, key=_number)])
        return self.wander()

    def open_here(self) -> Choice:
        found = [
            a
            for a, c in zip(self.actions, self.commands, strict=True)
            if c.name == "open" and c.place == self.m.here and c.place in self.m.closed
        ]
        return {found[0]: 1.0} if found else {}

    def go(self, places: Sequence[str]) -> Choice:
        possible = [a for p in places if (a := f"go to {p}") in self.actions]
        return {a: 1 / len(possible) for a in possible}

    def mix(self, first: Choice, second: Choice, share: float) -> Choice:
        if not first or not second:
            return first or second
        mixed = {a: share * p for a, p in first.items()}
        for a, p in second.items():
            mixed[a] = mixed.get(a, 0.0) + (1 - share) * p
        return mixed


def _number(place: str) -> int:
    return int(place.rpartition(" ")[2])


def _normal(weights: Mapping[str, float]) -> Choice:
    total = sum(weights.values())
    return {a: w / total for a, w in weights.items()}


def draw(choice: Choice, rng: random.Random) -> str:
    return rng.choices(list(choice), list(choice.values()))[0]
