"""The report's figures: time, memory and size over many runs, and how soon the page is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from skillevo.harness.cli.benchmarks.figure import Figure
from skillevo.harness.cli.benchmarks.report_runs import make_runs, make_training

_REPORT = """
import resource, sys, time
from pathlib import Path
from skillevo.harness.report.build import build_report
from skillevo.harness.report.write import write_report
wall = time.perf_counter()
write_report(build_report([Path(sys.argv[1])]), Path(sys.argv[2]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(time.perf_counter() - wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
MAXRSS = 1e6 if sys.platform == "darwin" else 1e3
"""Units of ru_maxrss in a megabyte: bytes on macOS, kilobytes elsewhere."""


def measure(runs: int, episodes: int, keep: Path | None = None) -> list[Figure]:
    """Make runs, report on them in a fresh process, open the page.

    Args:
        keep: where runs and report stay; a temporary folder that goes, if None.
    """
    with tempfile.TemporaryDirectory() as scratch:
        base = keep or Path(scratch)
        made = make_runs(base / "runs", runs, episodes)
        make_training(base / "runs")
        out = base / "report"
        run = subprocess.run(
            [sys.executable, "-c", _REPORT, str(base / "runs"), str(out)], capture_output=True, text=True, check=True
        )
        wall, cpu, memory = map(float, run.stdout.split())
        files = [f for f in out.rglob("*") if f.is_file()]
        page = out / "index.html"
        return [
            Figure("runs", len(made), "", f"{episodes:,} episodes each, made up, and 6 training runs"),
            Figure.at_most("report", cpu, "s", "once, CPU, imports and pictures included", 30),
            Figure("report, by the clock", wall, "s", "once, wall"),
            Figure.at_most("memory", memory / MAXRSS, "MB", "peak of the process", 1000),
            Figure.at_most("page", page.stat().st_size / 1e6, "MB", "index.html", 15),
            Figure("shards and all else", sum(f.stat().st_size for f in files) / 1e6, "MB", f"{len(files):,} files"),
            _opening(page),
        ]


def chromium() -> str | None:
    """A Chromium on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def dump_dom(browser: str, page: Path, *options: str) -> str:
    """What the browser made of a page, as HTML."""
    with tempfile.TemporaryDirectory() as profile:
        run = subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", *options,
             "--dump-dom", page.resolve().as_uri()],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
    return run.stdout


def _opening(page: Path) -> Figure:
    name = "page is there in Chromium"
    browser = chromium()
    if browser is None:
        return Figure(name, None, "ms", "there is no Chromium on this machine")
    times = sorted(
        float(found[1]) for _ in range(3) if (found := re.search(r'data-ready="([\d.]+)"', dump_dom(browser, page)))
    )
    if not times:
        return Figure(name, None, "ms", "the page's script did not come to its end")
    return Figure.at_most(name, times[len(times) // 2], "ms", "median of 3, from navigation to the last table", 2000)
