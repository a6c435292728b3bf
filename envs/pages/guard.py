"""Which addresses may be visited at all: nothing of this machine or its network, unless it is declared.

A page decides where its links and redirects lead, and a name server what a name means, so what is checked is the
address that is connected to: a name is resolved once, each of its addresses is looked at, and the connection is made
to one of those and not to the name again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from skillevo.envs.pages.base import PageProblem, PageUnavailable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is given out of IPv6 for the open internet; Python calls more of it global."""

_NO_BRACKETS = str.maketrans("", "", "[]")
"""`[::1]:80` is the host ::1."""


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver knows for a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be visited.

    Attributes:
        declared: `host:port` of private places that may be visited all the same (a test's server, an intranet).
        resolve: how names become addresses.
    """

    declared: frozenset[str] = frozenset()
    resolve: Resolve = resolve_host

    @classmethod
    def allowing(cls, places: Iterable[str]) -> Guard:
        """A guard that lets `host:port` places through, whatever their address."""
        return cls(frozenset(p.strip().lower().translate(_NO_BRACKETS) for p in places if p.strip()))

    def check(self, url: str) -> tuple[str, int]:
        """Host and port of an address that may be asked for, as far as its text says.

        Raises:
            PageUnavailable: it may not.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _refused(url, "this is no address") from None
        scheme = parts.scheme.lower()
        if scheme not in ("http", "https"):
            raise _refused(url, f"only http and https pages may be visited, not {scheme or 'a text'}:")
        if not parts.hostname or "@" in parts.netloc:
            raise _refused(url, "an address has a host and no user name")
        return parts.hostname.lower(), port or (443 if scheme == "https" else 80)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host that may be connected to.

        Raises:
            PageUnavailable: it has none, or any of them is private.
        """
        where = f"{host}:{port}"
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise PageUnavailable(where, PageProblem.UNREACHABLE, "there is no such host")
        if where not in self.declared and not all(map(is_public, found)):
            raise _refused(where, "this is an address of a private network or of this machine")
        return found


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not loopback, private, link-local, metadata or reserved."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast


def _refused(url: str, why: str) -> PageUnavailable:
    return PageUnavailable(url, PageProblem.REFUSED, why)
