"""One run, one directory: resumed by the same run only."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillevo.envs.base import SkillevoError
from skillevo.harness.journal import JournalBusy
from skillevo.harness.rundir import RunDirectory, new_path, read_config
from skillevo.harness.skills import Skill

CONFIG = {"command": "eval", "seed": 0, "protocol": {"step_cap": 50, "token_limit": None}, "panel": {"hash": "abc"}}


def test_the_same_run_is_resumed_and_another_refused(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        created = run.config["created"]
        assert run.resumed == 0
    with RunDirectory(tmp_path / "r", CONFIG) as run:
        assert run.config["created"] == created
    with pytest.raises(SkillevoError, match=r"protocol.step_cap is 50 there and 30 here.*--name"):
        RunDirectory(tmp_path / "r", {**CONFIG, "protocol": {"step_cap": 30}})
    with pytest.raises(SkillevoError, match="panel.hash"):
        RunDirectory(tmp_path / "r", {**CONFIG, "panel": {"hash": "xyz"}})
    assert read_config(tmp_path / "r")["protocol"] == {"step_cap": 50}


def test_budgets_and_workers_may_change(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "r", {**CONFIG, "budget": {"cost": 1.0}, "workers": 4}):
        pass
    with RunDirectory(tmp_path / "r", {**CONFIG, "budget": {"cost": 5.0}, "workers": 16}) as run:
        assert run.config["budget"] == {"cost": 5.0}


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
    assert len(list((tmp_path / "r" / "skills").glob("*/lineage.json"))) == 2


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
    (tmp_path / "run.toml").write_text("a = ")
    with pytest.raises(SkillevoError, match="damaged"):
        read_config(tmp_path)
