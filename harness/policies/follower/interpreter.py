"""Runs a program: control flow as generators that yield commands and are resumed when the world has answered.

It does what the steps say in their order and nothing else. It searches no further than a step allows, opens nothing
that no sentence told it to open, and where a step cannot be carried out (nothing found, nothing in hand) it goes on
with the next one. What it adds of its own: it walks to where the thing or place of a step was seen, and does not go
where it has looked already. Where the skill leaves a choice open, the episode's seed makes it.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Sequence

from skillevo.harness.policies.follower.alfworld import Hands, kind_of, likeness, same_kind
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
    Block,
    Both,
    Cond,
    Do,
    Either,
    Find,
    Found,
    Groups,
    Holding,
    If,
    Jump,
    Means,
    Never,
    Not,
    Opening,
    Prefer,
    Program,
    Put,
    Ref,
    Repeat,
    Room,
    Rule,
    Says,
    Shut,
    State,
    Step,
    Stop,
    Take,
    Treat,
)
from skillevo.harness.policies.follower.task import Task

Acting = Generator[str, None, None]
Steering = Generator[str, None, "Jump | Stop | None"]


class Interpreter:
    """One episode of one or more programs.

    The caller resumes `run()` for a command and has `hands.observe` take in the answer before it resumes again.
    """

    __slots__ = (
        "_chosen",
        "_focus",
        "_never",
        "_opening",
        "_placed",
        "_prefer",
        "_rank",
        "_sent",
        "_task",
        "hands",
        "means",
    )

    def __init__(self, hands: Hands, task: Task, seed: int) -> None:
        self.hands = hands
        self.means: dict[str, Ref] = {}
        self._task = task
        order = [place for places in hands.places.values() for place in places]
        random.Random(seed).shuffle(order)
        self._rank = {place: i for i, place in enumerate(order)}
        self._focus = ""  # the thing spoken of last
        self._chosen: dict[str, str] = {}  # the instance meant by "the target", "the drawer"
        self._placed: set[str] = set()
        self._sent = 0
        self._opening = False
        self._prefer: list[Prefer] = []
        self._never: list[Never] = []

    def run(self, programs: Sequence[Program]) -> Acting:
        """All commands of the episode, one at a time."""
        for program in programs:
            for cond, rule in program.rules:
                if cond is None or self._holds(cond):
                    self._keep(rule)
            for block in program.blocks:
                if block.cond is None or self._holds(block.cond):
                    signal = yield from self._block(block)
                    if isinstance(signal, Stop):
                        return

    def _keep(self, rule: Rule) -> None:
        match rule:
            case Opening():
                self._opening = True
            case Prefer():
                self._prefer.append(rule)
            case Means(how, where):
                self.means[how] = where
            case Never():
                self._never.append(rule)

    # Control flow

    def _block(self, block: Block) -> Steering:
        items, i = block.items, 0
        at = {item.number: n for n, item in reversed(list(enumerate(items))) if item.number}
        jumped: dict[int, int] = {}
        while i < len(items):
            signal = yield from self._steps(items[i].steps, block, i)
            if isinstance(signal, Stop):
                return signal
            # A jump is taken again only if something was done since: no skill can make the follower spin.
            if isinstance(signal, Jump) and signal.number in at and jumped.get(i) != self._sent:
                jumped[i] = self._sent
                i = at[signal.number]
            else:
                i += 1
        return None

    def _steps(self, steps: Iterable[Step], block: Block, index: int) -> Steering:
        for step in steps:
            match step:
                case If(cond, then, otherwise):
                    signal = yield from self._steps(then if self._holds(cond) else otherwise, block, index)
                    if signal is not None:
                        return signal
                case Repeat():
                    signal = yield from self._repeat(step, block, index)
                    if signal is not None:
                        return signal
                case Jump() | Stop():
                    return step
                case Find():
                    yield from self._find(step)
                case Do(verb, what):
                    yield from self._do(verb, what)
                case Take(what, source):
                    yield from self._take(what, source)
                case Put(what, where):
                    yield from self._put(what, where)
                case Treat(how, what, where):
                    yield from self._treat(how, what, where)
        return None

    def _repeat(self, step: Repeat, block: Block, index: int) -> Steering:
        if step.second and not (self._task.count > 1 and self._wanting()):
            return None
        wanted = [
            item for n, item in enumerate(block.items) if (item.number in step.numbers if step.numbers else n < index)
        ]
        while step.until is None or not self._holds(step.until):
            before = self._sent
            for item in wanted:
                n = block.items.index(item)
                if n == index:
                    continue
                signal = yield from self._steps(item.steps, block, n)
                if isinstance(signal, Stop):
                    return signal
            if step.until is None or self._sent == before:
                break
        return None

    # Conditions

    def _holds(self, cond: Cond) -> bool:
        match cond:
            case Says(words):
                return any(w in self._task.words or self._named(w) for w in words)
            case Not(inner):
                return not self._holds(inner)
            case Both(left, right):
                return self._holds(left) and self._holds(right)
            case Either(left, right):
                return self._holds(left) or self._holds(right)
            case Holding(what):
                return bool(self.hands.holding) and (what is None or what == IT or self._is(self.hands.holding, what))
            case Found(what):
                what = OBJECT if what == IT else what
                return self._is(self.hands.holding, what) or bool(self._known(what))
            case Shut(where):
                return self.hands.closed.get(self._place(where) or self.hands.here, False)
            case Room(where):
                return bool(self.hands.instances(where.noun) or self.hands.seen(where.noun))
            case State(name):
                return {"more": self._wanting(), "placed": not self._wanting(), "needed": True, "done": False}[name]

    def _named(self, noun: str) -> bool:
        task = self._task
        return any(name and likeness(noun, name.replace(" ", "")) for name in (task.object, task.target, task.tool))

    def _wanting(self) -> bool:
        return len(self._placed) < self._task.count

    # References

    def _noun(self, ref: Ref) -> str:
        """The noun behind a role; empty where the task names none."""
        if ref.kind == "noun":
            return ref.noun
        if ref in (OBJECT, SECOND):
            return self._task.object
        return {TARGET: self._task.target, TOOL: self._task.tool}.get(ref, "")

    def _is(self, name: str, ref: Ref) -> bool:
        noun = self._noun(ref)
        if not name or not noun:
            return False
        kind = kind_of(name)
        return likeness(noun, kind) == 2 if ref in (OBJECT, SECOND) else likeness(noun, kind) > 0

    def _known(self, ref: Ref) -> str:
        """A thing that the reference can mean and that was seen, nearest first; empty for none."""
        if ref == IT and self._focus:
            return self._focus if self._where(self._focus) else ""
        role = ref in (OBJECT, SECOND, IT)
        noun = self._noun(OBJECT if ref == IT else ref)
        if not noun or (ref == SECOND and self._task.count < 2):
            return ""
        seen = self.hands.seen(noun, exact=role)
        if role and self._placed:
            seen = {t: p for t, p in seen.items() if t not in self._placed}
        if not seen:
            return ""
        here, rank = self.hands.here, self._rank
        return min(seen, key=lambda t: (seen[t] != here, rank.get(seen[t], 0), t))

    def _where(self, thing: str) -> str:
        return self.hands.things.get(kind_of(thing), {}).get(thing, "")

    def _place(self, ref: Ref) -> str:
        """The place that a reference means: the one meant before, or where one stands, or as the seed has it."""
        if ref in (IT, HERE):
            return self.hands.here
        if ref == APPLIANCE:
            how = next((s for s in self._task.states if s in self.means), "")
            return self._place(self.means[how]) if how else ""
        noun = self._noun(ref)
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

    # Acts

    def _send(self, command: str) -> Acting:
        self._sent += 1
        yield command

    def _barred(self, verb: str, name: str) -> bool:
        return any(
            n.verb == verb and (not n.what or any(same_kind(self._noun(r), name) for r in n.what if self._noun(r)))
            for n in self._never
        )

    def _go_to(self, place: str) -> Acting:
        """Stand at a place. Where the world offers no way there, the place is at this very spot."""
        hands = self.hands
        if hands.here == place:
            return
        command = hands.go(place)
        if hands.can(command):
            yield from self._send(command)
        if hands.here != place:
            hands.here = place
            if place not in hands.closed:
                yield from self._send(hands.examine(place))

    def _find(self, step: Find) -> Acting:
        what = OBJECT if step.what == IT else step.what
        noun = self._noun(what)
        if not noun or (what == SECOND and self._task.count < 2):
            return
        if what.kind == "noun" and self.hands.kinds(noun) and not self.hands.seen(noun):
            yield from self._do("go", what)
            return
        if self._is(self.hands.holding, what):
            return
        hands, opening = self.hands, step.opening or self._opening
        for place, may_open in self._candidates(what, step.groups, opening):
            if thing := self._known(what):
                self._focus = thing
                return
            if (
                hands.closed.get(place) is False
                or (hands.closed.get(place) and not may_open)
                or self._barred("find", place)
            ):
                continue
            yield from self._go_to(place)
            if hands.closed.get(place) and may_open and not self._barred("open", place) and not self._known(what):
                yield from self._send(hands.open(place))
        if thing := self._known(what):
            self._focus = thing

    def _candidates(self, what: Ref, groups: Groups, opening: bool) -> list[tuple[str, bool]]:
        """The places to search, in order, each with whether it may be opened."""
        noun = self._noun(what).replace(" ", "")
        special = [g for p in self._prefer if any(likeness(n, noun) for n in p.nouns) for g in p.groups]
        general = [g for p in self._prefer if not p.nouns for g in p.groups]
        if not groups:
            wanted = [*special, *general, (ALL,)]
        elif (LIKELY,) in groups:
            wanted = [g for group in groups for g in ([*special, *general] if group == (LIKELY,) else [group])]
            wanted = wanted or [(ALL,)]
        else:
            wanted = [*special, *groups]
        preferred = {p: i for i, group in enumerate(general) for p in self._places(group)} if groups else {}
        found: dict[tuple[str, bool], None] = {}
        for group in wanted:
            places = sorted(self._places(group), key=lambda p: (preferred.get(p, len(preferred)), self._rank[p]))
            may_open = (opening and group != (SURFACES,)) or group == (CLOSED,)
            found.update(dict.fromkeys((p, may_open) for p in places))
        return list(found)

    def _places(self, group: Sequence[Ref]) -> list[str]:
        hands = self.hands
        found: dict[str, None] = {}
        for ref in group:
            if ref.kind == "all" or ref == LIKELY:
                found.update(dict.fromkeys(self._rank))
            elif noun := self._noun(ref):
                found.update(dict.fromkeys(hands.instances(noun)))
        return list(found)

    def _do(self, verb: str, what: Ref | None) -> Acting:
        hands = self.hands
        if what is None:
            yield from self._send(hands.look if verb == "look" else hands.inventory)
        elif verb == "go":
            yield from self._go(what)
        elif verb == "use":
            yield from self._use(what)
        elif verb == "examine":
            name = self._known(what) if not self._is(hands.holding, OBJECT if what == IT else what) else hands.holding
            name = name or self._place(what)
            if name and hands.can(hands.examine(name)):
                yield from self._send(hands.examine(name))
        else:
            place = self._place(what)
            if not place or self._barred(verb, place):
                return
            yield from self._go_to(place)
            if verb == "open" and hands.closed.get(place):
                yield from self._send(hands.open(place))
            elif verb == "close" and place in hands.doors and not hands.closed[place]:
                yield from self._send(hands.close(place))

    def _go(self, what: Ref) -> Acting:
        """Go to a place, or to a thing; one that was never seen is looked for as by "find"."""
        if what in (IT, HERE):
            if place := self._where(self._focus):
                yield from self._go_to(place)
            return
        if what not in (OBJECT, SECOND) and (place := self._place(what)):
            yield from self._go_to(place)
            return
        if not self._known(what):
            yield from self._find(Find(what))
        if thing := self._known(what):
            self._focus = thing
            yield from self._go_to(self._where(thing))

    def _use(self, what: Ref) -> Acting:
        thing = self._known(what)
        if not thing or self._barred("use", thing):
            return
        self._focus = thing
        yield from self._go_to(self._where(thing))
        if self.hands.can(self.hands.use(thing)):
            yield from self._send(self.hands.use(thing))

    def _take(self, what: Ref, source: Ref | None) -> Acting:
        hands = self.hands
        if hands.holding:
            return
        thing = self._known(what)
        if not thing and source is not None and what != SECOND:
            # Out of where it was put: "take it out of the X" may mean what is placed already.
            place = self._place(source)
            thing = next(
                (t for t, p in hands.seen(self._noun(OBJECT if what == IT else what)).items() if p == place), ""
            )
        if not thing or self._barred("take", thing):
            return
        place = self._where(thing)
        yield from self._go_to(place)
        if hands.can(hands.take(thing, place)):
            yield from self._send(hands.take(thing, place))
        if hands.holding == thing:
            self._focus = thing
            self._placed.discard(thing)

    def _put(self, what: Ref, where: Ref | None) -> Acting:
        hands, thing = self.hands, self.hands.holding
        if (
            not thing
            or (what == SECOND and self._task.count < 2)
            or (what.kind == "noun" and not self._is(thing, what))
        ):
            return
        place = self._place(HERE if where is None else where)
        if not place or self._barred("put", place):
            return
        yield from self._go_to(place)
        if hands.can(hands.put(thing, place)):
            yield from self._send(hands.put(thing, place))
        if not hands.holding and self._is(place, TARGET):
            self._placed.add(thing)
            self._focus = ""

    def _treat(self, how: str, what: Ref, where: Ref | None) -> Acting:
        hands, thing = self.hands, self.hands.holding
        if how == "change":
            for state in self._task.states:
                yield from self._treat(state, what, self.means.get(state, where))
            return
        if not thing or (what.kind == "noun" and not self._is(thing, what)):
            return
        place = self._place(where or self.means.get(how, HERE))
        if not place or self._barred(how, place):
            return
        yield from self._go_to(place)
        if hands.can(hands.treat(how, thing, place)):
            yield from self._send(hands.treat(how, thing, place))
