"""Archives from strangers, unpacked within bounds: nothing outside of the folder, no links, no bombs."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from skillevo.envs.base import DataError

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")

_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, RuntimeError, NotImplementedError, ValueError),
)
_PACKERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))
_HEADERS = 2_048
"""Bytes of a tape that may go to one member beside its content."""
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an archive may unpack to. Counted while unpacking: what its headers say is not believed.

    Attributes:
        files: members, folders not counted; of these there may be as many again.
        bytes: of all of them together.
        depth: folders below each other.
    """

    files: int = 2_000
    bytes: int = 200_000_000
    depth: int = 20


class BadArchive(DataError):
    """An archive that is damaged, or that is refused."""


def is_archive(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def unpack(archive: Path, into: Path, bounds: Bounds = Bounds()) -> list[Path]:
    """Unpack into a folder that is new; the files in the archive's order.

    An archive inside the archive stays packed.

    Raises:
        BadArchive: it is damaged, over a bound, or has a member that is a link, a device or outside of the folder.
            What was unpacked is removed.
    """
    into.mkdir()
    try:
        return _unpack(archive, into, bounds)
    except BadArchive:
        shutil.rmtree(into)
        raise
    except _DAMAGE as e:
        shutil.rmtree(into)
        raise BadArchive(f"{archive.name} cannot be unpacked: {e}") from None


def _unpack(archive: Path, into: Path, bounds: Bounds) -> list[Path]:
    found: list[Path] = []
    room = bounds.bytes
    with _members(archive, bounds) as members:
        for name, source in members:
            if len(found) == bounds.files:
                raise BadArchive(f"{archive.name} has more than {bounds.files:,} files")
            target = into / _inside(archive.name, name, bounds.depth)
            if target in found:
                raise BadArchive(f"{archive.name} has {name!r} twice")
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("xb") as out:
                while chunk := source.read(_CHUNK):
                    room -= len(chunk)
                    if room < 0:
                        raise BadArchive(f"{archive.name} unpacks to more than {bounds.bytes:,} bytes")
                    out.write(chunk)
            found.append(target)
    return found


def _inside(archive: str, name: str, depth: int) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True
    if outside or "\0" in name or len(path.parts) > depth:
        raise BadArchive(f"{archive} is refused: its member {name!r} is outside of the archive's folder or too deep")
    return path


@contextmanager
def _members(archive: Path, bounds: Bounds) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield _of_zip(archive.name, packed, bounds)
    else:
        with _unpacked(archive) as stream:
            metered = _Metered(stream, archive.name, bounds.bytes + 2 * bounds.files * _HEADERS)
            # As a stream: a tape that is searched back and forth is read, and unpacked, several times.
            with tarfile.open(fileobj=metered, mode="r|") as tape:  # type: ignore[call-overload]
                yield _of_tar(archive.name, tape, bounds)
            while metered.read(_CHUNK):  # to its end, where its checksum is
                pass


def _unpacked(archive: Path) -> IO[bytes]:
    with archive.open("rb") as f:
        start = f.read(8)
    opener = next((opener for magic, opener in _PACKERS if start.startswith(magic)), None)
    return archive.open("rb") if opener is None else cast(IO[bytes], opener(archive, "rb"))


class _Metered:
    """A tape that ends in a refusal after so many bytes: headers and what is skipped are unpacked, too."""

    def __init__(self, stream: IO[bytes], name: str, most: int) -> None:
        self._stream, self._name, self._left = stream, name, most

    def read(self, size: int) -> bytes:
        found = self._stream.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise BadArchive(f"{self._name} unpacks to more bytes than are taken")
        return found


def _of_zip(archive: str, packed: zipfile.ZipFile, bounds: Bounds) -> Iterator[tuple[str, IO[bytes]]]:
    _few(archive, len(packed.infolist()), bounds)
    for info in packed.infolist():
        if not info.filename:
            raise BadArchive(f"{archive} is refused: it has a member without a name")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BadArchive(f"{archive} is refused: {info.filename!r} is a link or a device")
        if info.flag_bits & 1:
            raise BadArchive(f"{archive} is locked with a password")
        if not info.is_dir():
            yield info.filename, packed.open(info)


def _of_tar(archive: str, tape: tarfile.TarFile, bounds: Bounds) -> Iterator[tuple[str, IO[bytes]]]:
    for number, member in enumerate(tape, 1):
        _few(archive, number, bounds)
        if member.isdir():
            continue
        source = tape.extractfile(member) if member.isreg() else None
        if source is None:
            raise BadArchive(f"{archive} is refused: {member.name!r} is a link or a device")
        yield member.name, source


def _few(archive: str, members: int, bounds: Bounds) -> None:
    if members > 2 * bounds.files:
        raise BadArchive(f"{archive} has more than {bounds.files:,} files")
