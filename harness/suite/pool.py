"""Runs as processes, several at once, each after what it needs; one that fails stops no other.

A run lives no longer than the comparison that started it: it holds the far end of a pipe, and when that closes, however
the comparison ended, the run ends as if it had been killed, and resumes as such (`cli/compare_child.py`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from skillevo.harness.suite.jobs import Job
from skillevo.harness.suite.records import Finished, Records

Status = Literal["done", "failed", "stopped", "not run"]
_TICK = 0.1
_GRACE = 30.0
"""Seconds that runs are given to close after an interrupt."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run.

    Attributes:
        status: `stopped`: by its budget, and to be resumed under a larger one; `not run`: what it needs is not there.
        said: why it is not done; empty if it is.
    """

    job: Job
    status: Status
    seconds: float = 0.0
    said: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Running:
    job: Job
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    since: float


class Pool:
    """Plays jobs.

    Args:
        command: what starts `skillevo` on a pipe; the file in which it says how far it is, and its arguments follow.
        handle: a file handle that runs inherit (`Records.lock`).
        retry_errors: play failed episodes again, those of finished runs, too.
    """

    def __init__(
        self, records: Records, command: Sequence[str], workers: int, handle: int, retry_errors: bool = False
    ) -> None:
        self._records = records
        self._command = list(command)
        self._workers = workers
        self._handle = handle
        self._retry_errors = retry_errors
        self._running: list[_Running] = []

    @property
    def running(self) -> list[Job]:
        return [r.job for r in self._running]

    def play(
        self,
        jobs: Sequence[Job],
        fingerprints: Mapping[str, str],
        ended: Callable[[Outcome], None],
        tick: Callable[[], None],
    ) -> list[Outcome]:
        """Play jobs whose records do not say that they are done.

        Args:
            jobs: in the order in which they are started, as far as what they need allows.
            ended: told of every outcome as it comes; `tick` is called ten times a second.

        Returns:
            The outcomes in the jobs' order.
        """
        outcomes: dict[str, Outcome] = {}

        def settle(outcome: Outcome) -> None:
            outcomes[outcome.job.name] = outcome
            ended(outcome)

        for job in jobs:
            found = self._records.finished(job, fingerprints[job.name])
            if found and not (self._retry_errors and found.result.get("errors")):
                outcomes[job.name] = Outcome(job, "done", found.seconds, result=found.result)
        waiting = [j for j in jobs if j.name not in outcomes]
        try:
            while waiting or self._running:
                for run in [r for r in self._running if r.process.poll() is not None]:
                    self._running.remove(run)
                    settle(self._close(run, fingerprints[run.job.name]))
                for job in list(waiting):
                    needed = outcomes.get(job.needs)
                    if needed is not None and needed.status != "done":
                        waiting.remove(job)
                        settle(Outcome(job, "not run", said=f"it needs {job.needs}, which is {needed.status}"))
                    elif (needed or not job.needs) and len(self._running) < self._workers:
                        waiting.remove(job)
                        self._running.append(self._start(job))
                tick()
                time.sleep(_TICK)
        except BaseException:
            self._end()
            raise
        return [outcomes[j.name] for j in jobs]

    def _start(self, job: Job) -> _Running:
        self._records.forget(job)
        out = self._records.log(job).with_suffix(".out").open("w+b")
        with self._records.log(job).open("wb") as log:
            process = subprocess.Popen(
                [
                    *self._command,
                    str(self._records.progress_file(job)),
                    *job.argv(self._records.runs),
                    *["--retry-errors"] * self._retry_errors,
                ],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=log,
                pass_fds=(self._handle,),
                process_group=0,  # a terminal's ^C comes to the comparison, which passes it on once
                env=_environment(),
            )
        return _Running(job, process, out, time.monotonic())

    def _close(self, run: _Running, fingerprint: str) -> Outcome:
        seconds = time.monotonic() - run.since
        run.out.seek(0)
        text = run.out.read().decode("utf-8", "replace")
        run.out.close()
        Path(run.out.name).unlink(missing_ok=True)
        if run.process.stdin:
            run.process.stdin.close()
        code = run.process.returncode
        if code != 0:
            return Outcome(run.job, "failed", seconds, _why(code, self._records.log(run.job)))
        try:
            result: Mapping[str, Any] = json.loads(text)
        except ValueError:
            return Outcome(run.job, "failed", seconds, "it printed no result")
        stopped = str(result.get("stopped_by") or "")
        if stopped and (run.job.verb == "eval" or stopped.startswith("the budget")):
            return Outcome(run.job, "stopped", seconds, stopped, result)
        self._records.finish(run.job, Finished(fingerprint, seconds, result))
        return Outcome(run.job, "done", seconds, result=result)

    def _end(self) -> None:
        """Let runs close by themselves, then end those that do not."""
        for run in self._running:
            run.process.send_signal(signal.SIGINT)
        until = time.monotonic() + _GRACE
        for run in self._running:
            try:
                run.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()
            run.out.close()
            Path(run.out.name).unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Runs beside each other have one core each; libraries with threads of their own would fight over them."""
    threads = {name: os.environ.get(name, "1") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    return {**os.environ, **threads}


def _why(code: int, log: Path) -> str:
    """The last line of a run's stderr that says anything, or the signal that ended it."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    own = [line for line in lines if line.startswith("skillevo: ")]
    return (own or lines or [f"exit status {code}, without a word"])[-1].removeprefix("skillevo: ").strip()
