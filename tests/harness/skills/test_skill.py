"""SKILL.md: read, written, identified, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import DataError
from skillevo.harness.skills import Provenance, Skill, load_skill, parse_skill, source_of
from skillevo.harness.skills.skill import LARGEST_FILE

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


def test_editors_of_every_system_write_the_same_skill(tmp_path: Path) -> None:
    plain = GOOD.encode()
    found = []
    for n, raw in enumerate((plain, b"\xef\xbb\xbf" + plain, plain.replace(b"\n", b"\r\n"))):
        (tmp_path / f"{n}.md").write_bytes(raw)
        found.append(load_skill(tmp_path / f"{n}.md"))
    assert found[0] == found[1] == found[2] and found[0].id == parse_skill(GOOD).id


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"---\nname: a\ndescription: caf\xe9\n---\nx", "not a text file in UTF-8"),
        (b"---\nname: a\ndescription: d\n---\n" + b"x" * LARGEST_FILE, "larger than 1,000,000 bytes"),
        (b"---\nname: " + b"[" * 5000 + b"\n---\nx", "nested too deeply|not YAML"),
        (b"---\nname: a\ndescription: d\nwhen: 2026-99-99\n---\nx", "not YAML"),
        (b"---\nname: a\0\ndescription: d\n---\nx", "not YAML"),
    ],
)
def test_a_file_that_is_no_skill_is_one_complaint(raw: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_bytes(raw)
    with pytest.raises(DataError, match=complaint) as e:
        load_skill(tmp_path)
    assert "SKILL.md" in str(e.value) and "\n" not in str(e.value)


def test_a_folder_without_a_skill_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it has none"):
        load_skill(tmp_path)


def test_where_a_skill_comes_from_is_known_by_its_lineage_alone(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_text(GOOD)
    unsigned = load_skill(tmp_path)
    assert not unsigned.provenance.known and source_of([unsigned.provenance], {"x"}) == "unknown"
    assert not unsigned.provenance.joined("w", "i", "train", ()).known, "its descendants' neither"
    signed = Skill("s", "d", "b", provenance=Provenance("w", ("i",), ("train",)))
    signed.write(tmp_path)
    again = load_skill(tmp_path / "s")
    assert again.provenance == signed.provenance
    assert source_of([again.provenance], {"j"}) == "other" and source_of([again.provenance], {"i", "j"}) == "same"
    assert source_of([again.provenance, unsigned.provenance], {"j"}) == "unknown"
    (tmp_path / "s" / "SKILL.md").write_text(signed.to_markdown() + "\nChanged by hand.\n")
    edited = load_skill(tmp_path / "s").provenance
    assert source_of([edited], {"j"}) == "unknown" and source_of([edited], {"i"}) == "same"


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
