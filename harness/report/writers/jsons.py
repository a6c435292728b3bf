"""Tables, figures and the report's index as JSON."""

from __future__ import annotations

import json
from functools import partial
from math import isfinite
from typing import Any

from skillevo.harness.report.figure import Figure
from skillevo.harness.report.table import Cell, Table


def table_json(table: Table) -> dict[str, Any]:
    """Everything that the table holds; each measured cell with the rule that picks its episodes or steps."""
    return {
        "id": table.id,
        "title": table.title,
        "caption": table.caption,
        "notes": list(table.notes),
        "columns": [{"key": c.key, "title": c.title, "align": c.align, "help": c.help} for c in table.columns],
        "sections": [
            {
                "title": s.title,
                "kind": "published" if s.published else "measured",
                "rows": [[cell_json(c) for c in row] for row in s.rows],
            }
            for s in table.sections
        ],
    }


def cell_json(cell: Cell) -> dict[str, Any]:
    """A cell; what is empty is left out."""
    found: dict[str, Any] = {"text": cell.text}
    if cell.value is not None:
        found["value"] = cell.value
    if cell.more:
        found["more"] = dict(cell.more)
    if cell.episodes is not None:
        found["episodes"] = cell.episodes.as_dict()
    if cell.steps is not None:
        found["steps"] = cell.steps.as_dict()
    if cell.marks:
        found["marks"] = list(cell.marks)
    if cell.strong:
        found["strong"] = True
    return found


def figure_json(figure: Figure) -> dict[str, Any]:
    """A figure's words and its points."""
    return {
        "id": figure.id,
        "title": figure.title,
        "caption": figure.caption,
        "notes": list(figure.notes),
        "points": figure.points(),
    }


def to_json(value: Any, indent: int | None = 1) -> str:
    """As text. JSON has no infinity: such numbers become null."""
    separators = (",", ": ") if indent else (",", ":")
    write = partial(json.dumps, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False)
    try:
        return write(value) + "\n"
    except ValueError:
        return write(_finite(value)) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return value
