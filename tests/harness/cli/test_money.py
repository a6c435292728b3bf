"""What a run may spend, what it says that it spent, and what becomes of a run that cannot go on."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from test_cli import episodes, evaluate, skillevo, turns

from skillevo.harness.cli.main import main
from skillevo.harness.journal import Journal
from skillevo.harness.rundir import read_config
from skillevo.harness.skills import Skill

MOCK = ["--model", "mockllm/model", "--limit", "4", "-T", "step_cap=3", "--workers", "1"]
PRICES = ["-M", "price_in=3", "-M", "price_out=700"]


@pytest.fixture
def paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """`skillevo eval` with a model that costs something, within this process: importing Inspect takes seconds."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> dict:  # type: ignore[type-arg]
        command = ["skillevo", "eval", "alfworld", "--method", "no_skill", *MOCK, "--no-log", "--json", *args]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        assert not end.value.code, said.err
        result: dict = json.loads(said.out)  # type: ignore[type-arg]
        return result

    return run


def test_prices_are_per_million_tokens_in_and_out(paid) -> None:  # type: ignore[no-untyped-def]
    spent = paid(*PRICES, "--name", "r")["spent"]
    assert spent["input_tokens"] > spent["output_tokens"] > 0
    assert spent["cost"] == pytest.approx((3 * spent["input_tokens"] + 700 * spent["output_tokens"]) / 1e6)
    assert spent["unpriced_tokens"] == 0 and spent["rollouts"] == 4
    assert sum(r["cost"] for r in episodes(Path("runs/r"))) == pytest.approx(spent["cost"])


def test_the_cost_of_a_run_is_capped_over_its_resumptions(paid) -> None:  # type: ignore[no-untyped-def]
    whole = paid(*PRICES, "--name", "whole")["spent"]["cost"]
    cap = ["--max-cost", str(whole / 2)]
    first = paid(*PRICES, *cap, "--name", "r")
    assert "cost $" in first["stopped_by"] and first["stop_reasons"]["budget"] >= 1
    assert whole / 2 <= first["spent"]["cost"] < whole / 2 + whole / 8  # one call of twelve more, and some room
    again = paid(*PRICES, *cap, "--name", "r")
    assert again["played"] == again["tokens"] == 0 and again["cost"] == 0.0
    assert again["spent"] == first["spent"] and again["stopped_by"] == first["stopped_by"]
    assert read_config(Path("runs/r"))["spent"]["cost"] == pytest.approx(first["spent"]["cost"])
    last = paid(*PRICES, "--name", "r")
    assert last["episodes"] == last["spent"]["rollouts"] == 4 and "budget" not in last["stop_reasons"]
    assert whole <= last["spent"]["cost"] <= whole * 1.25, "the episode that was cut short was paid for twice"
    assert episodes(Path("runs/r")) == episodes(Path("runs/whole"))


def test_the_tokens_of_a_run_are_capped(paid) -> None:  # type: ignore[no-untyped-def]
    result = paid("--max-tokens", "500", "--name", "r")
    assert "of 500 tokens" in result["stopped_by"] and 500 <= result["spent"]["tokens"] < 1000
    assert result["spent"]["unpriced_tokens"] == result["spent"]["tokens"] and result["cost"] == 0.0


def tamper(cwd: Path, statement: str) -> None:
    with closing(sqlite3.connect(cwd / "runs" / "r" / "journal.db", isolation_level=None)) as db:
        db.execute(statement)


@pytest.mark.parametrize(("flags", "played"), [([], 0), (["--retry-errors"], 2)])
def test_failed_episodes_are_played_again_only_when_asked_for(flags: list[str], played: int, tmp_path: Path) -> None:
    args = ["--method", "no_skill", "--limit", "5", "--name", "r"]
    evaluate(tmp_path, *args)
    tamper(tmp_path, "UPDATE episodes SET stop_reason='env_error' WHERE rowid <= 2")
    again = evaluate(tmp_path, *args, *flags)
    assert again["played"] == played and again["spent"]["rollouts"] == 5 + played


