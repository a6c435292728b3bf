"""Progress of a training run on a terminal: steps, and the figures that say whether it learns. Silent elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console

from skillevo.harness.cli.beacon import Beacon
from skillevo.harness.cli.progress import one_line


class StepBar:
    """A bar that counts optimisation steps. Drawn on stderr, and only where that is a terminal."""

    def __init__(self, total: int, *, quiet: bool = False, console: Console | None = None) -> None:
        self._progress = one_line(console, quiet=quiet, refreshes=2)
        self._task = self._progress.add_task("training", total=total, figures="")
        self._validated = ""
        self._beacon, self._total = Beacon(), total

    def __enter__(self) -> StepBar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def advance(self, row: Mapping[str, Any]) -> None:
        """Show a line of metrics.jsonl."""
        if "val_score" in row:
            self._validated = f" · val {row['val_score']:.2f}"
        told = figures(row) + self._validated
        self._beacon.show(row["step"], self._total, lambda: told)
        self._progress.update(self._task, completed=row["step"], figures=told)


def figures(row: Mapping[str, Any]) -> str:
    """The main figures of a step in one line."""
    rewards = [f"{row[k]:.2f}" for g in range(100) if (k := f"reward_gen{g}") in row]
    found = [f"reward {'→'.join(rewards)}"] if rewards else []
    for name, label, form in (
        ("zero_variance", "equal groups", ".0%"),
        ("intra_share", "intra", ".0%"),
        ("clip_share", "clipped", ".0%"),
        ("kl", "KL", ".4f"),
        ("entropy", "entropy", ".2f"),
        ("length", "length", ".0f"),
        ("truncated", "cut", ".0%"),
    ):
        if name in row:
            found.append(f"{label} {row[name]:{form}}")
    if row.get("skipped"):
        found.append(f"skipped: {row['skipped']}")
    return " · ".join(found)
