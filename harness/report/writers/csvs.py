"""Tables and plotted data as CSV: numbers as they were computed, shares and not percent."""

from __future__ import annotations

import csv
import io
from typing import Any

from skillevo.harness.report.figure import Figure
from skillevo.harness.report.table import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings of formulas, in the wide forms of East Asian keyboards, too."""


def table_csv(table: Table) -> str:
    """One line per row; what a cell has besides its value stands in columns of its own, `success.low`.

    `section` says what sets rows apart, `kind` whether they were measured or published, `notes` all footnotes.
    """
    more = {c.key: dict.fromkeys(k for row in table.rows for k in row[i].more) for i, c in enumerate(table.columns)}
    head = ["section", "kind"]
    for column in table.columns:
        head += [column.key, *(f"{column.key}.{k}" for k in more[column.key])]
    lines = [[*map(_plain, head), "notes"]]
    for section in table.sections:
        for row in section.rows:
            line = [_plain(section.title), "published" if section.published else "measured"]
            for column, cell in zip(table.columns, row, strict=True):
                line += [_plain(cell.value), *(_plain(cell.more.get(k)) for k in more[column.key])]
            marks = dict.fromkeys(mark for cell in row for mark in cell.marks)
            lines.append([*line, _plain("; ".join((*marks, *table.notes)))])
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
    # A spreadsheet takes a text that begins like this for a formula; what a model or an arm was called, a tag or a
    # footnote must not run there. (OWASP, CSV Injection.) Numbers stay as they are, whatever their sign.
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n")  # a bare one would end the row for some readers
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(value)


def _csv(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()
