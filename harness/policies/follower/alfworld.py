"""The follower's hands and eyes in ALFWorld: its commands, its texts, and the names that people give to its things.

What is known here of the world: the grammar of the commands; that the first text lists the places; that a place is
described where one arrives, opens or examines; that one must stand at a place to act there and that places may share a
spot; and that "refrigerator" is another word for fridge. Which place does what, and what lies where, is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from skillevo.harness.policies.follower.lexicon import singular

_NAMES = re.compile(r"\ban? ([a-z]+ \d+)")
_TASK = re.compile(r"Your task is to:\s*(.+?)\.?\s*$", re.DOTALL)
NOTHING = "Nothing happens."

_SYNONYMS = {
    "fridge": "refrigerator icebox",
    "garbagecan": "trashcan trash bin rubbishbin dustbin wastebasket garbage trashbin wastebin garbagebin rubbish",
    "countertop": "counter worktop kitchencounter benchtop kitchencountertop",
    "sinkbasin": "sink basin washbasin kitchensink",
    "sofa": "couch settee",
    "cabinet": "cupboard",
    "sidetable": "nightstand nighttable bedsidetable endtable bedside",
    "dresser": "chestofdrawers",
    "stoveburner": "stove burner hob stovetop cooker",
    "bathtubbasin": "tub bathtub bath",
    "laundryhamper": "hamper laundrybasket",
    "microwave": "microwaveoven",
    "coffeemachine": "coffeemaker",
    "diningtable": "kitchentable dinnertable",
    "tvstand": "televisionstand tvtable",
    "lamp": "light lightsource lampshade",
    "cellphone": "phone mobilephone mobile smartphone",
    "remotecontrol": "remote",
    "dishsponge": "sponge",
    "cloth": "rag",
    "soapbar": "soap",
    "peppershaker": "pepper",
    "saltshaker": "salt",
    "tissuebox": "tissue",
    "keychain": "key",
}
_CANONICAL = {other: name for name, others in _SYNONYMS.items() for other in others.split()}


@lru_cache(maxsize=8192)
def likeness(noun: str, kind: str) -> int:
    """How well an English noun names a kind of thing: 2 exactly, 1 as a part of a compound ("table"), 0 not."""
    joined = noun.replace(" ", "")
    name = _CANONICAL.get(joined) or _CANONICAL.get(singular(joined), joined)
    if name == kind or singular(name) == kind:
        return 2
    return int(len(name) > 2 and (kind.endswith(name) or joined.endswith(kind)))


def task_sentence(text: str) -> str:
    """What follows "Your task is to:", without its full stop; empty where that is not said."""
    found = _TASK.search(text)
    return found[1] if found else ""


@lru_cache(maxsize=1024)
def _first_text(text: str) -> tuple[str, tuple[str, ...]]:
    """The task's sentence, and the names of the places; kept, because an instance is played many times."""
    room, _, _ = text.partition("Your task is to:")
    return task_sentence(text), tuple(_NAMES.findall(room))


