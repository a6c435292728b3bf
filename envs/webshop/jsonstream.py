"""JSON files larger than memory: one array, or one object, read element by element."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from skillevo.envs.base import DataError

_CHUNK = 1 << 22
_LONGEST = 1 << 26
"""Characters that one element may have; beyond that the file is taken for damaged instead of being read whole."""
_SPACE = " \t\r\n"
_ENDS = frozenset(" \t\r\n,:]}")
_decode = json.JSONDecoder().raw_decode


class JsonStream:
    """Elements of the array, or (key, value) pairs of the object, that a file consists of.

    `offset` is the byte after the element given last: a stream opened `at` it goes on from there.
    """

    def __init__(self, path: Path, at: int = 0) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as e:
            raise DataError(f"cannot read {path}: {e.strerror}") from None
        with_mark = self._file.read(3) == b"\xef\xbb\xbf"
        self._base = 3 if with_mark else 0
        self._file.seek(self._base)
        self._utf8 = getincrementaldecoder("utf-8")()
        self._text, self._position, self._ended = "", 0, False
        opening = self._next_character()
        if opening not in ("[", "{"):
            raise DataError(f"{path} is no JSON array or object (it begins with {opening!r})")
        self._is_object = opening == "{"
        self._closing = "}" if self._is_object else "]"
        self._position += 1
        if at:
            self._file.seek(at)
            self._base, self._text, self._position, self._ended = at, "", 0, False
            self._utf8.reset()
        self._first = not at

    @property
    def offset(self) -> int:
        """The byte in the file after the element given last."""
        return self._base + len(self._text[: self._position].encode())

    def __enter__(self) -> JsonStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        """The elements; of an object, (key, value) pairs.

        Raises:
            DataError: the file ends too early, goes on behind its end, or is no JSON.
        """
        while True:
            mark = self._next_character()
            if mark == self._closing:
                self._position += 1
                if not self._only_space_follows():
                    self._fail(f"there is more behind the closing '{self._closing}'")
                return
            if not self._first:
                if mark != ",":
                    self._fail(f"expected ',' or '{self._closing}'")
                self._position += 1
            self._first = False
            if self._is_object:
                key = self._value()
                if self._next_character() != ":":
                    self._fail("expected ':'")
                self._position += 1
                yield key, self._value()
            else:
                yield self._value()

    def _value(self) -> Any:
        self._next_character()
        while True:
            try:
                value, end = _decode(self._text, self._position)
            except ValueError as e:
                if len(self._text) - self._position > _LONGEST or not self._more():
                    self._fail(str(e))
                continue
            # What has been read of a number may be a number, too: it goes on unless something else follows.
            if self._text[end : end + 1] not in _ENDS and end - self._position < _LONGEST and self._more():
                continue
            self._position = end
            return value

    def _next_character(self) -> str:
        if self._only_space_follows():
            self._fail("the file ends in the middle")
        return self._text[self._position]

    def _only_space_follows(self) -> bool:
        """Go on to the next character that is no space; True if the file ends before."""
        while True:
            while self._position < len(self._text):
                if self._text[self._position] not in _SPACE:
                    return False
                self._position += 1
            if not self._more():
                return True

    def _more(self) -> bool:
        """Read on, dropping what has been given; False at the end of the file."""
        if self._ended:
            return False
        raw = self._file.read(_CHUNK)
        self._ended = not raw
        self._base += len(self._text[: self._position].encode())
        try:
            self._text = self._text[self._position :] + self._utf8.decode(raw, final=not raw)
        except UnicodeDecodeError:
            raise DataError(f"{self._path} is not text in UTF-8 near byte {self._file.tell():,}") from None
        self._position = 0
        return bool(raw)

    def _fail(self, why: str) -> Any:
        raise DataError(f"{self._path} is damaged near byte {self.offset:,}: {why}; is it whole?")
