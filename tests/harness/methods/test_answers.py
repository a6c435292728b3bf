"""What a document comes wrapped in, and what is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.harness.methods.answers import BadEdit, unwrap

SKILL = "1. Look in the fridge.\n2. Take it."
WITH_CODE = "1. Run this:\n\n```sh\nls\n```\n\n2. Read what it says."


@pytest.mark.parametrize(
    "answer",
    [
        SKILL,
        f"\n\n  {SKILL}\n\n",
        f"```markdown\n{SKILL}\n```",
        f"```\n{SKILL}\n```",
        f"```yaml\n{SKILL}\n```",
        f"````md\n{SKILL}\n````",
        f"Here is the new skill:\n\n```markdown\n{SKILL}\n```",
        f"Here it is:\n```md\n{SKILL}\n```\nI hope that it helps.",
        f"```markdown\n{SKILL}\n```\n\nThe first step is new.",
        f"<think>It never looked.</think>\n{SKILL}",
        f"<think>It never looked.</think>\n```markdown\n{SKILL}\n```",
    ],
)
def test_wrappings_go(answer: str) -> None:
    assert unwrap(answer) == SKILL


@pytest.mark.parametrize(
    "answer",
    [
        WITH_CODE,
        "```sh\nls\n```\n\nThat is all.",
        "Use `it`.",
        "a ```` b",
        "Look:\n\n```\none\n```\n\n```\ntwo\n```",
        "First:\n```md\none\n```\nSecond:\n```md\ntwo\n```",
    ],
)
def test_fences_that_are_a_part_of_it_stay(answer: str) -> None:
    assert unwrap(answer) == answer


def test_a_fence_within_the_fence_stays() -> None:
    assert unwrap(f"```markdown\n{WITH_CODE}\n```") == WITH_CODE
    assert unwrap(f"````markdown\n{WITH_CODE}\n````\nDone.") == WITH_CODE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "empty"),
        ("```markdown\n\n```", "empty"),
        ("<think>nothing comes of it</think>", "empty"),
        ("<think>It never looked, and", "a thought without an end"),
        (f"```markdown\n{SKILL}", "a fence without an end"),
        (f"Here it is:\n```markdown\n{SKILL}", "a fence without an end"),
        (f"````md\n{SKILL}\n```", "a fence without an end"),
    ],
)
def test_what_holds_no_document(answer: str, reason: str) -> None:
    assert unwrap(answer) == BadEdit(reason)


pieces = st.lists(st.sampled_from(["```", "```md", "```sh", "````", "<think>", "</think>", "1. Look.", "", "---", " "]))


@given(pieces.map("\n".join) | st.text(max_size=200))
def test_a_document_is_a_part_of_its_answer_and_never_empty(answer: str) -> None:
    found = unwrap(answer)
    if isinstance(found, str):
        assert found == found.strip() and found and found in answer
