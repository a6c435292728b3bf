"""Conditions: what follows an "if", a "for ... tasks", an "until", and what the headings of sections say."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.nouns import read_noun, read_nouns
from skillevo.harness.policies.follower.steps import (
    ALL,
    IT,
    OBJECT,
    SECOND,
    Both,
    Cond,
    Do,
    Either,
    Find,
    Found,
    Holding,
    Not,
    Ref,
    Repeat,
    Room,
    Says,
    Shut,
    State,
    Step,
    Treat,
)

Words = Sequence[str]


_HOLD = lex.words(
    "hold holding held carry carrying carried hand hands inventory possess possession picked grabbed got "
    "taken obtained collected acquired have"
)  # fmt: skip
_SEEN = lex.words(
    "see sees seen spot spotted visible find found there present located locate appears appear contains "
    "contain inside discovered identified noticed sight shows listed lies sits"
)  # fmt: skip
_HAS = lex.words("hold holds contain contains has have")
_PLACED = lex.words("placed put delivered deposited stored moved dropped set")
_DONE = lex.words(
    "complete completed done finished solved accomplished success successful succeeded over achieved "
    "fulfilled ends satisfied"
)
_MORE = lex.words("more another remaining remains remain left missing still further other additional")
_NEEDED = lex.words(
    "needed necessary required applicable possible appropriate desired relevant called asked requested "
    "specified applies needs be"
)  # fmt: skip
_TASK = lex.words(
    "task tasks goal instruction instructions prompt request objective sentence assignment mission command question "
    "description"
)
_SO = lex.words(
    "the task goal instruction instructions it says say so asks ask for requires require wants want that "
    "this demands demand calls told to do you are"
)
_SUBJECTS = lex.words(
    "are is have not has it you the there this that these they any all both object item another your its he we no one"
)
_SKIP = lex.DETERMINERS | lex.FILLERS | lex.words(
    "is are was were be been being it they there of in on to for at with and or by if when as task tasks "
    "type kind case cases object objects item items thing things something anything you your word words "
    "like made become becomes get gets turned into version about from find found put puts placed place "
    "move moved first step state form variant goal goals food foods ones one asked told only not no does "
    "do did done having seems contain contains include includes included including named called describes "
    "described condition conditions status property temperature using under"
)  # fmt: skip


def read_condition(tokens: Words) -> Cond | None:
    """The condition that these words state (without their "if"); None if they cannot be read."""
    words = [t for t in tokens if t not in (",", ";", ":")]
    if not words:
        return None
    for joint, kind in (("and", Both), ("or", Either), ("but", Both)):
        for at in (i for i, w in enumerate(words) if w == joint and 0 < i < len(words) - 1):
            if words[at + 1] in _SUBJECTS and set(words[at + 1 :]) - _SUBJECTS:
                left, right = _simple(words[:at]), _simple(words[at + 1 :])
                if left and right and not (isinstance(left, Says) and isinstance(right, Says)):
                    return kind(left, right)
    return _simple(words)


def _simple(words: list[str]) -> Cond | None:
    said = set(words)
    negative = bool(said & lex.NEGATIVES) or words[0] in ("without",)
    cond = _positive([w for w in words if w not in lex.NEGATIVES], said)
    if cond is None:
        return None
    return _negated(cond) if negative else cond


def _negated(cond: Cond) -> Cond:
    return cond.cond if isinstance(cond, Not) else Not(cond)


def _positive(words: list[str], said: set[str]) -> Cond | None:
    if not words:
        return None
    if said <= _SO:
        return State("needed")
    task = bool(said & _TASK)
    if task and said & _DONE and not said & {"placed"} and not _concepts(words) - {"two"}:
        return State("done")
    if not task:
        cond = _of_the_world(words, said)
        if cond is not None:
            return cond
    return read_topic(words)


def _of_the_world(words: list[str], said: set[str]) -> Cond | None:
    """Conditions on what is seen, held or done, rather than on the task's words."""
    concepts = _concepts(words)
    if said & {"closed", "shut", "unopened"}:
        return Shut(ALL if _any_place(words) else _subject(words, IT))
    if said & {"open", "opened"} and "opening" not in said:
        return Not(Shut(_subject(words, IT)))
    if said & {"empty", "empty-handed", "free"} and said & {"hand", "hands", "empty-handed", "inventory"}:
        return Not(Holding())
    if said & {"have", "has"} and said & {"found", "seen", "located", "spotted"} and not concepts:
        return Found(_after(words, frozenset({"found", "seen", "located", "spotted"})) or OBJECT)
    if said & (_MORE | {"second"}) and said & (_NEEDED | {"missing"}) and not concepts - {"two"}:
        return State("more")
    if "success" in said:  # "without success"
        return Found(OBJECT)
    if said & {"vain", "unsuccessful"}:
        return Not(Found(OBJECT))
    if said & {"hands", "hand"} and "full" in said:
        return Holding()
    if said & _HAS and "been" not in said and (place := _subject_place(words)):
        what = _after(words, _HAS)
        if what is not None:
            return Room(what) if place == "room" else Found(what)
    if "nowhere" in said:
        return Not(Found(_subject(words, OBJECT)))
    if (
        said & {"both", "all", "everything"}
        and said & {"there", "place", "target", "destination"}
        and not concepts - {"two"}
    ):
        return State("placed")
    if "only" in said and "one" in said and said & _PLACED:
        return State("more")
    if (
        said & {"both", "all", "two", "everything", "each"}
        and said & _PLACED
        and not said & {"need", "needs", "must", "to"}
    ):
        return State("placed")
    if said & _PLACED and said & {"has", "have", "been", "is", "are"} and not concepts:
        return State("placed")
    if said & _DONE and not concepts:
        return State("done")
    if said & _HOLD and not concepts - {"two"} and not said & {"to"}:
        return _holding(words, said)
    if (
        said & _MORE
        and said & (lex.OBJECT_HEADS | {"objects", "items", "one", "ones", "more", "two"})
        and "two" not in concepts
    ):
        return State("more")
    if concepts - {"look"} or (concepts and said & lex.OBJECT_HEADS and not said & _SEEN):
        return None
    if said & _SEEN:
        return _seen(words, said)
    if said & {"is", "are"} and said & {"in", "on", "at"} and said & {"it", "object", "item", "one"} and not concepts:
        return Found(_subject(words, IT))
    if said <= _NEEDED | {"if", "it", "is", "as", "so", "this", "that", "for", "by", "when", "the"} and said & _NEEDED:
        return State("needed")
    return None


