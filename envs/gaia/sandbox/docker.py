"""Code in a container of its own, without network and with bounds on memory, processes and processor."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from skillevo.envs.base import SkillevoError
from skillevo.envs.gaia.sandbox.base import Language, Outcome
from skillevo.envs.gaia.sandbox.local import copy_files
from skillevo.envs.gaia.sandbox.process import kill_group, run_process
from skillevo.envs.gaia.scratch import Scratch

IMAGE = "python:3.12-slim"
LABEL = "skillevo=gaia"
"""On every container, so that what an engine's own crash left can be found: `docker ps -a --filter label=...`."""
MEMORY, PROCESSES = "2g", 256
FOLDER = "/work"
"""Where the files lie and code runs."""
_START = 300.0
"""Seconds for a container to start, which may have to fetch its image."""
_GRACE = 15.0

BOUNDS = (
    *("--network", "none", "--memory", MEMORY, "--memory-swap", MEMORY, "--cpus", "1"),
    *("--pids-limit", str(PROCESSES)),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "0:0"),
)
"""Its user is root, whose the copied files are, but a root without any capability."""


class DockerSandbox:
    """One container for one episode. It shares no folder with this machine: files are copied into it.

    Its first process reads from a pipe that this process holds: when this process ends, however it does, the pipe
    closes, that process ends, and the engine removes the container.
    """

    def __init__(self, image: str = IMAGE) -> None:
        self._image = image
        self._name = f"skillevo-{secrets.token_hex(8)}"
        self._holder: asyncio.subprocess.Process | None = None

    async def start(self, files: Mapping[str, Path]) -> None:
        run = ("docker", "run", "-i", "--rm", "--init", "--name", self._name, "--label", LABEL, *BOUNDS)
        place = ("-w", FOLDER, "-e", f"HOME={FOLDER}", self._image)
        holder = self._holder = await asyncio.create_subprocess_exec(
            *(*run, *place, "sh", "-c", "echo ready; cat"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert holder.stdout is not None and holder.stderr is not None
        try:
            async with asyncio.timeout(_START):
                line = await holder.stdout.readline()
        except TimeoutError:
            line = b""
        if line.strip() != b"ready":
            said = b"it took too long" if holder.returncode is None else await holder.stderr.read(2_000)
            await self._fail("did not start", said.decode("utf-8", "replace"))
        staged = await asyncio.to_thread(Scratch)
        try:
            await asyncio.to_thread(copy_files, files, staged.folder)
            copied = await run_process(
                ("docker", "cp", f"{staged.folder}/.", f"{self._name}:{FOLDER}"), timeout=_START, limit=2_000
            )
        finally:
            await asyncio.to_thread(staged.close)
        if copied.code != 0:
            await self._fail("did not take the files", copied.output)

    async def run(self, language: Language, code: str, timeout: float, limit: int) -> Outcome:
        inner, stdin = (("python3", "-"), code) if language == "python" else (("bash", "-c", code), "")
        # In the container, so that what runs too long ends there and not only on this side.
        command = ("docker", "exec", "-i", self._name, "timeout", "-s", "KILL", f"{timeout:g}", *inner)
        found = await run_process(command, stdin=stdin, timeout=timeout + _GRACE, limit=limit)
        return Outcome(found.output, None, found.cut) if found.code == 137 else found

    async def close(self) -> None:
        holder, self._holder = self._holder, None
        if holder is not None:
            if holder.stdin is not None:
                holder.stdin.close()
            with suppress(OSError):
                await run_process(("docker", "kill", self._name), timeout=_GRACE, limit=200)
            kill_group(holder.pid)
            await holder.wait()

    async def _fail(self, what: str, said: str) -> NoReturn:
        await self.close()
        raise SkillevoError(f"the container for {self._image} {what}: {' '.join(said.split())}")


@lru_cache(maxsize=1)
def engine_answers() -> bool:
    """Whether there is a container engine that this user may use."""
    if shutil.which("docker") is None:
        return False
    try:
        asked = subprocess.run(
            ("docker", "version", "--format", "{{.Server.Version}}"), capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
