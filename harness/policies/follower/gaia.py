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
from dataclasses import dataclass
from typing import NamedTuple

from skillevo.envs.base import Observation
from skillevo.harness.play import SkillText, TurnContext

_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*])?\s*", re.MULTILINE)
_NAMED = r"(?:'(?P<said>[^']+)'|(?P<asked>that|what) the question names)"
_SENTENCES: Mapping[str, re.Pattern[str]] = {
    "open": re.compile(r"(?:open|read) the (?:attached file|attachment|file '(?P<said>[^']+)')", re.IGNORECASE),
    "sum": re.compile(rf"(?:sum|add up|total) the column {_NAMED}", re.IGNORECASE),
    "count": re.compile(rf"count the (?:lines|rows) that (?:hold|contain) {_NAMED}", re.IGNORECASE),
    "answer": re.compile(r"answer with the (?:result|sum|count|number)", re.IGNORECASE),
}


class Read(NamedTuple):
    """A skill: its steps as (what to do, to what), and the sentences that are none."""

    steps: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]


@dataclass(slots=True)
class FileReader:
    """One episode: the steps still to do, and what has been read and found."""

    question: str
    files: Sequence[str]
    steps: list[tuple[str, str]]
    unread: tuple[str, ...]
    helpless: bool
    text: str = ""
    result: str = ""

    def observe(self, sent: str, seen: Observation) -> None:
        self.text = seen.text

    def next(self) -> str:
        """The action of the next step that needs one; "" where none is left."""
        while self.steps:
            kind, what = self.steps.pop(0)
            if kind == "open" and (self.files or what):
                return f"read_file[{what or self.files[0]}]"
            if kind == "answer" and self.result:
                return f"answer[{self.result}]"
            if kind in _WORK:
                self.result = _WORK[kind](self.text, what or _quoted(self.question)) or self.result
        return ""


class Files:
    """GAIA."""

    def read(self, skill: SkillText) -> Read:
        steps: list[tuple[str, str]] = []
        unread: list[str] = []
        for sentence in re.split(r"(?<=[.!])\s+|\n+", _STEP.sub("", skill.body)):
            sentence = sentence.strip().rstrip(".!")
            found = next(((k, m) for k, p in _SENTENCES.items() if (m := p.fullmatch(sentence))), None)
            if found is not None:
                steps.append((found[0], found[1].groupdict().get("said") or ""))
            elif sentence and not sentence.startswith("#"):
                unread.append(sentence)
        return Read(tuple(steps), tuple(unread))

    def start(self, turn: TurnContext, skills: Sequence[Read]) -> FileReader:
        files = re.findall(r"^- (\S+) \([\d,]+ bytes\)$", turn.observation.text, re.MULTILINE)
        steps = [step for skill in skills for step in skill.steps]
        unread = tuple(dict.fromkeys(s for skill in skills for s in skill.unread))
        return FileReader(turn.task.prompt, files, steps, unread, bool(skills) and not steps)


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
