"""Diffs lose nothing, and count words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skillevo.harness.report.diff import LONGEST, diff_words

WORDS = st.lists(
    st.sampled_from(["Open", "the", "cupboard", ".", "\n", "<b>", "Look", " ", "2", "naïve"]), max_size=30
).map(" ".join)


@given(WORDS, WORDS)
def test_the_pieces_make_both_texts(old: str, new: str) -> None:
    found = diff_words(old, new)
    assert "".join(p.text for p in found.pieces if p.kind != "in") == old
    assert "".join(p.text for p in found.pieces if p.kind != "out") == new
    assert 0 <= found.size <= 1 and (found.size == 0) == (old.split() == new.split())


def test_phrases_change_and_not_letters() -> None:
    found = diff_words("1. Open the cupboard.", "1. Look in the old cupboard.")
    assert [(p.kind, p.text) for p in found.pieces if p.kind != "same"] == [
        ("out", "Open"),
        ("in", "Look in"),
        ("in", "old "),
    ]
    assert (found.removed, found.added, found.words) == (1, 3, 14)


def test_long_texts_are_compared_by_lines() -> None:
    old = "".join(f"line {i} of many\n" for i in range(LONGEST))
    found = diff_words(old, old.replace("line 7 of", "line seven of"))
    assert [p.text for p in found.pieces if p.kind == "in"] == ["line seven of many\n"]
