"""Code as a child process on this very machine. No isolation: it can read, change and send whatever the user can."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from skillevo.envs.gaia.sandbox import watch
from skillevo.envs.gaia.sandbox.base import Language, Outcome
from skillevo.envs.gaia.sandbox.process import run_process

_MARK = "SKILLEVO_SANDBOX"
_GRACE = 10.0


class LocalSandbox:
    """A temporary folder and child processes, which get none of this process's variables (and so no keys).

    A watcher (watch.py) ends them and removes the folder if this process is killed.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._mark = secrets.token_hex(8)
        self._watcher: asyncio.subprocess.Process | None = None

    async def start(self, files: Mapping[str, Path]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="skillevo-sandbox-"))
        copy_files(files, self._folder)
        self._watcher = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", watch.__file__, f"{_MARK}={self._mark}", str(self._folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )

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
            # What left its process group (`setsid`, `nohup`): its environment still tells whose it is.
            watch.end_marked(f"{_MARK}={self._mark}")

    async def close(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            assert watcher.stdin is not None
            watcher.stdin.close()
            try:
                async with asyncio.timeout(_GRACE):
                    await watcher.wait()
            except TimeoutError:
                watcher.kill()
                await watcher.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files below the folder, under their names there."""
    for name, source in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
