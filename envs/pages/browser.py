"""Pages as a browser has them once their scripts have run: Chromium through Playwright, behind the guarded proxy.

Needs the extra `browser` and a Chromium. The page is the document as it stands after `load`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from skillevo.envs.pages.base import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.chromium import Chromium, check_playwright, start_chromium
from skillevo.envs.pages.guard import Guard
from skillevo.envs.pages.live import Courtesy, FetchRules, LiveSource
from skillevo.envs.pages.proxy import GuardedProxy
from skillevo.envs.pages.urls import canonical

_ARGUMENTS = (
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    # What does not go through a proxy: QUIC, names that are looked up ahead of time, and WebRTC's packets. Chromium 150
    # obeys the first of WebRTC's switches and ignores the second, which is what older ones call it.
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_WINDOWS = 4
"""Pages that are loaded at once."""


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
        check_playwright()
        self._guard, self._rules = guard or Guard(), rules or FetchRules()
        self._courtesy = courtesy or Courtesy(self._rules)
        self._plain = LiveSource(self._guard, self._rules)  # for robots.txt
        self._starting = asyncio.Lock()
        self._room = asyncio.Semaphore(_WINDOWS)
        self._proxy = GuardedProxy(self._guard, self._rules.max_bytes)
        self._chromium: Chromium | None = None

    async def get(self, url: str) -> Page:
        """The page as it stands after `load`.

        Raises:
            PageUnavailable: there is none, and why.
            SkillevoError: no Chromium can be started.
        """
        asked = canonical(url)
        try:
            host, port = self._guard.check(asked)
            await self._guard.addresses(host, port)
        except PageUnavailable as e:  # which names the host alone
            raise PageUnavailable(asked, e.problem, e.why) from None
        await self._courtesy.allow(asked, self._plain.robots)
        await self._courtesy.wait(asked)
        async with self._room:
            context = await self._context(asked)
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
            self._chromium = None
        await self._proxy.close()

    async def _load(self, context: Any, asked: str, place: str) -> Page:
        from playwright.async_api import Error

        self._proxy.problems.pop(place, None)
        hops = [asked]
        try:
            window = await context.new_page()
            window.on(
                "request", lambda r: hops.append(r.url) if r.is_navigation_request() and not r.frame.parent_frame else 0
            )
            answer = await window.goto(asked, wait_until="load", timeout=self._rules.max_seconds * 1000)
            body = (await window.content()).encode("utf-8", "replace")
        except Error as e:
            raise self._problem(asked, hops[-1], str(e)) from None
        # Where a script's way on was barred, the window shows an error page of Chromium's own.
        barred = window.url.startswith("chrome-error:")
        failed = self._problem(asked, hops[-1] if barred else window.url, "")
        # What was cut for its size may be a picture on the page; the page itself, if it came as far as the cap.
        whole = failed.problem is PageProblem.TOO_LARGE and len(body) < 0.9 * self._rules.max_bytes
        if barred or (failed.problem is not PageProblem.UNREACHABLE and not whole):
            raise failed
        if len(body) > self._rules.max_bytes:
            raise PageUnavailable(asked, PageProblem.TOO_LARGE, f"larger than {self._rules.max_bytes:,} bytes")
        at, now = canonical(window.url), datetime.now(UTC).isoformat(timespec="seconds")
        if at not in map(canonical, hops):  # a script wrote another address: what stands there nobody has asked for
            at = canonical(answer.url) if answer else asked
        kind = str(answer.headers.get("content-type", "text/html")) if answer else "text/html"
        # What the browser wrote down is UTF-8, whatever the server sent.
        return Page(asked, at, answer.status if answer else 200, f"{kind.partition(';')[0]}; charset=utf-8", body, now)

    def _problem(self, asked: str, at: str, said: str) -> PageUnavailable:
        """What Playwright's or the proxy's complaint means."""
        host, port = self._guard.check(at)
        known = self._proxy.problems.pop(f"{host}:{port}", None)
        if known is PageProblem.TOO_LARGE:
            return PageUnavailable(asked, known, f"the page is larger than {self._rules.max_bytes:,} bytes")
        if known is PageProblem.REFUSED:
            return PageUnavailable(asked, known, "this is an address of a private network or of this machine")
        if "ERR_TOO_MANY_REDIRECTS" in said:
            return PageUnavailable(asked, PageProblem.REDIRECTS, "too many redirects")
        if "ERR_INVALID_AUTH_CREDENTIALS" in said:
            return PageUnavailable(asked, PageProblem.UNREACHABLE, "it asks for a login")
        first = said.splitlines()[0].partition(" at ")[0] if said else "no answer"
        return PageUnavailable(asked, PageProblem.UNREACHABLE, f"no answer that can be shown ({first})")

    async def _context(self, asked: str) -> Any:
        """A window that shares no cookies with any other; the browser is started, or started again if it died."""
        from playwright.async_api import Error

        async with self._starting:
            if self._chromium is not None and not self._chromium.browser.is_connected():
                await self._chromium.close()
                self._chromium = None
            if self._chromium is None:
                # Only pages have a way out: what the browser would ask of its maker on its own goes nowhere.
                self._chromium = await start_chromium(_ARGUMENTS, proxy={"server": "http://nowhere.invalid"})
        try:
            return await self._chromium.browser.new_context(
                user_agent=self._rules.agent,
                accept_downloads=False,
                service_workers="block",
                # Without the exception Chromium would go to loopback addresses past the proxy.
                proxy={"server": await self._proxy.start(), "bypass": "<-loopback>"},
            )
        except Error as e:
            raise self._problem(asked, asked, str(e)) from None
