"""An ALFWorld game as facts: what a problem text says, checked and typed, before it is compiled for play.

The PDDL of ALFWorld is regular: one domain, six goal shapes, some twenty predicates. This reader
knows those and refuses everything else, naming the official engine as the way out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from skillevo.envs.base import DataError

TASK_TYPES = (
    "pick_and_place_simple",
    "look_at_obj_in_light",
    "pick_clean_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_two_obj_and_place",
)

LABELS = dict(zip(TASK_TYPES, ("Pick", "Look", "Clean", "Heat", "Cool", "Pick2"), strict=True))
"""The task types as the RL papers' tables call them, in their order."""

OBJECT_FLAGS = (
    "pickupable",
    "cleanable",
    "heatable",
    "coolable",
    "toggleable",
    "sliceable",
    "isReceptacleObject",
    "isClean",
    "isHot",
    "isCool",
    "isSliced",
    "isToggled",
)
"""Unary predicates of objects that the text or the goal can show."""

_SILENT = frozenset({"moveable", "isOn", "full", "checked", "examined", "wasInReceptacle", "isReceptacleObjectFull"})
"""Known predicates that no observation, no admissible command and no goal depends on."""


class UnsupportedGame(DataError):
    """A game that our engine does not claim to play exactly; the official engine does."""

    def __str__(self) -> str:
        return (
            f"{super().__str__()}. The native engine plays only games that it is proven exact on; "
            'take the official one for this: -T engine=official, after pip install "skillevo[official]"'
        )


@dataclass(frozen=True, slots=True)
class Goal:
    """What wins: one of the six shapes, over an object type and a receptacle (or lamp) type."""

    task_type: str
    object_type: str
    target_type: str


