"""A clause taken apart: its verb, what the verb is about, and the phrases that say where, whence and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from skillevo.harness.policies.follower import lexicon as lex
from skillevo.harness.policies.follower.nouns import Noun, read_nouns
from skillevo.harness.policies.follower.steps import IT, Ref, Remark, Step

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

    def excepted(self) -> tuple[Ref, ...]:
        """What the clause leaves out ("except the X")."""
        return tuple(n.ref for n in self.after("except") if n.ref.kind in ("noun", "target", "tool", "appliance"))


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


def split_phrases(words: Words) -> tuple[Words, tuple[tuple[str, Words], ...]]:
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
        if word == "to" and current[:1] == ["where"] and words[i + 1 : i + 2] and words[i + 1] in lex.VERBS:
            current.append(word)  # "where it has to go"
        elif word in ("where", "wherever") and not (current and lex.singular(current[-1]) in lex.PLACE_HEADS):
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
