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
from skillevo.harness.skills import Provenance, Skill


def skillevo(*args: str | Path, cwd: Path, ok: bool = True, **more: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COLUMNS": "160", "NO_COLOR": "1"}
    env.pop("ALFWORLD_DATA", None)
    env["SKILLEVO_OFFICIAL_PYTHON"] = str(cwd / "nowhere" / "python")
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
    assert (result["panel"], result["panel_hash"], result["n"]) == (panel.name, panel.hash, 12)
    assert 0 <= result["interval"][0] <= result["success"] <= result["interval"][1] <= 1
    assert result["episodes"] == sum(c["episodes"] for c in result["by_type"].values()) == 24
    assert sum(c["n"] for c in result["by_type"].values()) == 12
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
    assert 0 < result["played"] < result["episodes"] == result["spent"]["rollouts"], "some were there, some missing"
    assert {k: v for k, v in result.items() if k not in ("played", "episodes_per_second", "run")} == {
        k: v for k, v in whole.items() if k not in ("played", "episodes_per_second", "run")
    }
    assert episodes(tmp_path / "runs" / "broken") == episodes(tmp_path / "runs" / "whole")
    assert turns(tmp_path / "runs" / "broken") == turns(tmp_path / "runs" / "whole")


RANDOM = "eval alfworld --model random --method no_skill"
MOCK = "eval alfworld --model mockllm/model --method no_skill"


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
        (f"{MOCK} -M price_in=1", "go together"),
        (f"{MOCK} -M price_in=1 -M price_out=nan", "-M price_out takes a finite number, not 'nan'"),
        (f"{MOCK} -M price_in=-1 -M price_out=1", "-M price_in is a number of at least 0, not -1"),
        (f"{MOCK} -M price_in=cheap -M price_out=1", "-M price_in is a number of at least 0, not 'cheap'"),
        (f"{MOCK} -M temperature=inf", "-M temperature takes a finite number, not 'inf'"),
        (f"{MOCK} -M temperature=hot", "temperature is not 'hot': "),
        (f"{MOCK} -M temprature=1", "no model option 'temprature'; .*temperature, "),
        (f"{RANDOM} -M temperature=1", "random takes no model options, and -M temperature"),
        (f"{RANDOM} -T examples=2", "--method no_skill takes no -T examples"),
        (
            "eval alfworld --model random --method react -T examples=-1",
            "examples is a whole number of at least 0, not -1",
        ),
        (f"{RANDOM} -T step_cap=0", "step_cap is a whole number of at least 1, not 0"),
        (f"{RANDOM} -T max_silent=0", "max_silent is a whole number of at least 1, not 0"),
        (f"{RANDOM} -T time_limit=nan", "time_limit is a number above 0, not nan"),
        (f"{RANDOM} -T time_limit=-1", "time_limit is a number above 0, not -1"),
        (f"{RANDOM} -T token_limit=0", "token_limit is a whole number of at least 1, not 0"),
        (f"{RANDOM} -T history=-1", "history is a number of steps of at least 0, or `all`, not -1"),
        (f"{RANDOM} -T engine=official", "SKILLEVO_OFFICIAL_PYTHON"),
        (f"{RANDOM} --limit 0", "--limit is a whole number of at least 1, not 0"),
        (f"{RANDOM} --limit x", "--limit is a whole number of at least 1, not 'x'"),
        (f"{RANDOM} --seed x", "--seed is a whole number, not 'x'"),
        (f"{RANDOM} --workers 0", "--workers is a whole number of at least 1, not 0"),
        (f"{RANDOM} --workers -4", "--workers is a whole number of at least 1, not -4"),
        (f"{RANDOM} --max-cost nan", "--max-cost is a number of at least 0, not nan"),
        (f"{RANDOM} --max-cost -1", "--max-cost is a number of at least 0, not -1"),
        (f"{RANDOM} --max-cost cheap", "--max-cost is a number of at least 0, not 'cheap'"),
        (f"{RANDOM} --max-tokens -1", "--max-tokens is a whole number of at least 0, not -1"),
        (f"{RANDOM} --max-rollouts 1.5", "--max-rollouts is a whole number of at least 0, not '1.5'"),
        (f"{RANDOM} --driver x", "--driver.*'x' is not one of 'own', 'inspect'"),
        (f"{RANDOM} --lmit 3", "--lmit.*see `skillevo eval --help`"),
        (f"{RANDOM} --limit", "--limit.*see `skillevo"),
        ("eval", "'?(TASK|task)'?.*see `skillevo eval --help`"),
        ("sing", "No such command 'sing'.*see `skillevo --help`"),
        ("demo --limit 0", "--limit is a whole number of at least 1, not 0"),
        ("validate alfworld --limit 0", "--limit is a whole number of at least 1, not 0"),
        ("bench alfworld --games 0", "--games is a whole number of at least 1, not 0"),
        (
            "generator check mockllm/model --skill good --rollouts 0",
            "--rollouts is a whole number of at least 1, not 0",
        ),
        ("replay alfworld --engine x --actions a --root .", "engine is one of native, official, not 'x'"),
        ("replay alfworld --engine official --actions a --root .", "SKILLEVO_OFFICIAL_PYTHON"),
        ("eval alfworld --model random --method static_skill --skill empty", "empty holds no skill"),
        ("eval alfworld --model random --method static_skill --skill large.md", "larger than 1,000,000 bytes"),
        (f"{RANDOM} --name x --runs good/SKILL.md", "SKILL.md"),
        ("eval alfworld --method no_skill --model mockllm/model --max-cost 1", "needs a price"),
        (f"{RANDOM} --rollouts 0", "--rollouts is a whole number of at least 1, not 0"),
        (f"{RANDOM} --name ../x", "no name for a run"),
        ("panel show x", "no ALFWorld panel"),
        ("panel verify pocket-val 0000", "not 0000"),
        ("replay alfworld --actions nowhere --root .", "cannot read nowhere"),
        ("data alfworld --root .", "not an ALFWorld tree"),
    ],
)
def test_bad_input_is_one_line_that_names_it(args: str, complaint: str, tmp_path: Path) -> None:
    Skill("good", "Good.", "1. Look.").write(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "large.md").write_bytes(b"x" * 1_000_001)
    run = skillevo(*args.split(), cwd=tmp_path, ok=False)
    assert run.returncode == 2 and run.stdout == ""
    assert re.search(complaint, run.stderr), run.stderr
    assert run.stderr.startswith("skillevo: ") and run.stderr.count("\n") == 1


