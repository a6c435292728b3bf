"""Inspect's sandbox behind GAIA's own protocol: inside an Inspect sample, code runs where Inspect says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from inspect_ai.util import OutputLimitExceededError, sandbox

from skillevo.envs.gaia.sandbox import Language, Outcome
from skillevo.envs.gaia.sandbox.process import kill_group


class InspectSandbox:
    """The sample's sandbox. Inspect starts it, and removes it with all that runs in it.

    But not of a run that is killed; so a process beside it reads from a pipe that this one holds, and removes the
    container once that is closed.
    """

    def __init__(self) -> None:
        self._watcher: asyncio.subprocess.Process | None = None

    async def start(self, files: Mapping[str, Path]) -> None:
        if container := (await sandbox().connection()).container:
            self._watcher = await asyncio.create_subprocess_exec(
                *("sh", "-c", 'cat; exec docker rm -f "$0"', container),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        for name, path in files.items():
            await sandbox().write_file(name, path.read_bytes())

    async def run(self, language: Language, code: str, timeout: float, limit: int) -> Outcome:
        command, stdin = (["python3", "-"], code) if language == "python" else (["bash", "-c", code], None)
        try:
            done = await sandbox().exec(command, input=stdin, timeout=round(timeout), timeout_retry=False)
        except TimeoutError:
            return Outcome("", None)
        except OutputLimitExceededError as e:
            text = e.truncated_output or ""
            return Outcome(text[:limit], 0, True)
        except (PermissionError, UnicodeDecodeError) as e:
            return Outcome(f"{type(e).__name__}: {e}", 1)
        text = done.stdout + done.stderr
        return Outcome(text[:limit], done.returncode, len(text) > limit)

    async def close(self) -> None:
        """Nothing to remove: the sample's end is the sandbox's."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            kill_group(watcher.pid)
            await watcher.wait()
