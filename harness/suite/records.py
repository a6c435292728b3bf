"""What a comparison knows of its runs besides the runs themselves: which are done, and what they printed.

RUNS/.compare/lock             held by a comparison that is at work; runs.lock by it and by the runs it started
RUNS/.compare/NAME.json        a finished run: by which command, its result, the seconds it took
RUNS/.compare/NAME.log         what it wrote to stderr
RUNS/.compare/NAME.progress    how far a run under way is
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.rundir import write_whole
from skillevo.harness.suite.jobs import Job

FOLDER = ".compare"
_PATIENCE = 30.0
"""Seconds within which the runs of a comparison that was killed have ended."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is done."""

    fingerprint: str
    seconds: float
    result: Mapping[str, Any]


class Records:
    """The records of the comparisons in one folder of runs."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self.folder = runs / FOLDER

    def finished(self, job: Job, fingerprint: str) -> Finished | None:
        """A run's record, if it is done by this very command; None where it has to be played, or played on."""
        try:
            found = Finished(**json.loads(self._file(job, "json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return found if found.fingerprint == fingerprint and job.result(self.runs).exists() else None

    def has_begun(self, job: Job) -> bool:
        return (self.runs / job.name / "run.toml").exists()

    def finish(self, job: Job, finished: Finished) -> None:
        told = {"fingerprint": finished.fingerprint, "seconds": finished.seconds, "result": finished.result}
        write_whole(self._file(job, "json"), json.dumps(told, indent=1) + "\n")
        self._file(job, "progress").unlink(missing_ok=True)

    def forget(self, job: Job) -> None:
        """Before a run is played: what an earlier command recorded of it holds no longer."""
        for kind in ("json", "progress"):
            self._file(job, kind).unlink(missing_ok=True)

    def log(self, job: Job) -> Path:
        return self._file(job, "log")

    def progress_file(self, job: Job) -> Path:
        return self._file(job, "progress")

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the folder for one comparison.

        Yields:
            A file handle for runs to inherit: what a killed comparison left running still holds it, and the next one
            waits for that.

        Raises:
            SkillevoError: another comparison is at work here, or what one left running does not end.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as mine, (self.folder / "runs.lock").open("w") as theirs:
            if not _taken(mine, 0.0):
                raise SkillevoError(
                    f"another comparison is at work in {self.runs}: wait for it, or give this one other --runs"
                )
            if not _taken(theirs, _PATIENCE):
                raise SkillevoError(f"a run that an earlier comparison started in {self.runs} is still at work")
            yield theirs.fileno()

    def _file(self, job: Job, kind: str) -> Path:
        return self.folder / f"{job.name}.{kind}"


def _taken(file: IO[str], patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True
