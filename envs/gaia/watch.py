"""Ends what a run left behind, also where the run was killed and can end nothing any more.

Run as a script beside each temporary folder (standard library only; it imports nothing of skillevo): it reads from a
pipe that the run holds, and once that is closed, however that came about, it ends the processes that carry the
folder's mark, if it has one, and removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

_SWEEPS = 50


def end_marked(mark: str) -> None:
    """Kill every process whose environment has this `NAME=value`, whatever its group, and what they start meanwhile."""
    for _ in range(_SWEEPS):
        if not _sweep(mark.encode()):
            return


def _sweep(mark: bytes) -> int:
    found = 0
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in entry.read_bytes().split(b"\0"):
                os.kill(int(entry.parent.name), signal.SIGKILL)
                found += 1
    return found


if __name__ == "__main__":
    sys.stdin.buffer.read()
    if sys.argv[2]:
        end_marked(sys.argv[2])
    shutil.rmtree(sys.argv[1], ignore_errors=True)
