"""The contract of the generator's answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.harness.methods.generator import BadEdit, EditRules, read_edit
from skillevo.harness.skills import Provenance, Skill

PARENT = Skill("find-it", "How to find it.", "1. Look.", version=3, extra={"license": "MIT"})
MADE = Provenance("writer", ("i",), ("test",), (0.5,))


def read(answer: str) -> Skill | BadEdit:
    return read_edit(answer, PARENT, MADE, EditRules())


@pytest.mark.parametrize(
    "answer",
    [
        "1. Look twice.",
        "\n\n1. Look twice.\n",
        "```markdown\n1. Look twice.\n```",
        "```\n1. Look twice.\n```",
        "<think>\nIt looked once.\n</think>\n\n1. Look twice.",
        "---\nname: another-name\ndescription: How to find it.\n---\n\n1. Look twice.",
    ],
)
def test_the_forms_of_an_answer(answer: str) -> None:
    skill = read(answer)
    assert isinstance(skill, Skill)
    assert (skill.name, skill.description, skill.body) == ("find-it", "How to find it.", "1. Look twice.")
    assert (skill.version, skill.parent, skill.provenance, skill.extra) == (4, PARENT.id, MADE, {"license": "MIT"})


def test_a_stated_description_is_taken() -> None:
    skill = read("---\nname: x\ndescription: Better words.\n---\n1. Look.")
    assert isinstance(skill, Skill) and skill.description == "Better words." and skill.name == "find-it"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("```\n\n```", "empty"),
        ("<think>only</think>", "empty"),
        ("x" * 8001, "too long"),
        ("---\nname: x\n---\nbody", "unreadable"),
        ("---\n: :\n---\n", "unreadable"),
    ],
)
def test_what_is_no_skill(answer: str, reason: str) -> None:
    assert read(answer) == BadEdit(reason)


@given(st.text(max_size=300))
def test_no_answer_breaks_it(answer: str) -> None:
    found = read(answer)
    assert isinstance(found, Skill | BadEdit)
    if isinstance(found, Skill):
        assert found.body.strip()