def _subject_place(words: list[str]) -> str:
    """The place that is said to hold something ("the countertops do not hold it"); empty where a person does."""
    verb = next(i for i, w in enumerate(words) if w in _HAS)
    subject = [w for w in words[:verb] if w not in ("do", "does")]
    if not subject or set(subject) & (lex.OBJECT_HEADS | {"you", "your", "hand", "hands", "it", "task", "we", "which"}):
        return ""
    return "room" if set(subject) & {"room", "kitchen", "house"} else " ".join(subject)


def _any_place(words: Words) -> bool:
    """Whether the words speak of no place in particular: "a receptacle is", "any of them", "something"."""
    verb = next((i for i, w in enumerate(words) if w in ("is", "are")), len(words))
    return any(
        w in ("any", "something", "anything") or (w in ("a", "an") and words[i + 1] not in lex.OBJECT_HEADS)
        for i, w in enumerate(words[: min(verb, len(words) - 1)])
    )


def _holding(words: list[str], said: set[str]) -> Cond:
    if said & {"nothing"}:
        return Not(Holding())
    ref = _after(words, _HOLD - {"hand", "hands", "inventory", "possession"})
    if ref is None or ref.kind in ("it", "here"):
        ref = _subject(words, IT)
    if said & {"something", "anything"}:
        return Holding()
    return Holding(ref if ref != IT else None) if ref != IT else Holding(IT)


def _seen(words: list[str], said: set[str]) -> Cond | None:
    verbs = {
        "see",
        "sees",
        "find",
        "spot",
        "locate",
        "contains",
        "contain",
        "have",
        "has",
        "shows",
        "discover",
        "notice",
    }
    ref = _after(words, verbs)
    if words[0] == "there" and (after := _after(words, {"is", "are"})):
        ref = after
        if ref.kind == "noun":
            return Room(ref)
    if ref is None:
        ref = _subject(words, IT)
    if said & {"nothing", "none"}:
        return Not(Found(OBJECT))
    return Found(SECOND if ref == SECOND else ref)


def _subject(words: list[str], default: Ref) -> Ref:
    """Who the condition speaks of: the words before its verb."""
    for i, word in enumerate(words):
        if word in (
            "is",
            "are",
            "was",
            "were",
            "has",
            "have",
            "appears",
            "seems",
            "remains",
            "looks",
            "be",
            "turns",
            "lies",
            "sits",
        ):
            noun = read_noun(words[:i]) if i else None
            return (
                noun.ref
                if noun and not noun.bare and noun.ref.kind in ("noun", "target", "object", "second")
                else default
            )
    noun = read_noun([w for w in words if w not in _SEEN and w not in _HOLD and w not in ("closed", "shut", "open")])
    if noun and not noun.bare and noun.ref.kind in ("noun", "target", "object", "second"):
        return noun.ref
    return default


