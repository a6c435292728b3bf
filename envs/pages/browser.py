"""Pages as a browser has them once their scripts have run: Chromium through Playwright, behind the guarded proxy.

Needs the extra `browser` and a Chromium. The page is the document as it stands after `load`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.envs.pages.base import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.guard import Guard
from skillevo.envs.pages.live import Courtesy, FetchRules, LiveSource
from skillevo.envs.pages.proxy import GuardedProxy
from skillevo.envs.pages.urls import canonical

CHROMIUM_VARIABLE = "SKILLEVO_CHROMIUM"
"""The path of the browser; without it one on PATH is taken, or Playwright's own."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking"]
_WINDOWS = 4
"""Pages that are loaded at once."""


def find_chromium() -> tuple[str | None, list[str]]:
    """The browser's path, None for Playwright's own, and the arguments that it is started with."""
    path = os.environ.get(CHROMIUM_VARIABLE) or next(filter(None, map(shutil.which, _BROWSERS)), None)
    # Chromium's sandbox refuses to work for root, as whom containers run.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return path, [*_ARGUMENTS, *(["--no-sandbox"] if root else [])]


def check_browser() -> None:
    """Raises a SkillevoError if Playwright is not installed."""
    if find_spec("playwright") is None:
        raise SkillevoError("a browser needs playwright: pip install 'skillevo[browser]', and a Chromium")


class BrowserSource:
    """Pages after their scripts have run. One Chromium, started with the first page and ended by `close`.

    Args:
        guard: what may be visited, by the pages' own requests, too.
        rules: caps and courtesy, as for `LiveSource`; `max_bytes` is of one connection here.
        courtesy: what is known of hosts already; shared by sources that follow each other.
    """

    def __init__(
        self, guard: Guard | None = None, rules: FetchRules | None = None, courtesy: Courtesy | None = None
    ) -> None:
        check_browser()
        self._guard, self._rules = guard or Guard(), rules or FetchRules()
        self._courtesy = courtesy or Courtesy(self._rules)
        self._plain = LiveSource(self._guard, self._rules)  # for robots.txt
        self._starting = asyncio.Lock()
        self._room = asyncio.Semaphore(_WINDOWS)
        self._proxy: GuardedProxy | None = None
        self._playwright: Any = None
        self._chromium: Any = None

    async def get(self, url: str) -> Page:
        """The page as it stands after `load`.

        Raises:
            PageUnavailable: there is none, and why.
            SkillevoError: no Chromium can be started.
        """
        asked = canonical(url)
        host, port = self._guard.check(asked)
        await self._guard.addresses(host, port)
        await self._courtesy.allow(asked, self._plain.robots)
        await self._courtesy.wait(asked)
        await self._start()
        async with self._room:
            context = await self._chromium.new_context(user_agent=self._rules.agent, accept_downloads=False)
            try:
                async with asyncio.timeout(self._rules.max_seconds):
                    return await self._load(context, asked, f"{host}:{port}")
            except TimeoutError:
                why = f"not loaded within {self._rules.max_seconds:g} seconds"
                raise PageUnavailable(asked, PageProblem.UNREACHABLE, why) from None
            finally:
                await context.close()

    async def close(self) -> None:
        await self._plain.close()
        if self._chromium is not None:
            await self._chromium.close()
            await self._playwright.stop()
            self._chromium = None
        if self._proxy is not None:
            await self._proxy.close()

    async def _load(self, context: Any, asked: str, place: str) -> Page:
        from playwright.async_api import Error

        assert self._proxy is not None
        self._proxy.problems.pop(place, None)
        window = await context.new_page()
        hops = [asked]
        window.on(
            "request", lambda r: hops.append(r.url) if r.is_navigation_request() and not r.frame.parent_frame else 0
        )
        try:
            answer = await window.goto(asked, wait_until="load", timeout=self._rules.max_seconds * 1000)
            body = (await window.content()).encode("utf-8", "replace")
        except Error as e:
            raise self._problem(asked, hops[-1], str(e)) from None
        if (failed := self._problem(asked, window.url, "")).problem is not PageProblem.UNREACHABLE:
            raise failed
        if len(body) > self._rules.max_bytes:
            raise PageUnavailable(asked, PageProblem.TOO_LARGE, f"larger than {self._rules.max_bytes:,} bytes")
        at, now = canonical(window.url), datetime.now(UTC).isoformat(timespec="seconds")
        kind = str(answer.headers.get("content-type", "text/html")) if answer else "text/html"
        # What the browser wrote down is UTF-8, whatever the server sent.
        return Page(asked, at, answer.status if answer else 200, f"{kind.partition(';')[0]}; charset=utf-8", body, now)

    def _problem(self, asked: str, at: str, said: str) -> PageUnavailable:
        """What Playwright's or the proxy's complaint means."""
        assert self._proxy is not None
        host, port = self._guard.check(at)
        known = self._proxy.problems.pop(f"{host}:{port}", None)
        if known is PageProblem.TOO_LARGE:
            return PageUnavailable(asked, known, f"the page is larger than {self._rules.max_bytes:,} bytes")
        if known is PageProblem.REFUSED:
            return PageUnavailable(asked, known, "this is an address of a private network or of this machine")
        if "ERR_TOO_MANY_REDIRECTS" in said:
            return PageUnavailable(asked, PageProblem.REDIRECTS, "too many redirects")
        first = said.splitlines()[0].partition(" at ")[0] if said else "no answer"
        return PageUnavailable(asked, PageProblem.UNREACHABLE, f"no answer that can be shown ({first})")

    async def _start(self) -> None:
        from playwright.async_api import Error, async_playwright

        async with self._starting:
            if self._chromium is not None:
                return
            path, arguments = find_chromium()
            self._proxy = GuardedProxy(self._guard, self._rules.max_bytes)
            # Without the exception Chromium would go to loopback addresses past the proxy.
            proxy = {"server": await self._proxy.start(), "bypass": "<-loopback>"}
            self._playwright = await async_playwright().start()
            try:
                self._chromium = await self._playwright.chromium.launch(
                    executable_path=path, args=arguments, proxy=proxy
                )
            except Error as e:
                await self._playwright.stop()
                await self._proxy.close()
                raise SkillevoError(
                    f"no Chromium can be started ({str(e).splitlines()[0]}): apt install chromium, `playwright install "
                    f"chromium`, or name one in ${CHROMIUM_VARIABLE}"
                ) from None
