"""A real web server on this machine, with pages as hostile as one likes."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, Mapping[str, str], bytes | Iterator[bytes]]
Pages = Mapping[str, Answer | Callable[[], Answer]]

HTML = {"Content-Type": "text/html; charset=utf-8"}


def html(text: str, **more: str) -> Answer:
    return 200, {**HTML, **more}, text.encode()


def moved(to: str) -> Answer:
    return 302, {"Location": to}, b""


def zeros(n: int) -> Iterator[bytes]:
    piece = b"0" * 65_536
    for _ in range(n // len(piece)):
        yield piece


def bomb() -> bytes:
    """100 MB of blanks in 100 kB."""
    return gzip.compress(b" " * 100_000_000, 9)


class Site:
    """Its address, and how often each path was asked for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.place = f"127.0.0.1:{port}"
        self.address = f"http://{self.place}"
        self.asked: list[str] = []


@contextmanager
def serving(pages: Pages) -> Iterator[Site]:
    """Serve these paths; anything else is 404."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            found = pages.get(self.path, (404, HTML, b"<p>Not here</p>"))
            status, heads, body = found() if callable(found) else found
            self.send_response(status)
            for name, value in heads.items():
                self.send_header(name, value)
            if isinstance(body, bytes):
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                for piece in body:
                    self.wfile.write(piece)
            except OSError:
                pass  # the reader has had enough

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
