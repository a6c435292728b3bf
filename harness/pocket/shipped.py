"""Where the pocket models' weights lie, and the record beside them: how they were made, and what was measured."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from skillevo.envs.base import DataError
from skillevo.harness.pocket import WRITER_FOLDER
from skillevo.harness.policies.ranker.storage import SHIPPED

BUILT = ("ranker", "ranker-able", "writer", "ranker-webshop", "writer-webshop")
"""What `skillevo pocket build` makes."""
MODELS = (*BUILT, "writer-r1")
"""All that is shipped; the last is made by `skillevo train`, as its record says."""
RECORD = "pocket.toml"
RECORD_FOLDER = WRITER_FOLDER.parent
"""Where the shipped models' record lies."""


def weights_folder(name: str) -> Path:
    """The folder that a shipped model's files lie in, as `files_of` takes it."""
    return RECORD_FOLDER if name.startswith("writer") else SHIPPED


def files_of(folder: Path, name: str) -> list[Path]:
    """The files of a model, in order."""
    if name.startswith("writer"):
        return sorted(f for f in (folder / name).iterdir() if f.is_file())
    return [folder / f"{name}.npz"]


def digests(folder: Path, name: str) -> dict[str, str]:
    """sha256 of each of a model's files."""
    return {f.relative_to(folder).as_posix(): sha256(f.read_bytes()).hexdigest() for f in files_of(folder, name)}


def record(folder: Path, name: str, facts: Mapping[str, Any]) -> None:
    """Put what is known of a model into the folder's record, in place of what stood there."""
    import tomli_w

    found = {**read_record(folder), name: dict(facts)}
    part = folder / f"{RECORD}.part"
    part.write_text(tomli_w.dumps({n: found[n] for n in MODELS if n in found}), "utf-8")
    part.replace(folder / RECORD)


def read_record(folder: Path) -> dict[str, Any]:
    """What a folder's record says of each model; empty where there is none.

    Raises:
        DataError: it is damaged.
    """
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as e:
        raise DataError(f"{path} is damaged: {e}") from None
