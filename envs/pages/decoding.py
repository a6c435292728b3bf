"""Bytes as they come over the wire: content codings undone within a cap, and text out of bytes."""

from __future__ import annotations

import codecs
import re
import zlib

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252"}
"""What browsers read where a page says the former."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class TooLarge(Exception):
    """More bytes than the cap."""


class BrokenCoding(Exception):
    """A content coding that nobody asked for, or bytes that are not what it says."""


class Inflater:
    """Undoes gzip or deflate piece by piece and never holds more than the cap.

    Args:
        coding: the Content-Encoding header's value; "" for none.
        cap: bytes that may come out.

    Raises:
        BrokenCoding: it is none of `CODINGS`.
    """

    def __init__(self, coding: str, cap: int) -> None:
        coding = coding.strip().lower()
        if coding not in ("", "identity", *CODINGS):
            raise BrokenCoding(f"its coding is {coding[:40]!r}, which was not asked for")
        self.left = cap
        self._raw = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in CODINGS else None
        self._first = True

    def feed(self, piece: bytes) -> bytes:
        """What this piece unpacks to.

        Raises:
            TooLarge: the cap is reached.
            BrokenCoding: it is not what the coding says.
        """
        try:
            out = piece if self._raw is None else self._unpack(piece)
        except zlib.error:
            raise BrokenCoding("its coding is broken") from None
        self.left -= len(out)
        if self.left < 0:
            raise TooLarge
        return out

    def finish(self) -> None:
        """Say that this was all.

        Raises:
            BrokenCoding: by its coding there is more to come.
        """
        if self._raw is not None and not self._first and not self._raw.eof:
            raise BrokenCoding("it ends before its coding does")

    def _unpack(self, piece: bytes) -> bytes:
        assert self._raw is not None
        try:
            out = self._raw.decompress(piece, self.left + 1)
        except zlib.error:
            if not self._first:
                raise
            self._raw = zlib.decompressobj(-zlib.MAX_WBITS)  # "deflate" without its header, as some servers send it
            out = self._raw.decompress(piece, self.left + 1)
        self._first = False
        if self._raw.unconsumed_tail:
            raise TooLarge
        return out


CODINGS = ("gzip", "x-gzip", "deflate")
"""The content codings that are asked for and undone."""


def text_of(body: bytes, content_type: str) -> str:
    """A page's text: by its byte-order mark, its header, its `<meta>`, else UTF-8, else Windows-1252.

    Bytes that the encoding does not have become U+FFFD; nothing is refused.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    stated = _HEADER.search(content_type)
    meta = _META.search(body[:2048])
    for name in (stated[1] if stated else "", meta[1].decode() if meta else ""):
        if known := _codec(name):
            return body.decode(known, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError as e:
        # One cut or broken character in a page of UTF-8 makes it no page of Windows-1252.
        rest = body[:65536].decode("utf-8", "ignore")
        mostly = len(rest.encode()) > 0.9 * len(body[:65536])
        return body.decode("utf-8" if mostly or e.start > 65536 else "cp1252", "replace")


def _codec(name: str) -> str:
    """The codec of that name, if it is one of texts."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    if not getattr(found, "_is_text_encoding", True) or found.name in ("idna", "punycode", "unicode_escape"):
        return ""
    return _WIDER.get(found.name, found.name)
