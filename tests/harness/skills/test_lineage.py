"""The lineage beside a SKILL.md: what a skill is made from outlives the process that made it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import DataError, TaskInstance
from skillevo.harness.skills import Guard, Provenance, Skill, load_skill, load_skills, write_bank

MADE = Provenance("writer", ("a", "b"), ("test",), (0.25, 0.5))
CHILD = Skill("find-it", "How to find it.", "1. Look.", provenance=Provenance()).rewritten("1. Look twice.", "d", MADE)


def test_a_written_skill_is_read_back_with_its_past(tmp_path: Path) -> None:
    path = CHILD.write(tmp_path)
    assert load_skill(path) == CHILD and load_skill(tmp_path / "find-it").provenance.instances == ("a", "b")
    assert {p.name for p in path.parent.iterdir()} == {"SKILL.md", "lineage.json"}, "nothing half-written stays"


def test_the_guard_knows_a_skill_from_disk(tmp_path: Path) -> None:
    loaded = load_skill(CHILD.write(tmp_path))
    assert Guard("other").check(loaded, TaskInstance("a", "w", "test"))[0].refused
    assert Guard("other").check(loaded, TaskInstance("c", "w", "test")) == ()


def test_a_skill_changed_by_hand_is_a_next_version_made_from_the_same(tmp_path: Path) -> None:
    path = CHILD.write(tmp_path)
    path.write_text(path.read_text().replace("twice", "thrice"))
    loaded = load_skill(path)
    assert (loaded.version, loaded.parent, loaded.provenance.author) == (3, CHILD.id, "file")
    assert loaded.provenance.instances == ("a", "b") and not loaded.provenance.known


def test_without_a_lineage_nothing_is_known(tmp_path: Path) -> None:
    path = CHILD.write(tmp_path)
    (path.parent / "lineage.json").unlink()
    assert load_skill(path).version == 1 and not load_skill(path).provenance.known


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"id": "x", "version": "y", "parent": "", "provenance": {}}'])
def test_a_damaged_lineage_is_one_clear_error(text: str, tmp_path: Path) -> None:
    path = CHILD.write(tmp_path)
    (path.parent / "lineage.json").write_text(text)
    with pytest.raises(DataError, match="is no lineage") as e:
        load_skill(path)
    assert "\n" not in str(e.value)


word = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20)


@given(
    st.integers(1, 99),
    st.builds(
        Provenance,
        word,
        st.lists(word, max_size=3).map(tuple),
        st.lists(word, max_size=2).map(tuple),
        st.lists(st.floats(0, 1), max_size=4).map(tuple),
        st.booleans(),
    ),
)
def test_a_skill_survives_json(version: int, made: Provenance) -> None:
    skill = Skill("s", "d", "b", version, "p@1", made, {"license": "MIT"})
    assert Skill.from_dict(json.loads(json.dumps(skill.as_dict()))) == skill


def test_a_bank_is_a_folder_of_skills(tmp_path: Path) -> None:
    second = Skill("b", "d", "2", provenance=Provenance())
    write_bank([CHILD, second], tmp_path / "bank")
    (tmp_path / "bank" / "bank.json").write_text("{}")
    assert load_skills(tmp_path / "bank") == (second, CHILD), "in the order of their names"
    assert load_skills(tmp_path / "bank" / "b") == (second,)
    with pytest.raises(DataError, match="several called b"):
        write_bank([second, second], tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no skill"):
        load_skills(tmp_path / "empty")
