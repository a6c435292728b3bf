"""`skillevo compare` as a person and a script use it, with runs that are really played."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from test_cli import episodes, skillevo

sys.path.insert(0, str(Path(__file__).parents[1] / "suite"))
from small import SMALL, TRAINED, write

SUITES = Path(__file__).parents[3] / "results" / "suites"
LONGER = ("seeds = [0, 1]", "seeds = [0]"), ("limit = 3", "limit = 60"), ("rollouts = 3", "rollouts = 8")


def dry(cwd: Path, suite: Path, *args: str | Path) -> dict:  # type: ignore[type-arg]
    shown: dict = json.loads(  # type: ignore[type-arg]
        skillevo("compare", suite, "--dry-run", "--json", *args, cwd=cwd).stdout
    )
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
    alone = skillevo("train", "skill_r1", "--preset", "pocket", "--generator", "lm", "--steps", "2", "--dry-run",
                     "--json", cwd=tmp_path)  # fmt: skip
    assert runs["train-candidates-s0"]["episodes"] == json.loads(alone.stdout)["episodes"] > 0
    played = sum(r["episodes"] for r in runs.values())
    found = shown["estimate"]
    assert found["episodes"] == played and found["playing"] == pytest.approx(played / 60)
    assert found["elapsed"] == pytest.approx((found["playing"] + found["writing"] + found["training"]) / 2)
    assert found["task model costs"] == pytest.approx(played * 10 * 1500 / 1e6)
    assert not (tmp_path / "runs").exists()
    text = skillevo("compare", suite, "--dry-run", cwd=tmp_path).stdout
    assert "trained-s0" in text and "train-candidates-s0" in text and "10 turns x 1500" in text


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
    suite = write(tmp_path, SMALL + TRAINED, change)
    run = skillevo("compare", suite, cwd=tmp_path, ok=False)
    assert run.returncode == 2 and complaint in run.stderr, run.stderr
    assert not (tmp_path / "runs").exists()


def test_a_comparison_ends_with_its_report_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    suite = write(tmp_path, SMALL, ("seeds = [0, 1]", "seeds = [0]"))
    (tmp_path / "start" / "SKILL.md").rename(tmp_path / "kept")  # two of three runs lack their skill
    (tmp_path / "start" / "SKILL.md").write_text("no skill at all")
    run = skillevo("compare", suite, "--workers", "2", "--json", cwd=tmp_path, ok=False)
    told = {r["name"]: r for r in json.loads(run.stdout)["runs"]}
    assert run.returncode == 1
    assert {n: r["status"] for n, r in told.items()} == {
        "plain-s0": "done",
        "static-s0": "failed",
        "editor-s0": "failed",
    }
    assert "SKILL.md" in told["static-s0"]["said"]
    (tmp_path / "kept").replace(tmp_path / "start" / "SKILL.md")
    run = skillevo("compare", suite, "--export", tmp_path / "kept", cwd=tmp_path)
    assert "1 of 3 runs are done" in run.stderr and "editor-s0" in run.stderr and "plain (baseline)" in run.stdout
    home = tmp_path / "runs" / "small"
    assert (home / "report" / "index.html").exists()
    exported = files(tmp_path / "kept" / "runs")
    assert sorted(exported) == sorted(
        f"{n}-s0/{f}" for n in ("plain", "static", "editor") for f in ("run.toml", "episodes.parquet")
    )
    skillevo("compare", suite, "--export", tmp_path / "kept", "--json", cwd=tmp_path)
    assert exported == files(tmp_path / "kept" / "runs")
    tables = [files(folder / "report" / "tables") for folder in (home, tmp_path / "kept")]
    assert tables[0] == tables[1] != {}
    listed = json.loads((home / "report" / "report.json").read_text())
    assert [a["label"] for a in listed["arms"]] == ["plain", "static", "editor"]


def test_killed_anywhere_it_goes_on_and_plays_each_episode_once(tmp_path: Path) -> None:
    """The comparison is killed, and later one of its runs; what comes of it is what comes of a quiet evening."""
    suite = write(tmp_path, SMALL[: SMALL.index('[[arms]]\nname = "editor"')], *LONGER)
    command = [sys.executable, "-m", "skillevo.harness.cli", "compare", str(suite), "--workers", "1", "--json"]
    home = tmp_path / "runs" / "small"

    def until(reached: Path, process: subprocess.Popen[bytes]) -> None:
        last = time.monotonic() + 120
        while not reached.exists():
            assert time.monotonic() < last and process.poll() is None
            time.sleep(0.01)

    started = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    until(home / ".compare" / "plain-s0.progress", started)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    started = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
    until(home / ".compare" / "static-s0.progress", started)
    (child,) = (int(p) for p in Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split())
    os.kill(child, signal.SIGKILL)
    assert started.communicate()[0] and started.returncode == 1
    told = json.loads(skillevo(*command[3:], cwd=tmp_path).stdout)
    assert {r["status"] for r in told["runs"]} == {"done"}
    for name in ("plain-s0", "static-s0"):
        rows = episodes(home / name)
        config = tomllib.loads((home / name / "run.toml").read_text())
        assert len(rows) == 60 * (8 if name == "plain-s0" else 3) == config["spent"]["rollouts"]
        assert config["arm"] == name.removesuffix("-s0")
    quiet = json.loads(skillevo(*command[3:], "--runs", "quiet", cwd=tmp_path).stdout)
    for run in quiet["runs"]:
        assert episodes(home / run["name"]) == episodes(tmp_path / "quiet" / run["name"])


@pytest.mark.parametrize("suite", sorted(SUITES.glob("*.toml")), ids=lambda p: p.stem)
def test_a_committed_suite_is_ready_to_run(suite: Path, tmp_path: Path) -> None:
    shown = dry(tmp_path, suite)
    assert shown["runs"] and shown["estimate"]["in all"] >= 0 and shown["estimate"]["elapsed"] > 0
    # Every method that evolves, and every control, gets as many rollouts as the others.
    assert len({r["episodes_per_instance"] for r in shown["runs"] if not r["name"].startswith("train-")}) == 1
