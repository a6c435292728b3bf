"""What a person sees of a comparison: the plan, the runs under way, what came out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from skillevo.harness.cli.compare_size import Sized
from skillevo.harness.cli.estimate import Line
from skillevo.harness.suite import Job, Outcome, Records
from skillevo.harness.suite.pool import Status

_MARKS: Mapping[Status, tuple[str, str]] = {
    "done": ("done", "green"),
    "failed": ("failed", "red"),
    "stopped": ("stopped", "yellow"),
    "not run": ("not run", "red"),
}


class PoolView:
    """One line for the whole and one for each run under way; drawn on stderr, one line per ended run elsewhere."""

    def __init__(self, records: Records, total: int, done: int, *, quiet: bool = False) -> None:
        self._records = records
        self._console = Console(file=sys.stderr, stderr=True)
        self._quiet = quiet
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None, table_column=Column(ratio=1)),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=quiet or not sys.stderr.isatty(),
            refresh_per_second=4,
            expand=True,
        )
        self._whole = self._progress.add_task("runs", total=total, completed=done, figures="")
        self._tasks: dict[str, TaskID] = {}
        self._failed = 0

    def __enter__(self) -> PoolView:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def tick(self, running: Sequence[Job]) -> None:
        """Draw how far the runs under way are."""
        if self._progress.disable:
            return
        for job in running:
            if job.name not in self._tasks:
                self._tasks[job.name] = self._progress.add_task(f"  {job.name}", total=None, figures="")
            told = _read(self._records, job)
            if told is not None:
                figures = str(told["figures"])
                self._progress.update(
                    self._tasks[job.name], completed=told["done"], total=told["total"], figures=figures
                )

    def ended(self, outcome: Outcome) -> None:
        """Say what became of a run."""
        self._failed += outcome.status != "done"
        failed = f"{self._failed} not done" if self._failed else ""
        self._progress.update(self._whole, advance=1, figures=failed)
        if outcome.job.name in self._tasks:
            self._progress.remove_task(self._tasks.pop(outcome.job.name))
        if not self._quiet:
            mark, style = _MARKS[outcome.status]
            text = outcome.said or headline(outcome)
            self._console.print(
                f"[{style}]{mark:<7}[/] {outcome.job.name}  {outcome.seconds:,.0f} s  ", end="", highlight=False
            )
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def headline(outcome: Outcome) -> str:
    """A finished run in a few words."""
    r = outcome.result
    if outcome.job.verb == "eval":
        failed = f", {sum(r['errors'].values()):,} episodes failed" if r.get("errors") else ""
        return f"{r['success']:.1%} of {r['n']:,} ({r['episodes']:,} episodes){failed}"
    best = max((v["score"] for v in r.get("validations", ())), default=None)
    return f"{r['step']} steps" + (f", validation {best:.3f}" if best is not None else "")


def plan_table(sized: Sequence[Sized], states: Mapping[str, str]) -> Table:
    """The runs, in the order in which they are started; `each` is rollouts per instance."""
    table = Table(title="runs", title_justify="left", title_style="bold")
    for name in ("run", "what", "needs", "state"):
        table.add_column(name, overflow="fold")
    for name in ("each", "episodes", "edits"):
        table.add_column(name, justify="right")
    several = len({(s.job.panel.task, s.job.panel.name, s.job.panel.limit) for s in sized if s.job.panel}) > 1
    for s in sized:
        told = f"{s.per_instance:,}" if s.per_instance else ""
        counts = (told, f"{s.size.episodes:,}", f"{s.size.edits:,}")
        table.add_row(s.job.name, _what(s.job, several), s.job.needs, states[s.job.name], *counts)
    return table


def _what(job: Job, several: bool) -> str:
    """`train skill_r1`, `no_skill`; `no_skill on pocket-test[:40]` where there are several panels."""
    if job.panel is None or job.of is None:
        return " ".join(map(str, job.args[:2]))
    limit = f"[:{job.panel.limit}]" if job.panel.limit else ""
    return job.of.method + (f" on {job.panel.name}{limit}" if several else "")


def print_plan(sized: Sequence[Sized], states: Mapping[str, str], lines: Sequence[Line]) -> None:
    console = Console()
    console.print(plan_table(sized, states))
    missing = [s for s in sized if states[s.job.name] != "done"]
    told = f"{len(sized):,} runs, {len(sized) - len(missing):,} of them done"
    episodes = f"to play: {sum(s.size.episodes for s in missing):,} episodes"
    console.print(f"{told}; {episodes}, {sum(s.size.edits for s in missing):,} edits", highlight=False)
    for warning in dict.fromkeys(s.warning for s in sized if s.warning):
        console.print(f"note: {warning}", style="yellow", highlight=False, markup=False)
    if not lines:
        return
    table = Table("estimate", title=r"of what is missing, by the suite's \[estimate]; not measured", title_style="dim")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("reckoned as")
    for line in lines:
        table.add_row(line.name, line.shown, line.how)
    console.print(table)


def _read(records: Records, job: Job) -> dict[str, Any] | None:
    """What a run last said; None where it has not, or is saying it just now."""
    try:
        found = json.loads(records.progress_file(job).read_text("utf-8"))
        return found if {"done", "total", "figures"} <= found.keys() else None
    except (OSError, ValueError, AttributeError):
        return None