def test_a_name_belongs_to_one_run(tmp_path: Path) -> None:
    changes = [
        (["--method", "react"], "holds another run: method."),
        (["--method", "no_skill", "-T", "admissible=false"], "protocol.admissible is True there and False here"),
        (["--method", "no_skill", "-T", "hide_help=yes"], "protocol.hide_help is False there and True here"),
        (["--method", "no_skill", "-T", "step_cap=9"], "protocol.step_cap is 50 there and 9 here"),
        (["--method", "no_skill", "-T", "invalid=end"], "protocol.invalid is 'nothing' there and 'end' here"),
        (["--method", "no_skill", "--seed", "1"], "seed is 0 there and 1 here"),
    ]
    evaluate(tmp_path, "--method", "no_skill", "--limit", "1", "--name", "r")
    before = (tmp_path / "runs" / "r" / "run.toml").read_bytes()
    for change, difference in changes:
        run = skillevo("eval", "alfworld", "--model", "random", "--limit", "1", "--no-log", "--name", "r", *change,
                       cwd=tmp_path, ok=False)  # fmt: skip
        assert run.returncode == 2 and difference in run.stderr and "--name" in run.stderr
        assert (tmp_path / "runs" / "r" / "run.toml").read_bytes() == before


def refuse(cwd: Path, *args: str, **more: object) -> str:
    command = ["eval", "alfworld", "--model", "random", "--method", "no_skill", "--no-log", "--json", "--name", "r"]
    run = skillevo(*command, *args, cwd=cwd, ok=False, **more)
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr.startswith("skillevo: ") and run.stderr.count("\n") == 1, run.stderr
    return run.stderr


def test_what_lies_in_the_place_of_the_run_is_one_line(tmp_path: Path) -> None:
    home = tmp_path / "runs" / "r"
    for name in ("journal.db", "run.toml", "episodes.parquet"):
        (home / name).mkdir(parents=True)
        assert f"{name} is in the way" in refuse(tmp_path)
        shutil.rmtree(home)
    for name in ("turns", "skills"):
        home.mkdir(parents=True)
        (home / name).write_text("mine")
        assert f"{name} is in the way" in refuse(tmp_path)
        shutil.rmtree(home)
    home.write_text("mine")
    assert "runs/r" in refuse(tmp_path)


@pytest.mark.parametrize("workers", ["1", "8"])
def test_damage_found_while_playing_is_one_line_and_nothing_is_lost(workers: str, tmp_path: Path) -> None:
    args = ["--limit", "12", "--workers", workers]
    evaluate(tmp_path, "--method", "no_skill", "--name", "r", *args)
    home = tmp_path / "runs" / "r"
    tamper(tmp_path, "UPDATE episodes SET episode=x'00' WHERE rowid > 8")
    before = [home / "episodes.parquet", *sorted((home / "turns").iterdir())]
    contents = [p.read_bytes() for p in before]
    assert "is damaged" in refuse(tmp_path, *args) and [p.read_bytes() for p in before] == contents
    journal = Journal(home / "journal.db")
    assert len(journal) == 12


def test_another_skill_under_the_same_keys_is_one_line(tmp_path: Path) -> None:
    Skill("look", "Look.", "1. Look.").write(tmp_path)
    args = ["--method", "static_skill", "--skill", "look", "--limit", "3", "--name", "r"]
    evaluate(tmp_path, *args)
    tamper(tmp_path, """UPDATE episodes SET skills='["other@1"]'""")
    run = skillevo("eval", "alfworld", "--model", "random", "--no-log", *args, cwd=tmp_path, ok=False)
    assert run.returncode == 2 and "under the skills other@1" in run.stderr


def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_room(tmp_path: Path) -> None:
    args = ["--limit", "30", "--rollouts", "4"]

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    said = refuse(tmp_path, *args, preexec_fn=small_files)
    assert "what was finished is kept" in said
    result = evaluate(tmp_path, "--method", "no_skill", "--name", "r", *args)
    assert 0 < result["played"] < result["episodes"] == 120
    evaluate(tmp_path, "--method", "no_skill", "--name", "whole", *args)
    assert episodes(tmp_path / "runs" / "r") == episodes(tmp_path / "runs" / "whole")
    assert turns(tmp_path / "runs" / "r") == turns(tmp_path / "runs" / "whole")
