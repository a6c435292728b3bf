"""Word-level differences between two versions of a skill, as a reader marks them up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

Kind = Literal["same", "out", "in"]
_TOKEN = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
LONGEST = 6_000
"""Words of both texts together up to which words are compared; beyond it, lines are."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went out or came in."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The way from one text to another.

    Attributes:
        pieces: in reading order; those that stayed and went out make the old text, stayed and came in the new.
        removed, added: words, white space not counted.
        words: of both texts together.
    """

    pieces: tuple[Piece, ...]
    removed: int
    added: int
    words: int

    @property
    def size(self) -> float:
        """Words removed and added, over the words of both texts: 0 for equal texts, 1 for nothing in common."""
        return (self.removed + self.added) / self.words if self.words else 0.0


@lru_cache(maxsize=4096)
def diff_words(old: str, new: str) -> Diff:
    """Compare word by word."""
    a, b = _tokens(old), _tokens(new)
    if len(a) + len(b) > LONGEST:
        a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces = tuple(_joined(_pieces(a, b)))
    removed, added = (sum(_words(p.text) for p in pieces if p.kind == kind) for kind in ("out", "in"))
    return Diff(pieces, removed, added, _words(old) + _words(new))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _words(text: str) -> int:
    return sum(not t.isspace() for t in _TOKEN.findall(text))


def _pieces(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(a[a1:a2]))
            continue
        if a2 > a1:
            yield Piece("out", "".join(a[a1:a2]))
        if b2 > b1:
            yield Piece("in", "".join(b[b1:b2]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Changes that only white space separates are one: a reader sees phrases change, not words."""
    out, into, gap = "", "", ""
    for piece in pieces:
        if piece.kind == "same" and piece.text.isspace() and "\n" not in piece.text and (out or into):
            gap += piece.text
            continue
        if piece.kind == "same":
            yield from _change(out, into)
            if gap:
                piece = Piece("same", gap + piece.text)
            yield piece
            out, into, gap = "", "", ""
        else:
            out, into, gap = out + gap, into + gap, ""
            out, into = (out + piece.text, into) if piece.kind == "out" else (out, into + piece.text)
    yield from _change(out, into)
    if gap:
        yield Piece("same", gap)


def _change(out: str, into: str) -> Iterator[Piece]:
    if out:
        yield Piece("out", out)
    if into:
        yield Piece("in", into)
