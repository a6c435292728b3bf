"""Code as a child process on this very machine. No isolation: it can read, change and send whatever the user can."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from skillevo.envs.gaia.sandbox.base import Language, Outcome
from skillevo.envs.gaia.sandbox.process import run_process

_MARK = "SKILLEVO_SANDBOX"


class LocalSandbox:
    """A temporary folder and child processes, which get none of this process's variables (and so no keys)."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._mark = secrets.token_hex(8)

    async def start(self, files: Mapping[str, Path]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="skillevo-sandbox-"))
        copy_files(files, self._folder)

    async def run(self, language: Language, code: str, timeout: float, limit: int) -> Outcome:
        assert self._folder is not None, "a sandbox is started before it runs code"
        variables = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            _MARK: self._mark,
        }
        command, stdin = ((sys.executable, "-"), code) if language == "python" else (("bash", "-c", code), "")
        try:
            return await run_process(
                command, stdin=stdin, timeout=timeout, limit=limit, folder=self._folder, variables=variables
            )
        finally:
            self._end_strays()

    async def close(self) -> None:
        self._end_strays()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _end_strays(self) -> None:
        """Kill what left its process group (`setsid`, `nohup`): its environment still tells whose it is."""
        mark = f"{_MARK}={self._mark}".encode()
        for entry in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError, ProcessLookupError):
                if mark in entry.read_bytes().split(b"\0"):
                    os.kill(int(entry.parent.name), signal.SIGKILL)


def copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files below the folder, under their names there."""
    for name, source in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
