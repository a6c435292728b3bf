"""What a report must say of files that fail it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from skillevo.envs.base import SkillevoError


class Problem(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    DAMAGED = "damaged"
    OTHER_FORMAT = "of another version"
    UNFINISHED = "unfinished"
    REPEATED = "repeated"
    FAILED = "a failure"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a run that a reader of the report must see.

    Attributes:
        run: the run directory's name.
        file: the file within it, or "" for the whole directory.
        text: what is wrong and the way out, one sentence.
        left_out: whether the run is in no table because of it.
    """

    run: str
    file: str
    problem: Problem
    text: str
    left_out: bool

    def __str__(self) -> str:
        fate = "left out" if self.left_out else "kept"
        return f"{self.run}: {self.file or 'the run'} is {self.problem} ({self.text}); the run is {fate}"


class RunError(SkillevoError):
    """A run that no table can use."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(str(notice))
        self.notice = notice


def left_out(path: Path, file: str, problem: Problem, text: str) -> RunError:
    """The error that keeps a run out of every table."""
    return RunError(Notice(path.name, file, problem, text, True))
