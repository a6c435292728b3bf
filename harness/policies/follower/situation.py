"""Where an episode stands: what the skill's words refer to by now, and whether its conditions hold."""

from __future__ import annotations

import random
from collections.abc import Sequence

from skillevo.harness.policies.follower.alfworld import Hands, kind_of, likeness
from skillevo.harness.policies.follower.steps import (
    ALL,
    APPLIANCE,
    CLOSED,
    HERE,
    IT,
    LIKELY,
    OBJECT,
    SECOND,
    SURFACES,
    TARGET,
    TOOL,
    Both,
    Cond,
    Either,
    Found,
    Groups,
    Holding,
    Means,
    Never,
    Not,
    Opening,
    Prefer,
    Ref,
    Room,
    Rule,
    Says,
    Shut,
    State,
)
from skillevo.harness.policies.follower.task import Task


class Situation:
    """What the world has shown, what the task says, which rules hold, and what "it" is.

    Attributes:
        hands: what was seen, and what is held.
        task: the parts of the task's sentence.
        focus: the thing spoken of last; empty for none.
        placed: things that were put where the task wants them.
        opening: whether closed places are opened while searching.
        lost: whether one was sent to a place that is not there, so that "here" is not where the skill means.
        means: for states, the place that the skill says changes them.
    """

    __slots__ = (
        "_chosen",
        "_never",
        "_prefer",
        "_rank",
        "focus",
        "hands",
        "lost",
        "means",
        "opening",
        "placed",
        "task",
    )

    def __init__(self, hands: Hands, task: Task, seed: int) -> None:
        self.hands = hands
        self.task = task
        self.focus = ""
        self.placed: set[str] = set()
        self.opening = self.lost = False
        self.means: dict[str, Ref] = {}
        self._prefer: list[Prefer] = []
        self._never: list[Never] = []
        self._chosen: dict[str, str] = {}  # the instance meant by "the target", "the drawer"
        order = [place for places in hands.places.values() for place in places]
        random.Random(seed).shuffle(order)
        self._rank = {place: i for i, place in enumerate(order)}

    # Rules and conditions

    def keep(self, rule: Rule) -> None:
        """Hold to a rule from now on."""
        match rule:
            case Opening():
                self.opening = True
            case Prefer():
                self._prefer.append(rule)
            case Means(how, where):
                self.means[how] = where
            case Never():
                self._never.append(rule)

    def barred(self, verb: str, name: str) -> bool:
        """Whether a rule forbids this act on this thing or place."""
        return any(
            n.verb == verb and (not n.what or any(likeness(self.noun(r), kind_of(name)) for r in n.what))
            for n in self._never
        )

    def holds(self, cond: Cond) -> bool:
        match cond:
            case Says(words):
                return any(w in self.task.words or self._named(w) for w in words)
            case Not(inner):
                return not self.holds(inner)
            case Both(left, right):
                return self.holds(left) and self.holds(right)
            case Either(left, right):
                return self.holds(left) or self.holds(right)
            case Holding(what):
                return bool(self.hands.holding) and (what is None or what == IT or self.is_(self.hands.holding, what))
            case Found(what):
                what = OBJECT if what == IT else what
                return self.is_(self.hands.holding, what) or bool(self.known(what))
            case Shut(where):
                return self.hands.closed.get(self.place(where) or self.hands.here, False)
            case Room(where):
                return bool(self.hands.instances(where.noun) or self.hands.seen(where.noun))
            case State(name):
                return {"more": self.wanting, "placed": not self.wanting, "needed": True, "done": False}[name]

    def _named(self, noun: str) -> bool:
        task = self.task
        return any(name and likeness(noun, name.replace(" ", "")) for name in (task.object, task.target, task.tool))

    @property
    def wanting(self) -> bool:
        """Whether the task wants more things placed than have been."""
        return len(self.placed) < self.task.count

    # References

    def noun(self, ref: Ref) -> str:
        """The noun behind a role; empty where the task names none."""
        if ref.kind == "noun":
            return ref.noun
        if ref in (OBJECT, SECOND):
            return self.task.object
        return {TARGET: self.task.target, TOOL: self.task.tool}.get(ref, "")

    def is_(self, name: str, ref: Ref) -> bool:
        """Whether a thing or place is of the kind that the reference names; the task's object only exactly."""
        noun = self.noun(ref)
        if not name or not noun:
            return False
        return likeness(noun, kind_of(name)) >= (2 if ref in (OBJECT, SECOND) else 1)

    def known(self, ref: Ref) -> str:
        """A thing that the reference can mean and that was seen, nearest first; empty for none."""
        if ref == IT and self.focus:
            return self.focus if self.where(self.focus) else ""
        role = ref in (OBJECT, SECOND, IT)
        noun = self.noun(OBJECT if ref == IT else ref)
        if not noun or (ref == SECOND and self.task.count < 2):
            return ""
        seen = self.hands.seen(noun, exact=role)
        if role and self.placed:
            seen = {thing: place for thing, place in seen.items() if thing not in self.placed}
        if not seen:
            return ""
        here, rank = self.hands.here, self._rank
        return min(seen, key=lambda thing: (seen[thing] != here, rank.get(seen[thing], 0), thing))

    def where(self, thing: str) -> str:
        """The place where a thing was last seen; empty for nowhere."""
        return self.hands.things.get(kind_of(thing), {}).get(thing, "")

    def place(self, ref: Ref) -> str:
        """The place that a reference means: the one meant before, or where one stands, or as the seed has it."""
        if ref in (IT, HERE):
            return "" if self.lost else self.hands.here
        if ref == APPLIANCE:
            how = next((s for s in self.task.states if s in self.means), "")
            return self.place(self.means[how]) if how else ""
        noun = self.noun(ref)
        if not noun:
            return ""
        if noun in self._chosen:
            return self._chosen[noun]
        places = self.hands.instances(noun)
        if not places:
            return ""
        place = self.hands.here if self.hands.here in places else min(places, key=self._rank.__getitem__)
        self._chosen[noun] = place
        return place

    # Where to search

    def candidates(self, what: Ref, groups: Groups, opening: bool) -> list[tuple[str, bool]]:
        """The places to search for a thing, in order, each with whether it may be opened."""
        special = self._preferred_for(self.noun(what).replace(" ", ""))
        general = [g for p in self._prefer if not p.nouns for g in p.groups]
        if not groups:
            wanted = [*special, *general, (ALL,)]
        elif (LIKELY,) in groups:
            wanted = [g for group in groups for g in ([*special, *general] if group == (LIKELY,) else [group])]
            wanted = wanted or [(ALL,)]
        else:
            wanted = [*special, *groups]
        preferred = {p: i for i, group in enumerate(general) for p in self.places(group)} if groups else {}
        found: dict[tuple[str, bool], None] = {}
        for group in wanted:
            places = self.places(group)
            if preferred:
                places.sort(key=lambda p: (preferred.get(p, len(preferred)), self._rank[p]))
            elif group != (ALL,):  # all of them come in their order
                places.sort(key=self._rank.__getitem__)
            may_open = (opening and group != (SURFACES,)) or group == (CLOSED,)
            found.update(dict.fromkeys((p, may_open) for p in places))
        return list(found)

    def _preferred_for(self, kind: str) -> list[tuple[Ref, ...]]:
        """Places that the skill names for things of this kind; for its very name before others that fit it."""
        rated = [(max(likeness(n, kind) for n in p.nouns), p) for p in self._prefer if p.nouns]
        best = max((rate for rate, _ in rated), default=0)
        return [g for rate, p in rated if rate == best and rate for g in p.groups]

    def places(self, group: Sequence[Ref]) -> list[str]:
        """All places that the references mean."""
        found: dict[str, None] = {}
        for ref in group:
            if ref.kind == "all" or ref == LIKELY:
                found.update(dict.fromkeys(self._rank))
            elif noun := self.noun(ref):
                found.update(dict.fromkeys(self.hands.instances(noun)))
        return list(found)
