"""WebWalker's figures: a step of a replay, opening a large archive, recording from a local server.

The recorded pages are of the size that documentation pages have (median 26 kB of HTML, 75 links), made by seed; the
server is a process of its own, so that its work is not on the account.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter, process_time

from skillevo.envs.draw import Draw
from skillevo.envs.pages import Page
from skillevo.envs.pages.archive import ArchiveWriter, RecordSource, ReplaySource
from skillevo.envs.pages.guard import Guard
from skillevo.envs.pages.live import FetchRules, LiveSource
from skillevo.envs.webwalker import WebWalkerEnv, load_panel, optimal_plan
from skillevo.envs.webwalker.walk import Walk
from skillevo.harness.cli.benchmarks.figure import MEDIAN, Figure, cpu_seconds

_WORDS = "archive walk page link site table number question answer record replay guard proxy robot cache title".split()  # noqa: SIM905
_STEPS = 200


def measure(pages: int, recorded: int) -> list[Figure]:
    """All figures.

    Args:
        pages: of the archive that is opened.
        recorded: pages that are recorded.
    """
    with tempfile.TemporaryDirectory() as folder:
        return [
            *_replay(),
            *_opening(Path(folder) / "large", pages),
            *_recording(Path(folder) / "recorded", recorded),
        ]


def _replay() -> list[Figure]:
    """Whole walks on the bundled panel: every page of them is read from the archive and shown."""
    panel = load_panel("pocket-test")
    plans = [(i, optimal_plan(i)) for i in panel.instances[:40]]
    steps = sum(len(plan) for _, plan in plans)

    async def walk() -> None:
        for instance, plan in plans:
            env = WebWalkerEnv(instance)
            await env.reset()
            for action in plan:
                await env.step(action)

    seconds = cpu_seconds(lambda: asyncio.run(walk()))
    return [Figure.at_most("replay: step on the bundled panel", 1000 * seconds / steps, "ms", MEDIAN, 3)]


def _opening(folder: Path, pages: int) -> list[Figure]:
    folder.mkdir()
    writer = ArchiveWriter(folder)
    for n in range(pages):
        url = f"http://large.example/{n}"
        writer.add(Page(url, url, 200, "text/html", f"<p>Page {n} <a href=/{n + 1}>next</a>".encode()))
    writer.close()
    seconds = cpu_seconds(lambda: ReplaySource(folder))
    started = perf_counter()
    ReplaySource(folder)
    wall = perf_counter() - started
    return [
        Figure.at_most(f"archive of {pages:,} pages: open", seconds, "s", MEDIAN, 0.5),
        Figure(f"archive of {pages:,} pages: open", wall, "s", "once, wall clock"),
    ]


def _recording(folder: Path, n: int) -> list[Figure]:
    command = [sys.executable, "-m", __name__, str(n)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            place = f"127.0.0.1:{json.loads(server.stdout.readline())}"
            started, wall = process_time(), perf_counter()
            asyncio.run(_record(folder, place, n))
            cpu, wall = process_time() - started, perf_counter() - wall
        finally:
            server.terminate()
    step = _large_step(folder, place)
    return [
        Figure.at_least(f"record {n:,} local pages of 26 kB", n / cpu, "pages/s", "once, CPU of one process", 40),
        Figure(f"record {n:,} local pages of 26 kB", n / wall, "pages/s", "once, wall clock"),
        Figure.at_most("replay: step on a page of 26 kB", 1000 * step, "ms", MEDIAN, 3),
    ]


async def _record(folder: Path, place: str, n: int) -> None:
    source = RecordSource(LiveSource(Guard.allowing([place]), FetchRules(interval=0.0)), folder)
    for start in range(0, n, 8):
        await asyncio.gather(*(source.get(f"http://{place}/{i}") for i in range(start, min(n, start + 8))))
    await source.close()


def _large_step(folder: Path, place: str) -> float:
    """Seconds of CPU of a step that reads, converts where that was not kept, and shows a page of median size."""
    archive = ReplaySource(folder)

    async def get(url: str) -> Page:
        return archive.page(url)

    async def walk() -> None:
        walk = Walk(get, f"http://{place}/0", 6000, stay_below=False)
        await walk.start()
        for _ in range(_STEPS):
            links = walk.offered()
            await walk.act("click", str(min(links)))

    return cpu_seconds(lambda: asyncio.run(walk())) / _STEPS


def made_page(n: int, of: int) -> str:
    """A page of 26 kB with 75 links, the first of which leads to the next page."""
    draw = Draw("bench page", n)
    parts = [f"<title>Page {n}</title><nav><a href='/{(n + 1) % of}'>Next</a></nav><h1>Page {n}</h1>"]
    for k in range(74):
        text = " ".join(draw.pick(_WORDS) for _ in range(46))
        parts.append(f"<h2>{k}</h2><p>{text} <a href='/{draw.below(of)}'>{draw.pick(_WORDS)}</a></p>")
    return "\n".join(parts)


def serve(of: int) -> None:
    """Serve pages until ended; the first line of the output is the port."""
    made = [made_page(n, of).encode() for n in range(of)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path[1:]
            body = made[int(name)] if name.isdecimal() and int(name) < of else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def _main(arguments: Sequence[str]) -> None:
    serve(int(arguments[0]))


if __name__ == "__main__":
    _main(sys.argv[1:])
