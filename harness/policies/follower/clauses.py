"""A sentence cut into clauses: orders, conditions, purposes, means, and what only tells the circumstances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.clause import verb_at
from skillevo.harness.policies.follower.conditions import read_topic

Words = Sequence[str]


Kind = Literal["act", "if", "unless", "once", "until", "to", "by", "else", "never", "each", "depends", "drop"]


class Chunk(NamedTuple):
    """A clause of a sentence, without its opening word."""

    kind: Kind
    words: Words
    joined: bool
    """Whether a comma or a conjunction stands before it."""


_JOINTS = lex.words(", and then but so or ; : plus")


_OPENERS: dict[str, Kind] = {
    "if": "if", "when": "if", "where": "if", "unless": "unless", "once": "once", "until": "until", "till": "until",
    "otherwise": "else", "else": "else", "never": "never", "because": "drop", "while": "drop", "without": "drop",
    "needless": "drop", "whilst": "drop", "rather": "drop",
}  # fmt: skip


_CONTRAST = lex.words("and but ,")


_STATE_VERBS = frozenset(w for w in lex.CONCEPTS if lex.CONCEPTS[w] in lex.STATES)
# Verbs that are as often nouns or adjectives: inside a sentence they open a clause only before an object of theirs.


_DOUBTFUL = _STATE_VERBS | lex.words(
    "place search look check light open close shut store rest drop set turn return head step run process "
    "hold stick park position spot approach visit note list record mark review focus work break watch "
    "plan track use cover read select end finish study view power switch try peek probe sweep leave shift "
    "secure dump settle microwave target need"
)


_OBJECT_STARTS = lex.DETERMINERS | lex.PRONOUNS | lex.OBJECT_HEADS | {"objects", "items", "there", "both", "inside"}


_ASPECTS = lex.words("start begin keep continue stop by and of before after while when")


_TIMED = lex.words("it you the they that this your both all everything")


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
        alone = word in ("open", "close", "look", "search", "stop", "finish", "shut")
        return alone and (not following or (i > 0 and words[i - 1] in _JOINTS))
    if word in _STATE_VERBS:
        return following in _OBJECT_STARTS or following in lex.PREPOSITIONS or following in ("down", "up", "off")
    return True


def unknown_verb(words: Words, i: int) -> bool:
    """Whether "wibble the mug" begins at `i`: before an article stands no noun, so that it is an order of some kind."""
    return words[i + 1 : i + 2] != [] and words[i + 1] in ("the", "your", "a", "an", "it") and not lex.known(words[i])


def opens(words: Words, i: int) -> tuple[Kind, int] | None:
    """The kind of subordinate clause that begins at `i`, and where its words do."""
    word = words[i]
    following = words[i + 1] if i + 1 < len(words) else ""
    if word in ("do", "does") and following == "not":
        return "never", i + 2
    if word == "not" and i and words[i - 1] in _CONTRAST and following in lex.PREPOSITIONS.keys() | lex.DETERMINERS:
        return "drop", i + 1  # "on the shelf and not in the drawer"
    if word == "else" and i and words[i - 1] in lex.EVERYWHERE | {"nothing"}:
        return None
    if word in _OPENERS:
        if word == "where" and not (set(words[i + 1 : i + 4]) & {"needed", "necessary", "required", "applicable"}):
            return ("if", i + 1) if i == 0 and words[1:3] == ["the", "task"] else None
        if word in ("otherwise", "else") and following == "if":
            return "else", i + 1
        return _OPENERS[word], i + 1
    if word in ("before", "after", "upon"):
        if (
            following in lex.GERUNDS
            or following in ("you", "we")
            or (following in _TIMED and _has_finite_verb(words[i + 1 :]))
        ):
            return "drop", i + 1
        return None
    if word == "by" and (following in lex.GERUNDS):
        return "by", i + 1
    if word == "to" and (v := verb_at(words, i + 1)) and v.at == i + 1 and following in lex.VERBS:
        after = words[i + 2] if i + 2 < len(words) else ""
        if following in lex.THINGS and after not in _OBJECT_STARTS:
            return None
        if following == "be" and i and words[i - 1] in ("is", "are"):
            return None  # "it is to be washed"
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
        opened = opens(words, i)
        if not out and words[i] == "for" and opened is None:
            opened = ("each" if quantified(words, i + 1) else "if", i + 1)
        elif words[i] in ("in", "with", "during", "on") and opened is None and _about_tasks(words[i + 1 : i + 6]):
            opened = "if", i + 1
        elif not out and words[i] in ("holding", "carrying", "having") and not joined and "," in words:
            opened = "drop", i + 1  # "holding the object, go ..."
        elif not out and words[i] in ("depending", "according") and opened is None:
            opened = "depends", i + 1
        elif not opened:
            j = i
            while j < len(words) and words[j] in lex.FILLERS and not opened:  # "then, only if ..."
                j += 1
                if j < len(words) and words[j] != "to" and (later := opens(words, j)) and later[0] != "by":
                    opened = later
        kind, start = opened or ("act", i)
        end = _end(words, start, kind, leading=not out or joined)
        if (
            end == len(words) and (not out or joined) and kind in ("if", "unless", "once")
        ):  # "if closed open it": no comma
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


def quantified(words: Words, i: int) -> bool:
    return i < len(words) and (words[i] in ("each", "every", "all") or words[i] == "both")


def _end(words: Words, start: int, kind: Kind, *, leading: bool) -> int:
    """Where the clause that starts there ends."""
    if kind == "else":
        return start
    strict = kind in ("if", "unless", "once", "each", "depends") and leading
    head = verb_at(words, start)
    thinks = head is not None and head.action == "remark"  # "decide which place to search first"
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
            begins = starts_clause(words, j) or (opens(words, j) is not None and words[j] not in ("to", "where"))
            if strict and word in ("and", "or", "but"):
                continue
            if word == "or" and not opens(words, j) and words[j] not in _STATE_VERBS:
                continue
            if begins or unknown_verb(words, j):
                return i
        elif kind == "drop" and words[start] in lex.GERUNDS and _commands(words, i):
            return i
        elif seen_verb:
            if kind in ("if", "unless", "once", "until", "drop", "each"):
                if word in ("if", "unless", "until") and kind == "drop":
                    return i
                continue
        elif (opens(words, i) and not (word == "to" and (thinks or _infinitive_belongs(words, i)))) or (
            word in ("looking", "searching", "hunting")
            and words[i + 1 : i + 2] == ["for"]
            and words[i - 1] not in _ASPECTS
        ):
            return i
    return len(words)


def _infinitive_belongs(words: Words, i: int) -> bool:
    """Whether the "to" continues its verb ("try to", "needs to") rather than giving a purpose."""
    return words[i - 1] in _TAKE_INFINITIVE


_TAKE_INFINITIVE = lex.words(
    "try need needs want wants have has had ought remember please going able tend tends likely supposed meant how what "
    "where which way ready used about"
)
