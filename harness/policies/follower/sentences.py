"""One sentence to steps: cut into clauses, read each, and put conditions, purposes and means where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.conditions import qualify, read_condition, read_topic
from skillevo.harness.policies.follower.facts import read_fact, read_means
from skillevo.harness.policies.follower.nouns import read_groups, read_nouns
from skillevo.harness.policies.follower.steps import (
    ALL,
    CLOSED,
    IT,
    OBJECT,
    SECOND,
    SURFACES,
    Cond,
    Do,
    Find,
    Found,
    Holding,
    If,
    Jump,
    Not,
    Opening,
    Put,
    Ref,
    Remark,
    Repeat,
    Says,
    Shut,
    State,
    Step,
    Stop,
    Treat,
)
from skillevo.harness.policies.follower.verbs import read_clause, read_never, verb_at

Words = Sequence[str]
Kind = Literal["act", "if", "unless", "once", "until", "to", "by", "else", "never", "each", "depends", "drop"]


class Chunk(NamedTuple):
    """A clause of a sentence, without its opening word."""

    kind: Kind
    words: Words
    joined: bool
    """Whether a comma or a conjunction stands before it."""


@dataclass(slots=True)
class Context:
    """What a sentence is read in.

    Attributes:
        number: the number of the list item.
        cond: the condition last spoken of, for "if so".
        unread: clauses that could not be read, as tokens.
    """

    number: int = 0
    cond: Cond | None = None
    unread: list[Words] = field(default_factory=list)


class Unread(Exception):
    """The sentence hangs on something that cannot be read, so that none of it may be acted on."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The other branch of a condition that stands before it; only while reading."""

    steps: tuple[Step, ...]


_JOINTS = frozenset((",", "and", "then", "but", "so", "or", ";", ":", "plus"))
_OPENERS: dict[str, Kind] = {
    "if": "if", "when": "if", "where": "if", "unless": "unless", "once": "once", "until": "until", "till": "until",
    "otherwise": "else", "else": "else", "never": "never", "because": "drop", "while": "drop", "without": "drop",
    "needless": "drop", "whilst": "drop", "rather": "drop",
}  # fmt: skip
_STATE_VERBS = frozenset(w for w in lex.CONCEPTS if lex.CONCEPTS[w] in lex.STATES)
# Verbs that are as often nouns or adjectives: inside a sentence they open a clause only before an object of theirs.
_DOUBTFUL = _STATE_VERBS | frozenset(
    "place search look check light open close shut store rest drop set turn return head step run process hold stick park "
    "position spot approach visit note list record mark review focus work break watch plan track use cover read select "
    "end finish study view power switch try peek probe sweep leave shift secure dump settle microwave target need".split()
)
_OBJECT_STARTS = lex.DETERMINERS | lex.PRONOUNS | lex.OBJECT_HEADS | {"objects", "items", "there", "both", "inside"}
_ASPECTS = frozenset("start begin keep continue stop by and of before after while when".split())
_TIMED = frozenset("it you the they that this your both all everything".split())


def starts_clause(words: Words, i: int) -> bool:
    """Whether an imperative (or a gerund) begins at `i`."""
    verb = verb_at(words, i)
    if verb is None:
        return False
    word, at = words[verb.at], verb.at + 1
    following = words[at] if at < len(words) else ""
    if following in ("is", "are", "tasks", "task", "of"):
        return False
    if word not in _DOUBTFUL:
        return True
    if not following or following in _JOINTS:
        return not following and word in ("open", "close", "look", "search", "stop", "finish", "shut")
    if word in _STATE_VERBS:
        return following in _OBJECT_STARTS or following in lex.PREPOSITIONS or following in ("down", "up", "off")
    return True


