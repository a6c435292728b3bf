"""The lists of a Markdown document, with the headings that they stand under."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_BOLD_LINE = re.compile(r"^\s*(\*\*|__)([^*_]+)\1:?\s*$")
_ENTRY = re.compile(r"^(\s*)(?:(?:\*\*|__)?(\d+)[.)](?:\*\*|__)?|\(?([a-hj-z])[.)]|\(?([ivx]+)[.)]|([-*+•]))\s+(.*)$")
_STEP = re.compile(
    r"^\s*(?:[-*+•]\s+)?(?:\*\*|__)?step\s+(\d+)\s*(?:\*\*|__)?\s*[:.)–—-]+\s*(?:\*\*|__)?\s*(.*)$", re.IGNORECASE
)
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_RULER = re.compile(r"^[\s|:-]+$")
_CHECKBOX = re.compile(r"^\[[ xX]?\]\s+")


@dataclass(slots=True)
class Entry:
    """One item of a list; bullets have the number 0."""

    number: int
    text: str
    children: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Listing:
    """One list.

    Attributes:
        headings: the headings above it, outermost first; the document's title is not among them.
        intro: the line that leads into it, if that ends with a colon.
    """

    headings: tuple[str, ...]
    intro: str
    entries: list[Entry]

    @property
    def numbered(self) -> bool:
        return any(e.number for e in self.entries)


def listings(body: str) -> list[Listing]:
    """All lists of the document in order. Code blocks and prose are passed over."""
    return _Reader().read(body)


class _Reader:
    def __init__(self) -> None:
        self.found: list[Listing] = []
        self.headings: list[tuple[int, str]] = []
        self.open: list[tuple[int, Entry]] = []  # (indent, entry), the innermost last
        self.prose = ""
        self.blank = False
        self.row_before = ""

    def read(self, body: str) -> list[Listing]:
        fenced = False
        for line in body.splitlines():
            if _FENCE.match(line):
                fenced = not fenced
            elif not fenced:
                self._line(line.rstrip())
        return self.found

    def _line(self, line: str) -> None:
        if not line.strip():
            self.blank = True
            return
        if heading := _HEADING.match(line):
            self._heading(len(heading[1]), heading[2])
        elif step := _STEP.match(line):
            self._entry(len(line) - len(line.lstrip()), int(step[1]), step[2])
        elif entry := _ENTRY.match(line):
            indent, number, letter, roman, _, text = entry.groups()
            self._entry(len(indent.expandtabs(4)), _number(number, letter, roman), _CHECKBOX.sub("", text))
        elif row := _ROW.match(line):
            self._row(row[1])
        elif (bold := _BOLD_LINE.match(line)) and (self.blank or not self.open):
            self._heading(7, bold[2])
        elif self.open and (not self.blank or line[0].isspace()):
            self.open[-1][1].text += "\n" + line.strip() if self.blank else " " + line.strip()
        else:
            self.open.clear()
            self.prose = line.strip()
        self.blank = False

    def _heading(self, level: int, title: str) -> None:
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.headings.append((level, title))
        self.open.clear()
        self.prose = self.row_before = ""

    def _entry(self, indent: int, number: int, text: str) -> None:
        while self.open and self.open[-1][0] >= indent + (1 if self.open[-1][0] > indent else 0):
            if self.open[-1][0] < indent + 1:
                self.open.pop()
                break
            self.open.pop()
        entry = Entry(number, text)
        if self.open:
            self.open[-1][1].children.append(entry)
        else:
            self._top(entry)
        self.open.append((indent, entry))

    def _top(self, entry: Entry) -> None:
        """An item of no other one: of the latest list, unless something stands between that starts a new one."""
        headings = tuple(title for level, title in self.headings if level > 1)
        intro = self.prose if self.prose.endswith(":") else ""
        last = self.found[-1] if self.found else None
        goes_on = last is not None and last.headings == headings and not self.prose
        restarts = (
            last is not None and (entry.number == 1 or bool(entry.number) != last.numbered) and bool(last.entries)
        )
        if (
            last is not None
            and goes_on
            and not (restarts and entry.number != last.entries[-1].number + 1 and self.blank)
        ):
            last.entries.append(entry)
        else:
            self.found.append(Listing(headings, intro, [entry]))
        self.prose = ""

    def _row(self, cells: str) -> None:
        """A table's row "a | b" is read as the bullet "a: b"; the row above its ruler is a heading and passed over."""
        if _RULER.match(cells):
            if self.found and self.row_before and self.found[-1].entries[-1].text == self.row_before:
                self.found[-1].entries.pop()
                if not self.found[-1].entries:
                    self.found.pop()
            return
        parts = [c.strip() for c in cells.split("|")]
        self.row_before = f"{parts[0]}: {', '.join(p for p in parts[1:] if p)}"
        self._entry(0, 0, self.row_before)


def _number(number: str | None, letter: str | None, roman: str | None) -> int:
    if number:
        return int(number)
    if letter:
        return ord(letter) - ord("a") + 1
    return {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}.get(roman or "", 0)
