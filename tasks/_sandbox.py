"""Inspect's sandbox behind GAIA's own protocol: inside an Inspect sample, code runs where Inspect says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from inspect_ai.util import OutputLimitExceededError, sandbox

from skillevo.envs.gaia.sandbox import Language, Outcome


class InspectSandbox:
    """The sample's sandbox. Inspect starts it, and removes it with all that runs in it."""

    async def start(self, files: Mapping[str, Path]) -> None:
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
        """Nothing to do: the sample's end is the sandbox's."""
