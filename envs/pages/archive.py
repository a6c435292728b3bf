"""Pages on disk: a WARC file and its index. Recorded once, replayed for ever, never fetched in between.

    pages.warc.gz    one gzip member a record: `response` (a page after its content coding was undone, or a redirect),
                     `conversion` (the page as a document), `metadata` (why there is no page)
    index.jsonl      one line a page, in the order of recording: address, kind, sha256, time, and where its records lie

A page is in the archive once its line is. A recording that was killed is usable up to there: what is behind the last
whole line's records is cut off when recording goes on, and not looked at in a replay.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from skillevo.envs.base import DataError, content_digest
from skillevo.envs.pages.base import Page, PageProblem, PageSource, PageUnavailable
from skillevo.envs.pages.document import VERSION, document_of
from skillevo.envs.pages.urls import canonical

WARC = "pages.warc.gz"
INDEX = "index.jsonl"
_HOPS = 10
_ASCII = "%/:?#[]@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index.

    Attributes:
        url: the address, canonical.
        kind: `page`, `redirect` or `problem`.
        offset, length: of the record in the WARC file, bytes.
        converted: bytes of the `conversion` record that follows it; 0 for none.
        sha256: of the page's body; of a redirect's target; of a problem's text.
        fetched: when, ISO 8601.
    """

    url: str
    kind: str
    offset: int
    length: int
    converted: int
    sha256: str
    fetched: str

    @property
    def end(self) -> int:
        return self.offset + self.length + self.converted


