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


def end_marked(mark: str, folder: Path) -> None:
    """Kill every process that carries this `NAME=value` in its environment, or is at home in this folder.

    Whatever their groups, and what they start meanwhile. One that sheds both escapes.
    """
    for _ in range(_SWEEPS):
        if not _sweep(mark.encode(), folder):
            return


def _sweep(mark: bytes, folder: Path) -> int:
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            marked = mark in (entry / "environ").read_bytes().split(b"\0")
            if marked or (entry / "cwd").readlink().is_relative_to(folder):
                os.kill(int(entry.name), signal.SIGKILL)
                found += 1
    return found


if __name__ == "__main__":
    sys.stdin.buffer.read()
    if sys.argv[2]:
        end_marked(sys.argv[2], Path(sys.argv[1]))
    shutil.rmtree(sys.argv[1], ignore_errors=True)
