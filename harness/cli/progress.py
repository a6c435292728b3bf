"""Progress on a terminal: what is done, how fast, how well, at what price. Silent elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from skillevo.harness.journal import Played
from skillevo.harness.rollouts import Meter


class EpisodeBar:
    """A bar that counts episodes. Drawn on stderr, and only where that is a terminal."""

    def __init__(self, label: str, total: int, done: int, *, quiet: bool = False) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            disable=quiet or not sys.stderr.isatty(),
            refresh_per_second=4,
        )
        self._task = self._progress.add_task(label, total=total, completed=done, figures="")
        self._played = self._won = 0

    def __enter__(self) -> EpisodeBar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def advance(self, played: Played, meter: Meter) -> None:
        self._played += 1
        self._won += played.verdict.success
        if self._progress.disable:
            return
        figures = f"success {self._won / self._played:.0%} of {self._played:,} · {meter.turns:,} turns"
        tokens = meter.input_tokens + meter.output_tokens
        if tokens:
            figures += f" · {tokens:,} tokens · ${meter.cost:.3f}"
        self._progress.update(self._task, advance=1, figures=figures)