def test_panels_are_listed_shown_and_verified(tmp_path: Path) -> None:
    rows = json.loads(skillevo("panel", "list", "--json", cwd=tmp_path).stdout)
    found = {r["panel"]: r for r in rows if r["task"] == "alfworld"}
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
    "line",
    [
        b"{",
        b"[1]",
        b'{"game": 5, "actions": []}',
        b'{"game": "x"}',
        b'{"game": "x", "actions": [1]}',
        b'{"game": "caf\xe9", "actions": []}',
        b'{"game": "a\\u0000b", "actions": []}',
        b"\xff\xfe{\x00",
        b"[" * 100_000,
    ],
    ids=range(9),
)
def test_replay_names_the_line_that_is_wrong(line: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n" + line + b"\n")
    run = skillevo("replay", "alfworld", "--root", ".", "--actions", "a.jsonl", cwd=tmp_path, ok=False)
    assert run.returncode == 2 and "line 2" in run.stderr and run.stderr.count("\n") == 1


def test_replay_reads_what_any_editor_writes(tmp_path: Path) -> None:
    instance = load_panel("pocket-val").instances[0].id
    (tmp_path / "plain.jsonl").write_bytes(b'["look"]\n{"actions": ["inventory"]}')
    (tmp_path / "other.jsonl").write_bytes(b'\xef\xbb\xbf["look"]\r\n\r\n{"actions": ["inventory"]}\r\n')
    args = ("replay", "alfworld", "--panel", "pocket-val", "--instance", instance, "--actions")
    plain = skillevo(*args, "plain.jsonl", cwd=tmp_path).stdout
    assert skillevo(*args, "other.jsonl", cwd=tmp_path).stdout == plain and plain.count("\n") == 4
    assert skillevo(*args, "-", cwd=tmp_path, input=(tmp_path / "plain.jsonl").read_text()).stdout == plain


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
    again = evaluate(tmp_path, "--method", "no_skill", "--limit", "6", "--max-rollouts", "2", "--name", "r")
    assert again["played"] == 0 and again["spent"]["rollouts"] == 2, "the cap is the run's, not the command's"
    result = evaluate(tmp_path, "--method", "no_skill", "--limit", "6", "--max-rollouts", "6", "--name", "r")
    assert result["played"] == 4 and "budget" not in result["stop_reasons"]
    assert result["stopped_by"] == "", "all was played"


def test_a_skill_that_is_shown_is_kept_with_the_run(tmp_path: Path) -> None:
    skill = Skill("look-around", "Look.", "1. Look around.", provenance=Provenance())
    skill.write(tmp_path)
    result = evaluate(tmp_path, "--method", "static_skill", "--skill", "look-around", "--limit", "2", "--name", "r")
    assert result["method"] == "static_skill"
    assert {r["skill_source"] for r in episodes(tmp_path / "runs" / "r")} == {"other"}, "its lineage says so"
    assert {r["skill_ids"] for r in episodes(tmp_path / "runs" / "r")} == {json.dumps([skill.id])}
    assert len(list((tmp_path / "runs" / "r" / "skills").rglob("SKILL.md"))) == 1


def test_where_an_unsigned_skill_comes_from_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_text("---\nname: look\ndescription: Look.\n---\n1. Look around.\n")
    evaluate(tmp_path, "--method", "static_skill", "--skill", "SKILL.md", "--limit", "1", "--name", "r")
    assert {r["skill_source"] for r in episodes(tmp_path / "runs" / "r")} == {"unknown"}
    assert 'skill_source = "unknown"' in (tmp_path / "runs" / "r" / "run.toml").read_text()
    (lineage,) = (tmp_path / "runs" / "r" / "skills").rglob("lineage.json")
    assert json.loads(lineage.read_text())["provenance"]["known"] is False
