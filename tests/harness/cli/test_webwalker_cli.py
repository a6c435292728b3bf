"""WebWalker on the command line: the loop on the bundled panel, with a skill, an evolving one, and its data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import skillevo

from skillevo.envs.webwalker import load_panel
from skillevo.harness.skills import Skill

DOWN = """1. Open the link that says "Hotels", "Libraries", "Offices", "Tournaments", "酒店" or "图书馆".
2. Open the link that the question names.
3. Sing a song.
4. Answer with what the question asks for."""


def test_the_follower_walks_as_the_skill_says(tmp_path: Path) -> None:
    Skill("walk", "Walk down.", DOWN).write(tmp_path)
    common = ("eval", "webwalker", "--model", "pocket/follower", "--no-log", "--json")
    with_skill = json.loads(skillevo(*common, "--method", "static_skill", "--skill", "walk", cwd=tmp_path).stdout)
    without = json.loads(skillevo(*common, "--method", "no_skill", cwd=tmp_path).stdout)
    assert without["success"] == 0.0 < with_skill["success"] < 1.0
    assert list(with_skill["notes"]) == ["unread: 'Sing a song.'"]
    assert with_skill["parts"]["not_archived"] == 0.0


@pytest.mark.parametrize(("task", "skill", "won"), [("webwalker", "follow-names", 77), ("gaia", "sum-or-count", 6)])
def test_the_skills_that_come_along_win_what_the_readmes_say(task: str, skill: str, won: int, tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "recipes" / "skills" / skill
    run = ("eval", task, "--model", "pocket/follower", "--no-log", "--json", "--method", "static_skill")
    result = json.loads(skillevo(*run, "--skill", str(folder), cwd=tmp_path).stdout)
    assert round(result["success"] * result["episodes"]) == won and result["notes"] == {}


def test_skill_r1_runs_unchanged(tmp_path: Path) -> None:
    Skill("walk", "Walk down.", DOWN).write(tmp_path)
    evolving = ("--skill", "walk", "--generator", "mockllm/model", "--generations", "1", "--rollouts", "1")
    run = skillevo("eval", "webwalker", "--method", "skill_r1_inference", "--model", "pocket/follower", *evolving,
                   "--limit", "4", "--no-log", "--json", cwd=tmp_path)  # fmt: skip
    result = json.loads(run.stdout)
    assert [g["generation"] for g in result["generations"]] == [0, 1] and result["played"] == 8


def test_replay_and_data(tmp_path: Path) -> None:
    instance = load_panel("pocket-test").instances[0]
    (tmp_path / "a.jsonl").write_text(json.dumps(["click[2]", f"answer[{instance.payload['answer']}]"]))
    run = skillevo("replay", "webwalker", "--instance", instance.id, "--actions", "a.jsonl", cwd=tmp_path)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["success"] for line in lines] == [False, False, True]
    row = {"question": "Q", "answer": "A", "root_url": "http://10.0.0.1/", "info": {"type": "single_source"}}
    row["info"] |= {"difficulty_level": "easy"}  # type: ignore[operator]
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    found = json.loads(
        skillevo("data", "webwalker", "--file", "q.jsonl", "--record", "pages", "--json", cwd=tmp_path).stdout
    )
    assert (found["questions"], found["pages"], found["missing"]) == (1, 0, {"refused": 1})
    run = skillevo("validate", "webwalker", "--panel", "main", "--root", "q.jsonl", cwd=tmp_path)
    assert "1 instances checked, 0 complaints" in run.stdout


def test_validate_and_replay_take_the_worlds_options(tmp_path: Path) -> None:
    instance = load_panel("pocket-test").instances[0]
    (tmp_path / "a.jsonl").write_text('["next page"]')
    run = skillevo("replay", "webwalker", "--instance", instance.id, "--actions", "a.jsonl", "-T", "budget=200",
                   cwd=tmp_path)  # fmt: skip
    heads = [json.loads(line)["observation"].splitlines()[0] for line in run.stdout.splitlines()]
    assert "(part 1 of" in heads[0] and "(part 2 of" in heads[1]
    run = skillevo("validate", "webwalker", "--limit", "2", "-T", "mode=search", cwd=tmp_path)
    assert "2 instances checked, 0 complaints" in run.stdout
    for verb in (("validate", "webwalker"), ("replay", "webwalker", "--instance", instance.id, "--actions", "a.jsonl")):
        run = skillevo(*verb, "-T", "colour=red", cwd=tmp_path, ok=False)
        assert run.returncode == 2 and "no option -T colour" in run.stderr
        run = skillevo(*verb, "-T", "archive=nowhere", cwd=tmp_path, ok=False)
        assert run.returncode == 2 and "nowhere is no archive of pages" in run.stderr


def test_a_panel_without_its_pages_is_refused_before_it_is_played(tmp_path: Path) -> None:
    info = {"type": "single_source", "difficulty_level": "easy"}
    row = {"question": "Q", "answer": "A", "root_url": "https://x.example/", "info": info}
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    run = skillevo("eval", "webwalker", "--method", "no_skill", "--model", "random", "--panel", "main", "-T",
                   "root=q.jsonl", cwd=tmp_path, ok=False)  # fmt: skip
    assert run.returncode == 2 and "-T archive=DIR" in run.stderr and "-T pages=live" in run.stderr
    assert not (tmp_path / "runs").exists()


def test_a_judge_needs_a_grader(tmp_path: Path) -> None:
    run = skillevo("eval", "webwalker", "--method", "no_skill", "--model", "oracle", "-T", "verifier=judge",
                   cwd=tmp_path, ok=False)  # fmt: skip
    assert run.returncode == 2 and "--grader" in run.stderr
