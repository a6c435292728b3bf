"""`skillevo demo` as a person sees it, on a few games."""

from __future__ import annotations

import re
from contextlib import chdir
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from skillevo.harness.cli.demo import bars
from skillevo.harness.cli.main import app

ARMS = ("no-skill", "best-of-N", "pocket-writer", "pocket-writer-r1")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What it prints, and where its runs are."""
    home = tmp_path_factory.mktemp("demo")
    with chdir(home):
        run = CliRunner(env={"COLUMNS": "120"}).invoke(app, ["demo", "--limit", "2"])
    assert run.exit_code == 0, run.exception
    (runs,) = (home / "runs").iterdir()
    return run.stdout, runs


def test_it_plays_each_arm_on_the_same_games_at_one_budget(demo: tuple[str, Path]) -> None:
    _, runs = demo
    played = {name: pq.read_table(runs / name / "episodes.parquet").to_pylist() for name in ARMS}
    assert len({frozenset(r["instance"] for r in rows) for rows in played.values()}) == 1
    assert {name: len(rows) for name, rows in played.items()} == dict(zip(ARMS, (4, 24, 24, 24), strict=True))
    assert all(r["skill_ids"] == "[]" for r in played["no-skill"])


def test_its_tables_say_what_the_runs_hold(demo: tuple[str, Path]) -> None:
    said, runs = demo
    for arm, name in (("pocket-writer", "pocket/writer"), ("pocket-writer-r1", "pocket/writer-r1")):
        rows = pq.read_table(runs / arm / "episodes.parquet").to_pylist()
        curve = [[r["success"] for r in rows if r["generation"] == g] for g in range(6)]
        shares = [sum(won) / len(won) for won in curve]
        line = next(x for x in said.splitlines() if re.match(rf"│ {name} +│ +[0-9.]+ │ +[0-9.]+ │", x))
        assert [float(x) for x in re.findall(r"[0-9]+\.[0-9]", line)] == [round(100 * s, 1) for s in shares]
        assert bars(shares) in line


def test_its_figure_and_report_are_where_it_says(demo: tuple[str, Path]) -> None:
    said, runs = demo
    figure, page = (re.search(rf"^{what} +(\S+)$", said, re.M) for what in ("figure", "report"))
    assert figure is not None and page is not None
    assert (runs.parents[1] / figure[1]).read_bytes()[:4] == b"\x89PNG"
    assert "pocket/writer" in (runs.parents[1] / page[1]).read_text("utf-8")


def test_bars_rise_with_the_share() -> None:
    assert bars([0.0, 0.5, 1.0]) == "▁▅█"
