"""One clause, "verb and what belongs to it", to steps: a reader for each family of verbs in the lexicon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.nouns import Noun, read_groups, read_nouns
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
    Groups,
    Jump,
    Means,
    Never,
    Opening,
    Prefer,
    Put,
    Ref,
    Remark,
    Repeat,
    Step,
    Stop,
    Take,
    Treat,
)

Words = Sequence[str]
REMARK: list[Step] = [Remark()]


class Verb(NamedTuple):
    """A verb found at the head of a clause."""

    action: str
    base: str
    at: int
    """Index of the verb itself."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause taken apart.

    Attributes:
        verb: the verb's base form.
        direct: the words before the first preposition.
        phrases: prepositional phrases, each with the preposition's canonical form.
        words: everything after the verb.
        number: the number of the list item that the clause stands in.
    """

    verb: str
    direct: Words
    phrases: tuple[tuple[str, Words], ...]
    words: Words
    number: int = 0
    lead: Words = ()
    """What stands before the verb ("you will usually ...")."""

    def nouns(self) -> list[Noun]:
        return read_nouns(self.direct)

    def thing(self, default: Ref = IT) -> Ref:
        nouns = self.nouns()
        return nouns[0].ref if nouns else default

    def after(self, *prepositions: str) -> list[Noun]:
        """The references of the first phrase with one of these prepositions that has any."""
        for preposition, words in self.phrases:
            if preposition in prepositions and (nouns := read_nouns(words)):
                return nouns
        return []


def verb_at(words: Words, start: int = 0) -> Verb | None:
    """The imperative or gerund that stands at `start`, behind words that change nothing ("then carefully ...")."""
    fallback: Verb | None = None
    for i in range(start, len(words)):
        word = words[i]
        base = word if word in lex.VERBS else lex.GERUNDS.get(word, "")
        if base and word not in lex.FILLERS:
            return Verb(lex.VERBS[base], base, i)
        if base:
            fallback = Verb(lex.VERBS[base], base, i)
        elif word not in lex.FILLERS and word != "please":
            break
    return fallback


def read_clause(words: Words, number: int = 0) -> list[Step] | None:
    """The steps that an imperative clause asks for; None if it cannot be read."""
    verb = verb_at(words)
    if verb is None:
        return None
    rest = [w for w in words[verb.at + 1 :] if w != "please"]
    if rest and (rest[0] in ("is", "are") or (words[0] in lex.GERUNDS and {"is", "are"} & set(rest[1:3]) and not {"that", "which"} & set(rest[:2]))):
        return None  # "cleaning is done ...": a noun after all
    if verb.base in ("go", "come") and rest and rest[0] in lex.VERBS:
        return read_clause(rest, number)  # "go wash it"
    direct, phrases = _phrases(rest)
    steps = _READERS[verb.action](Clause(verb.base, direct, phrases, rest, number, words[: verb.at]))
    return list(steps) if steps is not None else None


def _phrases(words: Words) -> tuple[Words, tuple[tuple[str, Words], ...]]:
    direct: list[str] = []
    phrases: list[tuple[str, list[str]]] = []
    current = direct
    skipping = False  # over "that is not yet there", whose prepositions belong to it
    for i, word in enumerate(words):
        preposition = lex.PREPOSITIONS.get(word)
        if preposition == "in" and i + 1 == len(words):
            continue  # a particle left behind
        if skipping and word not in ("to", "into", "onto", ","):
            continue
        skipping = bool(current) and word in ("that", "which") and _tail_with_place(words[i + 1 :])
        if skipping:
            continue
        if word in ("where", "wherever") and not (current and lex.singular(current[-1]) in lex.PLACE_HEADS):
            current = [word]
            phrases.append(("in", current))
        elif word == "off" and current and i + 1 < len(words) and words[i + 1] in lex.DETERMINERS:
            current = []
            phrases.append(("from", current))
        elif preposition and not (word == "as" and i == 0):
            current = []
            phrases.append((preposition, current))
        elif word in ("off", "back", "away", "down", "up", "out", "along") and (
            i == 0 or not current or current[-1] in lex.PRONOUNS
        ):
            continue
        else:
            current.append(word)
    return direct, tuple(phrases)


def _tail_with_place(words: Words) -> bool:
    return words[:1] in (["is"], ["are"], ["was"], ["has"], ["you"]) and any(w in lex.PREPOSITIONS for w in words[1:])


# Searching


_PLACES = ("in", "inside", "through", "near")


def _groups(c: Clause, *, direct: bool) -> tuple[Groups, bool]:
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


def _wanted(nouns: list[Noun]) -> Ref:
    """What a search is for; "it" can only be the object."""
    for n in nouns:
        if n.ref.kind in ("object", "second", "noun", "tool", "target", "appliance", "it"):
            return OBJECT if n.ref == IT else n.ref
    return OBJECT


_HABIT = frozenset("will can may might usually often typically generally commonly mostly sometimes probably".split())


def _find(c: Clause) -> list[Step] | None:
    if c.words[:1] == ["out"]:
        return REMARK
    nouns = c.nouns() or c.after("for")
    if c.words[:1] == ["where"]:
        return [Find(_wanted(c.after("in")))]
    if not nouns and not c.phrases and c.words:
        return REMARK if set(c.words) & {"task", "goal"} else None
    what = _wanted(nouns)
    if "you" in c.lead and set(c.lead) & _HABIT and (groups := _groups(c, direct=False)[0]):
        return [Prefer(groups, tuple(n.ref.noun for n in nouns if n.ref.kind == "noun"))]
    if what == TARGET:
        return [Do("go", TARGET)]
    groups, inside = _groups(c, direct=False)
    return [Find(what, groups, inside)]


_INFORMATION = frozenset(
    "inventory hands task goal list observation observations instruction instructions state status whether that if "
    "feedback result progress sentence description actions output what".split()
)


def _search(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if said & {"inventory"} and c.verb in ("check", "look", "inspect"):
        return [Do("inventory")]
    if c.direct and c.direct[0] in ("at", "look-at"):
        return _examine(c)
    if set(c.direct) & _INFORMATION and not c.phrases:
        return REMARK
    if c.direct and c.direct[0] in ("that", "whether", "if", "your"):
        return REMARK
    if c.verb == "look" and said & {"around"} and not c.after("in", "inside", "for"):
        return [Do("look")]
    if c.verb == "look" and not c.words:
        return [Do("look")]
    what = _wanted(c.after("for"))
    groups, inside = _groups(c, direct=True)
    nouns = read_nouns(c.direct)
    if not groups and nouns and nouns[0].ref in (OBJECT, SECOND) and c.verb == "inspect":
        return [Do("examine", nouns[0].ref)]
    if not groups and not c.after("for"):
        here = said & {"inside", "contents", "within"} or [
            n for n in read_nouns(c.words) if n.ref.kind in ("it", "here")
        ]
        if any(n.closed for n in read_nouns(c.words)):
            return [Opening()]
        return REMARK if here else [Find(OBJECT)] if c.verb in ("search", "explore", "hunt") else None
    if groups == ((TARGET,),) and c.verb in ("check", "look", "inspect"):
        return [Do("go", TARGET)]
    return [Find(what, groups, inside)]


def _examine(c: Clause) -> list[Step] | None:
    nouns = [n for n in read_nouns([w for w in c.direct if w not in ("at", "look-at")])]
    if not nouns:
        return REMARK
    if nouns[0].many and nouns[0].ref.kind in ("noun", "all", "likely"):
        return [Find(_wanted(c.after("for")), read_groups(c.direct))]
    if c.after("for"):
        return [Find(_wanted(c.after("for")), read_groups(c.direct))]
    what = nouns[0].ref
    if place := [n for n in c.after("near", "in") if n.ref.kind in ("noun", "tool")]:
        return [Do("go", place[0].ref), Do("examine", what)]
    if tool := c.after("with"):
        return [Do("use", tool[0].ref), Do("examine", what)]
    return [Do("examine", what)]


# Going and carrying


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}


def _number(words: Words) -> int | None:
    for i, word in enumerate(words):
        if word == "step" and i and words[i - 1] in _ORDINALS:
            return _ORDINALS[words[i - 1]]
    for i, word in enumerate(words[:-1]):
        if word in ("step", "steps", "number") and words[i + 1].isdigit():
            return int(words[i + 1])
    return None


def _destination(nouns: list[Noun]) -> Ref | None:
    for n in nouns:
        if n.bare:
            return TARGET
        if n.ref.kind in ("noun", "target", "object", "second", "tool", "appliance", "it", "here"):
            return IT if n.ref == HERE else n.ref
    return None


def _go(c: Clause) -> list[Step] | None:
    if (n := _number(c.words)) is not None:
        again = any(noun.ref == SECOND for noun in (*c.after("for"), *c.after("with")))
        return [Repeat(tuple(range(n, c.number)), None, True)] if again and c.number > n else [Jump(n)]
    if set(c.words) & {"beginning", "start"}:
        return [Jump(1)]
    if "step" in c.words or "steps" in c.words or set(c.words) & {"next"} and set(c.words) & {"action", "phase"}:
        return REMARK
    if c.words and c.words[0] == "through":
        return _search(c)
    if c.verb == "return" and c.nouns() and c.after("to"):
        return _put(c)  # "return it to the shelf"
    words = [
        *c.direct,
        *(w for p, ws in c.phrases if p in ("to", "in", "inside", "near", "through") for w in (",", *ws)),
    ]
    nouns = read_nouns(words)
    places = [n for n in nouns if n.ref.kind in ("noun", "all", "likely")]
    if any(n.ref in (ALL, LIKELY) or n.ref.kind == "all" or n.many for n in places) or len(places) > 1:
        groups, inside = _groups(c, direct=True)
        return [Find(_wanted(c.after("for")), groups, inside)] if groups else None
    where = _destination(nouns)
    if where is None:
        return [Do("go", IT)] if set(c.words) & {"there", "over"} else None
    return [Do("go", where)]


def _carry(c: Clause) -> list[Step] | None:
    where = _destination(c.after("to", "near", "in", "inside"))
    if where is None:
        return [Do("go", IT)] if "there" in c.words or "over" in c.words else REMARK
    return [Do("go", where)]


def _take(c: Clause) -> list[Step] | None:
    if c.direct and c.direct[0] in ("note", "care", "stock", "account", "action", "steps", "advantage", "time", "turn"):
        return REMARK
    if c.verb == "get" and not c.direct:
        return _go(c)
    if c.verb == "get" and any(lex.CONCEPTS.get(w) in lex.STATES for w in c.direct):
        return _make(c)
    if c.verb == "remove" and not c.direct:
        return None
    if c.verb in ("take", "get") and c.after("to") and not c.after("from"):
        return _carry(c)
    nouns = c.nouns()
    if c.words and not nouns and set(c.words) - lex.PARTICLES:
        return None
    what = c.thing()
    if what.kind in ("all", "here", "appliance", "target", "likely"):
        what = IT if what.kind in ("here", "target") else OBJECT
    sources = [n.ref for n in c.after("from", "in", "inside") if n.ref.kind in ("noun", "target", "appliance")]
    return [Take(what, sources[0] if sources else None)]


def _put(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb == "leave" and (
        said & {"open", "alone", "closed", "shut", "room"} or not c.phrases and "there" not in said
    ):
        return [Never("close", tuple(n.ref for n in c.nouns() if n.ref.kind == "noun"))] if "open" in said else REMARK
    if c.verb in ("set", "rest", "position", "settle", "place", "lay") and not c.words:
        return [Put(IT)] if c.verb == "place" else None
    if c.verb == "set" and said & {"aside", "off", "out"} and not c.after("in", "inside", "near"):
        return [Do("go", where)] if (where := _destination(c.after("to"))) else REMARK
    what = c.thing()
    if what.kind not in ("object", "second", "noun", "it"):
        what = IT
    targets = c.after("inside", "in", "to", "near")
    where = _destination(targets)
    if targets and targets[0].ref == HERE or (where is None and said & {"there", "here"}):
        where = HERE
    if where in (OBJECT, SECOND):
        where = TARGET
    return [Put(what, where)]


def _move(c: Clause) -> list[Step] | None:
    if not c.direct or c.direct == ["on"]:
        return _go(c) if c.after("to", "in", "near", "through") or "step" in c.words or "there" in c.words else REMARK
    return _put(c) if c.after("to", "in", "inside") or "there" in c.words else REMARK


def _hold(c: Clause) -> list[Step] | None:
    if where := _destination(c.after("near")):
        return [Do("go", where)]
    if set(c.words) & {"on", "onto", "still", "already"} or c.phrases:
        return REMARK
    return [Take(c.thing())]


# Doors, switches, states


def _open(c: Clause) -> list[Step] | None:
    nouns = read_nouns(c.words)
    if not nouns:
        return [Do("open", IT)] if not set(c.words) - lex.PARTICLES - lex.FILLERS else None
    if any(n.closed or n.ref.kind in ("all", "likely") for n in nouns):
        return [Opening()]
    if any(n.many for n in nouns):  # "open the drawers": to look into them
        groups = read_groups(c.words)
        return [Find(OBJECT, groups, True)] if groups else [Opening()]
    return [Do("open", n.ref if n.ref.kind in ("noun", "target", "appliance") else IT) for n in nouns]


def _close(c: Clause) -> list[Step] | None:
    nouns = read_nouns(c.direct)
    if not nouns:
        return [Do("close", IT)] if not set(c.words) - lex.PARTICLES else None
    return [
        Do("close", nouns[0].ref if nouns[0].ref.kind in ("noun", "target", "appliance") and not nouns[0].many else IT)
    ]


def _use(c: Clause) -> list[Step] | None:
    words = list(c.words)
    if words and "on" in (words[0], words[-1]):
        words.remove("on")
    elif c.verb in ("turn", "power") or "off" in words:
        return _go(c) if c.verb == "turn" and c.after("to") else None
    if "switch" in words and "of" not in words:
        words.remove("switch")
    direct, phrases = _phrases(words)
    nouns = read_nouns(direct)
    if not nouns and phrases and c.verb in ("switch", "flip"):
        nouns = read_nouns(phrases[0][1])
    if not nouns:
        return None
    if how := next((lex.CONCEPTS.get(w) for p, ws in phrases if p == "for" for w in ws if w in lex.CONCEPTS), None):
        return [Means(how, nouns[0].ref)]
    return [Do("use", nouns[0].ref)]


def _treat(c: Clause) -> list[Step] | None:
    nouns = c.nouns()
    if nouns and any(w in c.direct for w in ("task", "tasks")):
        return None
    what = c.thing()
    if what.kind not in ("object", "second", "noun", "it"):
        what = IT
    places = [
        n.ref for n in c.after("with", "in", "inside", "near") if n.ref.kind in ("noun", "appliance", "target", "here")
    ]
    where = places[0] if places and places[0] != HERE else None
    if c.verb == "microwave":
        where = Ref("noun", "microwave")
    return [Treat(lex.VERBS[c.verb], what, where)]


def _change(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb == "change" and said & {"mind"}:
        return REMARK
    how = next((lex.CONCEPTS[w] for w in c.words if lex.CONCEPTS.get(w) in lex.STATES), "change")
    if how == "change" and not said & (
        {"state", "change", "treatment", "treatments", "processing", "transformation"} | lex.OBJECT_HEADS | {"it"}
    ):
        return None
    places = [n.ref for n in c.after("with", "in", "inside", "near") if n.ref.kind in ("noun", "appliance")]
    what = next((n.ref for n in [*c.nouns(), *c.after("to")] if n.ref in (OBJECT, SECOND, IT)), IT)
    return [Treat(how, what, places[0] if places else None)]


def _make(c: Clause) -> list[Step] | None:
    how = next((lex.CONCEPTS[w] for w in c.words if lex.CONCEPTS.get(w) in lex.STATES), None)
    if how is None:
        return REMARK if set(c.words) & {"note", "list", "plan"} else None
    words = [w for w in c.direct if lex.CONCEPTS.get(w) != how]
    nouns = read_nouns(words)
    places = [n.ref for n in c.after("with", "in", "inside", "near") if n.ref.kind in ("noun", "appliance")]
    return [Treat(how, nouns[0].ref if nouns else IT, places[0] if places else None)]


# Steering


def _repeat(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb in ("loop", "restart", "cycle") and said & {"to", "at", "from"} and (n := _number(c.words)) is not None:
        return [Jump(n)]
    second = bool(said & {"second", "another", "other", "remaining", "both", "two", "next", "additional", "2nd"})
    numbers = [int(w) for w in c.words if w.isdigit()]
    if numbers and "two" not in said and "2" in said and not said & {"step", "steps"} and len(numbers) == 1:
        numbers = []
    if len(numbers) == 2 and ("to" in said or "through" in said or "until" in said):
        numbers = list(range(numbers[0], numbers[1] + 1))
    elif len(numbers) == 1 and said & {"from", "onward", "onwards", "starting"} and c.number > numbers[0]:
        numbers = list(range(numbers[0], c.number))
    return [Repeat(tuple(numbers), None, second)]


def _stop(c: Clause) -> list[Step] | None:
    said = set(c.words)
    rest = said - {
        "here",
        "there",
        "now",
        "episode",
        "task",
        "the",
        "a",
        "an",
        "working",
        "acting",
        "and",
        "your",
        "work",
        "this",
        "it",
        "at",
        "that",
        "point",
    }
    if c.verb in ("finish", "conclude") and said & {"task", "by"} and not rest:
        return REMARK
    return REMARK if rest else [Stop()]


def _prefer(c: Clause) -> list[Step] | None:
    words = ["then" if w in ("over", "to") else w for w in c.words]
    groups = read_groups(words)
    return [Prefer(groups)] if groups else REMARK


def _start(c: Clause) -> list[Step] | None:
    inner = read_clause([w for w in c.words if w not in ("by", "with", "out")]) if c.words else None
    if inner:
        return inner
    groups = read_groups([w for w in c.words if w not in ("with", "from", "at")])
    return [Find(OBJECT, groups)] if groups else REMARK if c.words else None


def _continue(c: Clause) -> list[Step] | None:
    if c.verb == "keep" and (
        not c.words or lex.VERBS.get(lex.GERUNDS.get(c.words[0], ""), "hold") in ("hold", "carry")
    ):
        return REMARK
    words = [w for w in c.words if w not in ("by", "on")]
    inner = read_clause(words) if words and words[0] not in ("with", "to") else None
    if inner:
        return inner
    groups = read_groups([w for w in words if w not in ("with", "to")])
    return [Find(OBJECT, groups)] if groups else REMARK


def _skip(c: Clause) -> list[Step] | None:
    inner = verb_at(c.words)
    if inner and c.words[inner.at] in lex.GERUNDS:
        return read_never(c.words)
    if set(c.words) & {"step", "steps"}:
        return REMARK
    refs = tuple(r for g in read_groups(c.words) for r in g if r.kind == "noun")
    return [Never("find", refs)] if refs else REMARK


def _remark(c: Clause) -> list[Step] | None:
    if c.verb in ("ensure", "verify", "confirm") and set(c.words) & {"open", "opened"} and set(c.words) & {"is", "are"}:
        at = next(i for i, w in enumerate(c.words) if w in ("is", "are"))
        nouns = read_nouns(c.words[:at])
        return [Do("open", nouns[0].ref if nouns and nouns[0].ref.kind in ("noun", "target") else IT)]
    if c.verb == "focus" and (groups := _groups(c, direct=True)[0]):
        return [Prefer(groups)]
    return REMARK


_AGAIN = frozenset(
    "twice again already more revisit re-open reopen once recheck re-check unnecessarily other wrong else searched".split()
)


def read_never(words: Words) -> list[Step] | None:
    """A prohibition, without its "never"; one that the follower could not break by itself is a remark."""
    verb = verb_at(words)
    if verb is None:
        return None
    if verb.base in ("be", "take") and set(words) & {"assume", "afraid", "granted"}:
        return REMARK
    rest = words[verb.at + 1 :]
    if verb.base in ("leave", "keep") and "open" in rest:
        return REMARK
    if set(rest) & _AGAIN or any(w in ("before", "until", "unless", "without", "while", "if", "when") for w in rest):
        return REMARK
    nouns = read_nouns([w for w in rest if w not in lex.PREPOSITIONS])
    refs = tuple(n.ref for n in nouns if n.ref.kind == "noun")
    if verb.action in ("find", "search", "go", "try", "examine"):
        return [Never("find", refs)] if refs else REMARK
    if verb.action in ("open", "close", "take", "put", "use", *lex.STATES):
        if any(n.ref in (SECOND, IT, OBJECT) for n in nouns) and verb.action in ("take", "put"):
            return REMARK if verb.action == "put" or nouns[0].ref != OBJECT else [Never("take")]
        return [Never(verb.action, refs)]
    return REMARK


_READERS: dict[str, Callable[[Clause], list[Step] | None]] = {
    "find": _find, "search": _search, "examine": _examine, "go": _go, "carry": _carry, "take": _take, "put": _put,
    "move": _move, "hold": _hold, "open": _open, "close": _close, "use": _use, "heat": _treat, "cool": _treat,
    "clean": _treat, "slice": _treat, "change": _change, "make": _make, "repeat": _repeat, "stop": _stop,
    "prefer": _prefer, "start": _start, "continue": _continue, "skip": _skip, "remark": _remark,
}  # fmt: skip
