"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from skillevo.harness.evaluation import Cell, Summary


def success_table(title: str, summaries: Mapping[str, Summary]) -> Table:
    """Success by group, one column per summary, with Wilson's 95 % intervals; n in the first column.

    The summaries are of the same panel, so that a row's n is one number.
    """
    table = Table(title=title, title_justify="left", caption="success in %, with Wilson's 95 % interval")
    table.add_column("type")
    table.add_column("n", justify="right")
    for name in summaries:
        table.add_column(name, justify="right")
    first = next(iter(summaries.values()))
    for group, cell in first.by_group.items():
        table.add_row(group, f"{cell.n:,}", *(_percent(s.by_group[group]) for s in summaries.values()))
    table.add_section()
    table.add_row("all", f"{first.overall.n:,}", *(_percent(s.overall) for s in summaries.values()), style="bold")
    return table


def _percent(cell: Cell) -> str:
    low, high = cell.interval
    return f"{100 * cell.success:5.1f} [{100 * low:.1f}, {100 * high:.1f}]"
