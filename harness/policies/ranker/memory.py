"""What an agent remembers of an episode: where it is, what it holds, what it has seen, opened and done.

Kept from the commands and the world's answers alone. It knows the grammar of ALFWorld's text, and nothing of
households.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

VERBS = (
    *("go", "open", "close", "take", "move", "heat", "cool", "clean", "use", "slice"),
    *("examine", "look", "inventory", "help", ""),
)
"""The verbs of the world's commands; the last stands for any other."""

TREATMENTS = ("heat", "cool", "clean")
_VERB_INDEX = {v: i for i, v in enumerate(VERBS)}
_USE = _VERB_INDEX["use"]
_COMMAND = re.compile(
    r"(?:(go) to (?P<to>[a-z]+ \d+)|(open|close) (?P<door>[a-z]+ \d+)|(examine|use) (?P<at>[a-z]+ \d+)|"
    r"(take|move|heat|cool|clean|slice) (?P<thing>[a-z]+ \d+) (?:from|to|with) (?P<place>[a-z]+ \d+)|"
    r"(look|inventory|help))\Z"
)
_CONTENTS = re.compile(r"(?:On|In) the ([a-z]+ \d+), you see ([^.]*)|The ([a-z]+ \d+) is open\. In it, you see ([^.]*)")
_CLOSED = re.compile(r"The ([a-z]+ \d+) is closed")
_OPEN = re.compile(r"The ([a-z]+ \d+) is open")
_LISTED = re.compile(r"\ban? ([a-z]+ \d+)")


class Command(NamedTuple):
    """A command taken apart: the verb's index in VERBS, the thing and the place by name; "" for none."""

    verb: int
    thing: str
    place: str

    @property
    def name(self) -> str:
        return VERBS[self.verb]


@lru_cache(maxsize=65536)
def read_command(text: str) -> Command:
    """Any text; what is no command of the world has the last verb."""
    found = _COMMAND.match(text)
    if found is None:
        return Command(len(VERBS) - 1, "", "")
    verb = next(g for g in found.groups() if g in _VERB_INDEX)
    if verb == "use":
        return Command(_VERB_INDEX[verb], found["at"], "")
    place = found["to"] or found["door"] or found["at"] or found["place"] or ""
    return Command(_VERB_INDEX[verb], found["thing"] or "", place)


@lru_cache(maxsize=16384)
def kind(name: str) -> str:
    """ "drawer" of "drawer 3"."""
    return name.partition(" ")[0]


class Memory:
    """One episode's memory.

    Attributes:
        places: all receptacles that the first observation lists.
        here: the receptacle that the agent went to last.
        visits: how often each was visited.
        carried_to: receptacles visited since something was picked up last.
        closed, opened: receptacles that were seen closed, or open, last.
        held: what is carried.
        seen: where each thing was seen last.
        placed: things that the agent put down, and where.
        treated: what was done to each thing.
        lit: things that were switched on.
        usable: things that a command offered to use.
        given: how often each command was given.
        last: the command before.
        refused: whether the world answered "Nothing happens."
    """

    def __init__(self, first: str) -> None:
        room, _, task = first.partition("Your task is to:")
        self.task = task.strip()
        self.places = tuple(dict.fromkeys(_LISTED.findall(room)))
        self.kinds = Counter(map(kind, self.places))
        self.here = ""
        self.visits: Counter[str] = Counter()
        self.carried_to: set[str] = set()
        self.closed: set[str] = set()
        self.opened: set[str] = set()
        self.held = ""
        self.seen: dict[str, str] = {}
        self.placed: dict[str, str] = {}
        self.treated: dict[str, set[str]] = {}
        self.lit: set[str] = set()
        self.usable: set[str] = set()
        self.given: Counter[str] = Counter()
        self.last = Command(len(VERBS) - 1, "", "")
        self.refused = False

    def offered(self, actions: tuple[str, ...]) -> list[Command]:
        """The commands that may be given now, taken apart."""
        commands = [read_command(a) for a in actions]
        self.usable.update(c.thing for c in commands if c.verb == _USE)
        return commands

    def observe(self, command: str, answer: str) -> None:
        """Take in the last command and what the world said to it."""
        self.given[command] += 1
        self.last = c = read_command(command)
        self.refused = answer.startswith("Nothing happens")
        if self.refused:
            return
        verb = c.name
        if verb == "go":
            self.here = c.place
            self.visits[c.place] += 1
            self.carried_to.add(c.place)
        elif verb == "close":
            self.closed.add(c.place)
            self.opened.discard(c.place)
        elif verb == "take":
            self.held = c.thing
            self.carried_to = {c.place}
            self.seen.pop(c.thing, None)
            self.placed.pop(c.thing, None)
        elif verb == "move":
            self.held = ""
            self.seen[c.thing] = self.placed[c.thing] = c.place
        elif verb in TREATMENTS:
            self.treated.setdefault(c.thing, set()).add(verb)
        elif verb == "use":
            self.lit.add(c.thing)
        self._look(answer)

    def _look(self, answer: str) -> None:
        for r in _CLOSED.findall(answer):
            self.closed.add(r)
            self.opened.discard(r)
        for r in _OPEN.findall(answer):
            self.opened.add(r)
            self.closed.discard(r)
        for on, things, inside, contents in _CONTENTS.findall(answer):
            for thing in _LISTED.findall(things or contents):
                self.seen[thing] = on or inside
