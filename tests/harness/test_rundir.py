"""One run, one directory: resumed by the same run only."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.harness.journal import Journal, JournalBusy
from skillevo.harness.rundir import RunDirectory, new_path, read_config
from skillevo.harness.skills import Skill

CONFIG = {"command": "eval", "seed": 0, "protocol": {"step_cap": 50, "token_limit": None}, "panel": {"hash": "abc"}}


def test_the_same_run_is_resumed_and_another_refused(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        created = run.config["created"]
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        assert run.config["created"] == created
    with pytest.raises(SkillevoError, match=r"protocol.step_cap is 50 there and 30 here.*--name"):
        RunDirectory(tmp_path / "r", {**CONFIG, "protocol": {"step_cap": 30}})
    with pytest.raises(SkillevoError, match="panel.hash"):
        RunDirectory(tmp_path / "r", {**CONFIG, "panel": {"hash": "xyz"}})
    assert read_config(tmp_path / "r")["protocol"] == {"step_cap": 50}


def spend(run: RunDirectory) -> None:
    run.journal.charge(Call(CallRole.ACT, "m", "text", input_tokens=10, output_tokens=3, cost=0.5))


def test_what_was_spent_stands_in_the_configuration(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        spend(run)
    assert read_config(tmp_path / "r")["spent"] == {
        "rollouts": 0, "input_tokens": 10, "output_tokens": 3, "cost": 0.5, "unpriced_tokens": 0
    }  # fmt: skip
    with pytest.raises(KeyboardInterrupt), RunDirectory(tmp_path / "r", CONFIG) as run:
        spend(run)
        raise KeyboardInterrupt
    assert read_config(tmp_path / "r")["spent"]["cost"] == 1.0


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_a_close_that_fails_hides_no_other_error(error: type[BaseException] | None, tmp_path: Path) -> None:
    with pytest.raises(error or SkillevoError), RunDirectory(tmp_path / "r", CONFIG):
        (tmp_path / "r" / "run.toml").unlink()
        (tmp_path / "r" / "run.toml").mkdir()
        if error is not None:
            raise error
    (tmp_path / "r" / "run.toml").rmdir()
    RunDirectory(tmp_path / "r", CONFIG).journal.close()


def test_a_journal_without_a_configuration_is_adopted_by_no_run(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", CONFIG):
        pass
    (tmp_path / "r" / "run.toml").unlink()
    with RunDirectory(tmp_path / "r", {**CONFIG, "seed": 1}) as run:
        spend(run)
    (tmp_path / "r" / "run.toml").unlink()
    for _ in range(2):  # the first refusal neither adopts it nor keeps its lock
        with pytest.raises(SkillevoError, match=r"a journal with 0 episodes but no run.toml.*put.*back.*--name"):
            RunDirectory(tmp_path / "r", CONFIG)
    assert not (tmp_path / "r" / "run.toml").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a = ", "damaged"),
        ("", "it lacks created and format"),
        ("\x00" * 40, "damaged"),
        ('format = 2\ncreated = ""', "of format 2; this version of skillevo reads 1"),
    ],
)
def test_a_damaged_configuration_leaves_the_journal_alone(text: str, complaint: str, tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        spend(run)
    (tmp_path / "r" / "run.toml").write_text(text)
    with pytest.raises(SkillevoError, match=complaint) as error:
        RunDirectory(tmp_path / "r", CONFIG)
    assert "reads 1" in str(error.value) or ("--name" in str(error.value) and "put it back" in str(error.value))
    assert (tmp_path / "r" / "run.toml").read_text() == text
    journal = Journal(tmp_path / "r" / "journal.db")
    assert journal.spent().cost == 0.5


@pytest.mark.parametrize("name", ["run.toml", "journal.db", "episodes.parquet"])
def test_a_folder_in_the_place_of_a_file_is_named_before_anything_is_played(name: str, tmp_path: Path) -> None:
    (tmp_path / "r" / name).mkdir(parents=True)
    with pytest.raises(SkillevoError, match=rf"{name} is in the way: a run keeps a file of that name.*--name"):
        RunDirectory(tmp_path / "r", CONFIG)


@pytest.mark.parametrize("name", ["turns", "skills", "logs"])
def test_a_file_in_the_place_of_a_folder_is_named_before_anything_is_played(name: str, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / name).write_text("mine")
    with pytest.raises(SkillevoError, match=rf"{name} is in the way: a run keeps a folder of that name.*--name"):
        RunDirectory(tmp_path / "r", CONFIG)
    assert (tmp_path / "r" / name).read_text() == "mine"


@pytest.mark.parametrize("where", ["r", "r/below"])
def test_a_file_in_the_place_of_the_run_is_named(where: str, tmp_path: Path) -> None:
    (tmp_path / "r").write_text("mine")
    with pytest.raises(SkillevoError, match=f"cannot write .*{where}: "):
        RunDirectory(tmp_path / where, CONFIG)


def test_a_skill_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    skill = Skill("find-it", "How to find it.", "1. Look.")
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        (tmp_path / "r" / "skills").write_text("came while it ran")
        with pytest.raises(SkillevoError, match="cannot write .*skills"):
            run.keep_skill(skill)


def test_versions_may_change_and_the_latest_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunDirectory(tmp_path / "r", CONFIG):
        pass
    monkeypatch.setattr("skillevo.harness.rundir.python_version", lambda: "3.99")
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        assert run.config["versions"]["python"] == "3.99"


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        run.journal.forget_errors()
        with pytest.raises(JournalBusy):
            RunDirectory(tmp_path / "r", CONFIG)


def test_every_version_of_a_skill_is_kept(tmp_path: Path) -> None:
    first = Skill("find-it", "How to find it.", "1. Look.")
    second = Skill("find-it", "How to find it.", "1. Look again.", version=2, parent=first.id)
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        run.keep_skill(first)
        run.keep_skill(second)
    assert len(list((tmp_path / "r" / "skills").glob("*/find-it/SKILL.md"))) == 2
    assert len(list((tmp_path / "r" / "skills").glob("*/*/lineage.json"))) == 2


def test_names(tmp_path: Path) -> None:
    assert new_path(tmp_path, "a-1.b", "x") == tmp_path / "a-1.b"
    for bad in ("../up", "", "a/b", ".hidden", "a b"):
        with pytest.raises(SkillevoError, match="no name for a run"):
            new_path(tmp_path, bad, "x")
    fresh = new_path(tmp_path, None, "alfworld-no_skill-gpt 4/mini")
    assert fresh.parent == tmp_path and fresh.name.endswith("-alfworld-no_skill-gpt-4-mini")
    fresh.mkdir()
    assert new_path(tmp_path, None, "alfworld-no_skill-gpt 4/mini") != fresh


def test_what_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(SkillevoError, match="no run directory"):
        read_config(tmp_path)
    with pytest.raises(SkillevoError, match="no run directory"):
        read_config(tmp_path / "nowhere")
