"""Code as a child process on this very machine. No isolation: it can read, change and send whatever the user can."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from skillevo.envs.gaia import watch
from skillevo.envs.gaia.sandbox.base import Language, Outcome
from skillevo.envs.gaia.sandbox.process import run_process
from skillevo.envs.gaia.scratch import Scratch

_MARK = "SKILLEVO_SANDBOX"


class LocalSandbox:
    """A temporary folder and child processes, which get none of this process's variables (and so no keys).

    The folder's watcher ends them, and removes it, also if this process is killed.
    """

    def __init__(self) -> None:
        self._mark = f"{_MARK}={secrets.token_hex(8)}"
        self._scratch: Scratch | None = None

    async def start(self, files: Mapping[str, Path]) -> None:
        self._scratch = await asyncio.to_thread(Scratch, self._mark)
        await asyncio.to_thread(copy_files, files, self._scratch.folder)

    async def run(self, language: Language, code: str, timeout: float, limit: int) -> Outcome:
        assert self._scratch is not None, "a sandbox is started before it runs code"
        folder = self._scratch.folder
        variables = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            _MARK: self._mark.partition("=")[2],
        }
        command, stdin = ((sys.executable, "-"), code) if language == "python" else (("bash", "-c", code), "")
        try:
            return await run_process(
                command, stdin=stdin, timeout=timeout, limit=limit, folder=folder, variables=variables
            )
        finally:
            # What left its process group (`setsid`, `nohup`): its environment, or its folder, still tells whose it is.
            watch.end_marked(self._mark, folder)

    async def close(self) -> None:
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            await asyncio.to_thread(scratch.close)


def copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files below the folder, under their names there."""
    for name, source in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
