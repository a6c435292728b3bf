"""A report's files: each appears whole or not at all, and files of an earlier report that are no longer made go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.harness.rundir import CONFIG

INDEX = "report.json"


class Folder:
    """The folder of a report while it is written.

    Raises:
        SkillevoError: it is a file, or a run's own directory, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written: dict[str, int] = {}
        if (path / CONFIG).exists():
            raise SkillevoError(f"--out {path} is a run; give the report a folder of its own")
        if path.exists() and not path.is_dir():
            raise SkillevoError(f"--out {path} is a file; a report is a folder")
        self._before = _listed(path / INDEX)
        with _writing(path):
            path.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, content: str | bytes) -> None:
        """Write one file, by its path below the folder."""
        raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
        file = self.path / name
        part = file.with_name(file.name + ".part")
        with _writing(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(raw)
            part.replace(file)
        self.written[name] = len(raw)

    def close(self) -> None:
        """Take away what the report that stood here before had and this one has not."""
        for name in sorted(set(self._before) - set(self.written)):
            stale = self.path / name
            with _writing(stale):
                stale.unlink(missing_ok=True)


def _listed(index: Path) -> list[str]:
    """The files that an earlier report says it wrote; only such below its own folder."""
    try:
        names = json.loads(index.read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [n for n in names if isinstance(n, str) and not Path(n).is_absolute() and ".." not in Path(n).parts]


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise SkillevoError(f"cannot write {e.filename2 or e.filename or path}: {e.strerror or e}") from None