@dataclass(frozen=True, slots=True)
class Receptacle:
    id: str
    type: str
    location: str
    openable: bool = False
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: its id, type, flags (names of OBJECT_FLAGS) and the locations it is noted at."""

    id: str
    type: str
    flags: frozenset[str] = frozenset()
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """All that decides how a game plays.

    Attributes:
        entities: every id in the initial facts; the numbering of names is over these.
        inside: pairs (object, receptacle); an object may be in two at once.
        nested: pairs (inner object, outer object); shown, never changed.
        can_contain: pairs (receptacle type, object type).
    """

    name: str
    start: str
    receptacles: tuple[Receptacle, ...]
    things: tuple[Thing, ...]
    inside: frozenset[tuple[str, str]]
    nested: frozenset[tuple[str, str]]
    can_contain: frozenset[tuple[str, str]]
    goal: Goal
    entities: frozenset[str]


_FACT = re.compile(r"\(\s*([^\s()]+)((?:\s+[^\s()]+)*)\s*\)")
_NAME = re.compile(r"\(\s*define\s*\(\s*problem\s+([^\s()]+)\s*\)\s*\(\s*:domain\s+([^\s()]+)\s*\)")
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([()]) ?")
_COMMENT = re.compile(r";[^\n]*")

# The six goals. What they say beside types and state (cleanable, toggleable, ...) never changes in play,
# so the engine checks it when it compiles the game.
_PLACED = """(:goal (and (exists (?r - receptacle) (exists (?o - object) (and {}
    (objectType ?o OBJECT) (receptacleType ?r TARGET) {}))))"""
_GOALS = {
    "pick_and_place_simple": _PLACED.format("(inReceptacle ?o ?r)", ""),
    "pick_clean_then_place_in_recep": _PLACED.format("(cleanable ?o)", "(isClean ?o) (inReceptacle ?o ?r)"),
    "pick_heat_then_place_in_recep": _PLACED.format("(heatable ?o)", "(isHot ?o) (inReceptacle ?o ?r)"),
    "pick_cool_then_place_in_recep": _PLACED.format("(coolable ?o)", "(isCool ?o) (inReceptacle ?o ?r)"),
    "pick_two_obj_and_place": """(:goal (and (exists (?r - receptacle) (exists (?o1 - object) (and
        (objectType ?o1 OBJECT) (receptacleType ?r TARGET) (inReceptacle ?o1 ?r)
        (exists (?o2 - object) (and (not (= ?o1 ?o2))
            (objectType ?o2 OBJECT) (receptacleType ?r TARGET) (inReceptacle ?o2 ?r)))))))""",
    "look_at_obj_in_light": """(:goal (and
        (exists (?ot - object ?r - receptacle ?a - agent ?l - location) (and
            (objectType ?ot TARGET) (toggleable ?ot) (isToggled ?ot)
            (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r)))
        (exists (?o - object ?a - agent) (and (objectType ?o OBJECT) (holds ?a ?o)))))""",
}


def _fold(text: str) -> str:
    """White space as PDDL reads it: any amount between words is one blank, none beside parentheses."""
    return _AROUND.sub(r"\1", _SPACE.sub(" ", text)).strip()


def _pattern(goal: str) -> re.Pattern[str]:
    """A goal as a pattern; the two types are its groups, and equal wherever they recur."""
    text = re.escape(_fold(goal))
    for word, group in (("OBJECT", "o"), ("TARGET", "t")):
        text = text.replace(word, rf"(?P<{group}>\w+)Type", 1).replace(word, rf"(?P={group})Type")
    return re.compile(text)


_GOAL_PATTERNS = {task_type: _pattern(goal) for task_type, goal in _GOALS.items()}


def parse_problem(text: str) -> Problem:
    """Read a problem text.

    Raises:
        DataError: the text is cut off or not a PDDL problem.
        UnsupportedGame: a predicate, goal or arrangement that the native engine does not know.
    """
    if ";" in text:
        text = _COMMENT.sub("", text)
    head = _NAME.search(text)
    init, goal = text.find("(:init"), text.find("(:goal")
    if head is None or init < 0 or goal < init:
        raise DataError("not a complete PDDL problem: the name, (:init ...) or (:goal ...) is missing")
    if head[2] != "alfred":
        raise UnsupportedGame(f"the problem's domain is {head[2]!r}, not 'alfred'")
    facts: dict[str, set[tuple[str, ...]]] = {}
    for predicate, args in _FACT.findall(text, init + len("(:init"), goal):
        facts.setdefault(predicate, set()).add(tuple(args.split()))
    return _assemble(head[1], facts, _parse_goal(text[goal:]))


def _parse_goal(text: str) -> Goal:
    folded = _fold(text)
    if folded.count("(") > folded.count(")"):
        raise DataError("the problem is cut off inside its goal")
    for task_type, pattern in _GOAL_PATTERNS.items():
        if found := pattern.match(folded):
            return Goal(task_type, found["o"], found["t"])
    raise UnsupportedGame(f"the goal has none of ALFWorld's six shapes: {folded[:160]}")


def _assemble(name: str, facts: dict[str, set[tuple[str, ...]]], goal: Goal) -> Problem:
    def pairs(predicate: str) -> set[tuple[str, str]]:
        return {(f[0], f[1]) for f in _of_arity(facts, predicate, 2)}

    def ones(predicate: str) -> set[str]:
        return {f[0] for f in _of_arity(facts, predicate, 1)}

    known = {"atLocation", "receptacleAtLocation", "objectAtLocation", "openable", "opened", "inReceptacle"}
    known |= {"inReceptacleObject", "receptacleType", "canContain", "objectType", *OBJECT_FLAGS, *_SILENT}
    if strange := sorted(facts.keys() - known):
        raise UnsupportedGame(f"the problem states predicates that its domain does not act on: {', '.join(strange)}")
    starts = {f[1] for f in _of_arity(facts, "atLocation", 2)}
    if len(starts) != 1:
        raise UnsupportedGame(f"the agent starts at {len(starts)} places instead of one")
    locations = _single("receptacleAtLocation", pairs("receptacleAtLocation"))
    openable, opened = ones("openable"), ones("opened")
    receptacles = tuple(
        Receptacle(r, t, locations.get(r, ""), r in openable, r in opened)
        for r, t in sorted(_single("receptacleType", pairs("receptacleType")).items())
    )
    noted: dict[str, list[str]] = {}
    for o, place in sorted(pairs("objectAtLocation")):
        noted.setdefault(o, []).append(place)
    flags: dict[str, set[str]] = {}
    for flag in OBJECT_FLAGS:
        for o in ones(flag):
            flags.setdefault(o, set()).add(flag)
    things = tuple(
        Thing(o, t, frozenset(flags.get(o, ())), tuple(noted.get(o, ())))
        for o, t in sorted(_single("objectType", pairs("objectType")).items())
    )
    if untyped := sorted({*locations, *openable, *opened} - {r.id for r in receptacles}):
        raise UnsupportedGame(f"the receptacle {untyped[0]} has no type")
    _check_references(receptacles, things, pairs("inReceptacle"), pairs("inReceptacleObject"))
    entities = frozenset(a for fs in facts.values() for f in fs for a in f)
    return Problem(
        name,
        next(iter(starts)),
        receptacles,
        things,
        frozenset(pairs("inReceptacle")),
        frozenset(pairs("inReceptacleObject")),
        frozenset((r.removesuffix("Type"), o.removesuffix("Type")) for r, o in pairs("canContain")),
        goal,
        entities,
    )


def _of_arity(facts: dict[str, set[tuple[str, ...]]], predicate: str, n: int) -> set[tuple[str, ...]]:
    found = facts.get(predicate, set())
    if any(len(f) != n for f in found):
        raise DataError(f"a fact of {predicate} has not {n} argument{'s' * (n > 1)}")
    return found


def _single(predicate: str, found: Iterable[tuple[str, str]]) -> dict[str, str]:
    table: dict[str, str] = {}
    for key, value in found:
        if table.setdefault(key, value) != value:
            raise UnsupportedGame(f"{key} has more than one {predicate}")
    return {k: v.removesuffix("Type") for k, v in table.items()} if predicate.endswith("Type") else table


def _check_references(
    receptacles: tuple[Receptacle, ...],
    things: tuple[Thing, ...],
    inside: set[tuple[str, str]],
    nested: set[tuple[str, str]],
) -> None:
    rs, os = {r.id for r in receptacles}, {t.id for t in things}
    if both := rs & os:
        raise UnsupportedGame(f"{min(both)} is both an object and a receptacle")
    for o, r in sorted(inside):
        if o not in os or r not in rs:
            raise UnsupportedGame(f"inReceptacle names {o if o not in os else r}, which has no type")
    for a, b in sorted(nested):
        if a not in os or b not in os:
            raise UnsupportedGame(f"inReceptacleObject names {a if a not in os else b}, which has no type")
