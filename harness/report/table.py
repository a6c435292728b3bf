"""A table as data: what every writer (Markdown, CSV, LaTeX, JSON, the page) is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from skillevo.harness.report.selection import Selection
from skillevo.harness.report.steps import Steps

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: as it is read, in the table's unit.
        value: by which a reader sorts and a script computes: a share, not percent. None where there is nothing.
        more: further numbers for scripts (`low`, `high`, `n`, ...), by name.
        episodes: what it was computed from; None for what is no measurement.
        marks: what must be said of it, as footnotes.
        strong: the row's or column's best.
        steps: what a number of a training was computed from.
    """

    text: str = ""
    value: float | str | None = None
    more: Mapping[str, float | str | None] = field(default_factory=dict)
    episodes: Selection | None = None
    marks: tuple[str, ...] = ()
    strong: bool = False
    steps: Steps | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        key: in CSV and JSON.
        title: for readers; a second line of a heading comes after a newline.
        help: what it means, one sentence.
    """

    key: str
    title: str
    align: Align = "right"
    help: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that may be compared with each other.

    Attributes:
        title: what sets it apart from the section above; empty for the first one.
        published: the rows are printed numbers of papers and no measurements.
    """

    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        id: its files' name.
        caption: what a reader must know before the first number: panel and hash, unit, interval, test.
        notes: what must be said of the whole.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    caption: str = ""
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> Iterator[tuple[Cell, ...]]:
        for section in self.sections:
            yield from section.rows

    def footnotes(self) -> tuple[str, ...]:
        """All marks of all cells, once each, in reading order: the first is a, the second b, ..."""
        return tuple(dict.fromkeys(mark for row in self.rows for cell in row for mark in cell.marks))

    def _repr_markdown_(self) -> str:
        """In a notebook."""
        from skillevo.harness.report.writers import table_markdown

        return table_markdown(self)

    def letters(self, cell: Cell) -> str:
        """The footnotes' letters of a cell, `a,c`."""
        notes = self.footnotes()
        return ",".join(letter(notes.index(mark)) for mark in dict.fromkeys(cell.marks))


def letter(index: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    before, at = divmod(index, 26)
    return (letter(before - 1) if before else "") + chr(ord("a") + at)


def without_empty(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Places of the columns in which any row says anything."""
    return [i for i in range(len(columns)) if any(row[i].text for row in rows)]
