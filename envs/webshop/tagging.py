"""Which words of a title are nouns: the one place where the reward depends on a language model.

`rule` decides by the word alone and is the same everywhere; `spacy` is the original's tagger, where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from importlib import metadata, util
from typing import Any, Protocol

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop.english import tokenize

SPACY_MODELS = ("en_core_web_sm", "en_core_web_lg")
"""The models that the original's code and its users load; the first one that is installed is taken."""

_REMEMBERED = 1 << 14
"""Titles whose nouns are kept: a tagger is asked twice for every purchase."""

_FUNCTION_WORDS = (
    "a an the and or but nor for of in on at to from by with without as is are was were be been it its this that "
    "these those you your my our their his her i we they he she not no yes up down out over under per via into "
    "about than then so very more most can will may"
)
_NO_NOUNS = frozenset(_FUNCTION_WORDS.split())
_NO_NOUN_ENDINGS = ("ly", "ful", "ous", "able", "ible", "ive", "less", "ish", "ing", "ize", "ise")


class Tagger(Protocol):
    """Finds the nouns of a title."""

    @property
    def name(self) -> str:
        """What results record: `rule`, or `spacy/MODEL VERSION`."""
        ...

    def nouns(self, title: str) -> tuple[str, ...]:
        """The nouns and proper nouns in lower case, in order and with repeats."""
        ...


class RuleTagger:
    """Every word with a letter is a noun unless it is a function word or ends like a verb or an adjective."""

    name = "rule"

    @staticmethod
    @lru_cache(_REMEMBERED)
    def nouns(title: str) -> tuple[str, ...]:
        words = (token.lower() for token in tokenize(title))
        return tuple(w for w in words if w not in _NO_NOUNS and not w.endswith(_NO_NOUN_ENDINGS) and _has_letter(w))


class SpacyTagger:
    """A spaCy model's parts of speech."""

    def __init__(self, name: str) -> None:
        import spacy

        self.name = name
        model = name.removeprefix("spacy/").partition(" ")[0]
        self._pipeline: Callable[[str], Any] = spacy.load(model, exclude=["parser", "ner"])
        self.nouns = lru_cache(_REMEMBERED)(self._find)

    def _find(self, title: str) -> tuple[str, ...]:
        return tuple(t.text.lower() for t in self._pipeline(title) if t.pos_ in ("NOUN", "PROPN"))


def resolve(name: str) -> str:
    """The name under which results record a tagger: `rule`, or `spacy/MODEL VERSION`. Loads nothing.

    Args:
        name: `rule`; `spacy`, for the first of `SPACY_MODELS` that is installed; `spacy/MODEL`, with or without a
            version; `auto`, for spacy where it is installed and the rule elsewhere.

    Raises:
        SkillevoError: there is no such tagger, or it is not installed.
    """
    if name == "rule":
        return name
    kind, _, model = name.partition("/")
    model, _, version = model.partition(" ")
    if kind not in ("auto", "spacy") or (kind == "auto" and model):
        raise SkillevoError(f"there is no tagger {name!r}: it is rule, spacy, spacy/MODEL or auto")
    installed = util.find_spec("spacy") is not None
    found = next((m for m in ([model] if model else SPACY_MODELS) if installed and util.find_spec(m)), None)
    if found is None and kind == "auto":
        return "rule"
    if found is None:
        raise SkillevoError(
            f"the tagger {name} needs spaCy with the model {model or ' or '.join(SPACY_MODELS)}, which is not "
            "installed here; `rule` needs nothing, but its rewards are not comparable with spaCy's"
        )
    exact = f"spacy/{found} {metadata.version(found)}"
    if version and exact != name:
        raise SkillevoError(f"the tagger {name} was asked for, and {exact} is installed")
    return exact


@cache
def get_tagger(name: str) -> Tagger:
    """The tagger of a name that `resolve` takes, one for the whole process.

    Raises:
        SkillevoError: there is no such tagger, or it is not installed.
    """
    exact = resolve(name)
    return RuleTagger() if exact == "rule" else SpacyTagger(exact)


def _has_letter(word: str) -> bool:
    return any(map(str.isalpha, word))
