"""metrics.jsonl: one line per optimisation step, appended as it happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from skillevo.harness.rundir import write_whole


class MetricsLog:
    """The file, and what was written to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rewind(self, step: int) -> None:
        """Drop the lines of steps after `step`: they are about to be taken again."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = [row for row in self.read() if row["step"] <= step]
        write_whole(self._path, "".join(json.dumps(row) + "\n" for row in kept))

    def add(self, row: Mapping[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as f:
            f.write(json.dumps({k: _plain(v) for k, v in row.items()}) + "\n")

    def read(self) -> list[dict[str, Any]]:
        """The lines; a last one that a kill cut short is left out."""
        rows = []
        for line in self._path.read_text("utf-8").splitlines() if self._path.exists() else ():
            try:
                rows.append(json.loads(line))
            except ValueError:
                break
        return rows


def _plain(value: Any) -> Any:
    """JSON knows no NaN."""
    return None if isinstance(value, float) and not isfinite(value) else value