@lru_cache(maxsize=8192)
def _named(noun: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the kinds that a noun names best; none if it names none."""
    rated = [(likeness(noun, kind), kind) for kind in kinds]
    best = max((r for r, _ in rated), default=0)
    return tuple(kind for r, kind in rated if r == best and r)


class Hands:
    """What has been seen in one episode, and the commands that it makes possible.

    Attributes:
        task: the task's sentence as the first text gives it; empty if it does not.
        here: where one stands, by the name of a place there; empty at the start.
        holding: the thing in hand; empty for none.
        places: names of the places by kind, in the order in which they are listed.
        closed: for places that have been seen, whether they were closed when last seen.
        things: where things were last seen, by kind and name.
        doors: places that have been seen to open or close.
    """

    __slots__ = ("_all_kinds", "_kinds", "actions", "closed", "doors", "here", "holding", "places", "task", "things")

    def __init__(self, text: str, actions: Sequence[str]) -> None:
        self.actions = actions
        self.here = self.holding = ""
        self.places: dict[str, list[str]] = {}
        self.closed: dict[str, bool] = {}
        self.things: dict[str, dict[str, str]] = {}
        self.doors: set[str] = set()
        self._kinds: dict[str, tuple[str, ...]] = {}
        self.task, names = _first_text(text)
        for name in names:
            self.places.setdefault(name.rpartition(" ")[0], []).append(name)
        self._all_kinds = tuple(self.places)

    def observe(self, command: str, text: str, actions: Sequence[str]) -> None:
        """Take in what a command led to."""
        self.actions = actions
        if text.startswith(NOTHING):
            return
        verb, _, rest = command.partition(" ")
        if verb == "go":
            self.here = rest[3:]
            self._describe(self.here, text)
        elif verb == "open":
            self._describe(rest, text)
        elif verb == "close":
            self.closed[rest] = True
        elif verb == "take":
            self.holding = rest.partition(" from ")[0]
            self.things.get(kind_of(self.holding), {}).pop(self.holding, None)
        elif verb == "move":
            thing, _, place = rest.partition(" to ")
            self.holding = ""
            self.things.setdefault(kind_of(thing), {})[thing] = place
        elif verb == "examine" and kind_of(rest) in self.places:
            self._describe(rest, text)

    def _describe(self, place: str, text: str) -> None:
        if text.endswith("is closed."):
            self.doors.add(place)
            self.closed[place] = True
            return
        self.closed[place] = False
        _, _, seen = text.rpartition("you see ")
        if "is open. In it" in text:
            self.doors.add(place)
        for name in _NAMES.findall(seen):
            self.things.setdefault(name.rpartition(" ")[0], {})[name] = place

    # Names

    def kinds(self, noun: str) -> tuple[str, ...]:
        """The kinds of places that a noun names: those so called, else those whose name holds it."""
        kinds = self._kinds.get(noun)
        if kinds is None:
            kinds = self._kinds[noun] = _named(noun, self._all_kinds)
        return kinds

    def instances(self, noun: str) -> list[str]:
        """The places that a noun names: all of their kind, or the one with the number given ("fridge 1")."""
        if noun.rpartition(" ")[2].isdigit():
            name, _, number = noun.rpartition(" ")
            return [p for kind in self.kinds(name) for p in self.places[kind] if p.endswith(" " + number)]
        return [place for kind in self.kinds(noun) for place in self.places[kind]]

    def seen(self, noun: str, *, exact: bool = False) -> dict[str, str]:
        """Things seen that a noun names, with their places; `exact` for the task's own nouns, which are the world's."""
        if noun in self.things:
            return self.things[noun]
        if noun.rpartition(" ")[2].isdigit():
            return {t: p for t, p in self.seen(noun.rpartition(" ")[0], exact=exact).items() if t.endswith(noun[-2:])}
        rated = [(likeness(noun, kind), kind) for kind in self.things]
        best = max((r for r, _ in rated), default=0)
        if best == 0 or (exact and best < 2):
            return {}
        return {t: p for r, kind in rated if r == best for t, p in self.things[kind].items()}

    # Commands

    def can(self, command: str) -> bool:
        """Whether the world lists the command; always, where it lists none."""
        return not self.actions or command in self.actions

    @staticmethod
    def go(place: str) -> str:
        return f"go to {place}"

    @staticmethod
    def open(place: str) -> str:
        return f"open {place}"

    @staticmethod
    def close(place: str) -> str:
        return f"close {place}"

    @staticmethod
    def take(thing: str, place: str) -> str:
        return f"take {thing} from {place}"

    @staticmethod
    def put(thing: str, place: str) -> str:
        return f"move {thing} to {place}"

    @staticmethod
    def treat(how: str, thing: str, place: str) -> str:
        return f"{how} {thing} with {place}"

    @staticmethod
    def use(thing: str) -> str:
        return f"use {thing}"

    @staticmethod
    def examine(name: str) -> str:
        return f"examine {name}"

    look = "look"
    inventory = "inventory"


def kind_of(name: str) -> str:
    """The kind of a thing or place, from its name: "drawer" of "drawer 3"."""
    return name.rpartition(" ")[0]
