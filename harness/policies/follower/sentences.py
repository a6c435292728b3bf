"""One sentence to steps: cut into clauses, read each, and put conditions, purposes and means where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.accounting import loose_words, unexplained, unfinished
from skillevo.harness.policies.follower.clause import verb_at
from skillevo.harness.policies.follower.clauses import Chunk, chunks, opens, quantified
from skillevo.harness.policies.follower.conditions import qualify, read_condition, read_topic
from skillevo.harness.policies.follower.facts import read_ban, read_fact, read_means
from skillevo.harness.policies.follower.merging import (
    Otherwise,
    Reading,
    add_means,
    add_purpose,
    begin_with,
    conditional,
    each_its_state,
    extend,
    plain_steps,
    qualify_last,
)
from skillevo.harness.policies.follower.nouns import read_groups, read_nouns
from skillevo.harness.policies.follower.steps import (
    IT,
    OBJECT,
    SECOND,
    Cond,
    Do,
    Find,
    Found,
    Holding,
    If,
    Means,
    Not,
    Put,
    Ref,
    Remark,
    Repeat,
    Room,
    Says,
    Shut,
    State,
    Step,
    Treat,
)
from skillevo.harness.policies.follower.verbs import read_clause, read_never

Words = Sequence[str]


@dataclass(slots=True)
class Context:
    """What a sentence is read in.

    Attributes:
        number: the number of the list item.
        cond: the condition last spoken of, for "if so".
        topic: what "it" is where it is to be found.
        place: what "it" is after "if there is a ...".
        unread: clauses that could not be read, as tokens.
    """

    number: int = 0
    cond: Cond | None = None
    topic: Ref = OBJECT
    place: str = ""
    unread: list[Words] = field(default_factory=list)


class Unread(Exception):
    """The sentence hangs on something that cannot be read, so that none of it may be acted on."""


def read_sentence(words: Words, ctx: Context) -> Reading:
    """The steps of one sentence.

    Raises:
        Unread: nothing of it, or not the condition that it hangs on, could be read.
    """
    at = next((i for i, w in enumerate(words[:-1]) if w == ";" and opens(words, i + 1)), 0)
    if at:  # "...; if not, ..." does not hang on the condition of what stands before
        first = read_sentence(words[:at], ctx)
        if words[at + 1] in ("otherwise", "else") and all(isinstance(s, Remark) for s in first):
            ctx.unread.append(words[at + 1 :])
            return first
        extend(first, read_sentence(words[at + 1 :], ctx))
        return first
    if (ban := read_ban(words)) is not None:
        return list(ban)
    parts = _lead_phrase(chunks(words))
    if means := read_means(words):
        return list(means)
    if len(parts) == 1 and parts[0].kind == "act" and verb_at(parts[0].words) is None:
        fact = _fact(words, ctx)
        if fact is not None and not unfinished(words, fact):
            return list(fact)
    out = _assemble(parts, ctx)
    if not out:
        raise Unread
    return each_its_state(out)


_HEDGES = ("drop", "until", "if", "unless")


def _assemble(parts: list[Chunk], ctx: Context) -> Reading:
    """The steps of a sentence's clauses, read from left to right."""
    out: Reading = []
    k = 0
    while k < len(parts):
        part, following = parts[k], parts[k + 1 :]
        k += 1
        if _asks(part, following):  # "check if ...": only whether, for the "if so" that may follow
            ctx.cond = read_condition(following[0].words)
            extend(out, [Remark()])
            k += 1
            continue
        if part.kind in ("if", "unless", "once"):
            cond = _condition(part, ctx)
            if cond is None:
                continue
            if out and (part.joined is False or not following):
                qualify_last(out, cond)
                continue
            return [*out, *_when(cond, following, ctx)]
        if part.kind == "never" and following and not following[0].joined and following[0].kind in _HEDGES:
            extend(out, [Remark()])  # "never ... before ...": nothing that the follower would do of itself
            return out
        if part.kind == "else" and out and all(isinstance(s, Remark) for s in out):
            ctx.unread.append([w for p in following for w in p.words])
            return out  # "make sure that ...; otherwise ...": what the other case is, is not known
        if part.kind in ("else", "each", "depends") or (part.kind == "to" and not out):
            return [*out, *_governing(part, _assemble(following, ctx), ctx)]
        _single(part, following, out, ctx)
    return out


