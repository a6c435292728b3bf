"""Evolving methods on the command line, with Inspect's mock model as the generator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import episodes, skillevo

from skillevo.harness.skills import Skill

START = "1. Look in every cabinet, drawer and countertop, opening closed ones.\n2. Take the object."


def evolve(cwd: Path, method: str, *args: str, ok: bool = True) -> dict:  # type: ignore[type-arg]
    Skill("start", "Household tasks.", START).write(cwd)
    run = skillevo("eval", "alfworld", "--method", method, "--model", "pocket/follower", "--skill", "start",
                   "--limit", "3", "--no-log", "--json", *args, cwd=cwd, ok=ok)  # fmt: skip
    result: dict = json.loads(run.stdout)  # type: ignore[type-arg]
    return result


def test_a_recurrence_runs_and_keeps_its_skills(tmp_path: Path) -> None:
    result = evolve(tmp_path, "skill_r1_inference", "--generator", "mockllm/model", "--generations", "2",
                    "--rollouts", "2", "--name", "r")  # fmt: skip
    assert [g["generation"] for g in result["generations"]] == [0, 1, 2] and (result["n"], result["episodes"]) == (
        3,
        3 * 2,
    )
    assert result["played"] == 3 * 2 * 3 and result["tokens"] > 0
    rows = episodes(tmp_path / "runs" / "r")
    assert {r["skill_source"] for r in rows} == {"same"} and {r["test_feedback"] for r in rows} == {"verdict"}
    assert sum(r["scored"] for r in rows) == 6
    lineages = [json.loads(p.read_text()) for p in (tmp_path / "runs" / "r" / "skills").glob("*/*/lineage.json")]
    written = [x for x in lineages if x["version"] > 1]
    assert written and all(x["provenance"]["author"] == "mockllm/model" for x in written)
    again = evolve(tmp_path, "skill_r1_inference", "--generator", "mockllm/model", "--generations", "2",
                   "--rollouts", "2", "--name", "r")  # fmt: skip
    assert again["played"] == again["tokens"] == 0 and again["generations"] == result["generations"]
    assert again["spent"] == result["spent"] and again["spent"]["tokens"] == result["tokens"]


def test_controls_spend_as_much(tmp_path: Path) -> None:
    size = ("--generations", "3", "--rollouts", "2")
    pass_at = evolve(tmp_path, "pass_at_n", *size, "--name", "p")
    best_of = evolve(tmp_path, "best_of_n", "--generator", "mockllm/model", *size, "--name", "b")
    assert pass_at["played"] == best_of["played"] == 3 * 2 * 4
    assert pass_at["n"] == best_of["n"] == 3 and (pass_at["episodes"], best_of["episodes"]) == (3 * 2 * 4, 3 * 2)


def test_a_generator_is_checked(tmp_path: Path) -> None:
    Skill("start", "Household tasks.", START).write(tmp_path)
    run = skillevo("generator", "check", "mockllm/model", "--skill", "start", "--rollouts", "1", "--json", cwd=tmp_path)
    result = json.loads(run.stdout)
    assert result["readable"] and "mockllm" in result["skill"] and result["reward_after"] == 0.0
    assert "no step of the skill could be read" in result["unread"], "the mock model's words are no steps"
    shop = ("--task", "webshop", "--rollouts", "1")
    run = skillevo("generator", "check", "pocket/writer-webshop", *shop, cwd=tmp_path)
    assert "shopping-hasty" in run.stdout.splitlines()[-1], "the world's own skill, which the way on names"
    run = skillevo("generator", "check", "mockllm/model", "--task", "gaia", cwd=tmp_path, ok=False)
    assert run.returncode == 2 and "give one: --skill PATH" in run.stderr
    run = skillevo("generator", "check", "nonsense", "--skill", "start", cwd=tmp_path, ok=False)
    assert run.returncode == 2 and "no generator" in run.stderr


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--method", "skill_r1_inference", "--skill", "start"], "needs --generator"),
        (["--method", "skill_r1_inference", "--generator", "mockllm/model"], "begins with a skill"),
        (["--method", "skill_r1_inference", "--generator", "gpt", "--skill", "start"], "'gpt' is no generator"),
        (["--method", "no_skill", "--generations", "3"], "are for skill_r1, skill_r1_inference"),
        (["--method", "pass_at_n", "--skill", "start", "--generator", "mockllm/model"], "takes no --generator"),
        (["--method", "pass_at_n", "--skill", "start", "--generations", "0"], "at least 1"),
        (["--method", "pass_at_n", "--skill", "start", "-T", "parent=oldest"], "last, best, random"),
    ],
)
def test_what_does_not_fit_is_refused(args: list[str], complaint: str, tmp_path: Path) -> None:
    Skill("start", "Household tasks.", START).write(tmp_path)
    run = skillevo("eval", "alfworld", "--model", "random", *args, cwd=tmp_path, ok=False)
    assert run.returncode == 2 and complaint in run.stderr, run.stderr
