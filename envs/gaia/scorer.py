"""GAIA's official rules for comparing an answer with the gold one, exactly, quirks included.

The rules are those of the leaderboard's scorer; `make test-evals` compares with the copy in inspect-evals.
There is no folding of articles, units, synonyms or accents: the form of an answer is the model's job.
"""

from __future__ import annotations

import re
import string

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_SPACE = re.compile(r"\s")
_SEPARATOR = re.compile(r"[,;]")


def is_correct(answer: str | None, gold: str) -> bool:
    """Whether the leaderboard counts the answer as right.

    A gold number wants an equal number; a gold text with a comma or semicolon is a list, whose elements are compared
    in order and with their punctuation; any other gold text is compared without white space, case and punctuation.
    """
    answer = "None" if answer is None else answer
    if _is_number(gold):
        return _number(answer) == float(gold)
    if _SEPARATOR.search(gold):
        given, wanted = _SEPARATOR.split(answer), _SEPARATOR.split(gold)
        return len(given) == len(wanted) and all(map(_same_element, given, wanted))
    return _plain(answer).translate(_PUNCTUATION) == _plain(gold).translate(_PUNCTUATION)


def _same_element(given: str, wanted: str) -> bool:
    return _number(given) == float(wanted) if _is_number(wanted) else _plain(given) == _plain(wanted)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> float:
    """The number that a text is but for $, % and commas; infinity where it is none."""
    for sign in "$%,":
        text = text.replace(sign, "")
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _plain(text: str) -> str:
    return _SPACE.sub("", text).lower()