def _when(cond: Cond, following: list[Chunk], ctx: Context) -> Reading:
    """What a condition in front governs: all that follows it in the sentence."""
    if len(following) == 1 and (means := _place_for(cond, following[0])):
        return [means]
    if following and isinstance(cond, Says) and cond.words[0] in lex.STATES:
        head, *rest = following
        if tuple(head.words[:2]) in (("do", "so"), ("do", "it"), ("do", "that")):  # "..., do so with the X"
            following = [head._replace(words=[cond.words[0], "it", *head.words[2:]]), *rest]
    return _conditional(cond, _assemble(following, ctx))


def _governing(part: Chunk, rest: Reading, ctx: Context) -> Reading:
    """A clause that says how everything after it is meant."""
    match part.kind:
        case "else":
            return [Otherwise(plain_steps(rest))] if rest else []
        case "each":
            return _each(part.words, rest)
        case "depends":
            if loose_words(part.words, plain_steps(rest)):
                raise Unread
            return [
                conditional(Says((s.how,)), (s,)) if isinstance(s, Treat) and s.how != "change" else s for s in rest
            ]
    if loose_words(part.words, plain_steps(rest)):
        raise Unread
    return _purpose(part, rest)


def _single(part: Chunk, following: list[Chunk], out: Reading, ctx: Context) -> None:
    """Add a clause that governs no other one."""
    match part.kind:
        case "act":
            _add_order(part, following, out, ctx)
        case "never":
            steps = read_never(part.words)
            asks = steps is not None and any(not isinstance(s, Remark) for s in steps)
            loose = loose_words(part.words, steps or (), names=True) if asks else []
            extend(out, _or_unread(None if loose else steps, part, ctx))
        case "until":
            cond = read_condition(part.words)
            if isinstance(cond, Says) or loose_words(part.words, (cond,) if cond else (), names=True):
                ctx.unread.append(part.words)
                del out[-1:]  # what it bounds would be done without a bound
            elif out and isinstance(out[-1], Repeat) and cond:
                out[-1] = replace(out[-1], until=cond)
        case "to":
            steps = _or_unread(_in_full(part.words, read_clause(part.words, ctx.number)), part, ctx)
            if (
                isinstance(out[-1], Do)
                and out[-1].verb == "use"
                and any(isinstance(s, Do) and s.verb == "open" for s in steps)
            ):
                ctx.unread.append(part.words)  # "use a lever to open it"
                del out[-1]
            else:
                add_purpose(out, steps)
        case "by":
            add_means(out, _or_unread(_in_full(part.words, read_clause(part.words, ctx.number)), part, ctx))
        case _:
            if not out and not following:
                out.append(Remark())


def _add_order(part: Chunk, following: list[Chunk], out: Reading, ctx: Context) -> None:
    words = [ctx.place if w == "it" and ctx.place else w for w in part.words]
    steps = _in_full(words, read_clause(words, ctx.number) or _fact(words, ctx))
    steps = _moved(part, following, _or_unread(steps, part, ctx))
    steps = [replace(s, what=ctx.topic) if isinstance(s, Find) and s.what == IT else s for s in steps]
    if part.words[0] in ("starting", "beginning") and out and isinstance(out[-1], Find) and steps:
        begin_with(out, steps[0])
    else:
        extend(out, steps)


