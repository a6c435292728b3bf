"""A site on a port: until it is interrupted, or in a thread for as long as somebody needs it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.site.app import LOCAL_HOSTS, make_app


def serve(rules: Rules, host: str, port: int, started: Callable[[str], None]) -> None:
    """Serve the shop until interrupted.

    Args:
        host: the address to listen on. On 127.0.0.1 and localhost the site can be reached from this machine only, and
            answers only under these names.
        port: 0 for a free one.
        started: told the site's address when it can be reached.

    Raises:
        SkillevoError: the extra `web` is not installed, or the port is taken.
    """
    listener = _listen(host, port)
    server = _server(rules, LOCAL_HOSTS if host in LOCAL_HOSTS else ("*",), "warning")
    started(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}")
    server.run(sockets=[listener])


class Serving:
    """A site in a thread of this process, on a free port of this machine.

    Attributes:
        address: of its entrance, without a slash at the end.
    """

    def __init__(self, rules: Rules) -> None:
        self._listener = _listen("127.0.0.1", 0)
        self.address = "http://{}:{}".format(*self._listener.getsockname())
        self._server = _server(rules, LOCAL_HOSTS, "error")
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens already: whoever connects before the server runs waits."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as e:
        raise SkillevoError(f"cannot listen on {host} port {port} ({e}): choose another one with --port") from None


def _server(rules: Rules, hosts: tuple[str, ...], level: str):  # type: ignore[no-untyped-def]
    app = make_app(rules, hosts)
    try:
        import uvicorn
    except ImportError as e:
        raise SkillevoError(f"the site needs {e.name}: pip install 'skillevo[web]'") from None
    return uvicorn.Server(uvicorn.Config(app, log_level=level, access_log=False, server_header=False, lifespan="off"))
