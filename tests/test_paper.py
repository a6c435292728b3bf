"""`make paper`: tables and plotted data come out byte by byte, pictures within a tolerance, from runs alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib.image
import numpy as np
import pyarrow.parquet as pq
import pytest

from skillevo.harness.cli.benchmarks.report_runs import make_runs, make_training
from skillevo.harness.report.build import build_report
from skillevo.harness.report.write import write_report

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
COMMITTED = {
    "reference": "pocket-skill-r1.toml",
    "confirmation": "pocket-confirmation.toml",
    "replication": "pocket-replication.toml",
}
"""The folders of committed runs, and the suites that planned them."""
FAINT, MOST = 0.1, 0.005
"""A pixel differs by more than FAINT in a channel; of a picture's pixels, MOST may: another build of the fonts' library
moves the edges of letters, another number moves a line."""


def unlike(first: Path, second: Path) -> Iterator[str]:
    """In what two reports differ, file by file."""
    names = [{p.relative_to(r).as_posix() for p in r.rglob("*") if p.is_file()} for r in (first, second)]
    yield from (f"{name} is in one of them only" for name in sorted(names[0] ^ names[1]))
    for name in sorted(names[0] & names[1]):
        a, b = first / name, second / name
        if name.endswith(".png"):
            if (share := pixels(a, b)) > MOST:
                yield f"{name}: {share:.2%} of its pixels differ"
        elif not name.endswith(".pdf") and a.read_bytes() != b.read_bytes():
            yield f"{name} differs"


def pixels(first: Path, second: Path) -> float:
    """The share of pixels that differ; all of them where the pictures' sizes do by more than a few."""
    a, b = (np.asarray(matplotlib.image.imread(p)) for p in (first, second))
    if any(abs(x - y) > 4 for x, y in zip(a.shape, b.shape, strict=True)):
        return 1.0
    height, width = min(a.shape[0], b.shape[0]), min(a.shape[1], b.shape[1])
    return float((np.abs(a[:height, :width] - b[:height, :width]).max(axis=-1) > FAINT).mean())


def paper(runs: Path, out: Path, *options: str) -> Path:
    """As `make paper` does it, in a process of its own whose hashes are salted otherwise than ours."""
    command = [sys.executable, "-m", "skillevo.harness.cli", "report", str(runs), "--out", str(out), "--no-page"]
    run = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=out.parent, env={**os.environ, "PYTHONHASHSEED": "7"}
    )
    assert run.returncode == 0, run.stderr
    return out


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper") / "runs"
    make_runs(folder, runs=14, episodes=40, seeds=2)
    make_training(folder, steps=10, seeds=2)
    return folder


@pytest.fixture(scope="module")
def made(runs: Path) -> Path:
    out = runs.parent / "made"
    write_report(build_report([runs]), out, page=False)
    return out


def test_another_process_makes_the_same_paper(runs: Path, made: Path) -> None:
    assert {p.suffix for p in made.rglob("*") if p.is_file()} >= {".md", ".csv", ".tex", ".json", ".png", ".pdf"}
    assert list(unlike(made, paper(runs, runs.parent / "again"))) == []


def test_a_changed_episode_is_seen(runs: Path, made: Path, tmp_path: Path) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    file = next(p / "episodes.parquet" for p in sorted((tmp_path / "runs").glob("skill_r1_inference-*")))
    table = pq.read_table(file)
    column = table.column_names.index("success")
    flipped = table.column("success").to_pylist()
    flipped[-1] = not flipped[-1]
    pq.write_table(table.set_column(column, "success", [flipped]), file)
    write_report(build_report([tmp_path / "runs"]), tmp_path / "made", page=False)
    found = list(unlike(made, tmp_path / "made"))
    assert any(f.startswith("tables/methods-") and ".csv" in f for f in found), found
    assert any(f.startswith("figures/spent-") and ".csv" in f for f in found), found


def test_a_moved_line_is_seen_and_a_blurred_letter_is_not(made: Path, tmp_path: Path) -> None:
    from skillevo.harness.report.figure import Figure, Panel, Series
    from skillevo.harness.report.plots import draw

    def drawn(name: str, title: str, *y: float) -> Path:
        figure = Figure("f", "f", (Panel(title, "x", "y", (Series("a", (0.0, 1.0), y),), unit=True),))
        (tmp_path / name).write_bytes(draw(figure).png)
        return tmp_path / name

    still = drawn("still.png", "Title", 0.3, 0.5)
    assert pixels(still, drawn("moved.png", "Title", 0.3, 0.6)) > MOST > pixels(still, still) == 0.0
    picture = np.array(matplotlib.image.imread(still))
    picture[::7, ::7, :3] = np.clip(picture[::7, ::7, :3] + 0.05, 0, 1)
    matplotlib.image.imsave(tmp_path / "blurred.png", picture)
    assert pixels(still, tmp_path / "blurred.png") <= MOST


@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_paper_follows_from_the_committed_runs(name: str, tmp_path: Path) -> None:
    suite = RESULTS / "suites" / COMMITTED[name]
    again = paper(RESULTS / name / "runs", tmp_path / "paper", "--suite", str(suite))
    assert list(unlike(RESULTS / name / "report", again)) == [], "run `make paper`, and look at what changed"
    index = json.loads((again / "report.json").read_text("utf-8"))
    assert not any(n.startswith("left out") for n in index["notices"])
