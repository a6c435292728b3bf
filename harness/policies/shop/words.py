"""The words of requests, titles and queries: what of them carries meaning, and what a request lets one search for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from skillevo.harness.policies.stem import stem

_WORD = re.compile(r"[a-z0-9]+(?:[-'.][a-z0-9]+)*")
_LIMIT = re.compile(r",? and price lower than (\d+(?:\.\d+)?) dollars\W*$", re.IGNORECASE)
_LEADS = re.compile(r",|\b(?:with|for|made of|that|which|whose|in size|in the|in|size|colored)\b")
_EMPTY_WORDS = (
    "a an the and or of to in on at by for with from as is are be it its that this which who whose one ones i i'm "
    "im me my we our us you your he she they them their would could should can will do does did not no if so "
    "please help want wants wanted need needs needed like love look looking find get got buy order shop shopping "
    "pick show see there some any something time have has had asked sister brother mother father friend after am "
    "what mind replace mine also price lower than dollars dollar made"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())


def request_of(instruction: str) -> str:
    """An instruction without its limit of price."""
    return _LIMIT.sub("", instruction).strip()


def limit_of(instruction: str) -> float | None:
    """The price that must not be passed, if there is one."""
    found = _LIMIT.search(instruction)
    return float(found[1]) if found else None


@lru_cache(8192)
def content(text: str) -> tuple[str, ...]:
    """The words that carry meaning, in order, without endings of the plural."""
    return tuple(stem(w) for w in _WORD.findall(text.lower()) if w not in _EMPTY)


def overlap(asked: str, text: str) -> float:
    """The share of the words of `asked` that `text` has; 0 where nothing is asked."""
    wanted = set(content(asked))
    return len(wanted & set(content(text))) / len(wanted) if wanted else 0.0


@lru_cache(8192)
def says(text: str, value: str) -> bool:
    """Whether a text has a value's words one after the other."""
    wanted = [stem(w) for w in _WORD.findall(value.lower())]
    words = [stem(w) for w in _WORD.findall(text.lower())]
    n = len(wanted)
    return n > 0 and any(words[i : i + n] == wanted for i in range(len(words) - n + 1))


@lru_cache(4096)
def queries(instruction: str) -> tuple[str, ...]:
    """What one may search for: a few queries made of a request, the whole of it first. Follows from the request alone.

    In order, each once: all words that carry meaning; the first part (before the first comma or "with", "for", ...);
    its last word and its last two, which name the kind of thing; the first part with the second one; all parts but
    the last.
    """
    parts = [_words(part) for part in _LEADS.split(request_of(instruction).lower())]
    parts = [p for p in parts if p] or [["anything"]]
    first = parts[0]
    made: Sequence[Sequence[str]] = (
        [w for p in parts for w in p],
        first,
        first[-1:],
        first[-2:],
        first + [w for p in parts[1:2] for w in p],
        [w for p in parts[:-1] for w in p] or first,
    )
    return tuple(dict.fromkeys(" ".join(dict.fromkeys(words)) for words in made))


def kind_of(instruction: str) -> str:
    """The words of a request's first part, which end with the kind of thing that is wanted: the last two of them."""
    first = next((p for part in _LEADS.split(request_of(instruction).lower()) if (p := _words(part))), ["anything"])
    return " ".join(first[-2:])


def _words(text: str) -> list[str]:
    return [w for w in _WORD.findall(text) if w not in _EMPTY]
