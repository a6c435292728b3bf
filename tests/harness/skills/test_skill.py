"""SKILL.md: read, written, identified, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import DataError
from skillevo.harness.skills import Skill, load_skill, parse_skill

GOOD = "---\nname: find-it\ndescription: How to find\n  things.\nlicense: MIT\n---\n\n# Steps\n\n1. Look.\n"

line = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(
    lambda t: t.strip() == t and " ".join(t.split()) == t
)


def test_a_skill_file_is_read() -> None:
    skill = parse_skill(GOOD)
    assert (skill.name, skill.description, skill.body) == ("find-it", "How to find things.", "# Steps\n\n1. Look.")
    assert skill.extra == {"license": "MIT"} and skill.version == 1
    assert skill.shown().id == skill.id and skill.id.startswith("find-it@")


@given(st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True), line, line)
def test_what_is_written_is_read_back(name: str, description: str, body: str) -> None:
    skill = Skill(name, description[:1024].strip(), body)
    again = parse_skill(skill.to_markdown())
    assert again == skill and again.id == skill.id


def test_the_id_names_the_content_and_nothing_else() -> None:
    skill = parse_skill(GOOD)
    assert Skill(skill.name, skill.description, skill.body, version=3, parent="x").id == skill.id
    assert Skill(skill.name, skill.description, skill.body + "!").id != skill.id
    assert Skill(skill.name, skill.description + "!", skill.body).id != skill.id


def test_folders_and_files_both_load(tmp_path: Path) -> None:
    path = parse_skill(GOOD).write(tmp_path)
    assert path == tmp_path / "find-it" / "SKILL.md"
    assert load_skill(path) == load_skill(path.parent) == load_skill(str(path))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no front matter"),
        ("# Steps", "no front matter"),
        ("---\nname: x", "no front matter"),
        ("---\n: : :\n---\nbody", "not YAML"),
        ("---\n- a\n---\nbody", "without fields"),
        ("---\nname: x\n---\nbody", "lacks description"),
        ("---\nname: 5\ndescription: d\n---\nbody", "lacks name"),
        ("---\nname: Find It\ndescription: d\n---\nbody", "lower-case"),
        ("---\nname: ../up\ndescription: d\n---\nbody", "lower-case"),
        ("---\nname: x\ndescription: d\n---\n  \n", "empty body"),
        (f"---\nname: x\ndescription: {'d' * 1025}\n---\nbody", "1 to 1024"),
    ],
)
def test_what_is_no_skill_is_one_clear_error(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "SKILL.md"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=complaint) as e:
        load_skill(path)
    assert "SKILL.md" in str(e.value) and "\n" not in str(e.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read the skill"):
        load_skill(tmp_path / "nowhere")
    (tmp_path / "SKILL.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        load_skill(tmp_path)


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert parse_skill("\ufeff" + GOOD.replace("\n", "\r\n")).name == "find-it"
