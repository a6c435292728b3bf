"""The official engine (alfworld + textworld) behind the same `Env`: one process per environment.

It is not thread-safe, keeps its state in C globals and never gives memory back, so it lives in a
child that ends with the episode. It is 10,000 times slower than the native engine; it is here for
differential tests, and for games that the native engine refuses.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from skillevo.envs.alfworld.env import AlfworldOptions
from skillevo.envs.alfworld.gamefile import GameText
from skillevo.envs.base import Observation, SkillevoError, Step

PYTHON_VARIABLE = "SKILLEVO_OFFICIAL_PYTHON"
"""Names another interpreter that has alfworld, so that its 56 packages need not be in this one."""

_FIND = "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('alfworld', 'textworld'))))"
_HINT = (
    '; install it with `pip install "skillevo[official]"` (compiles for minutes), '
    f"or name an interpreter that has it in ${PYTHON_VARIABLE}"
)
_WORKER = Path(__file__).with_name("official_worker.py")
_ANSWER_SECONDS = 120.0


class OfficialEngineError(SkillevoError):
    """The official engine is not there, or failed."""


def check_official() -> None:
    """See whether there is an official engine to start.

    Raises:
        OfficialEngineError: there is none.
    """
    python = os.environ.get(PYTHON_VARIABLE) or sys.executable
    try:
        found = subprocess.run([python, "-c", _FIND], capture_output=True, timeout=_ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise OfficialEngineError(f"${PYTHON_VARIABLE} names {python!r}, which does not run ({e})") from None
    if found.returncode:
        raise OfficialEngineError(f"the official engine is not installed for {python}{_HINT}")


class OfficialEnv:
    """One episode on the official engine.

    Args:
        game: a `GameText`, played with the installed alfworld's own domain and grammar; or the path of
            an official game file, played as it is, whatever its dialect.
    """

    def __init__(self, game: GameText | Path, options: AlfworldOptions = AlfworldOptions(engine="official")) -> None:
        self._game = game
        self._options = options
        self._child: asyncio.subprocess.Process | None = None
        self.cpu_seconds = 0.0
        """CPU time that the engine's process has used up to its last answer."""

    async def reset(self) -> Observation:
        python = os.environ.get(PYTHON_VARIABLE) or sys.executable
        self._child = await asyncio.create_subprocess_exec(
            python,
            "-W",
            "ignore",
            str(_WORKER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 24,
        )
        if isinstance(self._game, Path):
            request: dict[str, Any] = {"load": json.loads(self._game.read_text("utf-8"))}
        else:
            request = {"load": None, "problem": self._game.problem, "task": self._game.task}
        await self._ask(request)
        observation, _ = self._read(await self._ask({"reset": True}))
        return observation

    async def step(self, action: str) -> Step:
        observation, won = self._read(await self._ask({"step": action}))
        return Step(observation, 1.0 if won else 0.0, won)

    async def close(self) -> None:
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            child.kill()
            await child.wait()

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise OfficialEngineError("step() before reset()")
        try:
            child.stdin.write(json.dumps(request).encode() + b"\n")
            await child.stdin.drain()
            line = await asyncio.wait_for(child.stdout.readline(), _ANSWER_SECONDS)
        except (ConnectionError, TimeoutError) as e:
            raise OfficialEngineError(f"the official engine gave no answer ({type(e).__name__})") from e
        if not line:
            raise OfficialEngineError("the official engine's process ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            hint = _HINT if answer["error"].startswith("ModuleNotFoundError") else ""
            raise OfficialEngineError(f"the official engine says {answer['error']}{hint}")
        self.cpu_seconds = float(answer["cpu_seconds"])
        return answer

    def _read(self, answer: dict[str, Any]) -> tuple[Observation, bool]:
        actions: tuple[str, ...] = ()
        if self._options.admissible:
            actions = tuple(a for a in answer["actions"] if not (self._options.hide_help and a == "help"))
        text = str(answer["observation"])
        return Observation(text, actions, ""), bool(answer["won"])
