"""One child process within bounds: of time, of output, and of life, for its whole process group ends with it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from skillevo.envs.gaia.sandbox.base import Outcome

_CHUNK = 1 << 16
_GRACE = 2.0
"""Seconds that the last output may take to arrive once the process has ended."""


async def run_process(
    command: Sequence[str],
    *,
    stdin: str = "",
    timeout: float,
    limit: int,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a command to its end; its process group is killed when it ends, takes too long or is cancelled.

    Args:
        limit: characters of output that are kept; the rest is read and dropped.
        variables: the whole environment; None for this process's own.
    """
    reader, write_end, transport = await _pipe()
    with tempfile.TemporaryFile() as given:
        given.write(stdin.encode("utf-8", "replace"))
        given.seek(0)
        try:
            process = await asyncio.create_subprocess_exec(
                *_dying_with_us(command),
                stdin=given,
                stdout=write_end,
                stderr=write_end,
                cwd=folder,
                env=None if variables is None else dict(variables),
                start_new_session=True,
            )
        except BaseException:
            transport.close()
            raise
        finally:
            os.close(write_end)
    kept = bytearray()
    draining = asyncio.create_task(_drain(reader, kept, 4 * limit + _CHUNK))
    ended = False
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await process.wait()
                ended = True
    finally:
        kill_group(process.pid)
        try:
            await process.wait()
            await asyncio.wait((draining,), timeout=_GRACE)
        finally:
            draining.cancel()
            transport.close()
    text = kept.decode("utf-8", "replace")
    return Outcome(text[:limit], process.returncode if ended else None, len(text) > limit)


def kill_group(leader: int) -> None:
    """Kill all processes of the group that this one leads, whether it still lives or not."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


async def _pipe() -> tuple[asyncio.StreamReader, int, asyncio.ReadTransport]:
    """A pipe of our own: with asyncio's, waiting for a process would mean waiting for all that it left behind."""
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    return reader, write_end, transport


async def _drain(reader: asyncio.StreamReader, kept: bytearray, most: int) -> None:
    while chunk := await reader.read(_CHUNK):
        kept += chunk[: max(0, most - len(kept))]


def _dying_with_us(command: Sequence[str]) -> Sequence[str]:
    """The command such that the kernel kills it if this process is killed; where setpriv(1) is not, as it is."""
    setpriv = shutil.which("setpriv")
    return command if setpriv is None else (setpriv, "--pdeathsig", "KILL", "--", *command)
