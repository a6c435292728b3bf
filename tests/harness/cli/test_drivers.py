"""`skillevo eval --driver inspect` is the same run as the harness's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import episodes, skillevo, turns


def evaluate(cwd: Path, name: str, *args: str) -> dict:  # type: ignore[type-arg]
    common = ["--method", "no_skill", "--model", "random", "--limit", "4", "--rollouts", "2", "-T", "step_cap=12"]
    run = skillevo("eval", "alfworld", *common, "--json", "--name", name, *args, cwd=cwd)
    result: dict = json.loads(run.stdout)  # type: ignore[type-arg]
    return result


def test_both_drivers_leave_equal_runs(tmp_path: Path) -> None:
    own = evaluate(tmp_path, "own", "--no-log")
    inspected = evaluate(tmp_path, "inspect", "--driver", "inspect")
    for name in ("n", "episodes", "success", "interval", "by_type", "panel_hash", "stop_reasons", "played"):
        assert own[name] == inspected[name]
    assert episodes(tmp_path / "runs" / "own") == episodes(tmp_path / "runs" / "inspect")
    assert turns(tmp_path / "runs" / "own") == turns(tmp_path / "runs" / "inspect")
    assert len(list((tmp_path / "runs" / "inspect" / "logs").glob("*.eval"))) == 1


def test_what_one_driver_began_the_other_finishes(tmp_path: Path) -> None:
    evaluate(tmp_path, "r", "--no-log", "--max-rollouts", "3")
    result = evaluate(tmp_path, "r", "--driver", "inspect")
    assert result["played"] == 5 and "budget" not in result["stop_reasons"]
    evaluate(tmp_path, "whole", "--no-log")
    assert episodes(tmp_path / "runs" / "r") == episodes(tmp_path / "runs" / "whole")


def test_the_own_runners_log_is_read_by_inspect(tmp_path: Path) -> None:
    from inspect_ai.log import read_eval_log

    result = evaluate(tmp_path, "r")
    log = read_eval_log(tmp_path / "runs" / "r" / "logs" / "alfworld.eval")
    assert log.status == "success" and log.results is not None
    metrics = log.results.scores[0].metrics
    assert metrics["accuracy"].value == result["success"]
    assert [metrics["lower"].value, metrics["upper"].value] == pytest.approx(result["interval"])
    assert len(log.samples or []) == result["episodes"] == 8 and result["n"] == 4


def test_options_of_the_own_runner_are_refused(tmp_path: Path) -> None:
    run = skillevo("eval", "alfworld", "--method", "no_skill", "--model", "random", "--driver", "inspect", "--cache",
                   cwd=tmp_path, ok=False)  # fmt: skip
    assert run.returncode == 2 and "belong to this harness's own runner" in run.stderr
