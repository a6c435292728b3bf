"""Processes that a process started, and theirs, from /proc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """One process; with its start a number that was given again is told from it."""

    pid: int
    started: str
    command: str

    def lives(self) -> bool:
        """Whether it still runs; dead, though nobody asked, is dead."""
        found = _stat(self.pid)
        return bool(found) and found[19] == self.started and found[0] != "Z"


def descendants(pid: int) -> Iterator[Process]:
    """Everything below a process."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, _text(task).split()):
            if found := _stat(child):
                yield Process(child, found[19], _text(Path(f"/proc/{child}/cmdline")).replace("\0", " "))
                yield from descendants(child)


def with_variable(assignment: str) -> Iterator[Process]:
    """Everything that was started with a variable of the environment, whoever its parent is now."""
    for folder in Path("/proc").glob("[0-9]*"):
        if assignment in _text(folder / "environ").split("\0") and (found := _stat(int(folder.name))):
            yield Process(int(folder.name), found[19], _text(folder / "cmdline").replace("\0", " "))


def _stat(pid: int) -> list[str]:
    return _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
