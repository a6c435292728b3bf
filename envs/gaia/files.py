"""One episode's files: the attachments where they lie, and what their archives hold, in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from skillevo.envs.base import DataError, SkillevoError
from skillevo.envs.gaia.archives import BadArchive, is_archive, unpack
from skillevo.envs.gaia.scratch import Scratch


class Desk:
    """A question's files, which are only read, and the members of its archives. Code runs elsewhere, on copies."""

    def __init__(self, attachments: Mapping[str, Path]) -> None:
        """Lay the files out.

        Args:
            attachments: name -> where it lies.

        Raises:
            DataError: a file is not there.
        """
        if missing := [name for name, path in attachments.items() if not path.is_file()]:
            raise DataError(f"the attachment {attachments[missing[0]]} is missing")
        self._scratch: Scratch | None = None
        self.refused: dict[str, str] = {}
        """Archives that were not unpacked, and why."""
        self.files: dict[str, Path] = dict(sorted(attachments.items()))
        """All files by their name, the attachments before the members of archives."""
        try:
            for name, path in attachments.items():
                if is_archive(Path(name)):
                    self._unpack(name, path)
        except BaseException:
            self.clear()
            raise

    def _unpack(self, name: str, path: Path) -> None:
        self._scratch = self._scratch or Scratch()
        root = self._scratch.folder
        try:
            members = unpack(path, root / f"{name}.unpacked")
        except BadArchive as e:
            self.refused[name] = str(e)
        else:
            self.files |= {member.relative_to(root).as_posix(): member for member in sorted(members)}

    def find(self, name: str) -> Path:
        """The file of that name, or the only one whose name ends so.

        Raises:
            SkillevoError: there is none, or there are several.
        """
        name = name.strip().strip("'\"").removeprefix("./")
        if name in self.files:
            return self.files[name]
        fitting = [path for known, path in self.files.items() if known.endswith(f"/{name}")]
        if len(fitting) == 1:
            return fitting[0]
        many = "several files have this name" if fitting else "there is no such file"
        raise SkillevoError(f"{many}; there are: {', '.join(list(self.files)[:50]) or 'none'}")

    def clear(self) -> None:
        """Remove what archives held. It may be called twice."""
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None
