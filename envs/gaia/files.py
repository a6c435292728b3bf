"""One episode's files: the attachments and what their archives hold, in a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.envs.gaia.archives import BadArchive, is_archive, unpack


class Desk:
    """Copies of a question's files, and of the members of its archives. Code runs elsewhere, on copies of these."""

    def __init__(self, attachments: Mapping[str, Path]) -> None:
        """Lay the files out.

        Args:
            attachments: name -> where it lies.

        Raises:
            OSError: a file is not there.
        """
        self._root = Path(tempfile.mkdtemp(prefix="skillevo-gaia-")).resolve()
        self.refused: dict[str, str] = {}
        """Archives that were not unpacked, and why."""
        try:
            for name, source in attachments.items():
                shutil.copyfile(source, self._root / name)
                if is_archive(Path(name)):
                    self._unpack(name)
        except BaseException:
            self.clear()
            raise

    def _unpack(self, name: str) -> None:
        try:
            unpack(self._root / name, self._root / f"{name}.unpacked")
        except BadArchive as e:
            self.refused[name] = str(e)

    @property
    def files(self) -> dict[str, Path]:
        """All files by their name, the attachments before the members of archives."""
        found = {p.relative_to(self._root).as_posix(): p for p in self._root.rglob("*") if p.is_file()}
        return dict(sorted(found.items(), key=lambda f: ("/" in f[0], f[0])))

    def find(self, name: str) -> Path:
        """The file of that name, or the only one whose name ends so.

        Raises:
            SkillevoError: there is none, or there are several.
        """
        files = self.files
        name = name.strip().strip("'\"").removeprefix("./")
        if name in files:
            return files[name]
        fitting = [path for known, path in files.items() if known.endswith(f"/{name}")]
        if len(fitting) == 1:
            return fitting[0]
        many = "several files have this name" if fitting else "there is no such file"
        raise SkillevoError(f"{many}; there are: {', '.join(list(files)[:50]) or 'none'}")

    def clear(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)
