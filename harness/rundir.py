"""One run is one directory: created, found again after a kill, and closed.

    run.toml  journal.db  episodes.parquet  turns/  skills/  logs/

`run.toml` says what the run *is*, and at the close what it has spent and written; a directory is resumed only by the
same run. Files appear whole: they are written under a temporary name and renamed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.journal import Journal
from skillevo.harness.skills import Skill

FORMAT = 1
CONFIG = "run.toml"
JOURNAL = "journal.db"
WRITTEN = "written"
"""The section that counts what the run's files hold, for whoever reads them later."""
_FILES, _FOLDERS = (CONFIG, JOURNAL, "episodes.parquet"), ("turns", "skills", "logs")
_FREE = frozenset({"created", "versions", "spent", "steps", WRITTEN})
"""Sections that may differ between a run and its resumption: they change no episode."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\Z")


class RunDirectory:
    """An open run. Use as a context manager: the journal's lock is held meanwhile.

    Attributes:
        path: the directory.
        config: what run.toml holds.
    """

    def __init__(self, path: Path, config: Mapping[str, Any]) -> None:
        """Create the run, or open it again if the directory holds the very same one.

        Raises:
            SkillevoError: the directory holds another run or no run, is being written by another process, or cannot
                be written by this one.
        """
        self.path = path
        wanted = {"format": FORMAT, **_plain(config)}
        with _writing():
            path.mkdir(parents=True, exist_ok=True)
            _nothing_in_the_way(path)
        self.journal = Journal(path / JOURNAL)
        try:
            created = self._created(wanted)
            self._write_config({**wanted, "created": created})
            self.config = read_config(path)
        except BaseException:
            self.journal.close()
            raise

    def __enter__(self) -> RunDirectory:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._write_config(self.config)
        except SkillevoError:
            if kind is None:  # else the error under way is the one to tell
                raise
        finally:
            self.journal.close()

    def keep_skill(self, skill: Skill) -> None:
        """Write a skill and its lineage under skills/, by id: no version overwrites another."""
        with _writing():
            skill.write(self.path / "skills" / skill.id.replace("@", "-"))

    def count(self, **written: int) -> None:
        """Record at the close how much the files hold: a reader can tell then whether any of it was lost."""
        self.config[WRITTEN] = written

    def _created(self, wanted: Mapping[str, Any]) -> str:
        """When the run that this directory holds was made: now, if it holds none."""
        if not (self.path / CONFIG).exists():
            if not self.journal.is_new:
                raise SkillevoError(
                    f"{self.path} has a journal with {len(self.journal):,} episodes but no {CONFIG} to say of what run "
                    f"they are: put its {CONFIG} back, or give this run another --name"
                )
            return datetime.now(UTC).isoformat(timespec="seconds")
        found = read_config(self.path)
        if difference := next(_differences(found, wanted), None):
            raise SkillevoError(
                f"{self.path} holds another run: {difference}. Give this one another --name, "
                "or repeat the command as it was to resume that one"
            )
        return str(found["created"])

    def _write_config(self, config: Mapping[str, Any]) -> None:
        import tomli_w

        own = {"skillevo": version("skillevo"), "python": python_version()}
        now = {**config, "versions": own, "spent": asdict(self.journal.spent())}
        with _writing():
            write_whole(self.path / CONFIG, tomli_w.dumps(now))


def read_config(path: Path) -> dict[str, Any]:
    """run.toml of a run directory.

    Raises:
        SkillevoError: there is none, or it cannot be read, is damaged, or of another format.
    """
    file = path / CONFIG
    way_out = f"put it back as it was, or start anew under another --name; {path / JOURNAL} still has the episodes"
    try:
        config = tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise SkillevoError(f"{path} is no run directory: it has no {CONFIG}") from None
    except OSError as e:
        raise SkillevoError(f"cannot read {file}: {e.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise SkillevoError(f"{file} is damaged ({e}): {way_out}") from None
    if missing := {"format", "created"} - set(config):
        raise SkillevoError(f"{file} is damaged (it lacks {' and '.join(sorted(missing))}): {way_out}")
    if config["format"] != FORMAT:
        raise SkillevoError(f"{file} is of format {config['format']!r}; this version of skillevo reads {FORMAT}")
    return config


def new_path(runs: Path, name: str | None, stem: str) -> Path:
    """Where a run goes: `runs/<name>`, or a fresh name from the time and a stem.

    Raises:
        SkillevoError: the name would not make a directory below `runs`.
    """
    if name is not None:
        if not _NAME.match(name):
            raise SkillevoError(f"{name!r} is no name for a run: letters, digits and . _ + - only")
        return runs / name
    base = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{re.sub(r'[^A-Za-z0-9._+-]+', '-', stem)}"
    path, n = runs / base, 2
    while path.exists():
        path, n = runs / f"{base}-{n}", n + 1
    return path


def write_whole(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _nothing_in_the_way(path: Path) -> None:
    """Refuse a directory in which the run could not be closed, before anything is played in it."""
    for names, kind, is_kind in ((_FILES, "file", Path.is_file), (_FOLDERS, "folder", Path.is_dir)):
        for found in (path / name for name in names):
            if found.exists() and not is_kind(found):
                raise SkillevoError(
                    f"{found} is in the way: a run keeps a {kind} of that name; move it, or give this run another "
                    "--name"
                )


@contextmanager
def _writing() -> Iterator[None]:
    """Within this, what the disk refuses is one clear error."""
    try:
        yield
    except OSError as e:
        raise SkillevoError(f"cannot write {e.filename2 or e.filename or 'the run'}: {e.strerror or e}") from None


def _plain(value: Any) -> Any:
    """As TOML can hold it: no None, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for key in sorted({*old, *new} - _FREE if not at else {*old, *new}):
        where, a, b = f"{at}{key}", old.get(key), new.get(key)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            yield from _differences(a, b, f"{where}.")
        elif a != b:
            yield f"{where} is {a!r} there and {b!r} here"
