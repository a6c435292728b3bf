"""Searching the web: the seam, and a live service behind it, a SearXNG or whatever speaks its JSON.

A search is a page: its address is the endpoint with the query in it, and what the service answers is fetched, recorded
and replayed as every page is, behind the same guard, pause and caps. A query that an archive does not hold is
NOT_ARCHIVED.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from skillevo.envs.base import SkillevoError
from skillevo.envs.pages.base import Page, PageProblem, PageSource, PageUnavailable
from skillevo.envs.pages.document import one_line
from skillevo.envs.pages.urls import canonical

Get = Callable[[str], Awaitable[Page]]

_TITLE, _SNIPPET = 300, 500
"""Characters that are kept of each."""


class Hit(NamedTuple):
    """A page that a search found."""

    url: str
    title: str
    snippet: str


class Searcher(Protocol):
    """Searches."""

    async def search(self, query: str, n: int) -> Sequence[Hit]:
        """The `n` best pages for a query, best first.

        Raises:
            PageUnavailable: the service gave no answer, or an archive holds none.
        """
        ...


class WebSearcher:
    """A search service.

    Args:
        get: where its answers come from: live, recorded or replayed.
        endpoint: its address, as `https://searx.example/search`.
    """

    def __init__(self, get: Get, endpoint: str) -> None:
        self._get, self._endpoint = get, endpoint

    async def search(self, query: str, n: int) -> Sequence[Hit]:
        """As `Searcher`.

        Raises:
            SkillevoError: what answers is no such service, or is not told to answer in JSON.
        """
        words = query.encode("utf-8", "replace").decode()  # half a character has no place in an address
        page = await self._get(canonical(f"{self._endpoint}?{urlencode({'q': words, 'format': 'json'})}"))
        return read_hits(page)[:n]


class SearchBeside:
    """A source of pages and, beside it, one of a search service's answers, each for its own addresses.

    An answer that is none is not given on, so that nobody records it.

    Args:
        answers: fetches the service's answers, as they are; no browser.
        pages: gives everything else.
    """

    def __init__(self, answers: PageSource, pages: PageSource, endpoint: str) -> None:
        self._answers, self._pages, self._endpoint = answers, pages, endpoint

    async def get(self, url: str) -> Page:
        if not url.startswith(f"{canonical(self._endpoint)}?"):
            return await self._pages.get(url)
        page = await self._answers.get(url)
        read_hits(page)
        return page

    async def close(self) -> None:
        await self._answers.close()
        await self._pages.close()


def check_endpoint(endpoint: str) -> None:
    """Raises a SkillevoError if this is no address of a search service."""
    try:
        parts = urlsplit(endpoint)
        right = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
    except ValueError:
        right = False
    if not right:
        raise SkillevoError(
            f"search is the address of a SearXNG's search and nothing behind it (https://HOST/search), not {endpoint!r}"
        )


def is_search(url: str) -> bool:
    """Whether an address is that of a search, and what it gives no page of the web."""
    asked = dict(parse_qsl(urlsplit(url).query))
    return asked.get("format") == "json" and "q" in asked


def read_hits(page: Page) -> list[Hit]:
    """What a service found, best first; without what has no address on the web.

    Raises:
        PageUnavailable: the service has no time now.
        SkillevoError: it is none, or does not give JSON.
    """
    place = page.requested.partition("?")[0]
    if page.status == 429 or page.status >= 500:
        why = f"the search service answered with status {page.status}"
        raise PageUnavailable(page.requested, PageProblem.UNREACHABLE, why)
    if page.status == 403:
        raise SkillevoError(
            f"{place} refuses to answer in JSON (status 403): the instance's settings.yml has to have `json` under "
            "`search: formats:`"
        )
    try:
        if page.status != 200:
            raise ValueError(f"it answered with status {page.status}")
        results = json.loads(page.body)["results"]
        return list(_hits(results))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        kind = page.content_type.partition(";")[0]
        said = f"{e}" if isinstance(e, ValueError) and page.status != 200 else f"{kind or 'something'}, and no results"
        raise SkillevoError(f"{place} is no search that answers in SearXNG's JSON: {said}") from None


def _hits(results: list[dict[str, Any]]) -> Iterator[Hit]:
    for found in results:
        url = canonical(str(found["url"]))
        if url.startswith(("http://", "https://")):
            title, snippet = (one_line(str(found.get(key) or "")) for key in ("title", "content"))
            yield Hit(url, title[:_TITLE] or url, snippet[:_SNIPPET])
