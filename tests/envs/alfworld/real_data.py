"""The real games and traces, where they are at hand: read from the archives, never unpacked."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

PREFIX = "json_2.1.1/"


def shared_folder() -> Path:
    """Where the archives lie: $SKILLEVO_SHARED, or `shared/` beside the repository."""
    given = os.environ.get("SKILLEVO_SHARED")
    return Path(given) if given else Path(__file__).resolve().parents[4] / "shared"


class RealGames:
    """The official games in `train.tar.xz` and `valid_seen.tar.xz`, by their path below json_2.1.1/."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _raw(self) -> dict[str, str]:
        found = {}
        for archive in ("train.tar.xz", "valid_seen.tar.xz"):
            with tarfile.open(self._folder / archive) as tar:
                for member in tar:
                    if member.name.endswith("game.tw-pddl"):
                        content = tar.extractfile(member)
                        assert content is not None
                        found[member.name.removeprefix(PREFIX)] = content.read().decode()
        return dict(sorted(found.items()))

    def names(self) -> list[str]:
        return list(self._raw)

    def raw(self, name: str) -> str:
        return self._raw[name]

    def read(self, name: str) -> dict[str, Any]:
        game: dict[str, Any] = json.loads(self._raw[name])
        return game


def traces(folder: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / "traces.jsonl.gz", "rt", encoding="utf-8") as f:
        yield from map(json.loads, f)
