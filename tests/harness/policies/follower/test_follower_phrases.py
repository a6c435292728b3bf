"""How much English the follower reads.

`dev.jsonl` is what the parser was written against: all of it is read as noted. `heldout.jsonl` was written in one
sitting by the parser's author with the parser frozen, measured once, and never used to change it. It is the second such
set: the first one (207 sentences, 0.836 read as meant) was then tuned on and is part of `dev.jsonl`, so that 0.836 and
0.904 bracket what to expect of one author's phrasings, and strangers may fare worse.

Each line is a sentence and what it means, in the written form
of steps.py, read as item 4 of a list; "unread" marks sentences that nothing may be made of.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.harness.policies.follower import parse, read_text, show

HERE = Path(__file__).parent
MEASURED = 0.904
"""Share of the held-out phrasings that were read as meant on the one day of measurement (170 of 188)."""


def phrasings(name: str) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]
    return [(row["text"], row["means"]) for row in rows]


DEV, HELD_OUT = phrasings("dev.jsonl"), phrasings("heldout.jsonl")


def test_everything_that_the_parser_was_written_against_is_read() -> None:
    wrong = {text: got for text, means in DEV if (got := show(read_text(text, 4))) != means}
    assert wrong == {}


def test_held_out_phrasings_are_read_as_often_as_measured(capsys: pytest.CaptureFixture[str]) -> None:
    right = sum(show(read_text(text, 4)) == means for text, means in HELD_OUT)
    with capsys.disabled():
        print(f"\nheld-out phrasings read as meant: {right}/{len(HELD_OUT)} = {right / len(HELD_OUT):.3f}", end=" ")
    assert right / len(HELD_OUT) >= MEASURED


def test_the_two_sets_share_no_sentence() -> None:
    def plain(rows: list[tuple[str, str]]) -> set[str]:
        return {"".join(c for c in text.lower() if c.isalnum()) for text, _ in rows}

    assert len(HELD_OUT) >= 150
    assert plain(DEV) & plain(HELD_OUT) == set()


@pytest.mark.parametrize("rows", [DEV, HELD_OUT], ids=["dev", "heldout"])
def test_every_kind_of_step_is_asked_for(rows: list[tuple[str, str]]) -> None:
    heads = {word for _, means in rows for word in re.findall(r"[a-z]+", means)}
    kinds = (
        "find take put go open close use examine heat cool clean slice if repeat jump stop prefer opening means never"
    )
    assert {*kinds.split(), "look", "inventory", "remark", "unread"} <= heads


WORDS = sorted({word for text, _ in DEV for word in text.split()} | set(",.;:?()-&=>*_`#|[]{}") | {"->", "1.", "- "})


@given(st.lists(st.sampled_from(WORDS), max_size=25), st.sampled_from(["1. ", "- ", "  - ", "## ", "| ", ""]))
def test_no_text_is_too_strange_to_parse(words: list[str], mark: str) -> None:
    program = parse(mark + " ".join(words))
    assert all(isinstance(sentence, str) and sentence for sentence in program.unread)


@given(st.text(max_size=200))
def test_any_text_parses(text: str) -> None:
    parse(text)


def test_formatting_changes_nothing() -> None:
    plain = read_text("Go to the microwave and heat the object.")
    for text in (
        "**Go to the microwave** and _heat the object_.",
        "`Go to` the [microwave](https://example.org) and heat the object!",
        "GO TO THE MICROWAVE AND HEAT THE OBJECT",
        "You should go to the microwave and then heat the object.",
        "Then, please go to the microwave & heat the object",
    ):
        assert read_text(text) == plain, text
