"""Text as the ranker reads it: words, each a bag of hashed pieces, so that no word is unknown.

A word's vector is the mean of the vectors of its letter sequences (after fastText): plurals, compounds and
words never met before share pieces with words that were.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from skillevo.harness.policies.stem import stem

BUCKETS = 6000
"""Rows of the table that pieces are hashed into."""

_SHORTEST, _LONGEST, _MOST = 3, 4, 24
_MOST_WORDS = 8
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[,:]|[.;!?\n]+")
_ENDS = frozenset(".;!?\n")


class Token(NamedTuple):
    """A word of a text, and which sentence or line it stands in."""

    word: str
    sentence: int


def read_words(text: str) -> list[Token]:
    """The words of a text in order, lower case; commas and colons are words, other marks end a sentence."""
    found: list[Token] = []
    sentence, started = 0, False
    for piece in _TOKEN.findall(text.lower()):
        if piece[0] in _ENDS:
            sentence += started
            started = False
        else:
            found.append(Token(piece, sentence))
            started = started or not piece.isdigit()  # "1." begins a line, it does not end a sentence
    return found


@lru_cache(maxsize=16384)
def pieces(word: str) -> tuple[int, ...]:
    """The rows of the table whose mean is the word's vector: the word itself and its letter sequences."""
    if " " in word:  # several words: their pieces together
        return tuple(p for w in word.split()[:_MOST_WORDS] for p in pieces(w))
    marked = f"<{word}>"
    grams = [marked]
    if len(word) > 1:
        grams += [marked[i : i + n] for n in range(_SHORTEST, _LONGEST + 1) for i in range(len(marked) - n + 1)]
    return tuple(zlib.crc32(g.encode()) % BUCKETS for g in grams[:_MOST])


def stems(text: str) -> frozenset[str]:
    """The words of a text without plural endings, and each two neighbours written as one ("side table", "sidetable").

    A number stays with the word before it ("drawer 3").
    """
    words = [t.word for t in read_words(text)]
    single = [stem(w) for w in words]
    joined = {a + stem(b) for a, b in pairwise(words) if not b.isdigit()}
    numbered = {f"{a} {b}" for a, b in zip(single, words[1:], strict=False) if b.isdigit()}
    return frozenset((*single, *joined, *numbered))
