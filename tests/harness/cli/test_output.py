"""What the commands print: JSON that every reader takes, and bars and tables that fit a terminal."""

from __future__ import annotations

import io
import json
import random
import shutil
from math import inf, nan
from pathlib import Path

import pytest
from rich.console import Console
from test_cli import skillevo

from skillevo.envs.alfworld import load_panel
from skillevo.envs.base import Episode, EpisodeKey, StopReason, Turn, Verdict
from skillevo.harness.cli.benchmarks import alfworld as measure
from skillevo.harness.cli.benchmarks import skills
from skillevo.harness.cli.output import print_json
from skillevo.harness.cli.progress import EpisodeBar
from skillevo.harness.cli.tables import success_table
from skillevo.harness.evaluation import Cell, Summary, wilson
from skillevo.harness.journal import Played
from skillevo.harness.rollouts import Meter


def test_json_holds_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": nan, "b": [inf, 1.5, (-inf,)], "c": {"d": nan, "e": "nan", "f": True, "g": None}})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out, parse_constant=pytest.fail) == {
        "a": None,
        "b": [None, 1.5, [None]],
        "c": {"d": None, "e": "nan", "f": True, "g": None},
    }


def played(steps: int, success: bool = False) -> Played:
    turns = [Turn("", (), "look", 0.0, False) for _ in range(steps)]
    stop = StopReason.STEP_CAP if steps else StopReason.GAVE_UP
    return Played(Episode(EpisodeKey("i"), 0, turns, "", stop), Verdict(float(success), success), "eval", ())


def drawn(width: int, label: str, episodes: list[Played], meter: Meter) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None, legacy_windows=False)
    with EpisodeBar(label, 240, 0, console=console) as bar:
        for p in episodes:
            bar.advance(p, meter)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_a_bar_fits_the_terminal_with_all_its_figures(width: int) -> None:
    meter = Meter(input_tokens=1_234_567, output_tokens=1, cost=1.234)
    out = drawn(width, "skill_r1_inference", [played(50, True), *[played(50)] * 30], meter)
    last = [line for line in out.replace("\r", "\n").split("\n") if "240" in line][-1]
    for figure in ("skill_r1_inference", "31/240", "3% won", "1.6k steps", "1.2M tokens", "$1.23", ":"):
        assert figure in last, last
    assert "…" not in last
    shown = last.split("\x1b")[0] if last.startswith("skill") else last[last.index("skill") :].split("\x1b")[0]
    assert len(shown) <= width - 3, "a terminal's ^C needs room, or the bar is drawn twice"


def test_an_episode_that_was_given_up_counts_no_steps() -> None:
    assert "0 steps" in drawn(80, "no_skill", [played(0)] * 5, Meter(turns=5))


def test_intervals_are_told_to_a_decimal() -> None:
    n = 3553
    cell = Cell(n, n, 1.0, wilson(n, n), 1.0)
    table = success_table({"m": Summary(cell, {"a": cell}, 1.0, {}, {})}, {})
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    assert "100.0 [99.9, 100.0]" in console.file.getvalue()


def test_a_bench_without_the_official_engine_has_no_figure_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLEVO_OFFICIAL_PYTHON", "/nowhere/python")
    panel = measure._panel(None, 1)
    (figure,) = measure._official(panel, [], [], 5)
    assert figure.value is None and figure.met is None and "SKILLEVO_OFFICIAL_PYTHON" in figure.how


def test_the_demos_last_lines_can_be_typed(tmp_path: Path) -> None:
    out = skillevo("demo", "--limit", "2", "--no-log", cwd=tmp_path).stdout.splitlines()
    copy, evaluate = out[-2].removeprefix("next ").split("#")[0].split(), out[-1].split()
    assert copy[:2] == ["cp", "-r"] and Path(evaluate[0]).name == "skillevo"
    shutil.copytree(copy[2], tmp_path / copy[3])
    skillevo(*evaluate[1:], "--limit", "1", "--no-log", cwd=tmp_path)


def test_bench_skills_measures_every_row() -> None:
    figures = {f.name: f for f in skills.measure(120)}
    rates = {n: f for n, f in figures.items() if n.startswith("evaluations")}
    assert [f.target for f in rates.values()] == ["at least 500"] * 2 + ["at least 60"] * 2 + [""]
    assert all(f.value and f.value > 0 for f in figures.values())
    turns = [f.value or 0 for n, f in figures.items() if n.startswith("turns")]
    assert all(12 < t < 19 for t in turns[:4]) and turns[4] < 15


def test_new_skills_are_new() -> None:
    instance = load_panel("pocket-test").instances[0]
    for say in (skills.plain, skills.trained, skills.renewed):
        rng = random.Random(0)
        assert len({say(instance, rng) for _ in range(20)}) > 15
