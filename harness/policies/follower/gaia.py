"""The follower among files: a smoke policy that opens, sums and counts as a skill's sentences say, and nothing else.

It knows how a table of commas or bars is written, and what the question puts in quotes. Which file to open, which
column to sum and what to count are the skill's to say:

    Open the attached file.   Open the file 'prices.json'.
    Sum the column that the question names.   Sum the column 'quantity'.
    Count the lines that hold what the question names.   Count the lines that hold 'paid'.
    Answer with the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from skillevo.envs.base import StopReason
from skillevo.harness.play import Action, TurnContext

_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*])?\s*", re.MULTILINE)
_NAMED = r"(?:'(?P<said>[^']+)'|(?P<asked>that|what) the question names)"
_SENTENCES: Mapping[str, re.Pattern[str]] = {
    "open": re.compile(r"(?:open|read) the (?:attached file|attachment|file '(?P<said>[^']+)')", re.IGNORECASE),
    "sum": re.compile(rf"(?:sum|add up|total) the column {_NAMED}", re.IGNORECASE),
    "count": re.compile(rf"count the (?:lines|rows) that (?:hold|contain) {_NAMED}", re.IGNORECASE),
    "answer": re.compile(r"answer with the (?:result|sum|count|number)", re.IGNORECASE),
}
_GAVE_UP = Action("", stop=StopReason.GAVE_UP)


@dataclass(slots=True)
class FileReader:
    """One episode: the steps still to do, and what has been read and found."""

    question: str
    steps: list[tuple[str, str]]
    unread: tuple[str, ...]
    files: Sequence[str]
    text: str = ""
    result: str = ""
    waiting: bool = field(default=False)

    @property
    def notes(self) -> tuple[str, ...]:
        nothing = ("no step of the skill could be read",) if self.unread and not self.steps else ()
        return (*nothing, *(f"unread: {sentence!r}" for sentence in self.unread))

    def act(self, seen: str) -> Action:
        if self.waiting:
            self.text, self.waiting = seen, False
        while self.steps:
            kind, what = self.steps.pop(0)
            if kind == "open" and (self.files or what):
                self.waiting = True
                return Action(f"read_file[{what or self.files[0]}]")
            if kind == "answer" and self.result:
                return Action(f"answer[{self.result}]")
            if kind in _WORK:
                self.result = _WORK[kind](self.text, what or _quoted(self.question)) or self.result
        return _GAVE_UP


def start(turn: TurnContext) -> FileReader:
    """The reader of a new episode, with the skills' sentences as its steps."""
    steps: list[tuple[str, str]] = []
    unread: list[str] = []
    for skill in turn.conditioning.skills:
        for sentence in re.split(r"(?<=[.!])\s+|\n+", _STEP.sub("", skill.body)):
            sentence = sentence.strip().rstrip(".!")
            found = next(((k, m) for k, p in _SENTENCES.items() if (m := p.fullmatch(sentence))), None)
            if found is not None:
                steps.append((found[0], found[1].groupdict().get("said") or ""))
            elif sentence and not sentence.startswith("#"):
                unread.append(sentence)
    files = re.findall(r"^- (\S+) \([\d,]+ bytes\)$", turn.observation.text, re.MULTILINE)
    return FileReader(turn.task.prompt, steps, tuple(dict.fromkeys(unread)), files)


def _quoted(question: str) -> str:
    found = re.findall(r"(?<!\w)'([^']+)'", question)
    return found[-1] if found else ""


def _column_sum(text: str, column: str) -> str:
    rows = [[c.strip() for c in re.split(r"[,|]", line.strip("| "))] for line in text.splitlines() if line.strip()]
    head = next((k for k, row in enumerate(rows) if column and column in row), None)
    if head is None:
        return ""
    place = rows[head].index(column)
    return str(sum(int(row[place]) for row in rows[head + 1 :] if place < len(row) and row[place].isdecimal()))


def _line_count(text: str, word: str) -> str:
    return str(sum(word in re.findall(r"\w+", line) for line in text.splitlines())) if word else ""


_WORK: Mapping[str, Callable[[str, str], str]] = {"sum": _column_sum, "count": _line_count}
