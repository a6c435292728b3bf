"""The closing lines of a comparison on a terminal: each table of methods, as far as the primary metric goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rich.table import Table

from skillevo.harness.report.build import Report
from skillevo.harness.report.table import Table as ReportTable

_COLUMNS = {
    "success": ("method", "success", "difference", "p", "rollouts"),
    "reward": ("method", "reward", "p_reward", "rollouts"),
}


def closing_tables(report: Report, metric: Literal["success", "reward"]) -> Iterator[Table]:
    """What the page's tables of methods say of one metric; measured rows only."""
    for table in report.tables:
        if table.id.startswith("methods-"):
            yield _shown(table, metric)


def _shown(table: ReportTable, metric: Literal["success", "reward"]) -> Table:
    kept = [i for i, c in enumerate(table.columns) if c.key in _COLUMNS[metric]]
    shown = Table(title=table.title, caption=table.caption, title_justify="left", caption_justify="left")
    for i in kept:
        column = table.columns[i]
        shown.add_column(column.title.replace("\n", " "), justify=column.align, no_wrap=column.key != "method")
    for section in table.sections:
        if section.published:
            continue
        if section.title:
            shown.add_section()
            shown.add_row(f"[dim]{section.title}[/]")
        for row in section.rows:
            shown.add_row(*(row[i].text for i in kept))
    return shown
