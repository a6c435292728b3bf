"""The commands as a person and a script use them."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from skillevo.envs.alfworld import load_panel
from skillevo.harness.skills import Skill


def skillevo(*args: str | Path, cwd: Path, ok: bool = True, **more: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COLUMNS": "160", "NO_COLOR": "1"}
    env.pop("ALFWORLD_DATA", None)
    run = subprocess.run(
        [sys.executable, "-m", "skillevo.harness.cli", *map(str, args)],
        cwd=cwd, env=env, capture_output=True, text=True, check=False, **more,
    )  # fmt: skip
    assert "Traceback" not in run.stderr, run.stderr
    if ok:
        assert run.returncode == 0, run.stderr
    return run


def evaluate(cwd: Path, *args: str | Path) -> dict:  # type: ignore[type-arg]
    run = skillevo("eval", "alfworld", "--model", "random", "--no-log", "--json", *args, cwd=cwd)
    result: dict = json.loads(run.stdout)  # type: ignore[type-arg]
    return result


def episodes(run: Path):  # type: ignore[no-untyped-def]
    return pq.read_table(run / "episodes.parquet").drop_columns(["seconds"]).to_pylist()


def turns(run: Path):  # type: ignore[no-untyped-def]
    return [row for shard in sorted((run / "turns").glob("*.parquet")) for row in pq.read_table(shard).to_pylist()]


def test_help_is_quick(tmp_path: Path) -> None:
    """Under 0.3 s of CPU is the benchmark's target; here only what would make it several times that is caught."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "eval" in skillevo("--help", cwd=tmp_path).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5


def test_eval_prints_one_object_and_leaves_a_run(tmp_path: Path) -> None:
    result = evaluate(tmp_path, "--method", "no_skill", "--limit", "12", "--rollouts", "2", "--name", "r")
    panel = load_panel("pocket-test").take(12)
    assert (result["panel"], result["panel_hash"], result["n"]) == (panel.name, panel.hash, 24)
    assert 0 <= result["interval"][0] <= result["success"] <= result["interval"][1] <= 1
    assert sum(c["n"] for c in result["by_type"].values()) == 24
    assert result["run"] == "runs/r" and result["episodes_per_second"] > 0
    rows = episodes(tmp_path / "runs" / "r")
    assert [(r["instance"], r["rollout"]) for r in rows] == [(i.id, k) for i in panel for k in (0, 1)]
    assert {r["panel_hash"] for r in rows} == {panel.hash} and {r["weights"] for r in rows} == {"unseen"}
    assert len(turns(tmp_path / "runs" / "r")) == sum(r["turns"] for r in rows)


@pytest.mark.parametrize("workers", ["4", "16"])
def test_workers_change_nothing(workers: str, tmp_path: Path) -> None:
    for name, n in (("one", "1"), ("many", workers)):
        evaluate(tmp_path, "--method", "no_skill", "--limit", "20", "--name", name, "--workers", n)
    assert episodes(tmp_path / "runs" / "one") == episodes(tmp_path / "runs" / "many")
    assert turns(tmp_path / "runs" / "one") == turns(tmp_path / "runs" / "many")


def test_kill_9_then_resume_is_an_unbroken_run(tmp_path: Path) -> None:
    args = ["--method", "no_skill", "--rollouts", "8", "--limit", "60"]
    whole = evaluate(tmp_path, *args, "--name", "whole")
    command = [sys.executable, "-m", "skillevo.harness.cli", "eval", "alfworld", "--model", "random"]
    command += ["--no-log", "--json", *args, "--name", "broken"]
    for _ in range(2):
        child = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wal, limit = tmp_path / "runs" / "broken" / "journal.db-wal", time.monotonic() + 60
        size = wal.stat().st_size if wal.exists() else 0
        while child.poll() is None and time.monotonic() < limit:
            if wal.exists() and wal.stat().st_size > size + 50_000:
                break
            time.sleep(0.002)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL, "it ended before it was killed"
    assert not (tmp_path / "runs" / "broken" / "episodes.parquet").exists()
    result = evaluate(tmp_path, *args, "--name", "broken")
    assert 0 < result["played"] < result["n"], "some episodes were there, and some were missing"
    assert {k: v for k, v in result.items() if k not in ("played", "episodes_per_second", "run")} == {
        k: v for k, v in whole.items() if k not in ("played", "episodes_per_second", "run")
    }
    assert episodes(tmp_path / "runs" / "broken") == episodes(tmp_path / "runs" / "whole")
    assert turns(tmp_path / "runs" / "broken") == turns(tmp_path / "runs" / "whole")


