"""A temporary folder for what is gated: nothing of it is left, not even where the run that made it is killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from skillevo.envs.gaia import watch

_GRACE = 10.0
"""Seconds for the watcher to end what is marked and to remove the folder."""


class Scratch:
    """A new folder, and a watcher (watch.py) that removes it once this process has closed it, or has ended.

    Attributes:
        folder: where it lies.
    """

    def __init__(self, mark: str = "") -> None:
        """Make the folder, then start its watcher: what is written there is watched from the first byte.

        Args:
            mark: `NAME=value` in the environment of the processes that end with the folder.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="skillevo-")).resolve()
        self._watcher = subprocess.Popen(
            (sys.executable, "-I", "-S", watch.__file__, str(self.folder), mark),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )

    def close(self) -> None:
        """Remove the folder, and end what is marked. It may be called twice, and takes some 20 ms."""
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        try:
            self._watcher.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._watcher.kill()
            self._watcher.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
