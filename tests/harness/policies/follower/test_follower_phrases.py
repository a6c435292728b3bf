"""How much English the follower reads, and that it says so where it does not.

`dev.jsonl` is what the parser was written against: all of it is read as noted. The held-out files were each written in
one sitting by the parser's author before the parser was touched, and never used to change it:

- `heldout.jsonl` is the second such set: 0.904 when it was written, 0.894 since every word must be accounted for (two
  sentences more are reported, two fewer misread). The first one (207 sentences, 0.836) was then tuned on and is part of
  `dev.jsonl`.
- `heldout3.jsonl` is hard on purpose: runbook shorthand, idioms and officialese by three imagined writers, with orders
  that no reader could follow among them. It tells what an unusual writer may expect. A row lists every reading that
  would be right, and whether something of the sentence has to be reported; one row was given a second way of writing
  its meaning when "except" got a notation of its own.

Each line is a sentence and what it means, in the written form of steps.py, read as item 4 of a list; "unread" marks
sentences that nothing may be made of.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.harness.policies.follower import parse, read_text, show

HERE = Path(__file__).parent
SLACK = 0.02


class Phrase(NamedTuple):
    """A sentence, the readings that would be right, and whether part of it has to be reported besides."""

    text: str
    means: tuple[str, ...]
    reported: bool

    def outcome(self) -> Literal["right", "reported", "silent"]:
        """Read as meant; or not, but the episode says so; or misread without a word."""
        got, unread = show(read_text(self.text, 4)), parse(f"4. {self.text}").unread
        if got in self.means and (unread or not (self.reported or got == "unread")):
            return "right"
        return "reported" if unread else "silent"


def phrasings(name: str) -> list[Phrase]:
    rows = [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]
    readings = [row["means"] if isinstance(row["means"], list) else [row["means"]] for row in rows]
    return [
        Phrase(row["text"], tuple(means), row.get("reported", False)) for row, means in zip(rows, readings, strict=True)
    ]


DEV, HELD_OUT, HARD = phrasings("dev.jsonl"), phrasings("heldout.jsonl"), phrasings("heldout3.jsonl")


def test_everything_that_the_parser_was_written_against_is_read() -> None:
    wrong = {p.text: show(read_text(p.text, 4)) for p in DEV if p.outcome() != "right"}
    assert wrong == {}


@pytest.mark.parametrize(
    ("rows", "right", "silent"), [(HELD_OUT, 168 / 188, 9 / 188), (HARD, 40 / 100, 9 / 100)], ids=["second", "hard"]
)
def test_held_out_phrasings_are_read_as_often_as_measured(
    rows: list[Phrase], right: float, silent: float, capsys: pytest.CaptureFixture[str]
) -> None:
    count = Counter(p.outcome() for p in rows)
    with capsys.disabled():
        print(f"\nheld-out phrasings, {len(rows)}: " + ", ".join(f"{n} {what}" for what, n in count.items()), end=" ")
    assert count["right"] / len(rows) >= right - SLACK
    assert count["silent"] / len(rows) <= silent + SLACK


def test_what_cannot_be_read_is_seldom_misread() -> None:
    """Of the hard phrasings that are not read as meant, at least four in five are reported."""
    missed = [p.outcome() for p in HARD if p.outcome() != "right"]
    assert missed.count("reported") / len(missed) >= 0.8


def test_the_sets_share_no_sentence() -> None:
    def plain(rows: list[Phrase]) -> set[str]:
        return {"".join(c for c in p.text.lower() if c.isalnum()) for p in rows}

    assert len(HELD_OUT) >= 150
    assert len(HARD) == len(plain(HARD)) == 100
    assert plain(DEV) & (plain(HELD_OUT) | plain(HARD)) == set()


ORDERS = [p.text.rstrip(".!") for p in DEV if not {"unread", "remark"} & {*p.means} and p.text[-1] not in "?:"]


@pytest.mark.parametrize("frame", ["{} and wibble the mug.", "Wibble the mug and {}."], ids=["behind", "before"])
def test_an_order_of_an_unknown_verb_is_never_swallowed(frame: str) -> None:
    joined = [frame.format(text if frame.startswith("{") else text[0].lower() + text[1:]) for text in ORDERS]
    assert len(joined) > 700
    assert [text for text in joined if not parse(f"4. {text}").unread] == []


def test_hardly_a_word_can_be_replaced_by_nonsense_unnoticed() -> None:
    """Unless it names a thing, is part of what is only thought or of a circumstance, or was an article."""
    replaced = [
        f"4. {text[: word.start()]}florbled{text[word.end() :]}"
        for text in ORDERS
        for word in re.finditer(r"[A-Za-z]{4,}", text)
    ]
    programs = [parse(body) for body in replaced]
    unnoticed = [b for b, p in zip(replaced, programs, strict=True) if not p.unread and "florble" not in repr(p)]
    assert len(unnoticed) / len(replaced) <= 0.065, unnoticed


@pytest.mark.parametrize("rows", [DEV, HELD_OUT], ids=["dev", "heldout"])
def test_every_kind_of_step_is_asked_for(rows: list[Phrase]) -> None:
    heads = {word for p in rows for means in p.means for word in re.findall(r"[a-z]+", means)}
    kinds = (
        "find take put go open close use examine heat cool clean slice if repeat jump stop prefer opening means never"
    )
    assert {*kinds.split(), "look", "inventory", "remark", "unread"} <= heads


WORDS = sorted({word for p in DEV for word in p.text.split()} | set(",.;:?()-&=>*_`#|[]{}") | {"->", "1.", "- "})


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
