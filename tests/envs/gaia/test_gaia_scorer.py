"""The official scorer's rules: the table of edge cases, and the copy in inspect-evals where it is installed."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from skillevo.envs.base import Episode, EpisodeKey, StopReason, TaskInstance, Turn
from skillevo.envs.gaia.actions import final_answer
from skillevo.envs.gaia.scorer import is_correct
from skillevo.envs.gaia.verifier import verify

RIGHT = """1,000|1000  $5|5  5%|5  1e3|1000  1_000|1000  5.|5  ５|5  inf|Infinity  a,b|a, b  a;b|a, b  sea gull|Seagull
cat.|Cat"""
WRONG = """17 thousand|17  −5|-5  FINAL ANSWER: 5|5  nan|nan  0.05|5%  b, a|a, b  a, b.|a, b  a, b and c|a, b, c
1,234, 5|1234, 5  The Cat|Cat  St. Petersburg|Saint Petersburg  3|three  Beyoncé|Beyonce"""


def pairs(table: str) -> list[list[str]]:
    return [pair.split("|") for line in table.splitlines() for pair in line.split("  ")]


@pytest.mark.parametrize(("answer", "gold"), pairs(RIGHT))
def test_counts_as_right(answer: str, gold: str) -> None:
    assert is_correct(answer, gold)


@pytest.mark.parametrize(("answer", "gold"), pairs(WRONG))
def test_counts_as_wrong(answer: str, gold: str) -> None:
    assert not is_correct(answer, gold)


def test_no_answer_is_the_word_none() -> None:
    assert is_correct(None, "None") and not is_correct(None, "0")


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("answer[17]", "17"),
        ("answer[ FINAL ANSWER: a, b ]", "a, b"),
        ("I think so.\nFINAL ANSWER: x\nFinal answer: y", "y"),
        ("answer[a[1]]", "a[1]"),
        ("answer[]", ""),
        ("read_file[x]", None),
        ("17", None),
    ],
)
def test_an_answer_is_extracted(action: str, answer: str | None) -> None:
    assert final_answer(action) == answer


@pytest.mark.parametrize(
    ("actions", "reward", "answered", "tools"),
    [
        (["read_file[x]", "answer[ 3 ]"], 1.0, 1.0, 1.0),
        (["FINAL ANSWER: 3"], 1.0, 1.0, 0.0),
        (["answer[4]"], 0.0, 1.0, 0.0),
        (["answer[]"], 0.0, 0.0, 0.0),
        (["read_file[x]"], 0.0, 0.0, 1.0),
        ([], 0.0, 0.0, 0.0),
    ],
)
def test_extraction_is_told_apart_from_being_right(
    actions: list[str], reward: float, answered: float, tools: float
) -> None:
    turns = [Turn("seen", (), action, 0.0, False) for action in actions]
    episode = Episode(EpisodeKey("q"), 0, turns, "Error: no such file", StopReason.DONE)
    verdict = verify(TaskInstance("q", "gaia", "test", payload={"answer": "3"}), episode)
    assert (verdict.reward, verdict.success) == (reward, reward == 1.0)
    assert (verdict.parts["answered"], verdict.parts["tools"]) == (answered, tools)


def test_without_a_published_answer_nothing_is_right() -> None:
    episode = Episode(EpisodeKey("q"), 0, [Turn("", (), "answer[None]", 0.0, True)], "", StopReason.DONE)
    assert verify(TaskInstance("q", "gaia", "test", payload={"answer": None}), episode).reward == 0.0


def generated(n: int) -> list[tuple[str, str]]:
    """Gold answers of all three kinds, and answers that are near them."""
    rng = random.Random(11)
    words = ["Seagull", "sea gull", "St. Ives", "Beyoncé", "cat.", "The Cat", "three", "x-1", "a b", "ÄÖ", "'q'", ""]
    numbers = ["5", "-5", "1000", "1,000", "1e3", "0.05", "5%", "$5", "5.", "1_000", "nan", "inf", "５", "+7", " 7 "]

    def gold() -> str:
        kind = rng.randrange(3)
        if kind == 2:
            return rng.choice([",", ", ", ";", "; "]).join(rng.choices(words + numbers, k=rng.randrange(2, 5)))
        return rng.choice(numbers if kind else words)

    def near(text: str) -> str:
        change: Callable[[str], str] = rng.choice(
            [str, str.upper, str.lower, str.strip, lambda t: t.replace(" ", ""), lambda t: t.replace(",", ";"),
             lambda t: t + rng.choice([".", " ", "%", "$", ", x", "\n", "0"]), lambda t: "FINAL ANSWER: " + t,
             lambda t: t[::-1], lambda t: gold()]
        )  # fmt: skip
        return change(text)

    return [(near(g), g) for g in (gold() for _ in range(n))]


@pytest.mark.evals
def test_agrees_with_the_scorer_of_inspect_evals() -> None:
    theirs = pytest.importorskip("inspect_evals.gaia.scorer", reason="needs inspect-evals (make test-evals)")
    ask: Any = theirs.question_scorer
    cases = generated(10_000)
    differing = [
        (a, g) for a, g in cases if (ask(a, g)[0] if isinstance(ask(a, g), tuple) else ask(a, g)) != is_correct(a, g)
    ]
    assert differing == []
    assert 2_000 < sum(is_correct(a, g) for a, g in cases) < 8_000
