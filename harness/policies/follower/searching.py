"""Readers for the verbs of searching: find, look, check, explore, examine."""

from __future__ import annotations

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.clause import REMARK, Clause
from skillevo.harness.policies.follower.nouns import Noun, read_groups, read_nouns
from skillevo.harness.policies.follower.steps import (
    ALL,
    OBJECT,
    SECOND,
    TARGET,
    Do,
    Find,
    Groups,
    Opening,
    Prefer,
    Ref,
    Step,
)

_PLACES = ("in", "inside", "through", "near")


def search_groups(c: Clause, *, direct: bool) -> tuple[Groups, bool]:
    """Places that a clause names, and whether it says to look *inside* them."""
    words: list[str] = list(c.direct) if direct else []
    inside = False
    for preposition, phrase in c.phrases:
        if preposition in _PLACES or preposition == "with":
            if preposition == "with":
                continue
            words += [",", *phrase]
            inside |= preposition == "inside"
        elif preposition in ("to", "from", "about") and direct:
            words += [",", *phrase]
        elif preposition == "for":
            # "search the desk for the object, then the shelf": what follows a list mark is again a place
            marks = [i for i, w in enumerate(phrase) if w in lex.ORDER_MARKS]
            words += phrase[marks[0] :] if marks else []
        elif preposition == "except":
            break
    nouns = read_nouns([w for w in words if w not in lex.ORDER_MARKS])
    inside |= any(n.closed for n in nouns) and any(n.ref == ALL for n in nouns[:1])
    return read_groups(words), inside


def wanted(nouns: list[Noun]) -> Ref:
    """What a search is for."""
    for n in nouns:
        if n.ref.kind in ("object", "second", "noun", "tool", "target", "appliance", "it"):
            return n.ref
    return OBJECT


_HABIT = lex.words("will can may might usually often typically generally commonly mostly sometimes probably")


def find(c: Clause) -> list[Step] | None:
    if c.words[:1] == ["out"]:
        return REMARK
    nouns = c.nouns() or c.after("for")
    if c.words[:1] == ["where"]:
        return [Find(wanted(c.after("in")))]
    if not nouns and not c.phrases and c.words:
        return REMARK if set(c.words) & {"task", "goal"} else None
    what = wanted(nouns)
    if "you" in c.lead and set(c.lead) & _HABIT and (groups := search_groups(c, direct=False)[0]):
        return [Prefer(groups, tuple(n.ref.noun for n in nouns if n.ref.kind == "noun"))]
    if what == TARGET and {"what", "whatever"} & set(c.words):
        what = OBJECT  # "whatever the task wants you to move"
    if what == TARGET:
        return [Do("go", TARGET)]
    groups, inside = search_groups(c, direct=False)
    return [Find(what, groups, inside, c.excepted())]


_INFORMATION = lex.words(
    "inventory hands task goal list observation observations instruction instructions state status "
    "whether that if feedback result progress sentence description actions output what"
)


_ALONE = lex.words("search explore hunt scan scour sweep survey browse")


def search(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if said & {"inventory"} and c.verb in ("check", "look", "inspect"):
        return [Do("inventory")]
    if c.direct and c.direct[0] in ("at", "look-at"):
        return examine(c)
    if {*c.direct[:1], *(w for w in c.direct if w != "that")} & _INFORMATION and not c.phrases:
        return REMARK
    if c.direct and c.direct[0] in ("that", "whether", "if", "your"):
        return REMARK
    if c.verb == "look" and said & {"around"} and not c.after("in", "inside", "for"):
        return [Do("look")]
    if c.verb == "look" and not c.words:
        return [Do("look")]
    what = wanted(c.after("for"))
    groups, inside = search_groups(c, direct=True)
    nouns = read_nouns(c.direct)
    if not groups and nouns and nouns[0].ref in (OBJECT, SECOND) and c.verb == "inspect":
        return [Do("examine", nouns[0].ref)]
    if not groups and not c.after("for") and said & {"order", "sequence", "following"}:
        return [Find(OBJECT)]
    if not groups and not c.after("for"):
        here = said & {"inside", "contents", "within"} or [
            n for n in read_nouns(c.words) if n.ref.kind in ("it", "here")
        ]
        if any(n.closed for n in read_nouns(c.words)):
            return [Opening()]
        return REMARK if here else [Find(OBJECT)] if c.verb in _ALONE else None
    if groups == ((TARGET,),) and c.verb in ("check", "look", "inspect"):
        return [Do("go", TARGET)]
    return [Find(what, groups, inside, c.excepted())]


def examine(c: Clause) -> list[Step] | None:
    nouns = read_nouns([w for w in c.direct if w not in ("at", "look-at")])
    if not nouns:
        return REMARK
    if nouns[0].many and nouns[0].ref.kind in ("noun", "all", "likely"):
        return [Find(wanted(c.after("for")), read_groups(c.direct))]
    if c.after("for"):
        return [Find(wanted(c.after("for")), read_groups(c.direct))]
    what = nouns[0].ref
    if place := [n for n in c.after("near", "in") if n.ref.kind in ("noun", "tool")]:
        return [Do("go", place[0].ref), Do("examine", what)]
    if tool := c.after("with"):
        return [Do("use", tool[0].ref), Do("examine", what)]
    return [Do("examine", what)]
