"""Web pages as GAIA's agents read them: any page source's, but for those that hold the benchmark itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urlsplit

from skillevo.envs.base import SkillevoError
from skillevo.envs.gaia.documents import as_text
from skillevo.envs.pages import PageSource

Search = Callable[[str], Awaitable[str]]
"""A query -> what was found, as text with addresses."""

_SUFFIXES = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/xhtml+xml": ".html",
    "application/xml": ".xml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/xml": ".xml",
}


async def read_page(source: PageSource, address: str) -> tuple[str, str]:
    """Address and text of a page.

    Raises:
        SkillevoError: there is none (`PageUnavailable`), it is refused, or it has no text.
    """
    _refuse_benchmark(address)
    page = await source.get(address)
    _refuse_benchmark(page.url)  # where a redirect led
    kind = page.content_type.partition(";")[0].strip().lower()
    suffix = _SUFFIXES.get(kind, ".html" if not kind else "")
    if not suffix:
        raise SkillevoError(f"{page.url} is {kind}, which cannot be shown as text")
    text = await asyncio.to_thread(as_text, page.body, suffix, page.url)
    return page.url, text if page.status < 400 else f"HTTP status {page.status}\n{text}"


def _refuse_benchmark(address: str) -> None:
    """Copies of the questions with their answers lie on the open web; the original is at least not read."""
    parts = urlsplit(address)
    host, path = (parts.hostname or "").lower(), unquote(parts.path).lower()
    hub = host == "huggingface.co" or host.endswith((".huggingface.co", ".hf.space"))
    if hub and ("/datasets" in path or "gaia" in path or "gaia" in host):
        raise SkillevoError(f"{address} is refused: data sets hold the answers of benchmarks")
