"""Whether a reading accounts for every word of its clause: what no reader took up must be harmless by itself.

The readers look for what they know and pass over the rest. Here the rest is judged. A word is accounted for if

- it is of the language that the readers read by: grammar, verbs, states, roles, or an adverb that changes nothing; or
- it names a thing or place of the reading.

Anything else in a clause may turn its meaning round ("pretend to", "halfway"), so that nothing is made of the clause.
And though every word is known, four things show that they were put together wrongly: an act that is denied; a verb
with a particle that makes it another one ("take it *apart*"); a result that the reading has not ("pull it *open*" read
as taking); an object that is none ("lay your *hands* on it" read as putting something down).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.clause import Verb, split_phrases, verb_at
from skillevo.harness.policies.follower.nouns import read_nouns
from skillevo.harness.policies.follower.steps import (
    OBJECT,
    Both,
    Cond,
    Do,
    Found,
    If,
    Never,
    Not,
    Opening,
    Prefer,
    Ref,
    Remark,
    Repeat,
    Says,
    Shut,
    Step,
)

Words = Sequence[str]

_WORD = re.compile(r"[a-z0-9'-]+")
_MARKS = lex.words(", ; :")
_NO_NOUN_BEFORE = lex.words("the a an your my our every it them")
_BEFORE_NOUNS = lex.DETERMINERS | lex.ADJECTIVES | lex.PREPOSITIONS.keys() | lex.GERUNDS.keys()
_DENIALS = lex.words("not no never nor neither")
_RESULTS = {
    **dict.fromkeys(("open", "ajar"), ("open",)),
    **dict.fromkeys(("closed", "shut"), ("close", "closed", "never(close")),
    **{word: (how,) for word, how in lex.CONCEPTS.items() if how in lex.STATES},
}
"""Words for the state that an act leaves its object in, with the parts of a reading that bring it about."""
_HANDLES = lex.words("carry take put move open close hold heat cool clean slice")
_ACTS = _HANDLES | {"find", "go", "use", "stop", "start", "continue", "repeat"}
_BODILY = lex.words("break work follow watch play")
"""Verbs of the mind ("break it down", "follow the order") that are as often of the body."""
_ABSTRACT = lex.words("temperature state condition status")
_ORDINALS = lex.words("second third")
_POINTLESS = lex.words("unnecessary pointless useless optional needless")
_NEVER_NAMES = (lex.GRAMMAR | lex.NEGATIVES | lex.PREPOSITIONS.keys() | lex.words("nothing left right twice up")) - {
    "near"
}


def loose_words(words: Words, reading: Sequence[Step | Cond], *, names: bool = False) -> list[str]:
    """The words of a clause that nothing in its reading, and nothing in the language, explains.

    Args:
        words: the clause.
        reading: what was made of it.
        names: whether names of things may be left out, for what is true of all things ("closed drawers must be opened")
            or of places spoken of before ("if it is not on a shelf").
    """
    named = {part for step in reading for part in _WORD.findall(str(step))}
    loose = []
    general = any(isinstance(step, Prefer | Says) for step in reading)
    passed = -1  # where the last name stood that may be left out
    for i, word in enumerate(words):
        if lex.known(word) and word not in lex.THINGS:
            continue
        after = words[i + 1] if i + 1 < len(words) else ""
        if word in lex.UNREAL or (after in _NO_NOUN_BEFORE and word not in lex.THINGS and word != "except"):
            loose.append(word)  # "wibble the mug": before an article stands no noun, but a verb that nobody knows
        elif lex.singular(after) in lex.OBJECT_HEADS and not general:
            loose.append(word)  # "the fragile object"
        elif word in named or lex.singular(word) in named:
            continue
        elif names and i and (words[i - 1] in _BEFORE_NOUNS or passed == i - 1):
            passed = i
        else:
            loose.append(word)
    return loose


def unfinished(words: Words, steps: Sequence[Step]) -> list[str]:
    """The words that show that an order or a statement was not read in full; none if it was."""
    verb = verb_at(words)
    remark = all(isinstance(s, Remark) for s in steps)
    if remark and verb is not None and verb.action not in _ACTS and verb.base not in _BODILY:
        return []  # what is only thought, noted or left out may be anything
    loose = loose_words(words, steps, names=_may_pass_names(words, steps)) + _no_names(steps)
    if remark or any(isinstance(s, Never) for s in steps):
        return loose
    loose += [
        w for a, w in pairwise(words) if a == "and" and w in lex.PARTICIPLES and words[-1] in (w, "there", "here")
    ]
    if verb is None:
        return loose + [w for w in words if w in _DENIALS or w == "nothing"]
    return loose + _misread(verb, words[verb.at + 1 :], " ".join(map(str, steps)))


def _misread(verb: Verb, rest: Words, shown: str) -> list[str]:
    """Words behind a verb that are known and yet contradict what was made of it."""
    tail = next((i for i, w in enumerate(rest) if w in ("that", "which", "where", "wherever")), len(rest))
    found = [w for w in rest[:tail] if w in _DENIALS or w in lex.PHRASAL.get(verb.base, ())]
    found += [w for w, after in pairwise(rest) if w == "every" and after in _ORDINALS]
    found += [w for w in _results(rest) if not any(part in shown for part in _RESULTS[w])]
    if verb.action not in _HANDLES:
        return found
    direct, phrases = split_phrases(rest)
    if any(w in lex.NOWHERE for w in direct) and not read_nouns(direct):
        found += direct  # "lay your hands on it"
    found += [w for w in direct if w in _ABSTRACT]  # "take the temperature of it"
    found += [
        w for owner, w in pairwise(direct) if owner == "your" and (w in lex.VERBS or not lex.known(w))
    ]  # "hold your horses"
    if verb.action == "take" and "object" not in shown:
        found += [w for p, ws in phrases if p == "in" for n in read_nouns(ws) if n.ref == OBJECT for w in ws]
    return found


def _may_pass_names(words: Words, steps: Sequence[Step]) -> bool:
    """Whether a reading may leave out names: of what is carried, lit or meant again, and where all things are meant."""
    verb = verb_at(words)
    action = verb.action if verb is not None else ""
    carried = action in ("carry", "take") and all(isinstance(s, Do) and s.verb == "go" for s in steps)
    lit = action == "use" and "as" not in words and all(isinstance(s, Do) for s in steps)
    return carried or lit or any(isinstance(s, Opening | Repeat) for s in steps) or bool(set(words) & _POINTLESS)


def _no_names(steps: Sequence[Step]) -> list[str]:
    """Words in the names of a reading that are never part of a name ("twice" of "every drawer twice")."""
    found = []
    for name in {ref.noun for ref in _refs(tuple(steps)) if ref.kind == "noun"}:
        *modifiers, head = name.split()
        found += [w for w in (*modifiers, head) if w in _NEVER_NAMES]
        found += [w for w in modifiers if w in lex.OBJECT_HEADS]
        found += [head] if head in lex.STATE_WORDS - lex.VERBS.keys() else []
        found += modifiers if head in lex.OBJECT_HEADS and not any(isinstance(s, Prefer | If) for s in steps) else []
        found += [head] if head in lex.GERUNDS or (head in lex.PARTICIPLES and head not in lex.VERBS) else []
    return found


def _refs(part: object) -> Iterator[Ref]:
    """All references in steps, however deep."""
    if isinstance(part, Ref):
        yield part
    elif isinstance(part, tuple):
        for member in part:
            yield from _refs(member)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _refs(getattr(part, field.name))


def unexplained(words: Words, cond: Cond) -> list[str]:
    """The words of a condition that it leaves unexplained; none if it is read in full."""
    inner = cond.cond if isinstance(cond, Not) else cond
    if isinstance(inner, Says) and words[:1] == ["the"] and len(words) == 3 and words[2].endswith("s"):
        return [w for w in words[1:] if not lex.known(w)]  # "the timer rings"
    if isinstance(inner, Says) and len(words) > 2 and words[-2] in ("is", "are") and not lex.known(words[-1]):
        return [words[-1]]  # "the object is heavy"
    if isinstance(cond, Both):
        words = [w for w in words if w != "but"]
    words = [w for w in words if not (isinstance(inner, Says) and "look" in inner.words and w in lex.LIGHTS)]
    return loose_words(words, (cond,), names=isinstance(inner, Found | Shut))


def _results(rest: Words) -> list[str]:
    """States that stand behind what they are said of ("it open", "the drawer shut"), not before it."""
    found = []
    for i, word in enumerate(rest):
        ends = i + 1 == len(rest) or rest[i + 1] in _MARKS or rest[i + 1] in lex.PREPOSITIONS or rest[i + 1] == "first"
        if word in _RESULTS and i and ends and (rest[i - 1] in lex.PRONOUNS or not lex.known(rest[i - 1])):
            found.append(word)
    return found
