"""Checkpoints are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillevo.harness.trainer.checkpoints import (
    best_checkpoint,
    mark_best,
    newest_checkpoint,
    prune,
    step_of,
    write_checkpoint,
)


def write(text: str):  # type: ignore[no-untyped-def]
    def into(folder: Path) -> None:
        (folder / "model.safetensors").write_text(text * 50)
        (folder / "state.pt").write_text("state")

    return into


def newest(home: Path) -> tuple[int | None, list[str]]:
    told: list[str] = []
    found = newest_checkpoint(home, lambda place, problem: told.append(f"{place.name}: {problem}"))
    return None if found is None else step_of(found), told


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for step in (5, 10, 100):
        write_checkpoint(tmp_path, step, write(str(step)))
    return tmp_path


def test_the_newest_is_found(home: Path) -> None:
    assert newest(home) == (100, [])


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[2] ^= 1
    file.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "what", "problem"),
    [
        (_cut, "model.safetensors", "model.safetensors is not what was written"),
        (_flip, "state.pt", "state.pt is not what was written"),
        (Path.unlink, "state.pt", "state.pt is missing"),
        (Path.unlink, "manifest.json", "it has no manifest.json"),
        (_cut, "manifest.json", ""),
        (lambda f: f.write_text("{}"), "manifest.json", "its manifest.json is damaged"),
        (lambda f: f.write_text('{"sha'), "manifest.json", "its manifest.json is damaged"),
    ],
)
def test_a_damaged_one_is_passed_over_and_named(home: Path, damage, what: str, problem: str) -> None:  # type: ignore[no-untyped-def]
    damage(home / "step-000100" / what)
    step, told = newest(home)
    assert (step, told) == ((10, [f"step-000100: {problem}"]) if problem else (100, [])), "a last newline is no damage"


def test_all_damaged_is_none(home: Path) -> None:
    for place in home.glob("step-*"):
        _cut(place / "model.safetensors")
    assert newest(home)[0] is None


def test_a_kill_while_writing_leaves_the_one_before(home: Path) -> None:
    def killed(folder: Path) -> None:
        (folder / "model.safetensors").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_checkpoint(home, 110, killed)
    assert newest(home) == (100, [])
    write_checkpoint(home, 110, write("110"))
    assert newest(home) == (110, []) and not list(home.glob(".*")), "what was left lying is gone"


def test_one_that_is_written_again_takes_the_damaged_ones_place(home: Path) -> None:
    _cut(home / "step-000100" / "state.pt")
    write_checkpoint(home, 100, write("again"))
    assert newest(home) == (100, [])


def test_the_best_one_stays(home: Path) -> None:
    mark_best(home / "step-000005")
    mark_best(home / "step-000010")
    prune(home, 1)
    assert sorted(p.name for p in home.glob("step-*")) == ["step-000010", "step-000100"]
    assert best_checkpoint(home) == (home / "step-000010").resolve()
    assert (home / "best" / "model.safetensors").exists()
