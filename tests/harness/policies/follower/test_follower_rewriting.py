"""Substitutions: passing one over must never change a text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillevo.harness.policies.follower import text as tables
from skillevo.harness.policies.follower.rewriting import Rewrite, needed, phrases, rewrite

TABLES = {"rewrites": tables._REWRITES, "phrases": tables._PLAIN}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("in the event that", "in the event that"),
        ("provided(?: that)?", "provided"),
        (r"^(?:the|an) (?:agent|robot)", " "),
        ("so (?:that )?(?:you|we) (?:can|may)", "so "),
        ("comes? into sight", " into sight"),
        ("rinse,? repeat", " repeat"),
        (r"go on(?= \w+ing\b)", "go on"),
        ("x{0,3}y[a b]z", "y"),
        ("[a-z]+", ""),
    ],
)
def test_what_a_match_must_hold(pattern: str, found: str) -> None:
    assert needed(pattern) == found


def test_no_choice_is_left_outside_of_groups() -> None:
    """What `needed` takes for granted of the table's phrases."""
    for row in tables._PHRASES.strip("\n").splitlines():
        for phrase in row.split(" <- ")[1].split(" | "):
            without = re.sub(r"\\.|\[[^\]]*\]", "", phrase)
            while "(" in without:
                without, n = re.subn(r"\([^()]*\)", "", without)
                assert n, phrase
            assert "|" not in without and ")" not in without, phrase


def test_a_phrase_that_needs_nothing_is_always_tried() -> None:
    (both,) = phrases("x <- [ab]+ | see you")
    assert both.needs == ()
    assert rewrite("ab, see you", (both,)) == "x, x"
    (one,) = phrases("x <- hello there | see you")
    assert one.needs == ("hello there", "see you")


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_every_match_holds_what_its_substitution_needs(name: str, data: st.DataObject) -> None:
    row: Rewrite = data.draw(st.sampled_from(TABLES[name]))
    words = st.from_regex(re.compile(row.pattern.pattern, re.ASCII), fullmatch=False)
    text = f"{data.draw(st.sampled_from(['', 'go to it, ']))}{data.draw(words)}".lower()
    if row.pattern.search(text):
        assert not row.needs or any(need in text for need in row.needs)
    assert rewrite(text, (row,)) == row.pattern.sub(row.replacement, text)


def test_the_phrasings_at_hand_are_read_as_without_it() -> None:
    always = {name: [r._replace(needs=()) for r in table] for name, table in TABLES.items()}
    texts = [line for file in sorted(Path(__file__).parent.glob("*.jsonl")) for line in _texts(file)]
    assert len(texts) > 300
    for text in texts:
        text = text.strip().lower()
        whole = rewrite(rewrite(text, always["rewrites"]).strip(), always["phrases"])
        assert rewrite(rewrite(text, TABLES["rewrites"]).strip(), TABLES["phrases"]) == whole


def _texts(file: Path) -> list[str]:
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for v in value.values():
                walk(v)
        elif isinstance(value, list):
            for v in value:
                walk(v)

    for line in file.read_text("utf-8").splitlines():
        walk(json.loads(line))
    return found
