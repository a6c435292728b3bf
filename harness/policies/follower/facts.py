"""Statements instead of orders: where things usually are, what a place is for, what must be done to the object."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.accounting import loose_words
from skillevo.harness.policies.follower.clauses import unknown_verb
from skillevo.harness.policies.follower.nouns import read_groups, read_nouns, split_list
from skillevo.harness.policies.follower.steps import Groups, Means, Prefer, Remark, Step
from skillevo.harness.policies.follower.verbs import read_clause, read_never

Words = Sequence[str]


_BE = lex.words("is are be being was were become becomes")
_MODALS = lex.words("must should needs need has have ought shall can may might could will tend tends")
_DUTY = lex.words("must should needs need has have ought shall")
_ADVERBS = lex.words(
    "usually often commonly typically likely mostly frequently sometimes generally normally always "
    "probably also most very best only first to all either nearly almost both more just"
)  # fmt: skip
_LIE = lex.words(
    "found kept stored located placed left hidden lying sitting seen put spotted discovered situated "
    "hiding resting waiting"
)  # fmt: skip
_LIVE = lex.words("live lie sit belong hide rest appear lives lies sits belongs hides turns turn")
_AT = lex.words("in on at inside under near within onto into by around among from")
_NEEDS = lex.words(
    "need needs requires require takes take uses use happens happen means mean wants involves calls demands occurs"
)
_ABOUT = lex.words(
    "task tasks this these those you agent it goal success note everything there score reward episode "
    "environment game skill procedure your observation observations nothing all only hands steps step "
    "action actions each"
)  # fmt: skip


def read_fact(words: Words) -> list[Step] | None:
    """What a statement asks the follower to do or to keep in mind; None if it cannot be read."""
    words = _without_relative([w for w in words if w not in (";", ":")])
    be = next((i for i, w in enumerate(words) if w in _BE or w in _MODALS or w in _LIVE), None)
    if be:
        fact = _predicate(words[:be], words[be:])
        if fact is not None:
            return fact
    fact = _purpose(words)
    if fact is not None:
        return fact
    if "task" in words[:3] and any(lex.VERBS.get(lex.THIRDS.get(w, "")) == "stop" for w in words[1:4]):
        return [Remark()]  # "the task ends when ..."
    if (
        words[:1] in (["it"], ["this"], ["that"])
        and lex.VERBS.get(lex.THIRDS.get(words[1] if words[1:] else "", "")) == "remark"
    ):
        return [Remark()]  # "it wastes steps"
    if be and set(words[:be]) & _ABOUT and len(words[:be]) <= 5 and not set(words) & lex.NEGATIVES - {"not", "no"}:
        return [Remark()]
    return None


def read_ban(words: Words) -> list[Step] | None:
    """ "The X must not be opened", "the X is never to be closed": a prohibition in the passive; None if it is none."""
    at = next((i for i, w in enumerate(words[:-1]) if i and w in _BE | _DUTY and words[i + 1] in ("not", "never")), 0)
    rest = list(words[at + 2 :])
    while rest[:1] and rest[0] in ("to", "be", "ever"):
        rest.pop(0)
    if not at or len(rest) == len(words) - at - 2 or not rest or set(words) & {",", ";", ":", "if", "when", "unless"}:
        return None
    base = lex.PARTICIPLES.get(rest[0])
    if base is None or loose_words(rest, ()) or any(unknown_verb(words, i) for i in range(at)):
        return None
    return read_never([base, *words[:at], *rest[1:]])


def _without_relative(words: list[str]) -> list[str]:
    """ "Any place that is closed has to ..." as "any closed place has to ..."."""
    for i in range(1, len(words) - 3):
        if words[i] in ("that", "which") and words[i + 1] in ("is", "are") and words[i + 2] in lex.ADJECTIVES:
            return [*words[: i - 1], words[i + 2], words[i - 1], *words[i + 3 :]]
    return words


def _predicate(subject: Words, rest: Words) -> list[Step] | None:
    duty = rest[0] in _DUTY
    live = rest[0] in _LIVE
    rest, stripped = list(rest), rest[:3]
    while rest and (rest[0] in _BE or rest[0] in _MODALS or rest[0] in _ADVERBS or rest[0] in _LIVE):
        if rest[0] in _AT:
            break
        rest.pop(0)
    if not rest:
        return None
    head = rest[0]
    if _search_places(rest) and not _search_places(subject) and (groups := read_groups(subject)):
        return _prefer((), groups)
    if _search_places(subject):
        return _prefer(_about(subject), read_groups(rest))
    if head in _LIE and not duty and len(rest) > 1 and rest[1] in _AT:
        return _prefer(read_names(subject), read_groups(rest[1:]))
    if head in _AT and not duty and (live or read_groups(rest)):
        return _prefer(read_names(subject), read_groups(rest)) if not set(subject) & {"task", "you"} else None
    how = next((lex.CONCEPTS[w] for w in rest if lex.CONCEPTS.get(w) in lex.STATES), None)
    if head in ("used", "for", "where", "meant", "good", "how", "place", "the", "what") and how and not duty:
        return _means(how, subject)
    topic = next((lex.CONCEPTS[w] for w in subject if lex.CONCEPTS.get(w) in lex.STATES), None)
    if head in ("unnecessary", "pointless", "useless", "optional", "needless"):
        return [Remark()]
    if head in lex.STATE_WORDS and not duty and rest[1:2] and (rest[1] in _AT or rest[1] == "with"):
        return _means(lex.CONCEPTS[head], rest[2:])
    if head in ("done", "achieved", "performed", "accomplished") and topic:
        return _means(topic, rest[1:])
    if head in lex.VERBS and lex.VERBS[head] in lex.STATES and not duty:
        return _means(lex.VERBS[head], subject)
    if not duty and lex.VERBS.get(lex.PARTICIPLES.get(head, ""), "") in lex.STATES and len(rest) > 2:
        return (
            _means(lex.VERBS[lex.PARTICIPLES[head]], rest[1:])
            if rest[1] in ("with", "in", "using", "at", "by", "inside")
            else None
        )
    base = lex.PARTICIPLES.get(head) if not {"that", "which"} & set(subject) else None
    if base and base != "be" and not (lex.VERBS[base] in ("open", "close") and not duty and "to" not in stripped):
        order = [base, *subject, *rest[1:]]
        return read_clause(order)
    if duty and how and set(subject) & (lex.OBJECT_HEADS | {"it"}):  # "the object must be hot": where, it does not say
        return read_clause(["make", *(subject or ["it"]), *rest])
    return None


def _search_places(subject: Words) -> bool:
    said = set(subject)
    return bool(said & {"places", "locations", "spots", "receptacles", "place", "order"}) and bool(
        said
        & {"likely", "good", "best", "first", "common", "look", "search", "likeliest", "usual", "typical", "promising"}
    )


def _about(subject: Words) -> tuple[str, ...]:
    return read_names(subject[list(subject).index("for") + 1 :]) if "for" in subject else ()


def read_names(words: Words) -> tuple[str, ...]:
    """The names of things in an enumeration; none for "objects" in general."""
    return tuple(n.ref.noun for n in read_nouns(words) if n.ref.kind == "noun")


def _prefer(names: tuple[str, ...], groups: Groups) -> list[Step] | None:
    if groups and all(r.kind == "all" for g in groups for r in g):
        return [Remark()]
    return [Prefer(groups, names)] if groups else None


def _means(how: str, place: Words) -> list[Step] | None:
    if how not in lex.STATES:
        return None
    refs = [
        n.ref
        for n in read_nouns([w for w in place if w not in _AT and w not in ("with", "using")])
        if n.ref.kind == "noun"
    ]
    return [Means(how, refs[0])] if refs else None


def read_means(words: Words) -> list[Step] | None:
    """ "Hot with the X, cold with the Y", "the X for heating, the Y for cooling": states, each with its place."""
    means: list[Step] = []
    for members in split_list(words):
        piece = [w for w in members if w not in _BE | _NEEDS and w not in ("done", "performed", "achieved", "the", "a")]
        found = None
        if len(piece) > 2 and lex.PREPOSITIONS.get(piece[1]) in ("with", "in", "inside"):
            found = _means(lex.CONCEPTS.get(piece[0], ""), piece[2:])
        elif len(piece) > 2 and piece[-2] == "for" and (piece[0] not in lex.VERBS or piece[0] in lex.THINGS):
            found = _means(lex.CONCEPTS.get(piece[-1], ""), piece[:-2])
        elif len(piece) == 2 and piece[0] in lex.GERUNDS:
            found = _means(lex.CONCEPTS.get(piece[0], ""), piece[1:])
        if found is None:
            return None
        means += found
    return means if len(means) > 1 else None


def _purpose(words: Words) -> list[Step] | None:
    """ "The X heats things", "heating needs the X", "hot: X"."""
    for i, word in enumerate(words):
        base = lex.THIRDS.get(word)
        if i and base and lex.VERBS[base] in lex.STATES:
            return _means(lex.VERBS[base], words[:i])
        if (
            i
            and word in _NEEDS
            and words[i + 1 : i + 2] != ["to"]
            and (topic := next((lex.CONCEPTS.get(w) for w in words[:i] if w in lex.CONCEPTS), None))
        ):
            return _means(topic, words[i + 1 :]) if topic in lex.STATES else None
    return None
