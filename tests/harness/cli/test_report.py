"""`skillevo report` on the command line: what it writes and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import skillevo

from skillevo.harness import cli
from skillevo.harness.cli.benchmarks.report_runs import make_runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "runs"
    make_runs(folder, runs=3, episodes=80, seeds=1)
    return folder


def test_a_report_is_written(runs: Path) -> None:
    run = skillevo("report", "runs", "--out", "report", "--json", cwd=runs.parent)
    told = json.loads(run.stdout)
    out = runs.parent / "report"
    assert told["runs"] == sorted(p.name for p in runs.iterdir()) and told["notices"] == []
    assert told["files"] == sum(f.is_file() for f in out.rglob("*"))
    for table in told["tables"]:
        assert all((out / "tables" / f"{table}.{kind}").stat().st_size for kind in ("md", "csv", "tex", "json"))
    for figure in told["figures"]:
        assert all((out / "figures" / f"{figure}.{kind}").stat().st_size for kind in ("png", "pdf", "csv", "json"))
    assert (out / "index.html").exists() and (out / "report.md").exists()


def test_a_baseline_is_chosen(runs: Path) -> None:
    skillevo("report", "runs", "--out", "based", "--baseline", "static_skill", "--title", "Mine", cwd=runs.parent)
    text = (runs.parent / "based" / "report.md").read_text()
    assert "static\\_skill (baseline)" in text and text.startswith("# Mine\n")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["nowhere"], "there is no run nowhere: a run is a directory with a run.toml in it"),
        ([], "Missing argument 'RUN...'"),
        (["empty"], "none of the 1 runs can be used: empty: run.toml is missing"),
        (["runs", "--baseline", "gepa"], "--baseline gepa: no such method among the runs; there are no_skill"),
        (["runs", "--cluster", "house"], "has no tag 'house' to cluster by"),
    ],
)
def test_what_cannot_be_reported_is_one_line(runs: Path, args: list[str], complaint: str) -> None:
    (runs.parent / "empty").mkdir(exist_ok=True)
    run = skillevo("report", *args, "--out", "none", cwd=runs.parent, ok=False)
    assert run.returncode == 2 and complaint in run.stderr and run.stderr.count("\n") == 1
    assert not (runs.parent / "none").exists()


def test_a_damaged_run_is_noted(runs: Path, tmp_path: Path) -> None:
    make_runs(tmp_path / "runs", runs=2, episodes=80, seeds=2)
    damaged = sorted((tmp_path / "runs").iterdir())[0]
    (damaged / "episodes.parquet").write_bytes(b"")
    run = skillevo("report", "runs", "--out", "out", cwd=tmp_path)
    assert f"note: {damaged.name}: episodes.parquet is damaged" in run.stdout and "1 runs" in run.stdout


def test_a_run_that_its_budget_stopped_between_generations_is_reported(tmp_path: Path) -> None:
    start = Path(cli.__file__).parent / "presets" / "start-household"
    writer = ("--method", "skill_r1_inference", "--generator", "pocket/writer", "--skill", str(start))
    size = ("--generations", "3", "--rollouts", "2", "--limit", "10", "--max-rollouts", "37", "--workers", "8")
    run = ("--model", "pocket/ranker", "--no-log", "--name", "cut")
    skillevo("eval", "alfworld", *writer, *size, *run, cwd=tmp_path)
    skillevo("report", "runs", "--out", "report", cwd=tmp_path)
    (table,) = (tmp_path / "report" / "tables").glob("generations-*.md")
    text = table.read_text()
    assert "(its budget came to an end), and it is not shown" in text
    assert "| 0 |" in text and "| 3 (last" in text and "| 2 " not in text
