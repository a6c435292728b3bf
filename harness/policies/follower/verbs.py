"""An order, "verb and what belongs to it", to steps: one reader for each family of verbs in the lexicon."""

from __future__ import annotations

from collections.abc import Callable

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower import moving, searching, states
from skillevo.harness.policies.follower.clause import REMARK, Clause, Words, split_phrases, verb_at
from skillevo.harness.policies.follower.nouns import read_groups, read_nouns
from skillevo.harness.policies.follower.steps import (
    IT,
    OBJECT,
    SECOND,
    Do,
    Find,
    Jump,
    Never,
    Prefer,
    Repeat,
    Step,
    Stop,
)

_FINITE = lex.words("can should must may might will")


_COMMAND_FOLLOWS = lex.words("to receptacle object it the from")


def read_clause(words: Words, number: int = 0) -> list[Step] | None:
    """The steps that an imperative clause asks for; None if it cannot be read."""
    verb = verb_at(words)
    if verb is None or set(words[verb.at + 2 : verb.at + 3]) & _FINITE:
        return None  # "open surfaces can be checked ...": no verb after all
    rest = [w for w in words[verb.at + 1 :] if w != "please"]
    if rest and (
        rest[0] in ("is", "are", "means", "mean", "needs", "requires")
        or (words[verb.at] in lex.GERUNDS and rest[0] in ("happens", "occurs", "works", "takes"))
        or (words[0] in lex.GERUNDS and {"is", "are"} & set(rest[1:3]) and not {"that", "which"} & set(rest[:2]))
    ):
        return None  # "cleaning is done ...": a noun after all
    if verb.base in ("go", "come") and rest and rest[0] in lex.VERBS:
        return read_clause(rest, number)  # "go wash it"
    if verb.base in ("use", "employ") and rest[:1] and rest[0] in lex.VERBS and set(rest[1:2]) & _COMMAND_FOLLOWS:
        return read_clause(rest, number)  # "use go to X": the command itself is the order
    direct, phrases = split_phrases(rest)
    steps = _READERS[verb.action](Clause(verb.base, direct, phrases, rest, number, words[: verb.at]))
    return list(steps) if steps is not None else None


def _issue(c: Clause) -> list[Step] | None:
    """ "Use `go to X`", "issue the take action": the command itself is the order."""
    words = [w for w in c.words if w not in ("the", "command", "action")]
    inner = verb_at(words)
    return read_clause(words, c.number) if inner and inner.at == 0 else None


def _repeat(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb in ("loop", "iterate", "cycle") and any(n.many for n in c.after("through")):
        return searching.search(c)  # "loop through the drawers"
    if (
        c.verb in ("loop", "restart", "cycle")
        and said & {"to", "at", "from"}
        and (n := moving.step_number(c.words)) is not None
    ):
        return [Jump(n)]
    second = bool(said & {"second", "another", "other", "remaining", "both", "two", "next", "additional", "2nd"})
    numbers = [int(w) for w in c.words if w.isdigit()]
    if numbers and "two" not in said and "2" in said and not said & {"step", "steps"} and len(numbers) == 1:
        numbers = []
    if len(numbers) == 2 and ("to" in said or "through" in said or "until" in said):
        numbers = list(range(numbers[0], numbers[1] + 1))
    elif len(numbers) == 1 and said & {"from", "at", "onward", "onwards", "starting"} and c.number > numbers[0]:
        numbers = list(range(numbers[0], c.number))
    return [Repeat(tuple(numbers), None, second)]


def _stop(c: Clause) -> list[Step] | None:
    said = set(c.words)
    if c.verb in ("end", "finish", "conclude") and c.words[:1] == ["with"] and (groups := read_groups(c.words[1:])):
        return [Find(OBJECT, groups)]
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
    if c.direct and not c.phrases and c.thing().kind == "noun":
        return [Do("use", c.thing())]  # "start the X"
    groups = read_groups([w for w in c.words if w not in ("with", "from", "at")])
    return [Find(OBJECT, groups)] if groups else REMARK if c.words else None


def _continue(c: Clause) -> list[Step] | None:
    if c.verb == "keep" and (
        not c.words or lex.VERBS.get(lex.GERUNDS.get(c.words[0], ""), "hold") in ("hold", "carry")
    ):
        return REMARK
    words = [w for w in c.words if w not in ("by", "on")]
    if words in (["looking"], ["searching"], ["exploring"]):
        return [Find(OBJECT)]
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
    if c.verb == "focus" and (groups := searching.search_groups(c, direct=True)[0]):
        return [Prefer(groups)]
    return REMARK


_AGAIN = lex.words(
    "twice again already more revisit re-open reopen once recheck re-check unnecessarily other wrong else searched"
)


def read_never(words: Words) -> list[Step] | None:
    """A prohibition, without its "never"; one that the follower could not break by itself is a remark."""
    verb = verb_at(words)
    if verb is None:
        return None
    if verb.base in ("be", "take") and set(words) & {"assume", "afraid", "granted"}:
        return REMARK
    rest = words[verb.at + 1 :]
    if verb.base in ("leave", "keep") and ("open" in rest or not any(w in lex.PREPOSITIONS for w in rest)):
        return REMARK
    if set(rest) & _AGAIN or any(w in ("before", "until", "unless", "without", "while", "if", "when") for w in rest):
        return REMARK
    direct, phrases = split_phrases(rest)
    nouns = [n for words in (direct, *(words for _, words in phrases)) for n in read_nouns(words)]
    refs = tuple(n.ref for n in nouns if n.ref.kind == "noun")
    if verb.action in ("find", "search", "go", "try", "examine"):
        return [Never("find", refs)] if refs else REMARK
    if verb.action in ("open", "close", "take", "put", "use", *lex.STATES):
        if verb.action in ("take", "put") and not refs and any(n.ref in (SECOND, IT, OBJECT) for n in nouns):
            return REMARK if verb.action == "put" or nouns[0].ref != OBJECT else [Never("take")]
        return [Never(verb.action, refs)]
    return REMARK


_READERS: dict[str, Callable[[Clause], list[Step] | None]] = {
    "find": searching.find,
    "search": searching.search,
    "examine": searching.examine,
    "go": moving.go,
    "carry": moving.carry,
    "take": moving.take,
    "put": moving.put,
    "move": moving.move,
    "hold": moving.hold,
    "open": states.open_,
    "close": states.close,
    "use": states.use,
    "change": states.change,
    "make": states.make,
    **dict.fromkeys(lex.STATES, states.treat),
    "issue": _issue,
    "repeat": _repeat,
    "stop": _stop,
    "prefer": _prefer,
    "start": _start,
    "continue": _continue,
    "skip": _skip,
    "remark": _remark,
}