def _lead_phrase(parts: list[Chunk]) -> list[Chunk]:
    """ "With the X, heat it" with its leading phrase behind the order."""
    if (
        len(parts) > 1
        and parts[0].kind == "act"
        and parts[0].words[0] in lex.PREPOSITIONS
        and quantified(parts[0].words, 1)
    ):
        return [Chunk("each", parts[0].words[1:], False), *parts[1:]]
    if len(parts) > 1 and parts[0].kind == parts[1].kind == "act" and parts[0].words[0] in lex.PREPOSITIONS:
        verb = verb_at(parts[1].words)
        if verb_at(parts[0].words) is None and verb is not None:
            preposition, *place = parts[0].words
            if verb.action == "take" and lex.PREPOSITIONS[preposition] == "in" and read_nouns(place):
                return [parts[1]._replace(words=[*parts[1].words, "from", *place]), *parts[2:]]
            if verb.action not in lex.STATES and loose_words(parts[0].words, ()):
                raise Unread
            treats = verb.action in lex.STATES  # for any other act it only tells the circumstances
            return [parts[1]._replace(words=[*parts[1].words, *parts[0].words]) if treats else parts[1], *parts[2:]]
    return parts


def _place_for(cond: Cond, part: Chunk) -> Means | None:
    """ "If hot, the X": no more than a place for a state."""
    if not isinstance(cond, Says) or cond.words[0] not in lex.STATES or part.kind != "act":
        return None
    words = list(part.words)
    if words[-1] in ("needed", "used", "required", "necessary", "meant", "there") and words[-2:-1] in (["is"], ["are"]):
        words = words[:-2]  # "for cooling, the X is needed"
    if not words or len(words) > 3 or (words[-1] in lex.VERBS and words[-1] not in lex.THINGS):
        return None
    verb = verb_at(words)
    nouns = read_nouns(words)
    if (verb is None or verb.at == len(words) - 1) and len(nouns) == 1 and nouns[0].ref.kind == "noun":
        return Means(cond.words[0], nouns[0].ref)
    return None


def _fact(words: Words, ctx: Context) -> list[Step] | None:
    """A statement; one that only says what may be the case ("it may be closed; if so, ...") is kept for later."""
    if set(words) & {"may", "might", "can", "could", "sometimes"}:
        cond = read_condition(words)
        if isinstance(cond, Shut) or (set(words) & lex.TASK_WORDS and isinstance(cond, Says)):
            ctx.cond = cond
            return [Remark()]
    return read_fact(words)


def _asks(part: Chunk, following: list[Chunk]) -> bool:
    """Whether the clause is no more than the "check" of "check if ..."."""
    verb = verb_at(part.words) if part.kind in ("act", "to") else None
    return (
        verb is not None
        and verb.base in ("check", "see", "verify", "confirm", "determine", "test", "look")
        and verb.at == len(part.words) - 1
        and bool(following)
        and following[0].kind == "if"
        and not following[0].joined
    )


def _in_full(words: Words, steps: list[Step] | None) -> list[Step] | None:
    """The reading of a clause, if it accounts for every word."""
    return None if steps is None or unfinished(words, steps) else steps


def _or_unread(steps: list[Step] | None, part: Chunk, ctx: Context) -> list[Step]:
    if steps is None:
        ctx.unread.append(part.words)
    return steps or []


def _moved(part: Chunk, following: list[Chunk], steps: list[Step]) -> list[Step]:
    """ "Move it to the X and heat it" carries it there; only "move it to the X" alone puts it down."""
    verb = verb_at(part.words)
    after = verb_at(following[0].words) if following and following[0].kind == "act" else None
    if not (verb and verb.action == "move" and after and after.action in lex.STATES):
        return steps
    return [Do("go", s.where) if isinstance(s, Put) and s.where else s for s in steps]