def _opener(words: Words, i: int) -> tuple[Kind, int] | None:
    """The kind of subordinate clause that begins at `i`, and where its words do."""
    word = words[i]
    following = words[i + 1] if i + 1 < len(words) else ""
    if word in ("do", "does") and following == "not":
        return "never", i + 2
    if word == "else" and i and words[i - 1] in lex.EVERYWHERE | {"nothing"}:
        return None
    if word in _OPENERS:
        if word == "where" and not (set(words[i + 1 : i + 4]) & {"needed", "necessary", "required", "applicable"}):
            return None
        if word in ("otherwise", "else") and following == "if":
            return "else", i + 1
        return _OPENERS[word], i + 1
    if word in ("before", "after", "upon"):
        if following in lex.GERUNDS or (following in _TIMED and _has_finite_verb(words[i + 1 :])):
            return "drop", i + 1
        return None
    if word == "by" and (following in lex.GERUNDS):
        return "by", i + 1
    if word == "to" and (v := verb_at(words, i + 1)) and v.at == i + 1 and following in lex.VERBS:
        after = words[i + 2] if i + 2 < len(words) else ""
        return ("to", i + 1) if after not in ("is", "are") else None
    if word == "as" and following in ("needed", "required", "necessary", "appropriate", "applicable"):
        return "if", i + 1
    return None


def _has_finite_verb(words: Words) -> bool:
    head = words[:6]
    return any(w in lex.VERBS or w in lex.PARTICIPLES or w in ("is", "are", "have", "has") for w in head)


def chunks(words: Words) -> list[Chunk]:
    """The clauses of a sentence in order."""
    out: list[Chunk] = []
    i, joined = 0, False
    while i < len(words):
        while i < len(words) and words[i] in _JOINTS:
            i, joined = i + 1, True
        if i == len(words):
            break
        opened = _opener(words, i)
        if not out and words[i] == "for" and opened is None:
            opened = ("each" if _quantified(words, i + 1) else "if", i + 1)
        elif words[i] in ("in", "with", "during", "on") and opened is None and _about_tasks(words[i + 1 : i + 6]):
            opened = "if", i + 1
        elif not out and words[i] in ("depending", "according") and opened is None:
            opened = "depends", i + 1
        elif not opened:
            j = i
            while j < len(words) and words[j] in lex.FILLERS and not opened:  # "then, only if ..."
                j += 1
                if j < len(words) and words[j] != "to" and (later := _opener(words, j)) and later[0] != "by":
                    opened = later
        kind, start = opened or ("act", i)
        end = _end(words, start, kind, leading=not out or joined)
        if end == len(words) and (not out or joined) and kind in ("if", "unless", "once"):  # "if closed open it": no comma
            end = next((j for j in range(start + 1, end) if _commands(words, j)), end)
            if end == len(words) and not out and "," in words:  # "if hot, the X is the place for it"
                end = words.index(",")
        if end == start and kind != "else":
            i = start + 1
            continue
        out.append(Chunk(kind, words[start:end], joined))
        i, joined = end, False
    return out


def _about_tasks(words: Words) -> bool:
    """Whether "in ..." goes on as "that case" or "heating tasks" and ends with a comma or an order."""
    for i, word in enumerate(words):
        if word in ("case", "cases", "task", "tasks") and i:
            rest = words[i + 1 :]
            topic = words[i - 1] in ("that", "this", "which", "such") or read_topic(words[:i])
            return bool(topic) and (not rest or rest[0] in (",", ":") or starts_clause(rest, 0))
        if word in _JOINTS:
            return False
    return False


def _commands(words: Words, i: int) -> bool:
    """Whether an order begins at `i` beyond doubt: a bare verb with an object that follows no "to" or subject."""
    return (
        words[i] in lex.VERBS
        and words[i] not in lex.FILLERS
        and words[i - 1] not in lex.FILLERS | lex.DETERMINERS | lex.PRONOUNS | lex.PREPOSITIONS.keys()
        and words[i - 1] not in _JOINTS
        and words[i + 1 : i + 2] != []
        and (words[i + 1] in _OBJECT_STARTS or words[i + 1] in lex.PREPOSITIONS)
    )


def _quantified(words: Words, i: int) -> bool:
    return i < len(words) and (words[i] in ("each", "every", "all") or words[i] == "both")


