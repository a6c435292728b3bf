"""Where an episode stands in Inspect's viewer.

A page on disk cannot start the viewer, and a browser shows no `.eval` file. So a sample's link goes to the address at
which `inspect view` answers unless told otherwise, and the page says over which folder to start it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skillevo.harness.report.runs import Run

ADDRESS = "http://127.0.0.1:7575"
_PLACE = re.compile(r"-g(\d+)-m(\d+)\.eval\Z")


def viewer_of(runs: Sequence[Run], out: Path) -> dict[str, str] | None:
    """Address of the viewer, and the command from the page's folder that starts it over all runs.

    None where no run has logs, or they share no folder.
    """
    folders = {run.path.parent for run in runs if _files(run)}
    if len(folders) != 1:
        return None
    # The viewer forbids a log folder whose path has `..` in it: hence from within.
    folder = shlex.quote(_relative(folders.pop(), out))
    return {"address": ADDRESS, "command": f"cd {folder} && inspect view --log-dir ."}


def logs_of(run: Run, out: Path) -> list[dict[str, Any]]:
    """A run's logs: `file` from the page, `name` in the viewer, `place` (generation, candidate) where it holds one."""
    found = []
    for file in _files(run):
        place = _PLACE.search(file.name)
        found.append(
            {
                "file": _relative(file, out),
                "name": f"{run.name}/logs/{file.name}",
                "place": [int(place[1]), int(place[2])] if place else None,
            }
        )
    return found


def _files(run: Run) -> list[Path]:
    return sorted((run.path / "logs").glob("*.eval"))


def _relative(path: Path, out: Path) -> str:
    return os.path.relpath(path, out).replace(os.sep, "/")
