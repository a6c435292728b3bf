"""One run is one directory: created, found again after a kill, and closed.

    run.toml  journal.db  episodes.parquet  turns/  skills/  logs/

`run.toml` says what the run *is*; a directory is resumed only by the same run. Files appear whole:
they are written under a temporary name and renamed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
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
_FREE = frozenset({"created", "budget", "versions", "workers"})
"""Sections that may differ between a run and its resumption: they change no episode."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\Z")


class RunDirectory:
    """An open run. Use as a context manager: the journal's lock is held meanwhile.

    Attributes:
        path: the directory.
        config: what run.toml holds.
        resumed: how many finished episodes were found.
    """

    def __init__(self, path: Path, config: Mapping[str, Any]) -> None:
        """Create the run, or open it again if the directory holds the very same one.

        Raises:
            SkillevoError: the directory holds another run, or is being written.
        """
        self.path = path
        wanted = {"format": FORMAT, **_plain(config)}
        path.mkdir(parents=True, exist_ok=True)
        file = path / CONFIG
        self.journal = Journal(path / "journal.db")
        try:
            if file.exists():
                self.config = read_config(path)
                if difference := next(_differences(self.config, wanted), None):
                    raise SkillevoError(
                        f"{path} holds another run: {difference}. Give this one another --name, "
                        "or repeat the command as it was to resume that one"
                    )
                self._write_config({**wanted, "created": self.config.get("created", "")})
            else:
                self._write_config(wanted | {"created": datetime.now(UTC).isoformat(timespec="seconds")})
            self.config = read_config(path)
            self.resumed = len(self.journal)
        except BaseException:
            self.journal.close()
            raise

    def __enter__(self) -> RunDirectory:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()

    def keep_skill(self, skill: Skill) -> None:
        """Write a skill and its lineage under skills/, by id: no version overwrites another."""
        home = self.path / "skills" / skill.id.replace("@", "-")
        skill.write(home)
        write_whole(home / "lineage.json", json.dumps(skill.lineage(), indent=2) + "\n")

    def _write_config(self, config: Mapping[str, Any]) -> None:
        import tomli_w

        own = {"skillevo": version("skillevo"), "python": python_version()}
        write_whole(self.path / CONFIG, tomli_w.dumps({**config, "versions": own}))


def read_config(path: Path) -> dict[str, Any]:
    """run.toml of a run directory.

    Raises:
        SkillevoError: there is none, or it is damaged.
    """
    try:
        return tomllib.loads((path / CONFIG).read_text("utf-8"))
    except FileNotFoundError:
        raise SkillevoError(f"{path} is no run directory: it has no {CONFIG}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise SkillevoError(f"{path / CONFIG} is damaged ({e})") from None


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
