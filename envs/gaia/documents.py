"""Attachments as text: plain texts as they are, documents and sheets as Markdown through markitdown."""

from __future__ import annotations

import io
import mimetypes
import zipfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from skillevo.envs.base import SkillevoError

PLAIN = frozenset(
    """.bib .c .cfg .cpp .css .csv .h .ini .java .js .json .jsonl .jsonld .log .md .pdb .py .r .rb .rst .sh .sql
    .tex .toml .ts .tsv .txt .xml .yaml .yml""".split()  # noqa: SIM905
)
CONVERTED = frozenset((".docx", ".epub", ".htm", ".html", ".ipynb", ".pdf", ".pptx", ".xls", ".xlsx"))
LARGEST = 100_000_000
"""Bytes of a file that is read as text."""

_UNPACKED = 50_000_000
"""Bytes that the parts of a docx, xlsx, pptx or epub may have together: their readers hold a multiple of it."""


class Unreadable(SkillevoError):
    """A file that has no text, and what else can be done with it."""


def media_type(path: Path) -> str:
    """`image/png` and the like, of what a model may look at or listen to; "" for any other file."""
    kind = mimetypes.guess_type(path.name)[0] or ""
    return kind if kind.startswith(("image/", "audio/")) else ""


def read_document(path: Path) -> str:
    """The file as text. Takes up to seconds: call it in a thread.

    Raises:
        Unreadable: it has none, is too large or damaged, or markitdown is not installed.
    """
    if path.stat().st_size > LARGEST:
        raise Unreadable(f"{path.name} has more than {LARGEST:,} bytes; open it with code")
    return as_text(path.read_bytes(), path.suffix.lower(), path.name)


def as_text(data: bytes, suffix: str, name: str) -> str:
    """What `read_document` makes of a file with these bytes and this suffix."""
    if suffix in PLAIN:
        return _decoded(data)
    if suffix in CONVERTED:
        return _converted(data, suffix, name)
    raise Unreadable(f"{name} is no text and no document that can be shown; open it with code")


def has_markitdown() -> bool:
    return find_spec("markitdown") is not None


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


@lru_cache(maxsize=32)
def _converted(data: bytes, suffix: str, name: str) -> str:
    if not has_markitdown():
        raise Unreadable(f"{name} is read with markitdown, which is not installed: pip install 'skillevo[gaia]'")
    if _unpacked(data) > _UNPACKED:
        raise Unreadable(f"{name} is refused: it unpacks to more than {_UNPACKED:,} bytes")
    try:
        text = _markitdown().convert_stream(io.BytesIO(data), file_extension=suffix).text_content
    except Exception as e:  # a dozen parsers, and each fails in its own way
        raise Unreadable(f"{name} cannot be read: {type(e).__name__}") from None
    if not text.strip():
        raise Unreadable(f"{name} holds no text (a scan?); open it with code")
    return str(text)


def _unpacked(data: bytes) -> int:
    """What a packed document says that it unpacks to, and zipfile reads no more than that; 0 for any other file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return 0


@lru_cache(maxsize=1)
def _markitdown():  # type: ignore[no-untyped-def]
    from markitdown import MarkItDown

    return MarkItDown(enable_plugins=False)
