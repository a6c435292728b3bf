"""Pages from the web over httpx: politely, within caps, and only from where the guard lets."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from skillevo.envs.checks import check_amount, check_flag, check_whole
from skillevo.envs.pages.base import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.decoding import CODINGS, BrokenCoding, Inflater, TooLarge
from skillevo.envs.pages.guard import Guard
from skillevo.envs.pages.urls import canonical, origin

ROBOTS_CAP = 500_000
"""Bytes of a robots.txt that are read; RFC 9309 asks for at least so many."""
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class FetchRules:
    """How pages are fetched.

    Attributes:
        agent: the name that is given to servers and looked up in robots.txt.
        interval: seconds between two requests to one host.
        max_bytes: of a body, after its coding is undone.
        max_seconds: for one page, redirects included.
        max_redirects: of one page.
        robots: whether robots.txt is asked for and kept to.
        connections: at once, all hosts together.
    """

    agent: str = "skillevo"
    interval: float = 1.0
    max_bytes: int = 5_000_000
    max_seconds: float = 30.0
    max_redirects: int = 8
    robots: bool = True
    connections: int = 16

    def __post_init__(self) -> None:
        check_amount("interval", self.interval)
        check_whole("max_bytes", self.max_bytes)
        check_amount("max_seconds", self.max_seconds, zero=False)
        check_whole("max_redirects", self.max_redirects, 0)
        check_flag("robots", self.robots)
        check_whole("connections", self.connections)


class Courtesy:
    """What a host asks of its visitors: a pause between requests, and what its robots.txt keeps them from.

    Args:
        rules: the pause, and whether robots.txt is kept to.
    """

    def __init__(self, rules: FetchRules) -> None:
        self.rules = rules
        self._free_at: dict[str, float] = {}
        self._robots: dict[str, asyncio.Task[RobotFileParser]] = {}

    async def wait(self, url: str) -> None:
        """Until this host may be asked again."""
        place, now = origin(url), time.monotonic()
        at = max(now, self._free_at.get(place, 0.0))
        self._free_at[place] = at + self.rules.interval
        if at > now:
            await asyncio.sleep(at - now)

    async def allow(self, url: str, ask: Any) -> None:
        """Keep to the host's robots.txt, which is read once.

        Args:
            ask: (url) -> (status, body) of the robots.txt; raises PageUnavailable.

        Raises:
            PageUnavailable: it keeps visitors from the page, or the server could not say (RFC 9309, 2.3.1).
        """
        if not self.rules.robots:
            return
        place = origin(url)
        if place not in self._robots:
            self._robots[place] = asyncio.ensure_future(_read_robots(place, ask))
        try:
            said = await asyncio.shield(self._robots[place])
        except PageUnavailable as e:  # the host itself may not be visited
            raise PageUnavailable(url, e.problem, e.why) from None
        try:
            may = said.can_fetch(self.rules.agent, url)
        except ValueError:  # it reads addresses once more, with what was escaped in them
            raise PageUnavailable(url, PageProblem.REFUSED, "this is no address") from None
        if not may:
            raise PageUnavailable(url, PageProblem.REFUSED, "the site's robots.txt keeps visitors from this page")


async def _read_robots(place: str, ask: Any) -> RobotFileParser:
    said = RobotFileParser()
    try:
        status, body = await ask(f"{place}/robots.txt")
        nothing, everything = status >= 500, 400 <= status < 500
    except PageUnavailable as e:
        if e.problem is PageProblem.REFUSED:
            raise
        if e.problem is PageProblem.UNREACHABLE:  # then nothing may be asked for, and the reason is no rule of theirs
            raise PageUnavailable(place, e.problem, f"{e.why} (asked for its robots.txt first)") from None
        nothing, everything, body = False, True, b""
    if nothing:
        said.parse(["User-agent: *", "Disallow: /"])
    else:
        _read_rules(said, [] if everything else body[:ROBOTS_CAP].decode("utf-8", "replace").splitlines())
    return said


def _read_rules(said: RobotFileParser, lines: list[str]) -> None:
    """Read the rules; those that the parser cannot even look at are left out (`Disallow: //[`)."""
    try:
        said.parse(lines)
    except ValueError:
        said.entries, said.default_entry = [], None  # type: ignore[attr-defined]
        said.parse([line for line in lines if "[" not in line and "]" not in line])


class LiveSource:
    """Pages as the web has them now.

    Args:
        guard: what may be visited.
        rules: caps and courtesy.
        courtesy: what is known of hosts already; shared by sources that follow each other.
    """

    def __init__(
        self, guard: Guard | None = None, rules: FetchRules | None = None, courtesy: Courtesy | None = None
    ) -> None:
        import httpx

        from skillevo.envs.pages.transport import CheckedTransport

        self.guard, self.rules = guard or Guard(), rules or FetchRules()
        self.courtesy = courtesy or Courtesy(self.rules)
        self._client = httpx.AsyncClient(
            transport=CheckedTransport(self.guard, self.rules.connections),
            headers={
                "User-Agent": self.rules.agent,
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                "Accept-Encoding": ", ".join(c for c in CODINGS if not c.startswith("x-")),
            },
            timeout=self.rules.max_seconds,
            trust_env=False,
        )

    async def get(self, url: str) -> Page:
        """The page, redirects followed; each hop is checked as the first address is.

        Raises:
            PageUnavailable: there is none, and why.
        """
        asked = canonical(url)
        try:
            async with asyncio.timeout(self.rules.max_seconds):
                return await self._follow(asked)
        except TimeoutError:
            why = f"no whole answer within {self.rules.max_seconds:g} seconds"
            raise PageUnavailable(asked, PageProblem.UNREACHABLE, why) from None

    async def close(self) -> None:
        await self._client.aclose()

    async def robots(self, url: str) -> tuple[int, bytes]:
        """Status and body of a robots.txt."""
        try:
            async with asyncio.timeout(self.rules.max_seconds):
                page = await self._follow(url, robots=True)
        except TimeoutError:
            raise PageUnavailable(url, PageProblem.UNREACHABLE, "no whole answer in time") from None
        return page.status, page.body

    async def _follow(self, asked: str, robots: bool = False) -> Page:
        at = asked
        for _ in range(self.rules.max_redirects + 1):
            self.guard.check(at)
            if not robots:
                await self.courtesy.allow(at, self.robots)
                await self.courtesy.wait(at)
            status, headers, body = await self._request(at)
            target = headers.get("location", "")
            if status not in _REDIRECTS or not target:
                kind = headers.get("content-type", "").encode("ascii", "ignore").decode()
                return Page(asked, at, status, kind, body, datetime.now(UTC).isoformat(timespec="seconds"))
            at = _target(at, target)
        raise PageUnavailable(asked, PageProblem.REDIRECTS, f"more than {self.rules.max_redirects} redirects")

    async def _request(self, url: str) -> tuple[int, Any, bytes]:
        import httpx

        cap = self.rules.max_bytes
        try:
            async with self._client.stream("GET", url, follow_redirects=False) as answer:
                if answer.status_code in _REDIRECTS:
                    return answer.status_code, answer.headers, b""
                stated = answer.headers.get("content-length", "")
                if stated.isdigit() and int(stated) > cap:
                    raise TooLarge
                inflate = Inflater(answer.headers.get("content-encoding", ""), cap)
                pieces = [inflate.feed(piece) async for piece in answer.aiter_raw()]
                inflate.finish()
                return answer.status_code, answer.headers, b"".join(pieces)
        except TooLarge:
            raise PageUnavailable(url, PageProblem.TOO_LARGE, f"the page is larger than {cap:,} bytes") from None
        except PageUnavailable as e:
            raise PageUnavailable(url, e.problem, e.why) from None
        except (httpx.HTTPError, httpx.InvalidURL, BrokenCoding, ValueError) as e:
            what = str(e) if isinstance(e, BrokenCoding) else type(e).__name__
            raise PageUnavailable(url, PageProblem.UNREACHABLE, f"no answer that can be read ({what})") from None


def _target(at: str, location: str) -> str:
    try:
        return canonical(urljoin(at, location))
    except ValueError:
        raise PageUnavailable(at, PageProblem.UNREACHABLE, "it is moved to what is no address") from None
