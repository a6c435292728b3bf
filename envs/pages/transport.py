"""httpx over connections that the guard looked at: a name is resolved once, and what was checked is connected to."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from skillevo.envs.pages.guard import Guard


class _Checked(httpcore.AsyncNetworkBackend):
    """A network backend that connects to a host's checked addresses."""

    def __init__(self, guard: Guard) -> None:
        from httpcore._backends.auto import AutoBackend

        self._guard, self._network = guard, AutoBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failed: Exception = httpcore.ConnectError(f"{host} cannot be reached")
        for address in await self._guard.addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                failed = e
        raise failed

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class CheckedTransport(httpx.AsyncHTTPTransport):
    """What httpx sends through. Proxies of the environment are not used: they would resolve names themselves.

    Raises:
        PageUnavailable: on sending, where the host may not be visited or does not exist.
    """

    def __init__(self, guard: Guard, connections: int) -> None:
        super().__init__()
        # httpx has no argument for the backend; everything else of its transport stays as it is.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=connections,
            keepalive_expiry=15,
            network_backend=_Checked(guard),
        )
