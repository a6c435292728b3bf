"""Noun phrases to references: who "it", "the second one", "the destination" and "each closed drawer" are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.steps import (
    ALL,
    APPLIANCE,
    CLOSED,
    HERE,
    IT,
    LIKELY,
    OBJECT,
    SECOND,
    SURFACES,
    TARGET,
    TOOL,
    Groups,
    Ref,
)

Words = Sequence[str]

_RELATIVE = lex.words(
    "that which where wherever who whose you we mentioned named specified requested given stated "
    "indicated whatever found is are was were listed asked described it because being currently known "
    "just previously"
)
"""Words that begin the tail of a noun phrase ("the place *where the task wants it*")."""
_TASK_TAIL = lex.TASK_WORDS | {"asked", "wants", "told", "belongs", "goes", "go", "destined", "wanted"}
_OF_HEADS = lex.words(
    "one each any all both most location position contents inside top front pair copy instance rest side "
    "some kind type sort either remainder door interior none many several vicinity switch state condition "
    "temperature button buttons knob handle"
)


def _empty(word: str) -> bool:
    """Whether a word only accompanies a noun: articles, adjectives, adverbs, pronouns."""
    return word in _EMPTY or (word.endswith("ly") and len(word) > 4)


_EMPTY = lex.ADJECTIVES | lex.DETERMINERS | lex.FILLERS | lex.PRONOUNS


_USUAL = lex.words("usually often likely kept normally typically commonly probably")


class Noun(NamedTuple):
    """One reference, with what its phrase said besides."""

    ref: Ref
    many: bool = False
    """Quantified or plural: "each cabinet", "the drawers"."""
    closed: bool = False
    """Said to be closed: "closed ones"."""
    bare: bool = False
    """No more than "the receptacle": which one, the verb must tell."""


def split_list(tokens: Words) -> Iterator[Words]:
    """The members of an enumeration."""
    start = 0
    for i, token in enumerate([*tokens, ","]):
        if token in (",", ";", "and", "or", "nor", "plus", ":"):
            if i > start:
                yield tokens[start:i]
            start = i + 1


def read_nouns(tokens: Words) -> list[Noun]:
    """All references of an enumeration; its quantifier and plural hold for every member."""
    nouns: list[Noun] = []
    many = closed = False
    for piece in split_list(tokens):
        noun = read_noun(piece)
        if noun is None:
            continue
        many |= noun.many
        closed |= noun.closed
        nouns.append(noun._replace(many=many, closed=closed))
    return nouns


def read_noun(words: Words) -> Noun | None:
    """The reference of one noun phrase; None if it holds nothing that can be pointed to."""
    return _read_noun(tuple(words))


@lru_cache(maxsize=8192)
def _read_noun(given: tuple[str, ...]) -> Noun | None:
    words: Words = [w for w in given if w not in ("very", "again", "too")]
    if "of" in words:
        at = words.index("of")
        if words[at - 1] in _OF_HEADS or (at > 1 and words[at - 2] in _OF_HEADS):
            closed = any(w in ("closed", "shut") for w in words[:at])
            rest = read_noun(words[at + 1 :])
            if rest is None or words[at - 1] in ("rest", "remainder"):
                return Noun(ALL, many=True)
            return rest._replace(closed=rest.closed or closed)
        words = words[:at]
    tail: Words = ()
    for i, word in enumerate(words):
        if word in _RELATIVE and (i or word in ("where", "wherever", "whatever")):
            if i and word in lex.TARGET_WORDS | {"found", "listed"} and words[i - 1] in lex.DETERMINERS:
                continue  # "the requested place"
            words, tail = words[:i], words[i:]
            break
    return _resolve(words, tail)


def _resolve(words: Words, tail: Words) -> Noun | None:
    closed = any(w in ("closed", "shut", "unopened") for w in (*words, *tail))
    quantified = any(w in lex.QUANTIFIERS for w in words)
    behind_noun = {i for i, w in enumerate(words) if w in ("can", "2") and i and not _empty(words[i - 1])}
    content = [w for i, w in enumerate(words) if not _empty(w) or i in behind_noun]
    if len(content) > 1:
        content = [w for w in content if w not in ("there", "here")]
    while content and content[-1] in lex.PARTICLES:
        content.pop()
    said = set(words)
    if not content:
        return _without_head(words, tail, said, quantified, closed)
    named = [w for w in content if not w.isdigit()]
    if not named:
        return None
    head = lex.singular(named[-1])
    many = quantified or head != named[-1]
    whole = lex.singular(named[-1]) if len(named) == 1 else " ".join([*named[:-1], head])
    if head in lex.OBJECT_HEADS and set(named[:-1]) <= lex.TARGET_WORDS | lex.TASK_WORDS | {"target", "search"}:
        return Noun(SECOND if said & lex.MORE and not said & {"two"} else OBJECT, many, closed)
    if head in ("location", "place", "position", "spot") and set(named[:-1]) & lex.OBJECT_HEADS:
        return Noun(OBJECT)
    if head in lex.PLACE_HEADS and set(named[:-1]) <= lex.PLACE_HEADS | lex.TARGET_WORDS | lex.TASK_WORDS | {
        "storage",
        "search",
    }:
        return _place(head, said | set(named), set(tail), many, closed)
    if head in lex.TARGET_HEADS and set(named[:-1]) <= lex.TARGET_WORDS | lex.TASK_WORDS | {"storage"}:
        return Noun(TARGET)
    if len(named) == 1 or set(named[:-1]) <= lex.STATE_WORDS | lex.TARGET_WORDS:
        if head in lex.TOOL_HEADS:
            return Noun(TOOL, many)
        if head in lex.APPLIANCE_HEADS:
            return Noun(APPLIANCE, many)
    if (head in lex.EVERYWHERE or named[-1] in lex.EVERYWHERE) and len(named) <= 2:
        return Noun(ALL, many=True)
    if head in ("there", "here", "place", "front"):
        return Noun(HERE)
    if head in lex.NOWHERE or head in lex.TASK_WORDS:
        return None
    digits = [w for w in content if w.isdigit()]
    return Noun(Ref("noun", " ".join([whole, *digits])), many, closed)


def _without_head(words: Words, tail: Words, said: set[str], quantified: bool, closed: bool) -> Noun | None:
    """Phrases without a noun: "it", "another one", "the closed ones", "where the task says", "the other two"."""
    if tail and tail[0] in ("where", "whatever", "wherever") and not words:
        if set(tail) & _TASK_TAIL:
            return Noun(TARGET)
        verb = next(
            (i for i, w in enumerate(tail) if i and w in ("is", "are", "was", "were", "might", "could")), len(tail)
        )
        named = read_noun(tail[1:verb])
        if named and named.ref.kind in ("noun", "object", "second"):
            return named
        return Noun(LIKELY, True) if set(tail) & _USUAL else Noun(IT)
    if closed:
        return Noun(CLOSED, True, True)
    if said & {"second", "another", "2nd"}:
        return Noun(SECOND)
    if said & {"there", "here"}:
        return Noun(HERE)
    if said & {"likely", "likeliest"}:
        return Noun(LIKELY, True)
    if said & {"others", "remaining", "unlikely"}:
        return Noun(ALL, many=True)
    if quantified or said & {"them", "these", "those"}:
        return Noun(IT, many=quantified, closed=closed)
    if said & {"first", "it", "this", "that", "one", "ones", "itself", "other", "both", "two"}:
        return Noun(SECOND if "other" in said else IT)
    if said & {"target", "required", "specified", "designated"}:
        return Noun(TARGET)
    return None


def _place(head: str, said: set[str], tail: set[str], many: bool, closed: bool) -> Noun:
    if said & {
        "likely",
        "common",
        "probable",
        "plausible",
        "typical",
        "usual",
        "possible",
        "promising",
        "likeliest",
        "obvious",
    }:
        return Noun(LIKELY, True)
    if tail & _USUAL or (many and "belongs" in tail):
        return Noun(LIKELY, True)
    generic = said - {"given", "right", "correct"} if many else said
    if not many and (generic & lex.TARGET_WORDS or "same" in said or tail & _TASK_TAIL):
        return Noun(TARGET)
    if many or said & {
        "next",
        "another",
        "other",
        "unvisited",
        "unchecked",
        "new",
        "unexplored",
        "unsearched",
        "remaining",
        "nearest",
        "closest",
    }:
        if closed:
            return Noun(CLOSED, True, True)
        return Noun(SURFACES if head == "surface" or said & {"open", "surface"} else ALL, True)
    return Noun(IT, closed=closed, bare=True)


_OPEN_MEMBER = lex.words("in on at inside under from within")
_DROPPED = lex.words("by first last only around to")


def _without_generic(refs: list[Ref]) -> list[Ref]:
    """Places in general give way to those named after them: "likely places such as shelves and beds"."""
    if refs and refs[0] in (ALL, LIKELY, SURFACES) and any(r.kind == "noun" for r in refs):
        return refs[1:]
    return [r for r in refs if r != CLOSED] if ALL in refs else refs


def read_groups(tokens: Words) -> Groups:
    """Places to search, in the order that the words give: "first X, then Y and Z", "X before Y", "in this order".

    An enumeration without such words leaves the order of its members open.
    """
    words = list(tokens)
    ordered = "order" in words or "sequence" in words
    words = [w for w in words if w not in ("order", "sequence", "following")]
    if "after" in words and words.index("after"):
        at = words.index("after")
        words = [*words[at + 1 :], "then", *words[:at]]
    if "except" in words:
        words = words[: words.index("except")]
    parts: list[list[str]] = [[]]
    for i, word in enumerate(words):
        if (word in lex.ORDER_MARKS or word == "before") and not (i and words[i - 1] in lex.DETERMINERS):
            parts.append([])
        elif word == "first" and parts[-1] and words[i - 1] not in lex.DETERMINERS:
            parts.append([])  # "X first, Y afterwards"
        elif word in _OPEN_MEMBER:
            parts[-1].append(",")  # "in the fridge, on the desk"
        elif word not in _DROPPED:
            parts[-1].append(word)
    groups: list[tuple[Ref, ...]] = []
    for part in parts:
        refs = [n.ref for n in read_nouns(part) if n.ref.kind in ("noun", "all", "likely", "target", "appliance")]
        refs = _without_generic(list(dict.fromkeys(refs)))
        groups.extend([(r,) for r in refs] if ordered else [tuple(refs)] if refs else [])
    return tuple(groups)