def _end(words: Words, start: int, kind: Kind, *, leading: bool) -> int:
    """Where the clause that starts there ends."""
    if kind == "else":
        return start
    strict = kind in ("if", "unless", "once", "each", "depends") and leading
    seen_verb = kind not in ("act", "to", "by", "never")
    for i in range(start + 1, len(words)):
        word = words[i]
        if word in (";", ":"):
            return i
        if word in _JOINTS:
            j = i
            while j < len(words) and words[j] in _JOINTS:
                j += 1
            if j == len(words):
                return i
            begins = starts_clause(words, j) or (_opener(words, j) is not None and words[j] not in ("to", "where"))
            if strict and word in ("and", "or", "but"):
                continue
            if word == "or" and not _opener(words, j) and words[j] not in _STATE_VERBS:
                continue
            if begins:
                return i
        elif seen_verb:
            if kind in ("if", "unless", "once", "until", "drop", "each"):
                if word in ("if", "unless", "until") and kind == "drop":
                    return i
                continue
        elif _opener(words, i) and not (word == "to" and _infinitive_belongs(words, i)):
            return i
        elif (
            word in ("looking", "searching", "hunting")
            and words[i + 1 : i + 2] == ["for"]
            and words[i - 1] not in _ASPECTS
        ):
            return i
    return len(words)


def _infinitive_belongs(words: Words, i: int) -> bool:
    """Whether the "to" continues its verb ("try to", "needs to") rather than giving a purpose."""
    return words[i - 1] in lex.FILLERS or words[i - 1] in (
        "how",
        "what",
        "where",
        "which",
        "way",
        "ready",
        "used",
        "about",
    )


def read_sentence(words: Words, ctx: Context) -> list[Step | Otherwise]:
    """The steps of one sentence.

    Raises:
        Unread: nothing of it, or not the condition that it hangs on, could be read.
    """
    parts = chunks(words)
    if means := read_means(words):
        return list(means)
    if len(parts) == 1 and parts[0].kind == "act" and verb_at(parts[0].words) is None:
        fact = _fact(words, ctx)
        if fact is not None:
            return list(fact)
    out = _assemble(parts, ctx)
    if not out:
        raise Unread
    return out


def _assemble(parts: list[Chunk], ctx: Context) -> list[Step | Otherwise]:
    out: list[Step | Otherwise] = []
    asked = False
    for k, part in enumerate(parts):
        last = k == len(parts) - 1
        if asked and part.kind == "if":  # "check if ...": only whether, for the "if so" that may follow
            asked, ctx.cond = False, read_condition(part.words)
            extend(out, [Remark()])
            continue
        asked = part.kind in ("act", "to") and _asks(part.words) and not last and not parts[k + 1].joined
        if asked and parts[k + 1].kind == "if":
            continue
        match part.kind:
            case "if" | "unless" | "once":
                cond = _condition(part, ctx)
                if cond is None:
                    continue
                if out and (last or not part.joined):
                    _qualify_last(out, cond)
                    continue
                return [*out, *_conditional(cond, _assemble(parts[k + 1 :], ctx), ctx)]
            case "else":
                rest = _steps(_assemble(parts[k + 1 :], ctx))
                return [*out, Otherwise(rest)] if rest else out
            case "each":
                return [*out, *_each(part.words, _assemble(parts[k + 1 :], ctx))]
            case "until":
                if out and isinstance(out[-1], Repeat) and (cond := read_condition(part.words)):
                    out[-1] = replace(out[-1], until=cond)
            case "never" if not last and parts[k + 1].kind in ("drop", "until", "if", "unless") and not parts[k + 1].joined:
                extend(out, [Remark()])  # "never ... before ...": nothing that the follower would do of itself
                return out
            case "never":
                extend(out, _or_unread(read_never(part.words), part, ctx))
            case "depends":
                rest = _assemble(parts[k + 1 :], ctx)
                return [conditional(Says((s.how,)), (s,)) if isinstance(s, Treat) and s.how != "change" else s for s in rest]
            case "to" if not out:
                topic = read_topic(part.words)
                rest = _assemble(parts[k + 1 :], ctx)
                return _purpose(part, topic, rest, ctx)
            case "to":
                _add_purpose(out, read_clause(part.words, ctx.number) or [])
            case "by":
                _add_means(out, read_clause(part.words, ctx.number) or [])
            case "act":
                steps = read_clause(part.words, ctx.number) or _fact(part.words, ctx)
                extend(out, _moved(part, parts[k + 1 :], _or_unread(steps, part, ctx)))
            case "drop":
                if not out and last:
                    out.append(Remark())
    return out


def _fact(words: Words, ctx: Context) -> list[Step] | None:
    fact = read_fact(words)
    if fact is not None and set(words) & {"may", "might", "can", "sometimes"} and set(words) & lex.TASK_WORDS:
        ctx.cond = read_topic(words)  # "the task may ask for ...; in that case ..."
    return fact


