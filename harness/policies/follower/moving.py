"""Readers for the verbs of going and carrying: go, bring, take, put, move, hold."""

from __future__ import annotations

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.clause import REMARK, Clause, Words
from skillevo.harness.policies.follower.nouns import Noun, read_nouns
from skillevo.harness.policies.follower.searching import search, search_groups, wanted
from skillevo.harness.policies.follower.states import make
from skillevo.harness.policies.follower.steps import (
    ALL,
    HERE,
    IT,
    LIKELY,
    OBJECT,
    SECOND,
    TARGET,
    Do,
    Find,
    Jump,
    Never,
    Put,
    Ref,
    Repeat,
    Step,
    Take,
)

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}


_ELLIPTIC = lex.words("put place drop deposit insert store stow return restore unload load deliver release leave set")
_NO_OBJECT = lex.words("go head walk travel proceed come stroll hurry rush march run dash race jog trot sprint hike")


def step_number(words: Words) -> int | None:
    for i, word in enumerate(words):
        if word == "step" and i and words[i - 1] in _ORDINALS:
            return _ORDINALS[words[i - 1]]
    for i, word in enumerate(words[:-1]):
        if word in ("step", "steps", "number") and words[i + 1].isdigit():
            return int(words[i + 1])
    return None


def destination(nouns: list[Noun]) -> Ref | None:
    for n in nouns:
        if n.bare:
            return TARGET
        if n.ref.kind in ("noun", "target", "object", "second", "tool", "appliance", "it", "here"):
            return IT if n.ref == HERE else n.ref
    return None


def go(c: Clause) -> list[Step] | None:
    if (n := step_number(c.words)) is not None:
        again = any(noun.ref == SECOND for noun in (*c.after("for"), *c.after("with")))
        return [Repeat(tuple(range(n, c.number)), None, True)] if again and c.number > n else [Jump(n)]
    if set(c.words) & {"beginning", "start"}:
        return [Jump(1)]
    if "step" in c.words or "steps" in c.words or (set(c.words) & {"next"} and set(c.words) & {"action", "phase"}):
        return REMARK
    if c.words and c.words[0] == "through":
        return search(c)
    if set(c.words) <= {"around", "through", "about", "the", "room", "kitchen", "house", "whole", "entire"} and c.words:
        return REMARK  # "walk around the room"
    if c.verb == "return" and c.nouns():
        return put(c) if c.phrases else None  # "return it to the shelf"
    if c.verb in _NO_OBJECT and any(n.ref.kind == "noun" for n in c.nouns()):
        return None  # "go bananas"
    words = [
        *c.direct,
        *(w for p, ws in c.phrases if p in ("to", "in", "inside", "near", "through") for w in (",", *ws)),
    ]
    nouns = read_nouns(words)
    places = [n for n in nouns if n.ref.kind in ("noun", "all", "likely")]
    if any(n.ref in (ALL, LIKELY) or n.ref.kind == "all" or n.many for n in places) or len(places) > 1:
        groups, inside = search_groups(c, direct=True)
        return [Find(wanted(c.after("for")), groups, inside, c.excepted())] if groups else None
    where = destination(nouns)
    if where is None:
        if set(c.words) & {"there", "over"}:
            return [Do("go", IT)]
        if named := [n.ref for n in c.after("for") if n.ref in (OBJECT, SECOND)]:
            return [Find(named[0])]
        return REMARK if set(c.words) <= {"on", "ahead", "further", "again"} and c.words else None
    return [Do("go", where)]


def carry(c: Clause) -> list[Step] | None:
    where = destination(c.after("to", "near", "in", "inside"))
    if where is None:
        return [Do("go", IT)] if "there" in c.words or "over" in c.words else REMARK
    return [Do("go", where)]


def take(c: Clause) -> list[Step] | None:
    if c.direct and c.direct[0] in ("note", "care", "stock", "account", "action", "steps", "advantage", "time", "turn"):
        return REMARK
    if c.verb == "get" and not c.direct:
        return go(c)
    if c.verb == "get" and any(lex.CONCEPTS.get(w) in lex.STATES for w in c.direct):
        return make(c)
    if c.verb == "remove" and not c.direct:
        return None
    if c.verb in ("take", "get") and c.after("to") and not c.after("from"):
        return carry(c)
    nouns = c.nouns()
    if c.words and not nouns and set(c.words) - lex.PARTICLES:
        return None
    what = c.thing()
    if what.kind in ("all", "here", "appliance", "target", "likely"):
        what = IT if what.kind in ("here", "target") else OBJECT
    sources = [n.ref for n in c.after("from", "in", "inside") if n.ref.kind in ("noun", "target", "appliance")]
    return [Take(what, sources[0] if sources else None)]


def put(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb == "leave" and "where" in said and said & {"is", "are", "was"} and not said & lex.TASK_WORDS:
        return REMARK  # "leave it where it is"
    if c.verb == "leave" and (
        said & {"open", "alone", "closed", "shut", "room"} or (not c.phrases and "there" not in said)
    ):
        return [Never("close", tuple(n.ref for n in c.nouns() if n.ref.kind == "noun"))] if "open" in said else REMARK
    if c.verb in ("set", "rest", "position", "settle", "place", "lay") and not c.words:
        return [Put(IT)] if c.verb == "place" else None
    if c.verb == "set" and said & {"aside", "off", "out"} and not c.after("in", "inside", "near"):
        return [Do("go", where)] if (where := destination(c.after("to"))) else REMARK
    if not c.direct and c.verb not in _ELLIPTIC:
        return None  # "rest on the sofa", "stick to the drawers"
    if c.verb == "drop" and (c.words[:1] == ["by"] or c.words[:2] == ["in", "on"]):
        return None  # "drop by the shelf"
    if c.verb == "set" and not c.phrases and not said & {"down", "here"} and c.thing().kind == "noun":
        return None  # "set the table"
    if c.verb in ("put", "set") and c.words[-1:] == ["on"]:
        return None  # "put the kettle on"
    what = c.thing()
    if what.kind not in ("object", "second", "noun", "it"):
        what = IT
    targets = c.after("inside", "in", "to", "near")
    where = destination(targets)
    if (targets and targets[0].ref == HERE) or (where is None and said & {"there", "here"}):
        where = HERE
    if any(list(ws) == ["you"] for _, ws in c.phrases) or (where == IT and "where" in said):
        return None  # "behind you", "where you found it"
    if where in (OBJECT, SECOND) or (where == IT and "first" in said):
        where = TARGET  # "next to the first one"
    return [Put(what, where)]


def move(c: Clause) -> list[Step] | None:
    if not c.direct or c.direct == ["on"]:
        return go(c) if c.after("to", "in", "near", "through") or "step" in c.words or "there" in c.words else REMARK
    return put(c) if c.after("to", "in", "inside") or "there" in c.words else REMARK


def hold(c: Clause) -> list[Step] | None:
    if where := destination(c.after("near")):
        return [Do("go", where)]
    if set(c.words) & {"on", "onto", "still", "already"} or c.phrases:
        return REMARK
    return [Take(c.thing())]
