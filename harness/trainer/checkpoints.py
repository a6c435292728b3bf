"""Checkpoints that are whole or not there.

    checkpoints/
        step-000020/     what `--generator` takes: config.json, model.safetensors (or an adapter's files), tokenizer
            state.pt         optimiser, RNG, position, history
            manifest.json    sha256 of every other file: written last
        best -> step-000020

A checkpoint is written beside its place and renamed. What a kill, a full disk or a flipped bit leaves behind does not
match its manifest; the newest one that does is resumed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from skillevo.envs.base import SkillevoError

MANIFEST = "manifest.json"
STATE = "state.pt"
BEST = "best"
_PREFIX = "step-"


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix(_PREFIX))


def write_checkpoint(home: Path, step: int, write: Callable[[Path], None]) -> Path:
    """Write a checkpoint, all of it or nothing.

    Args:
        write: puts the files into the folder that it is given.
    """
    place = home / f"{_PREFIX}{step:06d}"
    part = home / f".{place.name}.part"
    _remove(part)
    part.mkdir(parents=True)
    write(part)
    digests = {str(f.relative_to(part)): _digest(f) for f in sorted(part.rglob("*")) if f.is_file()}
    (part / MANIFEST).write_text(json.dumps({"step": step, "sha256": digests}, indent=2) + "\n", "utf-8")
    for file in (*part.rglob("*"), part):
        _to_disk(file)
    _remove(place)  # one that was found damaged
    part.rename(place)
    _to_disk(home)
    return place


def newest_checkpoint(home: Path, damaged: Callable[[Path, str], None]) -> Path | None:
    """The newest checkpoint that is whole.

    Args:
        damaged: told of each newer one, and what is wrong with it.
    """
    for place in sorted(home.glob(f"{_PREFIX}*"), key=step_of, reverse=True):
        problem = check(place)
        if not problem:
            return place
        damaged(place, problem)
    return None


def check(checkpoint: Path) -> str:
    """What is wrong with a checkpoint; empty if it is whole."""
    try:
        wanted = json.loads((checkpoint / MANIFEST).read_text("utf-8"))["sha256"]
    except FileNotFoundError:
        return f"it has no {MANIFEST}"
    except (ValueError, KeyError, TypeError):
        return f"its {MANIFEST} is damaged"
    for name, digest in wanted.items():
        file = checkpoint / name
        if not file.is_file():
            return f"{name} is missing"
        if _digest(file) != digest:
            return f"{name} is not what was written"
    return ""


def mark_best(checkpoint: Path) -> None:
    """Let `best` stand for a checkpoint."""
    link = checkpoint.parent / f".{BEST}.part"
    _remove(link)
    link.symlink_to(checkpoint.name)
    link.replace(checkpoint.parent / BEST)


def best_checkpoint(home: Path) -> Path | None:
    link = home / BEST
    return link.resolve() if link.exists() else None


def prune(home: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints and the best one."""
    best = best_checkpoint(home)
    for place in sorted(home.glob(f"{_PREFIX}*"), key=step_of)[:-keep]:
        if place.resolve() != best:
            _remove(place)


def load_state(checkpoint: Path) -> dict[str, object]:
    """What `state.pt` holds.

    Raises:
        SkillevoError: it cannot be read.
    """
    import torch

    try:
        found: dict[str, object] = torch.load(checkpoint / STATE, map_location="cpu", weights_only=True)
    except Exception as e:  # torch raises RuntimeError, KeyError, EOFError and errors of pickle and zip
        raise SkillevoError(f"{checkpoint / STATE} cannot be read: {' '.join(str(e).split())}") from e
    return found


def _digest(file: Path) -> str:
    with file.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