RANDOM = "eval alfworld --model random --method no_skill"


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        ("eval chess --method no_skill --model random", "no benchmark 'chess'; there are alfworld"),
        ("eval alfworld --method magic --model random", "no method 'magic'; there are no_skill"),
        ("eval alfworld --method no_skill --model gpt", "'gpt' is no model"),
        ("eval alfworld --method no_skill --model pocket/genius", "no embedded model"),
        (f"{RANDOM} --panel x", "no ALFWorld panel 'x'"),
        (f"{RANDOM} --panel train", "ALFWORLD_DATA"),
        ("eval alfworld --method static_skill --model random", "needs a skill"),
        ("eval alfworld --method static_skill --model random --skill nowhere", "cannot read the skill"),
        (f"{RANDOM} --skill good", "shows no skill"),
        (f"{RANDOM} -T colour=red", "no option -T colour; there are"),
        (f"{RANDOM} -T step_cap=many", "is a number"),
        (f"{RANDOM} -T step_cap", "key=value"),
        (f"{RANDOM} -T seed=1 -T seed=2", "given twice"),
        (f"{RANDOM} -T engine=fast", "native, official"),
        (f"{RANDOM} -T admissible=maybe", "true or false"),
        (f"{RANDOM} -M price_in=1", "go together"),
        (f"{RANDOM} --limit 0", "at least 1"),
        (f"{RANDOM} --name x --runs good/SKILL.md", "SKILL.md"),
        ("eval alfworld --method no_skill --model mockllm/model --max-cost 1", "needs a price"),
        (f"{RANDOM} --rollouts 0", "at least 1"),
        (f"{RANDOM} --name ../x", "no name for a run"),
        ("panel show x", "no ALFWorld panel"),
        ("panel verify pocket-val 0000", "not 0000"),
        ("replay alfworld --actions nowhere --root .", "cannot read nowhere"),
        ("data alfworld --root .", "not an ALFWorld tree"),
    ],
)
def test_bad_input_is_one_line_that_names_it(args: str, complaint: str, tmp_path: Path) -> None:
    Skill("good", "Good.", "1. Look.").write(tmp_path)
    run = skillevo(*args.split(), cwd=tmp_path, ok=False)
    assert run.returncode == 2 and run.stdout == ""
    assert re.search(complaint, run.stderr), run.stderr
    assert run.stderr.startswith("skillevo: ") and run.stderr.count("\n") == 1


def test_panels_are_listed_shown_and_verified(tmp_path: Path) -> None:
    rows = json.loads(skillevo("panel", "list", "--json", cwd=tmp_path).stdout)
    found = {r["panel"]: r for r in rows}
    assert found["pocket-test"]["n"] == 240 and found["valid_seen"]["n"] is None and found["valid_seen"]["missing"]
    shown = json.loads(skillevo("panel", "show", "pocket-val", "--json", cwd=tmp_path).stdout)
    assert len(shown["instances"]) == shown["n"] == 120
    assert "the same 120" in skillevo("panel", "verify", "pocket-val", shown["panel_hash"], cwd=tmp_path).stdout
    assert "data not at hand" in skillevo("panel", "list", cwd=tmp_path).stdout


def test_validate_checks_every_instance(tmp_path: Path) -> None:
    result = json.loads(skillevo("validate", "alfworld", "--panel", "pocket-val", "--json", cwd=tmp_path).stdout)
    assert result["n"] == 120 and result["complaints"] == []


def test_replay_by_instance(tmp_path: Path) -> None:
    instance = load_panel("pocket-val").instances[3]
    (tmp_path / "a.jsonl").write_text('["look", "dance"]\n{"actions": []}\n')
    run = skillevo(
        "replay", "alfworld", "--panel", "pocket-val", "--instance", instance.id, "--actions", "a.jsonl", cwd=tmp_path
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["action"] for line in lines] == [None, "look", "dance", None]
    assert set(lines[0]) == {"game", "action", "observation", "actions", "reward", "done", "success"}
    assert lines[2]["observation"] == "Nothing happens."


@pytest.mark.parametrize(
    "line", ["{", "[1]", '{"game": 5, "actions": []}', '{"game": "x"}', '{"game": "x", "actions": [1]}']
)
def test_replay_names_the_line_that_is_wrong(line: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n" + line + "\n")
    run = skillevo("replay", "alfworld", "--root", ".", "--actions", "a.jsonl", cwd=tmp_path, ok=False)
    assert run.returncode == 2 and "line 2" in run.stderr


def test_a_truncated_game_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "game.tw-pddl").write_text('{"pddl_domain": "(define')
    (tmp_path / "a.jsonl").write_text('{"game": "game.tw-pddl", "actions": []}\n')
    run = skillevo("replay", "alfworld", "--root", ".", "--actions", "a.jsonl", cwd=tmp_path, ok=False)
    assert run.returncode == 2 and "damaged or cut off" in run.stderr


def test_a_run_belongs_to_one_command(tmp_path: Path) -> None:
    evaluate(tmp_path, "--method", "no_skill", "--limit", "2", "--name", "r")
    run = skillevo("eval", "alfworld", "--model", "random", "--method", "no_skill", "--limit", "3", "--name", "r",
                   "--no-log", cwd=tmp_path, ok=False)  # fmt: skip
    assert run.returncode == 2 and "holds another run" in run.stderr


def test_a_budget_of_rollouts_is_kept_and_said(tmp_path: Path) -> None:
    result = evaluate(tmp_path, "--method", "no_skill", "--limit", "6", "--max-rollouts", "2", "--name", "r")
    assert result["n"] == 6 and result["played"] == 2 and result["stop_reasons"]["budget"] == 4
    assert "2 of 2 rollouts" in result["stopped_by"]
    result = evaluate(tmp_path, "--method", "no_skill", "--limit", "6", "--name", "r")
    assert result["played"] == 4 and "budget" not in result["stop_reasons"]


def test_a_skill_that_is_shown_is_kept_with_the_run(tmp_path: Path) -> None:
    skill = Skill("look-around", "Look.", "1. Look around.")
    skill.write(tmp_path)
    result = evaluate(tmp_path, "--method", "static_skill", "--skill", "look-around", "--limit", "2", "--name", "r")
    assert result["method"] == "static_skill"
    assert {r["skill_ids"] for r in episodes(tmp_path / "runs" / "r")} == {json.dumps([skill.id])}
    assert len(list((tmp_path / "runs" / "r" / "skills").rglob("SKILL.md"))) == 1
