"""The pool: everything that is missing is played, once, whatever dies in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small import SMALL, TRAINED, small, write

from skillevo.envs.base import SkillevoError
from skillevo.harness.suite import Job, Outcome, Pool, Records, fingerprints, plan_jobs, read_suite

FAKE = [sys.executable, "-S", "-E", str(Path(__file__).with_name("fake_run.py"))]


def jobs_of(home: Path, text: str = SMALL) -> tuple[Job, ...]:
    return plan_jobs(small(home, text), home)


def play(home: Path, jobs: tuple[Job, ...], workers: int = 2, **more: bool) -> dict[str, Outcome]:
    records = Records(home / "runs")
    with records.lock() as handle:
        pool = Pool(records, FAKE, workers, handle, **more)
        outcomes = pool.play(jobs, fingerprints(jobs), lambda outcome: None, lambda: None)
    return {o.job.name: o for o in outcomes}


def starts(home: Path) -> list[str]:
    """Names of the runs that were started since the last time of asking."""
    file = home / "runs" / "starts"
    found = [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"  # dead, though nobody asked
    except FileNotFoundError:
        return False


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path


def test_what_is_missing_is_played_and_nothing_twice(home: Path) -> None:
    jobs = jobs_of(home)
    outcomes = play(home, jobs)
    assert list(outcomes) == [j.name for j in jobs] and {o.status for o in outcomes.values()} == {"done"}
    assert sorted(starts(home)) == sorted(outcomes) and outcomes["editor-s1"].result["name"] == "editor-s1"
    assert {o.status for o in play(home, jobs).values()} == {"done"} and starts(home) == []
    (home / "runs" / "plain-s1" / "episodes.parquet").unlink()
    play(home, jobs)
    assert starts(home) == ["plain-s1"]


def test_a_changed_suite_plays_what_it_changes(home: Path) -> None:
    play(home, jobs_of(home))
    starts(home)
    play(home, jobs_of(home, SMALL.replace("generations = 2", "generations = 3")))
    assert sorted(starts(home)) == ["editor-s0", "editor-s1"]


def test_a_failing_run_is_named_and_stops_no_other(home: Path) -> None:
    jobs = jobs_of(home, SMALL + TRAINED)
    for name, plan in {
        "plain-s0": "fail",
        "static-s0": "kill",
        "editor-s0": "stop",
        "train-candidates-s1": "fail",
    }.items():
        (home / "runs" / f"{name}.plan").write_text(plan)
    outcomes = play(home, jobs)
    told = {n: (o.status, o.said) for n, o in outcomes.items() if o.status != "done"}
    assert told == {
        "train-candidates-s1": ("failed", "the moon is in the way"),
        "plain-s0": ("failed", "the moon is in the way"),
        "static-s0": ("failed", "killed by SIGKILL"),
        "editor-s0": ("stopped", "max_cost"),
        "trained-s1": ("not run", "it needs train-candidates-s1, which is failed"),
    }
    assert len(outcomes) == 10
    starts(home)
    for name in told:
        (home / "runs" / f"{name}.plan").unlink(missing_ok=True)
    assert {o.status for o in play(home, jobs).values()} == {"done"} and sorted(starts(home)) == sorted(told)


def test_a_training_comes_before_what_it_is_for(home: Path) -> None:
    jobs = jobs_of(home, SMALL + TRAINED)
    play(home, jobs, workers=4)
    order = starts(home)
    for seed in (0, 1):
        assert order.index(f"train-candidates-s{seed}") < order.index(f"trained-s{seed}")


def test_failed_episodes_are_played_again_on_demand(home: Path) -> None:
    jobs = jobs_of(home)
    play(home, jobs)
    starts(home)
    play(home, jobs, retry_errors=True)
    assert sorted(starts(home)) == ["editor-s1", "plain-s1", "static-s1"]


def test_one_comparison_at_a_time(home: Path) -> None:
    jobs = jobs_of(home)
    with Records(home / "runs").lock(), pytest.raises(SkillevoError, match="another comparison is at work"):
        play(home, jobs)


def test_runs_end_with_a_comparison_that_is_killed(home: Path) -> None:
    write(home)
    for name in ("plain-s0", "static-s0"):
        (home / "runs" / f"{name}.plan").write_text("wait")
    parent = subprocess.Popen([sys.executable, __file__, str(home)])
    file = home / "runs" / "starts"
    until = time.monotonic() + 60
    while not file.exists() or file.read_text().count("\n") < 2:
        assert time.monotonic() < until and parent.poll() is None
        time.sleep(0.02)
    pids = [int(line.split()[1]) for line in file.read_text().splitlines()]
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    file.unlink()
    # The next one waits until they are gone, and plays them again.
    for name in ("plain-s0", "static-s0"):
        (home / "runs" / f"{name}.plan").unlink()
    outcomes = play(home, jobs_of(home))
    assert {o.status for o in outcomes.values()} == {"done"} and len(starts(home)) == 6
    assert not any(map(is_alive, pids))


def test_records_that_are_damaged_are_played_again(home: Path) -> None:
    jobs = jobs_of(home)
    play(home, jobs)
    starts(home)
    file = home / "runs" / ".compare" / "plain-s0.json"
    assert json.loads(file.read_text())["fingerprint"]
    for text in ("", "{}", "[1]", '{"fingerprint": "other", "seconds": 1, "result": {}}'):
        file.write_text(text)
        play(home, jobs)
        assert starts(home) == ["plain-s0"]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    there = Path(sys.argv[1])
    play(there, plan_jobs(read_suite(there / "small.toml"), there))
