"""Several numpy arrays in one memory-mapped file, with a header that says what they are.

Layout: a magic line, then one line of JSON padded to a fixed size, then the arrays, each at a multiple of 64 bytes.
A file is written under a temporary name and appears whole or not at all; `check` compares its checksum.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import DataError

Array = NDArray[Any]

_MAGIC = b"skillevo arrays 1\n"
_HEADER = 4096
_ALIGN = 64


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """An open file: `meta` as it was written, and the arrays by name, read-only and mapped."""

    path: Path
    meta: Mapping[str, Any]
    arrays: Mapping[str, Array]

    @classmethod
    def open(cls, path: Path) -> ArrayFile:
        """Map a file. Reads the header only.

        Raises:
            DataError: it is missing, of another kind, or not as long as it says.
        """
        header = _read_header(path)
        if path.stat().st_size != header["size"]:
            raise DataError(
                f"{path} is incomplete ({path.stat().st_size:,} bytes of {header['size']:,}): build it again"
            )
        whole = np.memmap(path, np.uint8, "r") if header["size"] > _HEADER else np.empty(0, np.uint8)
        arrays = {
            name: np.frombuffer(whole, dtype, count, offset) if count else np.empty(0, dtype)
            for name, (dtype, count, offset) in header["arrays"].items()
        }
        return cls(path, header["meta"], arrays)

    def check(self) -> None:
        """Read the whole file and compare its checksum.

        Raises:
            DataError: it is not what was written.
        """
        if _digest(self.path) != _read_header(self.path)["sha256"]:
            raise DataError(f"{self.path} is damaged (its checksum differs): build it again")


class ArrayWriter:
    """A file in the making: its arrays can be filled in any order, then `commit` gives it its name."""

    def __init__(self, path: Path, layout: Mapping[str, tuple[str, int]]) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.{os.getpid()}.part")
        self._places: dict[str, tuple[str, int, int]] = {}
        end = _HEADER
        for name, (dtype, count) in layout.items():
            start = -(-end // _ALIGN) * _ALIGN
            self._places[name] = (np.dtype(dtype).str, count, start)
            end = start + np.dtype(dtype).itemsize * count
        self._size = end
        with self._part.open("wb") as f:
            f.truncate(end)
            if hasattr(os, "posix_fallocate"):  # a full disk is an error here, and a crash once the file is mapped
                os.posix_fallocate(f.fileno(), 0, end)
        self.arrays = {name: self._map(*place) for name, place in self._places.items()}

    def _map(self, dtype: str, count: int, start: int) -> Array:
        return np.memmap(self._part, dtype, "r+", start, (count,)) if count else np.empty(0, dtype)

    def commit(self, meta: Mapping[str, Any]) -> None:
        """Write header and checksum, and put the file in its place."""
        for array in self.arrays.values():
            if isinstance(array, np.memmap):
                array.flush()
        self.arrays = {}
        header = {"size": self._size, "sha256": _digest(self._part), "meta": meta, "arrays": self._places}
        raw = _MAGIC + json.dumps(header).encode()
        if len(raw) >= _HEADER:
            raise ValueError(f"the header of {self._path.name} is too long: {len(raw)} bytes")
        with self._part.open("r+b") as f:
            f.write(raw.ljust(_HEADER - 1) + b"\n")
            f.flush()
            os.fsync(f.fileno())
        self._part.replace(self._path)


def write_arrays(path: Path, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
    """Write arrays that are at hand."""
    writer = ArrayWriter(path, {name: (array.dtype.str, len(array)) for name, array in arrays.items()})
    for name, array in arrays.items():
        writer.arrays[name][:] = array
    writer.commit(meta)


def _read_header(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as f:
            raw = f.read(_HEADER)
    except FileNotFoundError:
        raise DataError(f"{path} is not there") from None
    if not raw.startswith(_MAGIC) or len(raw) < _HEADER:
        raise DataError(f"{path} is no array file of this version: build it again")
    try:
        header: dict[str, Any] = json.loads(raw[len(_MAGIC) :])
    except ValueError:
        raise DataError(f"{path} has a damaged header: build it again") from None
    return header


def _digest(path: Path) -> str:
    """sha256 of what follows the header."""
    with path.open("rb") as f:
        f.seek(_HEADER)
        return hashlib.file_digest(f, "sha256").hexdigest()
