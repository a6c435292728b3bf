"""Whether two texts are alike: the original's `token_set_ratio(a, b) > 85`, decided as thefuzz 0.19 with difflib does.

Other implementations of the same ratio (Levenshtein, rapidfuzz) give other scores for one pair in five, and now and
then another decision, so it is computed here.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

LIMIT = 85

_NO_WORD = re.compile(r"\W")
_LATIN_1 = dict.fromkeys(range(128, 256))


@lru_cache(1 << 16)
def alike(one: str, other: str) -> bool:
    """Whether the texts' sets of words are alike by more than 85 per cent.

    The words that both have are compared with each text's words in turn (shared ones first), and those with each
    other; the best of the three ratios counts.
    """
    words, others = _words(one), _words(other)
    if not words or not others:
        return False
    shared = " ".join(sorted(words & others))
    first = f"{shared} {' '.join(sorted(words - others))}".strip()
    second = f"{shared} {' '.join(sorted(others - words))}".strip()
    return _close(shared, first) or _close(shared, second) or _close(first, second)


@lru_cache(1 << 14)
def _words(text: str) -> frozenset[str]:
    # Letters with accents are dropped, not replaced.
    return frozenset(_NO_WORD.sub(" ", text.translate(_LATIN_1)).lower().split())


def _close(one: str, other: str) -> bool:
    if one == other:
        return True
    if not one or not other:
        return False
    # Letters in common, whatever their order, bound the ratio; most pairs end here.
    total = len(one) + len(other)
    if _over(2 * min(len(one), len(other)) / total) and _over(2 * (Counter(one) & Counter(other)).total() / total):
        return _over(SequenceMatcher(None, one, other).ratio())
    return False


def _over(ratio: float) -> bool:
    return round(100 * ratio) > LIMIT
