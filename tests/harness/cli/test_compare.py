"""`skillevo compare` as a person and a script use it, with runs that are really played."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import Result
from test_cli import episodes, skillevo
from typer.testing import CliRunner

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli.main import app
from skillevo.harness.suite import plan_jobs, read_suite

sys.path.insert(0, str(Path(__file__).parents[1] / "suite"))
from small import SMALL, TRAINED, write

TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="not installed: make test-train")
SUITES = Path(__file__).parents[3] / "results" / "suites"


def compare(cwd: Path, *args: str | Path) -> Result:
    """In this process: a plan costs no start of another."""
    with chdir(cwd):
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["compare", *map(str, args)])


def dry(cwd: Path, suite: Path, *args: str | Path) -> dict:  # type: ignore[type-arg]
    run = compare(cwd, suite, "--dry-run", "--json", *args)
    assert run.exit_code == 0, run.exception
    shown: dict = json.loads(run.stdout)  # type: ignore[type-arg]
    return shown


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_plan_is_shown_and_nothing_done(tmp_path: Path) -> None:
    estimated = ("[evolution]", "[estimate]\nturns = 10\nepisodes_per_hour = 60\nprice_in = 1.0\n[evolution]")
    suite = write(tmp_path, SMALL + TRAINED, estimated, ("generations = 2", "generations = 2\ntransfer = 1"))
    shown = dry(tmp_path, suite, "--workers", "2")
    runs = {r["name"]: r for r in shown["runs"]}
    assert {r["state"] for r in runs.values()} == {"to play"} and len(runs) == 10
    assert (runs["plain-s0"]["episodes"], runs["plain-s0"]["episodes_per_instance"]) == (3 * 3, 3)
    assert (runs["editor-s0"]["episodes"], runs["editor-s0"]["episodes_per_instance"]) == (3 * (3 + 1), 3)
    assert runs["editor-s0"]["edits"] == 3 * 2 and runs["trained-s1"]["needs"] == "train-candidates-s1"
    alone = CliRunner().invoke(app, ["train", "skill_r1", "--preset", "pocket", "--generator", "lm", "--steps", "2",
                                     "--dry-run", "--json"])  # fmt: skip
    assert runs["train-candidates-s0"]["episodes"] == json.loads(alone.stdout)["episodes"] > 0
    played = sum(r["episodes"] for r in runs.values())
    found = shown["estimate"]
    assert found["episodes"] == played and found["playing"] == pytest.approx(played / 60)
    assert found["elapsed"] == pytest.approx((found["playing"] + found["writing"] + found["training"]) / 2)
    assert found["task model costs"] == pytest.approx(played * 10 * 1500 / 1e6)
    assert not (tmp_path / "runs").exists()
    text = compare(tmp_path, suite, "--dry-run").stdout
    assert "trained-s0" in text and "skill_r1_inference" in text and "10 turns x 1500" in text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("limit = 3", 'limit = 3\npanel_hash = "feed"'), "here and feed in the suite: the instances are others"),
        (('name = "pocket-test"', 'name = "pocket-tset"'), "pocket-tset"),
        (("[evolution]", "[protocol]\nstep_cp = 3\n[evolution]"), "no option 'step_cp'; did you mean 'step_cap'?"),
        (('task = "alfworld"', 'task = "alfword"'), "there is no benchmark 'alfword'"),
        (("mode =", "mood ="), "train-candidates-s0: there is no option -T mood"),
        (('preset = "pocket"', 'preset = "pocket.toml"'), "and there is nothing"),
        (("[evolution]", "[estimate]\nspeed = 3\n[evolution]"), "no option [estimate] speed"),
        (('"rollouts per instance"', '"panel"'), "--across panel"),
        (("[arms]]", "[arms]]\ncolour = 1"), "arms[0] (plain).colour: there is no such key"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_does(
    change: tuple[str, str], complaint: str, tmp_path: Path
) -> None:
    suite = write(tmp_path, SMALL + TRAINED * (change[0] in TRAINED), change)
    run = compare(tmp_path, suite)
    assert isinstance(run.exception, SkillevoError) and complaint in str(run.exception)
    assert not (tmp_path / "runs").exists()


def test_a_comparison_ends_with_its_report_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    suite = write(tmp_path, SMALL, ("seeds = [0, 1]", "seeds = [0]"))
    (tmp_path / "start" / "SKILL.md").rename(tmp_path / "SKILL.md")
    (tmp_path / "start" / "SKILL.md").write_text("no skill at all")
    run = compare(tmp_path, suite, "--workers", "2", "--json")
    told = {r["name"]: r for r in json.loads(run.stdout)["runs"]}
    assert run.exit_code == 1
    assert [r["status"] for r in told.values()] == ["done", "failed", "failed"]
    assert "SKILL.md" in told["static-s0"]["said"]
    (tmp_path / "SKILL.md").replace(tmp_path / "start" / "SKILL.md")
    run = compare(tmp_path, suite, "--export", "kept")
    assert run.exit_code == 0 and "1 of 3 runs are done" in run.stderr and "plain (baseline)" in run.stdout
    assert [line.split()[:2] for line in run.stderr.splitlines()[1:]] == [["done", "static-s0"], ["done", "editor-s0"]]
    home, kept = tmp_path / "runs" / "small", tmp_path / "kept"
    assert (home / "report" / "index.html").exists() and not (kept / "report" / "index.html").exists()
    assert files(home / "report" / "tables") == files(kept / "report" / "tables") != {}
    listed = json.loads((kept / "report" / "report.json").read_text())
    assert [a["label"] for a in listed["arms"]] == ["plain", "static", "editor"]
    whole = ("episodes.parquet", "run.toml", "skills.jsonl.gz")
    expected = {"editor-s0": whole, "plain-s0": whole[:2], "static-s0": whole}
    assert sorted(files(kept / "runs")) == [f"{n}/{f}" for n, held in expected.items() for f in held]


def test_killed_anywhere_it_goes_on_and_plays_each_episode_once(tmp_path: Path) -> None:
    """The comparison is killed, and later its run; what comes of it is what comes of a quiet evening."""
    arm = SMALL[: SMALL.index('[[arms]]\nname = "static"')]
    suite = write(tmp_path, arm, ("seeds = [0, 1]", "seeds = [0]"), ("limit = 3", "limit = 60"), ("s = 3", "s = 20"))
    command = [sys.executable, "-m", "skillevo.harness.cli", "compare", str(suite), "--json"]
    progress = tmp_path / "runs" / "small" / ".compare" / "plain-s0.progress"

    def begin() -> subprocess.Popen[bytes]:
        started = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
        last = time.monotonic() + 120
        while not progress.exists():
            assert time.monotonic() < last and started.poll() is None
            time.sleep(0.01)
        return started

    started = begin()
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()
    progress.unlink()
    started = begin()
    (child,) = (int(p) for p in Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split())
    os.kill(child, signal.SIGKILL)
    (told,) = json.loads(started.communicate()[0])["runs"]
    assert started.returncode == 1 and (told["status"], told["said"]) == ("failed", "killed by SIGKILL")
    (told,) = json.loads(compare(tmp_path, suite, "--json").stdout)["runs"]
    assert told["status"] == "done" and told["result"]["played"] < 1200, "it went on"
    home = tmp_path / "runs" / "small" / "plain-s0"
    config = tomllib.loads((home / "run.toml").read_text())
    assert config["spent"]["rollouts"] == 1200 and config["arm"] == "plain"
    with chdir(tmp_path):
        quiet = ["eval", "alfworld", "--method", "no_skill", "--model", "pocket/follower", "--panel", "pocket-test",
                 "--limit", "60", "--rollouts", "20", "--no-log", "--runs", "quiet", "--name", "q"]  # fmt: skip
        assert CliRunner().invoke(app, quiet).exit_code == 0
    assert episodes(home) == episodes(tmp_path / "quiet" / "q")


@TORCH
def test_arms_evaluate_what_they_train_seed_by_seed(tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "trainer"))
    import tiny_lm

    tiny_lm.make(
        tmp_path / "lm", words=["<unk>", "<end>", "1.", "Find", "the", "object", ".", "Take", "Put", "it", "in"]
    )
    shape = "instances = 2, generations = 1, candidates = 2, rollouts = 1, max_new_tokens = 6, mode = 'candidates'"
    suite = write(
        tmp_path,
        SMALL[: SMALL.index("[[arms]]")] + TRAINED,
        ('"mockllm/model"', '"lm"'),
        ('baseline = "plain"', ""),
        ("generations = 2", "generations = 1\noptions = { history_tokens = 40 }"),
        ("steps = 2", "steps = 1\nlimit = 4\nval_limit = 2"),
        ('mode = "candidates", lr = 1e-4', shape),
    )
    run = skillevo("compare", suite, "--workers", "2", "--export", "kept", "--json", cwd=tmp_path)
    assert {r["status"] for r in json.loads(run.stdout)["runs"]} == {"done"}
    report = json.loads((tmp_path / "kept" / "report" / "report.json").read_text())
    arms = {a["label"]: a["runs"] for a in report["arms"]}
    assert arms["trained"] == ["trained-s0", "trained-s1"]
    assert arms["candidates"] == ["train-candidates-s0", "train-candidates-s1"]
    assert (tmp_path / "kept" / "runs" / "train-candidates-s1" / "training.json").exists()


@pytest.mark.parametrize("suite", sorted(SUITES.glob("*.toml")), ids=lambda p: p.stem)
def test_a_committed_suite_is_ready_to_run(suite: Path, tmp_path: Path) -> None:
    shown = dry(tmp_path, suite)
    assert shown["runs"] and shown["estimate"]["in all"] >= 0 and shown["estimate"]["elapsed"] > 0
    # Every method that evolves, and every control, gets as many rollouts as the others.
    free = ("train-", "no_skill", "static_skill")  # what neither writes nor chooses gains nothing by more episodes
    assert len({r["episodes_per_instance"] for r in shown["runs"] if not r["name"].startswith(free)}) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("pocket/follower", "pocket/folower"), "there is no embedded model 'pocket/folower'; there are pocket/foll"),
        (("pocket/follower", "opnai/gpt-4o"), "'opnai/gpt-4o' is of no provider that Inspect knows: did you mean 'ope"),
        (("pocket/follower", "gpt-4o"), "'gpt-4o' is no model: give an Inspect model string"),
        (("mockllm/model", "pocket/writr"), "there is no writer 'pocket/writr'; there are pocket/writer"),
    ],
)
def test_a_plan_refuses_models_that_there_are_not(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    refused = compare(tmp_path, write(tmp_path, SMALL, change), "--dry-run")
    assert isinstance(refused.exception, SkillevoError) and told in str(refused.exception)


def test_a_plan_wants_no_key_and_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    suite = write(tmp_path, SMALL, ("pocket/follower", "openai/any-name"))
    assert len(dry(tmp_path, suite)["runs"]) == 6


def test_a_plan_says_where_a_limit_is_beyond_the_panel(tmp_path: Path) -> None:
    suite = write(tmp_path, SMALL, ("limit = 3", "limit = 5000"))
    assert "note: pocket-test has 240 instances: limit = 5,000 takes all of them" in " ".join(
        compare(tmp_path, suite, "--dry-run").stdout.split()
    )


def test_files_where_a_person_stands_pass_for_no_module(tmp_path: Path) -> None:
    """Runs are processes of their own, started in the folder in which the comparison was."""
    for name in ("skillevo", "inspect_ai", "random", "pyarrow"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')\n")
    alone = ("seeds = [0, 1]", "seeds = [0]"), ("limit = 3", "limit = 1")
    suite = write(tmp_path, SMALL[: SMALL.index('[[arms]]\nname = "static"')], *alone)
    run = compare(tmp_path, suite, "--json")
    assert run.exit_code == 0, run.output
    result = json.loads(run.stdout)
    assert [r["status"] for r in result["runs"]] == ["done"] and result["notices"] == []


JUDGED = (
    ('task = "alfworld"\nname = "pocket-test"', 'task = "webwalker"\nname = "pocket-val"'),
    ('models = ["pocket/follower"]', 'models = ["mockllm/model"]'),
)


def test_a_panel_names_who_judges_its_answers(tmp_path: Path) -> None:
    asked = ("limit = 3", 'limit = 3\noptions = { verifier = "judge" }')
    refused = compare(tmp_path, write(tmp_path, SMALL, *JUDGED, asked), "--dry-run")
    assert isinstance(refused.exception, SkillevoError) and "give --grader MODEL" in str(refused.exception)
    named = ("limit = 3", 'limit = 3\ngrader = "mockllm/model"\noptions = { verifier = "judge" }')
    suite = write(tmp_path, SMALL, *JUDGED, named)
    assert len(dry(tmp_path, suite)["runs"]) == 6
    (job, *_) = plan_jobs(read_suite(suite), tmp_path)
    assert job.args[job.args.index("--grader") + 1] == "mockllm/model"