class ReplaySource:
    """Pages of an archive, and nothing else: what it lacks is NOT_ARCHIVED.

    Args:
        folder: the archive's.

    Raises:
        DataError: there is no archive, or its index is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries = {e.url: e for e in read_index(folder)}
        self._file = _open(folder / WARC)

    async def get(self, url: str) -> Page:
        return self.page(url)

    def page(self, url: str) -> Page:
        """The page, without waiting for anything.

        Raises:
            PageUnavailable: it is not in the archive, or it is there that it could not be had.
        """
        asked = at = canonical(url)
        for _ in range(_HOPS):
            entry = self.entries.get(at)
            if entry is None:
                raise PageUnavailable(asked, PageProblem.NOT_ARCHIVED, "this page is not in the archive")
            if entry.kind != "redirect":
                return replace(self._read(entry), requested=asked)
            at = self._read(entry).url
        raise PageUnavailable(asked, PageProblem.REDIRECTS, f"more than {_HOPS} redirects")

    async def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return sum(e.kind == "page" for e in self.entries.values())

    @property
    def digest(self) -> str:
        """Of all addresses and contents: 16 hex digits."""
        return content_digest(
            [t for e in sorted(self.entries.values(), key=lambda e: e.url) for t in (e.url, e.sha256)]
        )

    def _read(self, entry: Entry) -> Page:
        from warcio.exceptions import ArchiveLoadFailed

        raw = os.pread(self._file.fileno(), entry.length + entry.converted, entry.offset)
        page = None
        converted = ""
        try:
            for record in _records(raw):
                if record.rec_type == "conversion":
                    if record.rec_headers.get_header("WARC-Profile") == VERSION:
                        converted = record.content_stream().read().decode()
                else:
                    page = _page_of(record, entry)
        except (ValueError, KeyError, EOFError, OSError, ArchiveLoadFailed) as e:
            raise DataError(f"{self.folder / WARC}: the record of {entry.url} is damaged ({e})") from None
        if page is None:
            raise DataError(f"{self.folder / WARC}: there is no record of {entry.url} where the index says")
        return replace(page, converted=converted)


class RecordSource:
    """Pages of another source, each kept as it comes; what was recorded before is given from the archive.

    Problems are kept, too, so that a replay shows what the recording showed.

    Args:
        source: where pages come from.
        folder: the archive's; made, or taken up again.
    """

    def __init__(self, source: PageSource, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._source = source
        self._writer = ArchiveWriter(folder)
        self._kept = ReplaySource(folder)
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, url: str) -> Page:
        asked = canonical(url)
        async with self._locks.setdefault(asked, asyncio.Lock()):
            if asked not in self._kept.entries:
                try:
                    page = await self._source.get(asked)
                    self._keep(self._writer.add(page))
                except PageUnavailable as e:
                    self._keep(self._writer.add_problem(asked, e))
        return self._kept.page(asked)

    async def close(self) -> None:
        await self._kept.close()
        self._writer.close()
        await self._source.close()

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, entries: list[Entry]) -> None:
        self._kept.entries |= {e.url: e for e in entries}


class ArchiveWriter:
    """Appends pages to an archive. A page's records are on disk before its line is.

    Args:
        folder: the archive's; it exists, with or without an archive in it.

    Raises:
        DataError: somebody else is recording to it.
    """

    def __init__(self, folder: Path) -> None:
        import fcntl

        from warcio.warcwriter import WARCWriter

        self._index = (folder / INDEX).open("ab")
        try:
            fcntl.flock(self._index, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go of when the process ends, however it does
        except OSError:
            raise DataError(f"{folder} is being recorded to by another process; let it finish or end it") from None
        _cut_back(folder)
        self._known = {e.url for e in read_index(folder)}
        self._warc: IO[bytes] = (folder / WARC).open("ab")
        self._write = WARCWriter(self._warc, gzip=True)

    def add(self, page: Page) -> list[Entry]:
        """Keep a page, and that its first address leads to the one that answered."""
        made = []
        digest = hashlib.sha256(page.body).hexdigest()
        if page.url not in self._known:
            heads = [("Content-Type", page.content_type)] if page.content_type else []
            heads.append(("Content-Length", str(len(page.body))))
            document = document_of(page).to_json().encode()
            response = self._record("response", page.url, page.fetched, page.body, f"{page.status} Received", heads)
            made.append(self._entry(page.url, "page", response, document, digest, page.fetched))
        if page.requested != page.url and page.requested not in self._known:
            heads = [("Location", page.url), ("Content-Length", "0")]
            found = self._record("response", page.requested, page.fetched, b"", "302 Found", heads)
            digest = hashlib.sha256(page.url.encode()).hexdigest()
            made.append(self._entry(page.requested, "redirect", found, b"", digest, page.fetched))
        return made

    def add_problem(self, url: str, problem: PageUnavailable) -> list[Entry]:
        """Keep why there is no page."""
        fetched = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps({"problem": problem.problem.value, "why": problem.why}).encode()
        record = self._record("metadata", url, fetched, text, "", ())
        return [self._entry(url, "problem", record, b"", hashlib.sha256(text).hexdigest(), fetched)]

    def close(self) -> None:
        self._index.close()
        self._warc.close()

    def _record(self, kind: str, url: str, fetched: str, body: bytes, status: str, heads: Any) -> Any:
        from warcio.statusandheaders import StatusAndHeaders

        known: dict[str, str] = {"WARC-Date": _warc_date(fetched), "WARC-Record-ID": _record_id(kind, url, body)}
        http = StatusAndHeaders(status, list(heads), protocol="HTTP/1.1") if status else None
        if kind == "conversion":
            known["WARC-Profile"] = VERSION
        kind_of_content = "" if http else "application/json"
        return self._write.create_warc_record(
            quote(url, safe=_ASCII), kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=known,
            warc_content_type=kind_of_content,
        )  # fmt: skip

    def _entry(self, url: str, kind: str, record: Any, document: bytes, sha256: str, fetched: str) -> Entry:
        start = self._warc.tell()
        self._write.write_record(record)
        middle = self._warc.tell()
        if document:
            self._write.write_record(self._record("conversion", url, fetched, document, "", ()))
        self._warc.flush()
        entry = Entry(url, kind, start, middle - start, self._warc.tell() - middle, sha256, fetched)
        line = [url, kind, entry.offset, entry.length, entry.converted, sha256, fetched]
        self._index.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._index.flush()
        self._known.add(url)
        return entry


def read_index(folder: Path) -> Iterator[Entry]:
    """The index's whole lines whose records are whole, too.

    Raises:
        DataError: there is no archive, or a line in its middle is none.
    """
    try:
        size = (folder / WARC).stat().st_size
        lines = (folder / INDEX).read_bytes().split(b"\n")
    except OSError as e:
        raise DataError(f"{folder} is no archive of pages: {e.strerror or e} ({INDEX}, {WARC})") from None
    for number, line in enumerate(lines[:-1], 1):
        try:
            entry = Entry(*json.loads(line))
        except (ValueError, TypeError) as e:
            raise DataError(f"{folder / INDEX}, line {number}, is damaged ({e})") from None
        if entry.end <= size:
            yield entry


def _cut_back(folder: Path) -> None:
    """Take away what a killed recording left half."""
    index, warc = folder / INDEX, folder / WARC
    for path in (index, warc):
        path.touch()
    whole = list(read_index(folder))
    with warc.open("r+b") as file:
        file.truncate(max((e.end for e in whole), default=0))
    lines = index.read_bytes().split(b"\n")
    kept = b"".join(line + b"\n" for line in lines[:-1][: len(whole)])
    if kept != index.read_bytes():
        with index.open("r+b") as file:
            file.truncate(len(kept))


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror}") from None


def _records(raw: bytes) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator

    yield from ArchiveIterator(io.BytesIO(raw))


def _page_of(record: Any, entry: Entry) -> Page:
    body: bytes = record.content_stream().read()
    if entry.kind == "problem":
        found: Mapping[str, str] = json.loads(body)
        raise PageUnavailable(entry.url, PageProblem(found["problem"]), found["why"])
    heads = record.http_headers
    if entry.kind == "redirect":
        return Page(entry.url, heads.get_header("Location"), 302, "", b"", entry.fetched)
    return Page(
        entry.url, entry.url, int(heads.get_statuscode()), heads.get_header("Content-Type") or "", body, entry.fetched
    )


def _warc_date(fetched: str) -> str:
    return (fetched or "1970-01-01T00:00:00+00:00").replace("+00:00", "Z")


def _record_id(kind: str, url: str, body: bytes) -> str:
    """From the content, so that the same pages make the same file."""
    h = hashlib.sha256(f"{kind}\x1f{url}\x1f".encode() + body).hexdigest()
    return f"<urn:uuid:{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:32]}>"
