"""Progress on a terminal: what is done, how fast, how well, at what price. Silent elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from skillevo.harness.cli.beacon import Beacon
from skillevo.harness.journal import Played
from skillevo.harness.rollouts import Meter


class _Short:
    """A renderable with room after it for the `^C` that a terminal echoes: on a full line it would begin a new one."""

    def __init__(self, whole: RenderableType) -> None:
        self._whole = whole

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._whole, options.update_width(max(1, options.max_width - 3)))


class _OneLine(Progress):
    def get_renderable(self) -> ConsoleRenderable:
        return _Short(super().get_renderable())


def one_line(console: Console | None, *, quiet: bool, refreshes: float) -> Progress:
    """A bar that counts, its figures, and the time left, in one line whatever the terminal's width.

    Drawn on stderr, and only where that is a terminal, unless a console is given. Tasks have the field `figures`.

    Args:
        refreshes: in a second.
    """
    return _OneLine(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None, table_column=Column(ratio=1)),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(compact=True),
        console=console or Console(file=sys.stderr),
        disable=quiet or not (console is not None or sys.stderr.isatty()),
        refresh_per_second=refreshes,
        expand=True,
    )


class EpisodeBar:
    """A bar that counts episodes. Drawn on stderr, and only where that is a terminal.

    The figures and the time left have their room whatever the terminal's width; the bar has what remains.
    """

    def __init__(
        self, label: str, total: int, done: int, *, quiet: bool = False, console: Console | None = None
    ) -> None:
        self._progress = one_line(console, quiet=quiet, refreshes=4)
        self._task = self._progress.add_task(label, total=total, completed=done, figures="")
        self._played = self._won = self._steps = 0
        self._beacon, self._done, self._total = Beacon(), done, total

    def __enter__(self) -> EpisodeBar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def advance(self, played: Played, meter: Meter) -> None:
        self._played += 1
        self._won += played.verdict.success
        self._steps += played.episode.steps
        self._beacon.show(self._done + self._played, self._total, lambda: f"{self._won / self._played:.0%} won")
        if self._progress.disable:
            return
        figures = f"{self._won / self._played:.0%} won · {_short(self._steps)} steps"
        tokens = meter.input_tokens + meter.output_tokens
        if tokens:
            figures += f" · {_short(tokens)} tokens · ${meter.cost:.2f}"
        self._progress.update(self._task, advance=1, figures=figures)


def _short(n: int) -> str:
    """999, 12.3k, 4.5M: a number of a width that hardly changes."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n / size:.1f}{unit}"
    return str(n)
