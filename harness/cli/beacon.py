"""How far a run is, for the comparison that started it: a line in the file that it named, a few times a second."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

_EVERY = 0.3
_file: Path | None = None


def report_to(file: Path) -> None:
    """Ask this process's runs to say in this file how far they are."""
    global _file
    _file = file


class Beacon:
    """Writes progress where somebody asked for it; else does nothing."""

    def __init__(self) -> None:
        self._file = _file
        self._next = 0.0

    def show(self, done: int, total: int, figures: Callable[[], str]) -> None:
        """Say how much is done.

        Args:
            figures: called only if they are to be shown.
        """
        if self._file is None or (done < total and time.monotonic() < self._next):
            return
        self._next = time.monotonic() + _EVERY
        try:
            self._file.write_text(json.dumps({"done": done, "total": total, "figures": figures()}), "utf-8")
        except OSError:
            self._file = None  # nobody is harmed by a bar that stands still
