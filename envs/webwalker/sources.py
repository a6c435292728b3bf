"""Where an episode's pages come from: archives, which all episodes share, and live sources, one for an event loop.

A live source is started by the first environment that needs it and closed by the last one, so that no browser outlives
the episodes; what is known of hosts (robots.txt, when they may be asked again) lasts as long as the loop.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from weakref import WeakKeyDictionary

from skillevo.envs.base import Panel, SkillevoError
from skillevo.envs.pages.archive import INDEX, RecordSource, ReplaySource
from skillevo.envs.pages.base import Page, PageSource
from skillevo.envs.pages.chromium import check_playwright
from skillevo.envs.pages.guard import Guard
from skillevo.envs.pages.live import Courtesy, FetchRules, LiveSource
from skillevo.envs.pages.search import SearchBeside
from skillevo.envs.webwalker.options import WebWalkerOptions
from skillevo.envs.webwalker.search import ArchiveSearcher

ARCHIVE_VARIABLE = "WEBWALKER_ARCHIVE"
NO_ARCHIVE = (
    f"there is no archive of these pages: give -T archive=DIR (or ${ARCHIVE_VARIABLE}), or visit the sites as they are "
    "now with -T pages=live or -T pages=browser"
)
NOTHING_TO_SEARCH = (
    f"-T mode=search searches in an archive, or asks a service: give -T archive=DIR (or ${ARCHIVE_VARIABLE}), or "
    "-T search=https://HOST/search"
)

Get = Callable[[str], Awaitable[Page]]


def check_installed(options: WebWalkerOptions) -> None:
    """Raises a SkillevoError where what the options ask for is not on this machine, or makes no sense."""
    missing = [m for m in ("warcio", "selectolax", "html_to_markdown") if find_spec(m) is None]
    if missing:
        raise SkillevoError(f"webwalker needs {', '.join(missing)}: pip install 'skillevo[web]'")
    if options.record and options.pages == "replay":
        raise SkillevoError("a replay records nothing: give -T pages=live or -T pages=browser with -T record=true")
    if options.record and not options.archive:
        raise SkillevoError("-T record=true needs -T archive=DIR, where the pages are kept")
    if options.pages == "replay" and options.archive:
        open_archive(options.archive)
    if options.pages == "browser":
        check_playwright()


def check_panel(panel: Panel, options: WebWalkerOptions) -> None:
    """Raises a SkillevoError where the options leave a panel without its pages, or without what is searched."""
    for folder in {archive_folder(options, str(i.payload.get("archive", ""))) for i in panel}:
        if not folder and options.pages == "replay":
            raise SkillevoError(f"{panel.name} brings no pages along, and {NO_ARCHIVE}")
        if not folder and options.mode == "search" and not options.search:
            raise SkillevoError(NOTHING_TO_SEARCH)
        if folder and options.pages == "replay":
            open_archive(folder)


def open_archive(folder: str) -> ReplaySource:
    """The archive of that folder, opened once for all episodes, and again when it has grown.

    Raises:
        DataError: there is none.
    """
    return _open(folder, _state(folder))


def search_archive(folder: str) -> ArchiveSearcher:
    """What searches in the archive of that folder; made once, and again when it has grown."""
    return _searcher(folder, _state(folder))


def _state(folder: str) -> tuple[int, int]:
    try:
        found = (Path(folder) / INDEX).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=16)
def _open(folder: str, state: tuple[int, int]) -> ReplaySource:
    return ReplaySource(Path(folder))


@lru_cache(maxsize=4)
def _searcher(folder: str, state: tuple[int, int]) -> ArchiveSearcher:
    return ArchiveSearcher(_open(folder, state))


def archive_folder(options: WebWalkerOptions, bundled: str) -> str:
    """The folder that is replayed: the panel's own, the option's or the variable's; "" for none."""
    return bundled or options.archive or os.environ.get(ARCHIVE_VARIABLE, "")


@dataclass(slots=True)
class _Shared:
    """A live source and the environments that use it."""

    make: Callable[[], PageSource]
    users: int = 0
    source: PageSource | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Lease:
    """An environment's hold on a live source.

    Args:
        options: which source, and how it fetches.
        allow: `host:port` of private places that the panel declares.
    """

    def __init__(self, options: WebWalkerOptions, allow: tuple[str, ...]) -> None:
        self._options, self._allow = options, allow
        self._shared: _Shared | None = None

    async def get(self, url: str) -> Page:
        if self._shared is None:
            self._shared = _shared(self._options, self._allow)
            self._shared.users += 1
        async with self._shared.lock:
            if self._shared.source is None:
                self._shared.source = self._shared.make()
        return await self._shared.source.get(url)

    async def close(self) -> None:
        shared, self._shared = self._shared, None
        if shared is None:
            return
        async with shared.lock:
            shared.users -= 1
            if shared.users == 0 and shared.source is not None:
                source, shared.source = shared.source, None
                await source.close()


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[object, _Shared]] = WeakKeyDictionary()


def _shared(options: WebWalkerOptions, allow: tuple[str, ...]) -> _Shared:
    known = _loops.setdefault(asyncio.get_running_loop(), {})
    key = (options, allow)
    if key not in known:
        rules = FetchRules(interval=options.interval, robots=options.robots)
        # An endpoint that somebody names is made for programs; robots.txt speaks of pages that are come upon.
        asking = replace(rules, robots=False)
        known[key] = _Shared(partial(_live, options, allow, Courtesy(rules), Courtesy(asking)))
    return known[key]


def _live(options: WebWalkerOptions, allow: tuple[str, ...], courtesy: Courtesy, asking: Courtesy) -> PageSource:
    guard = Guard.allowing((*options.allowed, *allow))
    source: PageSource
    if options.pages == "browser":
        from skillevo.envs.pages.browser import BrowserSource

        source = BrowserSource(guard, courtesy.rules, courtesy)
    else:
        source = LiveSource(guard, courtesy.rules, courtesy)
    if options.search:
        source = SearchBeside(LiveSource(guard, asking.rules, asking), source, options.search)
    return RecordSource(source, Path(options.archive)) if options.record else source
