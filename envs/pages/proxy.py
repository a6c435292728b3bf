"""A forward proxy of this process that only connects where the guard lets: how a browser is kept on its leash.

A browser resolves names, follows redirects and loads what scripts ask for by itself. With every connection going
through here, each is to an address that was checked, and no page sends more than its cap.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from skillevo.envs.pages.base import PageProblem, PageUnavailable
from skillevo.envs.pages.guard import Guard

_HEAD_CAP = 65_536
_PIECE = 65_536
_DROPPED = (b"proxy-connection", b"connection", b"keep-alive", b"proxy-authorization")


class GuardedProxy:
    """Serves HTTP and CONNECT on a loopback port of its own.

    Args:
        guard: what may be connected to.
        max_bytes: that one connection may bring.
    """

    def __init__(self, guard: Guard, max_bytes: int) -> None:
        self._guard, self._cap = guard, max_bytes
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()
        self.problems: dict[str, PageProblem] = {}
        """Why connections failed, by `host:port`; whoever browses asks and forgets."""

    async def start(self) -> str:
        """Listen, if it does not yet.

        Returns:
            The proxy's address.
        """
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD_CAP)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # one side went away, or spoke no HTTP: the browser shows that there is no page
        finally:
            self._busy.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *heads = head[:-4].split(b"\r\n")
        method, target, _ = line.decode("latin-1").split(" ", 2)
        tunnel = method == "CONNECT"
        url = f"https://{target}" if tunnel else target
        place = url
        try:
            host, port = self._guard.check(url)
            place = f"{host}:{port}"
            there_in, there_out = await self._connect(host, port)
        except PageUnavailable as e:
            self.problems[place] = e.problem
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            there_out.write(_request(method, target, heads))
        await self._join(reader, writer, there_in, there_out, place)

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        failed: OSError = OSError()
        for address in await self._guard.addresses(host, port):
            try:
                return await asyncio.open_connection(address, port)
            except OSError as e:
                failed = e
        raise PageUnavailable(f"{host}:{port}", PageProblem.UNREACHABLE, f"no connection ({failed})")

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there_in: asyncio.StreamReader,
        there_out: asyncio.StreamWriter,
        place: str,
    ) -> None:
        up = asyncio.create_task(_pour(reader, there_out))
        try:
            left = self._cap
            while piece := await there_in.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    self.problems[place] = PageProblem.TOO_LARGE
                    return
                writer.write(piece)
                await writer.drain()
        finally:
            up.cancel()
            there_out.close()
            await asyncio.gather(up, return_exceptions=True)


def _request(method: str, target: str, heads: list[bytes]) -> bytes:
    """The request as the server wants it, and one only: the next one may be to another host."""
    parts = urlsplit(target)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    kept = [h for h in heads if h.partition(b":")[0].strip().lower() not in _DROPPED]
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode("latin-1"), *kept, b"Connection: close", b"", b""])


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(_PIECE):
            sink.write(piece)
            await sink.drain()