def _after(words: list[str], verbs: set[str] | frozenset[str]) -> Ref | None:
    for i, word in enumerate(words):
        if word in verbs:
            rest = words[i + 1 :]
            for j, w in enumerate(rest):
                if w in lex.PREPOSITIONS:
                    rest = rest[:j]
                    break
            noun = read_noun(rest) if rest else None
            if noun:
                return noun.ref
    return None


def _concepts(words: Words) -> set[str]:
    return {lex.CONCEPTS[w] for w in words if w in lex.CONCEPTS}


def read_topic(words: Words) -> Cond | None:
    """What a task must speak of: states, a count, looking, placing, or nouns ("for knives and forks")."""
    concepts = dict.fromkeys(lex.CONCEPTS[w] for w in words if w in lex.CONCEPTS)
    if "single" in words or ("only" in words and "one" in words):
        return Not(Says(("two",)))
    if set(words) & {"change", "state", "states", "treatment"}:  # what the tokens make of "heat, cool or clean"
        concepts = dict.fromkeys((*lex.STATES[:3], *concepts))
    if set(words) & lex.SIMPLE and (set(words) & lex.PLACING or not concepts):
        return Says(("simple",))
    if concepts:
        if len(concepts) > 1 and "look-at" not in words and set(words) & lex.TASK_WORDS:
            concepts.pop("look", None)  # "look whether the task says hot"
        return Says(tuple(concepts))
    if set(words) & lex.PLACING and set(words) & lex.TASK_WORDS:
        return Says(("put",))
    said = set(words)
    named = said & (
        lex.OBJECT_HEADS | lex.TARGET_HEADS | lex.TASK_WORDS | {"objects", "items", "called", "named", "kind", "type"}
    )
    if named or words[:3] in (["it", "is", "a"], ["it", "is", "an"]):
        return _nouns(words)  # "the object is a knife"
    if said & {"is", "are", "was", "were", "has", "have", "will", "do", "does"}:
        return None
    plain = words[0] in lex.DETERMINERS or lex.singular(words[0]) != words[0] or len(words) == 1
    return _nouns(words) if plain else None  # "for knives", "an apple or a pear"


def _nouns(words: Words) -> Cond | None:
    kept = [w if w not in _SKIP and w not in lex.TASK_WORDS else "," for w in words]
    nouns = [n.ref.noun for n in read_nouns(kept) if n.ref.kind == "noun"]
    return Says(tuple(dict.fromkeys(nouns))) if nouns else None


_HEADING_CONCEPTS = lex.words("heat cool clean slice two look")


_LOOKING_AT = lex.words("look-at examine examining inspect task tasks under")


def read_heading(title: Words) -> Cond | None:
    """The tasks that a section is for, if its heading says so ("Heat and place", "If the task says cold")."""
    words = [w for w in title if w not in (",", ";", ":")]
    if words and words[0] in ("if", "when", "for", "whenever"):
        return read_condition(words[1:])
    if set(words) & lex.SIMPLE and set(words) & (lex.PLACING | lex.TASK_WORDS | {"pick"}):
        return Says(("simple",))
    if lights := [w for w in words if lex.singular(w) in lex.LIGHTS]:
        return Says(("look", lex.singular(lights[0])))
    concepts = [lex.CONCEPTS[w] for w in words if w in lex.CONCEPTS]
    wanted = [c for c in dict.fromkeys(concepts) if c in _HEADING_CONCEPTS]
    looks_for = "look" in wanted and not set(words) & _LOOKING_AT  # "look for the object" is for every task
    if looks_for:
        wanted.remove("look")
    return Says(tuple(wanted)) if wanted else None


def qualify(cond: Cond, step: Step) -> Cond | None:
    """What "if needed" means for the step that it qualifies; None for "always"."""
    if cond == State("needed"):
        if isinstance(step, Treat):
            return Says((step.how,)) if step.how != "change" else None
        if isinstance(step, Do) and step.verb == "open":
            return Shut(step.what) if step.what else None
        return State("more") if isinstance(step, Repeat) else None
    if isinstance(step, Do) and step.verb == "open" and step.what and cond in (Shut(IT), Not(Shut(IT))):
        return Shut(step.what)
    if cond == Not(State("needed")):
        return None
    if isinstance(step, Find) and isinstance(cond, Found) and cond.what == IT:
        return Found(step.what)
    return cond
