"""Tables and plotted data as CSV: numbers as they were computed, shares and not percent."""

from __future__ import annotations

import csv
import io
from typing import Any

from skillevo.harness.report.figure import Figure
from skillevo.harness.report.table import Table


def table_csv(table: Table) -> str:
    """One line per row; what a cell has besides its value stands in columns of its own, `success.low`.

    `section` says what sets rows apart, `kind` whether they were measured or published, `notes` all footnotes.
    """
    more = {c.key: dict.fromkeys(k for row in table.rows for k in row[i].more) for i, c in enumerate(table.columns)}
    head = ["section", "kind"]
    for column in table.columns:
        head += [column.key, *(f"{column.key}.{k}" for k in more[column.key])]
    lines = [[*head, "notes"]]
    for section in table.sections:
        for row in section.rows:
            line = [section.title, "published" if section.published else "measured"]
            for column, cell in zip(table.columns, row, strict=True):
                line += [_plain(cell.value), *(_plain(cell.more.get(k)) for k in more[column.key])]
            marks = dict.fromkeys(mark for cell in row for mark in cell.marks)
            lines.append([*line, "; ".join((*marks, *table.notes))])
    return _csv(lines)


def figure_csv(figure: Figure) -> str:
    """One line per plotted point."""
    names = ("panel", "series", "published", "x", "y", "low", "high", "label")
    return _csv([list(names), *([_plain(p[n]) for n in names] for p in figure.points())])


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A spreadsheet takes a text that begins like this for a formula; what a model was called must not run there.
    if isinstance(value, str):
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    return repr(value)


def _csv(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()
