"""Runs a program: control flow as generators that yield commands and are resumed when the world has answered.

It does what the steps say in their order and nothing else. It searches no further than a step allows, opens nothing
that no sentence told it to open, and where a step cannot be carried out (nothing found, nothing in hand) it goes on
with the next one. What it adds of its own: it walks to where the thing or place of a step was seen, and does not go
where it has looked already. Where the skill leaves a choice open, the episode's seed makes it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from skillevo.harness.policies.follower.alfworld import Hands
from skillevo.harness.policies.follower.situation import Situation
from skillevo.harness.policies.follower.steps import (
    HERE,
    IT,
    OBJECT,
    SECOND,
    TARGET,
    Block,
    Do,
    Find,
    If,
    Jump,
    Program,
    Put,
    Ref,
    Repeat,
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

    __slots__ = ("_now", "_sent", "hands")

    def __init__(self, hands: Hands, task: Task, seed: int) -> None:
        self.hands = hands
        self._now = Situation(hands, task, seed)
        self._sent = 0

    def run(self, programs: Sequence[Program]) -> Acting:
        """All commands of the episode, one at a time."""
        for program in programs:
            for cond, rule in program.rules:
                if cond is None or self._now.holds(cond):
                    self._now.keep(rule)
            for block in program.blocks:
                if block.cond is None or self._now.holds(block.cond):
                    signal = yield from self._block(block)
                    if isinstance(signal, Stop):
                        return

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
                    signal = yield from self._steps(then if self._now.holds(cond) else otherwise, block, index)
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
        if step.second and not (self._now.task.count > 1 and self._now.wanting):
            return None
        wanted = [
            item for n, item in enumerate(block.items) if (item.number in step.numbers if step.numbers else n < index)
        ]
        while step.until is None or not self._now.holds(step.until):
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

    # Acts

    def _send(self, command: str) -> Acting:
        self._sent += 1
        yield command

    def _go_to(self, place: str) -> Acting:
        """Stand at a place. Where the world offers no way there, the place is at this very spot."""
        hands = self.hands
        self._now.lost = False
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
        noun = self._now.noun(what)
        if not noun or (what == SECOND and self._now.task.count < 2):
            return
        if what.kind == "noun" and self.hands.kinds(noun) and not self.hands.seen(noun):
            yield from self._do("go", what)
            return
        if self._now.is_(self.hands.holding, what):
            return
        hands, opening = self.hands, step.opening or self._now.opening
        left_out = self._now.places(step.barring)
        for place, may_open in self._now.candidates(what, step.groups, opening):
            if thing := self._now.known(what):
                self._now.focus = thing
                return
            if (
                hands.closed.get(place) is False
                or (hands.closed.get(place) and not may_open)
                or place in left_out
                or self._now.barred("find", place)
            ):
                continue
            yield from self._go_to(place)
            if (
                hands.closed.get(place)
                and may_open
                and not self._now.barred("open", place)
                and not self._now.known(what)
            ):
                yield from self._send(hands.open(place))
        if thing := self._now.known(what):
            self._now.focus = thing
        elif what not in (OBJECT, SECOND):
            self._now.lost = True

    def _do(self, verb: str, what: Ref | None) -> Acting:
        hands = self.hands
        if what is None:
            yield from self._send(hands.look if verb == "look" else hands.inventory)
        elif verb == "go":
            yield from self._go(what)
        elif verb == "use":
            yield from self._use(what)
        elif verb == "examine":
            name = (
                self._now.known(what)
                if not self._now.is_(hands.holding, OBJECT if what == IT else what)
                else hands.holding
            )
            name = name or self._now.place(what)
            if name and hands.can(hands.examine(name)):
                yield from self._send(hands.examine(name))
        else:
            place = self._now.place(what)
            if not place or self._now.barred(verb, place):
                return
            yield from self._go_to(place)
            if verb == "open" and hands.closed.get(place):
                yield from self._send(hands.open(place))
            elif verb == "close" and place in hands.doors and not hands.closed[place]:
                yield from self._send(hands.close(place))

    def _go(self, what: Ref) -> Acting:
        """Go to a place, or to a thing; one that was never seen is looked for as by "find"."""
        if what in (IT, HERE):
            if place := self._now.where(self._now.focus):
                yield from self._go_to(place)
            return
        if what not in (OBJECT, SECOND) and (place := self._now.place(what)):
            yield from self._go_to(place)
            return
        if not self._now.known(what):
            yield from self._find(Find(what))
        if thing := self._now.known(what):
            self._now.focus = thing
            yield from self._go_to(self._now.where(thing))
        elif not self._now.is_(self.hands.holding, what):
            self._now.lost = True

    def _use(self, what: Ref) -> Acting:
        thing = self._now.known(what)
        if not thing or self._now.barred("use", thing):
            return
        self._now.focus = thing
        yield from self._go_to(self._now.where(thing))
        if self.hands.can(self.hands.use(thing)):
            yield from self._send(self.hands.use(thing))

    def _take(self, what: Ref, source: Ref | None) -> Acting:
        hands = self.hands
        if hands.holding:
            return
        thing = self._now.known(what)
        if not thing and source is not None and what != SECOND:
            # Out of where it was put: "take it out of the X" may mean what is placed already.
            place = self._now.place(source)
            thing = next(
                (t for t, p in hands.seen(self._now.noun(OBJECT if what == IT else what)).items() if p == place), ""
            )
        if not thing or self._now.barred("take", thing):
            return
        place = self._now.where(thing)
        yield from self._go_to(place)
        if hands.can(hands.take(thing, place)):
            yield from self._send(hands.take(thing, place))
        if hands.holding == thing:
            self._now.focus = thing
            self._now.placed.discard(thing)

    def _put(self, what: Ref, where: Ref | None) -> Acting:
        hands, thing = self.hands, self.hands.holding
        if (
            not thing
            or (what == SECOND and self._now.task.count < 2)
            or (what.kind == "noun" and not self._now.is_(thing, what))
        ):
            return
        place = self._now.place(HERE if where is None else where)
        if not place or self._now.barred("put", place):
            return
        yield from self._go_to(place)
        if hands.can(hands.put(thing, place)):
            yield from self._send(hands.put(thing, place))
        if not hands.holding and self._now.is_(place, TARGET):
            self._now.placed.add(thing)
            self._now.focus = ""

    def _treat(self, how: str, what: Ref, where: Ref | None) -> Acting:
        hands, thing = self.hands, self.hands.holding
        if how == "change":
            for state in self._now.task.states:
                yield from self._treat(state, what, self._now.means.get(state, where))
            return
        if not thing or (what.kind == "noun" and not self._now.is_(thing, what)):
            return
        place = self._now.place(where or self._now.means.get(how, HERE))
        if not place or self._now.barred(how, place):
            return
        yield from self._go_to(place)
        if hands.can(hands.treat(how, thing, place)):
            yield from self._send(hands.treat(how, thing, place))