def _condition(part: Chunk, ctx: Context) -> Cond | None:
    """A clause's condition; None where it only says when ("once it is hot, ...")."""
    words = [w for w in part.words if w not in (",",)]
    if words in (["so"], ["yes"], ["true"], ["that", "case"], ["this", "case"], ["such", "cases"], ["such", "case"]):
        cond = ctx.cond
    elif words in (["not"], ["no"], ["it", "is", "not"], ["it", "does", "not"]) and ctx.cond:
        cond = ctx.cond.cond if isinstance(ctx.cond, Not) else Not(ctx.cond)
    else:
        cond = read_condition(part.words)
        if cond is not None and unexplained(part.words, cond):
            raise Unread
    if part.kind == "once":
        ctx.cond = cond
        if isinstance(cond, Found | Holding | State) and cond != State("done"):
            return cond
        if loose_words(part.words, ()):
            raise Unread
        return None
    if cond is None:
        raise Unread
    if cond == State("done") and "first" in part.words:
        return None  # "when you have finished with the first one, ..."
    ctx.cond = cond
    ctx.topic = _topic(cond, part.words)
    ctx.place = cond.where.noun if isinstance(cond, Room) else ""
    if part.kind == "unless":
        return cond.cond if isinstance(cond, Not) else Not(cond)
    return cond


def _topic(cond: Cond, words: Words) -> Ref:
    """What "find it" after a condition speaks of: the thing that the condition named, or else the object."""
    inner = cond.cond if isinstance(cond, Not) else cond
    if isinstance(inner, Found) and inner.what.kind == "noun":
        return inner.what
    if isinstance(inner, Says) and len(inner.words) == 1 and not set(words) & lex.OBJECT_HEADS:
        (word,) = inner.words
        return OBJECT if word in lex.CONCEPTS.values() or word in ("put", "simple") else Ref("noun", word)
    return OBJECT


def _conditional(cond: Cond, body: Reading) -> Reading:
    otherwise = next((s.steps for s in body if isinstance(s, Otherwise)), ())
    then = plain_steps(body)
    if not then:
        return []
    resolved: Cond | None = cond
    for step in then:
        resolved = qualify(cond, step)
        if not isinstance(step, Remark):
            break
    if resolved is None:
        return list(body)
    if isinstance(resolved, Shut) and not otherwise:  # "if it is closed, open it and put the object in": in any case
        opened = next((i for i, s in enumerate(then) if not isinstance(s, Do) or s.verb != "open"), len(then))
        if 0 < opened < len(then):
            return [conditional(resolved, then[:opened]), *then[opened:]]
    return [conditional(resolved, then, otherwise)]


def _each(words: Words, body: Reading) -> Reading:
    nouns = read_nouns(words)
    steps = plain_steps(body)
    if nouns and all(n.ref in (OBJECT, SECOND, IT) for n in nouns):
        return [*steps, If(State("more"), steps)] if steps else []
    if (topic := read_topic(words)) and not read_groups(words):
        return [conditional(topic, steps)] if steps else []
    out: Reading = [Find(OBJECT, read_groups(words))]
    if loose_words(words, plain_steps(out)):
        raise Unread
    extend(out, [s for s in steps if not isinstance(s, Do) or s.verb not in ("go", "look", "examine")])
    return out


def _purpose(part: Chunk, rest: Reading) -> Reading:
    """A purpose in front: "to heat it, ..." holds where the task asks for that; "to find it, ..." is only said."""
    verb = verb_at(part.words)
    if verb and verb.action in lex.STATES:
        return _conditional(Says((verb.action,)), rest)
    if verb and verb.action == "examine":
        return _conditional(Says(("look",)), rest)
    states = tuple(dict.fromkeys(lex.CONCEPTS[w] for w in part.words if w in lex.STATE_WORDS & lex.CONCEPTS.keys()))
    if states:  # "to get a hot object, ..."
        return _conditional(Says(states), rest)
    if verb and verb.action == "find":
        out: Reading = list(read_clause(part.words) or [])
        extend(out, rest)
        return out
    return rest
