"""The seam: a page as it was received, why one was not, and whoever gives them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from skillevo.envs.base import SkillevoError


class PageProblem(StrEnum):
    """Why there is no page. Each becomes an observation of its own, and a counter in the episode's verdict."""

    NOT_ARCHIVED = "not_archived"
    """A replay holds no such page; it is never fetched instead."""
    REFUSED = "refused"
    """Outside of what may be visited: another scheme, a private or loopback address, robots.txt."""
    UNREACHABLE = "unreachable"
    """No answer: no such host, a refused connection, a time-out, broken transport."""
    REDIRECTS = "redirects"
    """More redirects than a page may take."""
    TOO_LARGE = "too_large"
    """The body, or what it unpacks to, is over the cap."""


class PageUnavailable(SkillevoError):
    """There is no such page, and why. A world turns it into an observation; it never ends an episode."""

    def __init__(self, url: str, problem: PageProblem, why: str) -> None:
        super().__init__(f"{url}: {why}")
        self.url = url
        self.problem = problem
        self.why = why


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was received.

    Attributes:
        requested: the address that was asked for, in canonical form.
        url: the address that answered, after redirects; relative links are resolved against it.
        status: HTTP status of the answer.
        content_type: the header's value, parameters included; "" where there was none.
        body: the body after transfer and content decoding.
        fetched: when it was received, ISO 8601 in UTC.
        converted: the page as a document (`Document.to_json`), where its recording keeps one; "" elsewhere.
    """

    requested: str
    url: str
    status: int
    content_type: str
    body: bytes
    fetched: str = ""
    converted: str = ""


class PageSource(Protocol):
    """Gives pages by their address. One source serves many episodes at once."""

    async def get(self, url: str) -> Page:
        """The page at this address.

        Raises:
            PageUnavailable: there is none, and why.
        """
        ...

    async def close(self) -> None: ...
