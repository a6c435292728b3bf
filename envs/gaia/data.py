"""GAIA's own release: the gated Parquet data set at its pinned revision, or a folder with the same files.

Nothing of it may be shared in the open, so nothing of it is part of this project.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skillevo.envs.base import DataError, SkillevoError

REPOSITORY = "gaia-benchmark/GAIA"
REVISION = "682dd723ee1e1697e00360edccf2366dc8418dd9"
"""The Parquet release of October 2025."""
DATA_VARIABLE = "GAIA_DATA"
CACHE_VARIABLE = "SKILLEVO_CACHE"
SPLITS = ("validation", "test")
RELEASED: Mapping[str, Mapping[int, int]] = {"validation": {1: 53, 2: 86, 3: 26}}
"""Questions of each level, where it is known; a panel of another size is named for it."""

_COLUMNS = ("task_id", "Question", "Level", "Final answer", "file_name", "file_path")
_WAY_OUT = (
    f"accept the conditions of https://huggingface.co/datasets/{REPOSITORY}, log in (`hf auth login`, or HF_TOKEN) and "
    f"run `skillevo data gaia --download`; or give a folder that holds 2023/validation/ as --root or ${DATA_VARIABLE}"
)


@dataclass(frozen=True, slots=True)
class Task:
    """One question of the release.

    Attributes:
        answer: None in the test split, whose answers are not published.
        file: its attachment, or None.
    """

    id: str
    question: str = field(repr=False)
    level: int
    answer: str | None = field(repr=False)
    file_name: str
    file: Path | None


def find_release(root: str | Path | None = None) -> Path:
    """The folder of the release: `root`, $GAIA_DATA, or the hub's cache at the pinned revision. Never downloads.

    Raises:
        DataError: it is in none of them.
    """
    given = root or os.environ.get(DATA_VARIABLE)
    if given:
        folder = Path(given)
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder; {_WAY_OUT}")
        return folder
    try:
        return _snapshot(local_only=True)
    except Exception:  # the hub has a dozen errors for "it is not there"
        raise DataError(f"GAIA is not on this machine: {_WAY_OUT}") from None


def download() -> Path:
    """Fetch the pinned release (109 MB) with the user's own token into the hub's cache.

    Raises:
        DataError: the hub refused, or cannot be reached.
    """
    try:
        return _snapshot(local_only=False)
    except Exception as e:
        why = " ".join(str(e).split())[:200]
        raise DataError(f"GAIA could not be fetched ({type(e).__name__}: {why}): {_WAY_OUT}") from None


def read_split(folder: Path, split: str) -> tuple[Task, ...]:
    """All questions of a split, in the release's order.

    Raises:
        DataError: a file is missing, not what the release has, or has two tasks of one id.
    """
    file = _metadata(folder, split)
    tasks = tuple(_task(row, folder, split) for row in _rows(file))
    for ident, times in Counter(t.id for t in tasks).items():
        if times > 1:
            raise DataError(f"{file} has {times} tasks of the id {ident!r}, and an id names one: keep one row of it")
    return tasks


def cache_folder() -> Path:
    """Where bundled attachments are made: $SKILLEVO_CACHE, or the user's cache folder."""
    given = os.environ.get(CACHE_VARIABLE)
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "skillevo"
    return base / "gaia"


def _snapshot(*, local_only: bool) -> Path:
    from huggingface_hub import snapshot_download

    found = snapshot_download(REPOSITORY, repo_type="dataset", revision=REVISION, local_files_only=local_only)
    return Path(found)


def _metadata(folder: Path, split: str) -> Path:
    place = folder / "2023" / split
    for name in ("metadata.parquet", "metadata.jsonl"):
        if (place / name).exists():
            return place / name
    raise DataError(f"{place} has neither metadata.parquet nor metadata.jsonl: no release of GAIA; {_WAY_OUT}")


def _rows(file: Path) -> Sequence[Mapping[str, Any]]:
    try:
        if file.suffix == ".parquet":
            import pyarrow.parquet as pq

            rows: list[Mapping[str, Any]] = pq.read_table(file, columns=list(_COLUMNS)).to_pylist()
        else:
            rows = [json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip()]
    except (OSError, ValueError, KeyError) as e:
        raise DataError(f"{file} cannot be read as GAIA's metadata ({type(e).__name__})") from None
    return rows


def _task(row: Mapping[str, Any], folder: Path, split: str) -> Task:
    try:
        ident, name = str(row["task_id"]), str(row["file_name"] or "")
        level = int(row["Level"])  # text in the Parquet release, a number in older ones
        answer = None if row["Final answer"] in (None, "?") else str(row["Final answer"])
        question = str(row["Question"])
    except (KeyError, TypeError, ValueError) as e:
        raise DataError(f"a row of {folder / '2023' / split} has no {type(e).__name__}: {e}") from None
    return Task(ident, question, level, answer, name, _attachment(row, folder, split, name))


def _attachment(row: Mapping[str, Any], folder: Path, split: str, name: str) -> Path | None:
    if not name:
        return None
    root = folder.resolve()
    path = folder / str(row.get("file_path") or f"2023/{split}/{name}")
    # The hub's cache is links into a folder of blobs beside the snapshot; so the path is judged, not where it leads.
    if ".." in path.parts or not path.absolute().is_relative_to(folder.absolute()) or "/" in name:
        raise SkillevoError(f"{root}: the attachment {name!r} is outside of the release")
    return path
