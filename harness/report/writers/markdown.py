"""Tables and the whole report as Markdown."""

from __future__ import annotations

import re

from skillevo.harness.report.build import Report
from skillevo.harness.report.table import Cell, Table, letter

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def table_markdown(table: Table) -> str:
    """A heading, the caption, a pipe table and its footnotes. Section titles are rows of their own."""
    titles = [_escape(c.title.replace("\n", " ")) for c in table.columns]
    lines = [f"### {_escape(table.title)}", "", _escape(table.caption), ""]
    lines += [f"> {_escape(note)}" for note in table.notes] + [""] * bool(table.notes)
    lines.append(_line(titles))
    lines.append(_line(["---:" if c.align == "right" else ":---" for c in table.columns]))
    for section in table.sections:
        if section.title:
            lines.append(_line([f"*{_escape(section.title)}*", *[""] * (len(titles) - 1)]))
        for row in section.rows:
            cells = [_cell(table, c) for c in row]
            lines.append(_line([f"{cells[0]} †", *cells[1:]] if section.published else cells))
    if notes := [*_dagger(table), *(f"<sup>{letter(i)}</sup> {_escape(n)}" for i, n in enumerate(table.footnotes()))]:
        lines += ["", "<br>".join(notes)]
    return "\n".join(lines) + "\n"


def report_markdown(report: Report, figures: list[str]) -> str:
    """Everything on one page: notices first, then tables, then figures by their files.

    Args:
        figures: ids of those that were drawn.
    """
    parts = [f"# {_escape(report.options.title)}\n"]
    if warnings := report.warnings():
        parts.append("## Notices\n\n" + "\n".join(f"- {_escape(w)}" for w in warnings) + "\n")
    parts.append("## Tables\n\n" + "\n".join(table_markdown(t) for t in report.tables))
    drawn = [f for f in report.figures if f.id in figures]
    if drawn:
        shown = [
            f"### {_escape(f.title)}\n\n![{_escape(f.title)}](figures/{f.id}.png)\n\n"
            + "".join(f"> {_escape(n)}\n\n" for n in f.notes)
            + f"{_escape(f.caption)}\n"
            for f in drawn
        ]
        parts.append("## Figures\n\n" + "\n".join(shown))
    return "\n".join(parts)


def _cell(table: Table, cell: Cell) -> str:
    text = _escape(cell.text)
    if cell.strong and text:
        text = f"**{text}**"
    return f"{text}<sup>{table.letters(cell)}</sup>" if cell.marks else text


def _dagger(table: Table) -> list[str]:
    return ["† as published, not measured here"] if any(s.published for s in table.sections) else []


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