def _asks(words: Words) -> bool:
    verb = verb_at(words)
    return (
        verb is not None
        and verb.base in ("check", "see", "verify", "confirm", "determine", "test", "look")
        and (verb.at == len(words) - 1)
    )


def _or_unread(steps: list[Step] | None, part: Chunk, ctx: Context) -> list[Step]:
    if steps is None:
        ctx.unread.append(part.words)
    return steps or []


def _moved(part: Chunk, following: list[Chunk], steps: list[Step]) -> list[Step]:
    """ "Move it to the X and heat it" carries it there; only "move it to the X" alone puts it down."""
    verb = verb_at(part.words)
    after = verb_at(following[0].words) if following and following[0].kind == "act" else None
    if verb and verb.action == "move" and after and after.action in lex.STATES and len(steps) == 1:
        if isinstance(steps[0], Put) and steps[0].where:
            return [Do("go", steps[0].where)]
    return steps


def _condition(part: Chunk, ctx: Context) -> Cond | None:
    """A clause's condition; None where it only says when ("once it is hot, ...")."""
    words = [w for w in part.words if w not in (",",)]
    if words in (["so"], ["yes"], ["true"], ["that", "case"], ["this", "case"], ["such", "cases"], ["such", "case"]):
        cond = ctx.cond
    elif words in (["not"], ["no"], ["it", "is", "not"], ["it", "does", "not"]) and ctx.cond:
        cond = ctx.cond.cond if isinstance(ctx.cond, Not) else Not(ctx.cond)
    else:
        cond = read_condition(part.words)
    if part.kind == "once":
        ctx.cond = cond
        return cond if isinstance(cond, Found | Holding | State) and cond != State("done") else None
    if cond is None:
        raise Unread
    ctx.cond = cond
    if part.kind == "unless":
        return cond.cond if isinstance(cond, Not) else Not(cond)
    return cond


def _steps(out: Sequence[Step | Otherwise]) -> tuple[Step, ...]:
    return tuple(s for s in out if not isinstance(s, Otherwise))


def _conditional(cond: Cond, body: Sequence[Step | Otherwise], ctx: Context) -> list[Step | Otherwise]:
    otherwise = next((s.steps for s in body if isinstance(s, Otherwise)), ())
    then = _steps(body)
    if not then:
        return []
    resolved: Cond | None = cond
    for step in then:
        resolved = qualify(cond, step)
        if not isinstance(step, Remark):
            break
    if resolved is None:
        return list(body)
    return [conditional(resolved, then, otherwise)]


def conditional(cond: Cond, then: tuple[Step, ...], otherwise: tuple[Step, ...] = ()) -> Step:
    """An If, in its plainest form."""
    if len(then) == 1 and not otherwise:
        (step,) = then
        if isinstance(step, Do) and step.verb == "use" and isinstance(cond, Says) and cond.words[0] in lex.STATES:
            step = Treat(cond.words[0], IT, step.what)  # "if heating is needed, use the X"
            then = (step,)
        if isinstance(step, Remark):
            return step
        if isinstance(step, Repeat) and (cond == State("more") or (isinstance(cond, Says) and cond.words == ("two",))):
            return replace(step, second=True)
        if isinstance(cond, Shut) and (isinstance(step, Opening) or (cond.where == ALL and _is_opening(step))):
            return Opening()
        if isinstance(step, Opening) and not isinstance(cond, Says):
            return step
    return If(cond, then, otherwise)


def _qualify_last(out: list[Step | Otherwise], cond: Cond) -> None:
    """A condition behind what it qualifies: one about the task for the whole sentence, another for its last step."""
    steps = list(_steps(out))
    if isinstance(cond, Says):
        out[:] = [conditional(cond, tuple(steps))]
        return
    at = max((i for i, s in enumerate(out) if not isinstance(s, Otherwise)), default=-1)
    step = out[at]
    if isinstance(step, Otherwise):
        return
    resolved = qualify(cond, step)
    if resolved is None or (isinstance(step, Find) and isinstance(cond, Shut)):
        return  # "open each cabinet if closed" is what opening means
    if isinstance(step, Repeat) and resolved == State("done"):
        return
    del out[at]
    extend(out, [conditional(resolved, (step,))])


