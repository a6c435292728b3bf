"""Web pages as GAIA's agents read them: WebWalker's sources, but for pages that hold the benchmark itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import unquote, urlsplit

from skillevo.envs.base import SkillevoError
from skillevo.envs.gaia.documents import as_text
from skillevo.envs.gaia.options import GaiaOptions
from skillevo.envs.pages import Page, PageSource
from skillevo.envs.pages.document import MARK, document_of
from skillevo.envs.pages.search import WebSearcher
from skillevo.envs.webwalker.options import WebWalkerOptions
from skillevo.envs.webwalker.sources import NO_ARCHIVE, Lease, archive_folder, open_archive, search_archive
from skillevo.envs.webwalker.sources import check_installed as check_pages

Search = Callable[[str], Awaitable[str]]
"""A query -> what was found, as text with addresses."""

_HTML = ("", "application/xhtml+xml", "text/html")
_HITS = 10
_SUFFIXES = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "text/xml": ".xml",
}


class WebPages:
    """WebWalker's pages for one episode, which lets go of them at its end; `close` ends no one else's source.

    Raises:
        SkillevoError: a replay is asked for and no archive is named.
    """

    def __init__(self, options: GaiaOptions) -> None:
        self._options = _like_webwalker(options)
        self._lease = Lease(self._options, ())
        self.archive = archive_folder(self._options, "") if options.pages == "replay" else ""
        """The folder that is replayed; "" where pages are not from one."""
        if options.pages == "replay" and not self.archive:
            raise SkillevoError(NO_ARCHIVE)

    @property
    def searches(self) -> bool:
        """Whether there is anything to search with."""
        return bool(self.archive or self._options.search)

    async def get(self, url: str) -> Page:
        return open_archive(self.archive).page(url) if self.archive else await self._lease.get(url)

    async def search(self, query: str) -> str:
        """What the service or the archive has for a query, best first, without what may not be read."""
        endpoint = self._options.search
        searcher = WebSearcher(self.get, endpoint) if endpoint else search_archive(self.archive)
        hits = await searcher.search(query, _HITS)
        lines = [f"{h.url}\n{h.title}\n{h.snippet}" for h in hits if not _is_benchmark(h.url)]
        return "\n\n".join(lines) or "Nothing was found."

    async def close(self) -> None:
        await self._lease.close()


def check_web(options: GaiaOptions) -> None:
    """Raises a SkillevoError where the pages that the options ask for are not to be had on this machine."""
    if options.pages != "none":
        check_pages(_like_webwalker(options))
        if archive := WebPages(options).archive:
            open_archive(archive)


def _like_webwalker(options: GaiaOptions) -> WebWalkerOptions:
    assert options.pages != "none"
    return WebWalkerOptions(
        mode="search" if options.search else "click",
        search=options.search,
        pages=options.pages,
        archive=options.archive,
        record=options.record,
        allow=options.allow,
        interval=options.interval,
        robots=options.robots,
    )


async def read_page(source: PageSource, address: str) -> tuple[str, str]:
    """Address and text of a page.

    Raises:
        SkillevoError: there is none (`PageUnavailable`), it is refused, or it has no text.
    """
    _refuse_benchmark(address)
    page = await source.get(address)
    _refuse_benchmark(page.url)  # where a redirect led
    kind = page.content_type.partition(";")[0].strip().lower()
    if kind in _HTML:
        return page.url, await asyncio.to_thread(_shown, page)
    suffix = _SUFFIXES.get(kind, "")
    if not suffix:
        raise SkillevoError(f"{page.url} is {kind}, which cannot be shown as text")
    text = await asyncio.to_thread(as_text, page.body, suffix, page.url)
    return page.url, text if page.status < 400 else f"HTTP status {page.status}\n{text}"


def _shown(page: Page) -> str:
    """A page of HTML as Markdown, within bounds; what leads somewhere stands behind its whole address."""
    document = document_of(page)
    text = MARK.sub(lambda m: _address(document.links, int(m[1])), document.text)
    return "\n".join((*([document.title] if document.title else []), *document.remarks, text))


def _address(links: Sequence[str], number: int) -> str:
    return f"<{links[number - 1]}> " if 1 <= number <= len(links) else ""


def _refuse_benchmark(address: str) -> None:
    if _is_benchmark(address):
        raise SkillevoError(f"{address} is refused: data sets hold the answers of benchmarks")


def _is_benchmark(address: str) -> bool:
    """Copies of the questions with their answers lie on the open web; the original is at least not read."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False  # no address: whoever fetches refuses it
    host, path = (parts.hostname or "").lower(), unquote(parts.path).lower()
    hub = host == "huggingface.co" or host.endswith((".huggingface.co", ".hf.space"))
    return hub and ("/datasets" in path or "gaia" in path or "gaia" in host)
