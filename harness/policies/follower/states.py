"""Readers for the verbs of changing things: open, close, switch on, heat, cool, clean."""

from __future__ import annotations

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.clause import REMARK, Clause, split_phrases
from skillevo.harness.policies.follower.nouns import read_groups, read_nouns
from skillevo.harness.policies.follower.steps import (
    HERE,
    IT,
    OBJECT,
    SECOND,
    Do,
    Find,
    Means,
    Never,
    Opening,
    Ref,
    Step,
    Treat,
)


def open_(c: Clause) -> list[Step] | None:
    barred = c.excepted()
    words = c.words[: c.words.index("except")] if barred else c.words
    nouns = read_nouns(words)
    if not nouns:
        return [Do("open", IT)] if not set(c.words) - lex.PARTICLES - lex.FILLERS else None
    if any(n.ref.kind in ("all", "likely") for n in nouns) or {"closed", "shut", "unopened"} & set(c.words):
        return [Opening(), Never("open", barred)] if barred else [Opening()]
    if any(n.many for n in nouns):  # "open the drawers": to look into them
        groups = read_groups(words)
        return [Find(OBJECT, groups, True, barred)] if groups else [Opening()]
    return [Do("open", n.ref if n.ref.kind in ("noun", "target", "appliance") else IT) for n in nouns]


def close(c: Clause) -> list[Step] | None:
    nouns = read_nouns(c.direct)
    if not nouns:
        return [Do("close", IT)] if not set(c.words) - lex.PARTICLES else None
    return [
        Do("close", nouns[0].ref if nouns[0].ref.kind in ("noun", "target", "appliance") and not nouns[0].many else IT)
    ]


def use(c: Clause) -> list[Step] | None:
    words = list(c.words)
    if words and "on" in (words[0], words[-1]):
        words.remove("on")
    elif c.verb in ("turn", "power") or "off" in words:
        return None
    if "switch" in words and "of" not in words:
        words.remove("switch")
    direct, phrases = split_phrases(words)
    nouns = read_nouns(direct)
    if not nouns and phrases and c.verb in ("switch", "flip"):
        nouns = read_nouns(phrases[0][1])
    if not nouns:
        return None
    if how := next((lex.CONCEPTS.get(w) for p, ws in phrases if p == "for" for w in ws if w in lex.CONCEPTS), None):
        return [Means(how, nouns[0].ref)]
    return [Do("use", nouns[0].ref)]


def treat(c: Clause) -> list[Step] | None:
    nouns = c.nouns()
    if nouns and (nouns[0].ref.kind == "all" or any(w in c.direct for w in ("task", "tasks"))):
        return None
    what = c.thing()
    if what.kind not in ("object", "second", "noun", "it"):
        what = IT
    places = [
        n.ref for n in c.after("with", "in", "inside", "near") if n.ref.kind in ("noun", "appliance", "target", "here")
    ]
    where = places[0] if places and places[0] != HERE else None
    if where and list(c.lead) == ["you"] and nouns and nouns[0].many:
        return [Means(lex.VERBS[c.verb], where)]  # "you heat things with the X"
    if c.verb == "microwave":
        where = Ref("noun", "microwave")
    return [Treat(lex.VERBS[c.verb], what, where)]


def change(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb == "change" and said & {"mind"}:
        return REMARK
    how = next((lex.CONCEPTS[w] for w in c.words if lex.CONCEPTS.get(w) in lex.STATES), "change")
    if c.verb in ("handle", "treat") and not said & {"state", "required", "requested", "needed", "task", "accordingly"}:
        return None  # "handle it with care"
    if how == "change" and not said & (
        {"state", "change", "treatment", "treatments", "processing", "transformation"} | lex.OBJECT_HEADS | {"it"}
    ):
        return None
    places = [n.ref for n in c.after("with", "in", "inside", "near") if n.ref.kind in ("noun", "appliance")]
    what = next((n.ref for n in [*c.nouns(), *c.after("to")] if n.ref in (OBJECT, SECOND, IT)), IT)
    return [Treat(how, what, places[0] if places else None)]


def make(c: Clause) -> list[Step] | None:
    how = next((lex.CONCEPTS[w] for w in c.words if lex.CONCEPTS.get(w) in lex.STATES), None)
    if how is None:
        return REMARK if set(c.words) & {"note", "list", "plan"} else None
    words = [w for w in c.direct if lex.CONCEPTS.get(w) != how]
    nouns = read_nouns(words)
    places = [n.ref for n in c.after("with", "in", "inside", "near") if n.ref.kind in ("noun", "appliance")]
    return [Treat(how, nouns[0].ref if nouns else IT, places[0] if places else None)]