def _each(words: Words, body: list[Step | Otherwise]) -> list[Step | Otherwise]:
    nouns = read_nouns(words)
    steps = _steps(body)
    if nouns and all(n.ref in (OBJECT, SECOND, IT) for n in nouns):
        return [*steps, If(State("more"), steps)] if steps else []
    if (topic := read_topic(words)) and not read_groups(words):
        return [conditional(topic, steps)] if steps else []
    out: list[Step | Otherwise] = [Find(OBJECT, read_groups(words))]
    extend(out, [s for s in steps if not isinstance(s, Do) or s.verb not in ("go", "look", "examine")])
    return out


def _purpose(part: Chunk, topic: Cond | None, rest: list[Step | Otherwise], ctx: Context) -> list[Step | Otherwise]:
    """A purpose in front: "to heat it, ..." holds where the task asks for that; "to find it, ..." is only said."""
    verb = verb_at(part.words)
    if verb and verb.action in lex.STATES:
        return _conditional(Says((verb.action,)), rest, ctx)
    if verb and verb.action == "find":
        out: list[Step | Otherwise] = list(read_clause(part.words) or [])
        extend(out, _steps(rest))
        return out
    if verb and verb.action == "examine":
        return _conditional(Says(("look",)), rest, ctx)
    return rest


def _add_purpose(out: list[Step | Otherwise], steps: list[Step]) -> None:
    """A purpose behind: "use the X to heat it", "go to the X to heat it"."""
    last = out[-1]
    if isinstance(last, Do) and last.verb == "use" and last.what and len(steps) == 1 and isinstance(steps[0], Treat):
        out[-1] = replace(steps[0], where=steps[0].where or last.what)
        return
    extend(out, [s for s in steps if not isinstance(s, Remark)])


def _add_means(out: list[Step | Otherwise], steps: list[Step]) -> None:
    """How to do what was said before: "heat it by taking it to the X"."""
    if not out:
        extend(out, steps)
        return
    main = out[-1]
    if isinstance(main, Find) and any(isinstance(s, Find) for s in steps):
        extend(out, steps)
    elif isinstance(main, Treat) and not any(isinstance(s, Treat) for s in steps):
        if len(steps) == 1 and isinstance(steps[0], Do) and steps[0].verb == "use":
            out[-1] = replace(main, where=steps[0].what)
        else:
            out[-1:] = [*steps, main]
    elif steps:
        out[-1:] = steps


def _is_opening(step: Step | Otherwise) -> bool:
    """Whether a step says, of places just named, that closed ones are to be opened."""
    match step:
        case Opening() | Do("open", Ref("it" | "all")):
            return True
        case If(Shut(_), (Do("open", Ref("it" | "all")) | Opening(), *rest)):
            return not rest
    return False


def extend(out: list[Step | Otherwise], steps: Sequence[Step | Otherwise]) -> None:
    """Add steps to those of the same item, letting each complete the one before it where it speaks of the same act."""
    for step in steps:
        last = out[-1] if out else None
        match last, step:
            case _, Remark() if out:
                continue
            case Remark(), _:
                out[-1] = step
            case If(), Otherwise(rest):
                out[-1] = replace(last, otherwise=last.otherwise + rest)
            case _, Otherwise(rest):
                out.extend(rest)
            case Find(groups=(((*_, Ref("all", "surface")),))), Opening():
                out[-1] = replace(last, groups=(*last.groups, (CLOSED,)))
            case Jump(), Repeat(()):
                continue
            case Find(), If(Found(), (Stop(),)):
                continue  # "stop when you see it" is how every search ends
            case Find(), _ if _is_opening(step):
                out[-1] = replace(last, opening=True)
            case Find(groups=groups), Do("close", Ref("it")) if groups:
                continue
            case Find(), Find() if _same_search(last, step):
                groups = last.groups + tuple(g for g in step.groups if g not in last.groups)
                out[-1] = Find(last.what if step.what == OBJECT else step.what, groups, last.opening or step.opening)
            case _:
                out.append(step)


def _same_search(first: Find, second: Find) -> bool:
    if first.groups and second.groups and first.opening != second.opening:
        return False
    return second.what in (first.what, OBJECT) or first.what == OBJECT
