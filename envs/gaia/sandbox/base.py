"""The seam: somewhere to run a model's code, with the question's files at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Language = Literal["python", "bash"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a piece of code came to.

    Attributes:
        output: standard output and error in the order in which they came, at most as long as was allowed.
        code: exit status; None where it was ended for taking too long.
        cut: whether there was more output.
    """

    output: str
    code: int | None
    cut: bool = False


class Sandbox(Protocol):
    """One episode's place to run code. Files that code leaves in its folder stay until the episode ends."""

    async def start(self, files: Mapping[str, Path]) -> None:
        """Prepare it, with these files below the folder that code runs in.

        Raises:
            SkillevoError: it cannot be prepared.
        """
        ...

    async def run(self, language: Language, code: str, timeout: float, limit: int) -> Outcome:
        """Run the code to its end, or for so many seconds, and keep so many characters of its output."""
        ...

    async def close(self) -> None:
        """End whatever still runs in it, and remove its folder. Safe to call at any time, and twice."""
        ...
