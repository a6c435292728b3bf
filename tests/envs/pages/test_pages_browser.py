"""A page in a real browser reaches nothing that the guard keeps it from, whatever it tries; a dead one is replaced."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from descent import descendants
from local_site import Answer, Site, html, moved, serving

from skillevo.envs.pages import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.browser import BrowserSource
from skillevo.envs.pages.document import document_of
from skillevo.envs.pages.guard import Guard
from skillevo.envs.pages.live import FetchRules

pytestmark = pytest.mark.browser

RULES = FetchRules(interval=0.0, max_seconds=20.0, robots=False)

# Tries everything and asks for /done when all of it had its chance; the page loads no earlier, as its picture waits.
ATTACK = """<title>Attack</title><p>seen</p><img src=/wait>
<img src='http://127.0.0.1:{tcp}/img'><iframe src='http://127.0.0.1:{tcp}/frame'></iframe>
<iframe src='file://{file}'></iframe><img src='file://{file}'><iframe src='view-source:file://{file}'></iframe>
<iframe srcdoc="<meta http-equiv=refresh content='0;url=http://127.0.0.1:{tcp}/srcdoc'>"></iframe>
<iframe src='/redirects'></iframe><iframe src='/refreshes'></iframe>
<link rel=preconnect href='http://127.0.0.1:{tcp}'><link rel=dns-prefetch href='//127.0.0.1:{tcp}'>
<link rel=stylesheet href='http://localhost:{tcp}/style'><script src='http://[::1]:{tcp}/script'></script>
<video src='http://127.0.0.1:{tcp}/video'></video><object data='http://0.0.0.0:{tcp}/object'></object>
<script>
const did = [], all = [];
const attempt = (name, f) => all.push((async () => {{
    try {{ did.push(name + ":" + await f()) }} catch (e) {{ did.push(name) }} }})());
const soon = ms => new Promise(r => setTimeout(r, ms));
attempt("fetch", () => fetch("http://127.0.0.1:{tcp}/fetch", {{mode: "no-cors"}}).then(r => r.type));
attempt("file", () => fetch("file://{file}").then(r => r.text()));
attempt("xhr", () => new Promise(r => {{
    const x = new XMLHttpRequest(); x.onloadend = () => r(x.responseText);
    x.open("GET", "file://{file}"); x.send(); }}));
attempt("beacon", () => navigator.sendBeacon("http://127.0.0.1:{tcp}/beacon", "x"));
attempt("socket", () => new Promise(r => {{
    const s = new WebSocket("ws://127.0.0.1:{tcp}/"); s.onclose = () => r("closed"); s.onopen = () => r("open"); }}));
attempt("transport", async () => {{
    const t = new WebTransport("https://127.0.0.1:{udp}/"); t.closed.catch(() => 0); await t.ready; return "open"; }});
attempt("worker", () => navigator.serviceWorker.register("/sw.js").then(() => "registered"));
attempt("rtc", async () => {{
    const pc = new RTCPeerConnection({{iceServers: [
        {{urls: ["stun:127.0.0.1:{udp}", "stun:localhost:{udp}"]}},
        {{urls: ["turn:127.0.0.1:{udp}", "turn:127.0.0.1:{tcp}?transport=tcp"], username: "a", credential: "b"}}]}});
    pc.createDataChannel("x");
    const over = new Promise(r => pc.onicecandidate = e => e.candidate || r());
    await pc.setLocalDescription(await pc.createOffer());
    const other = new RTCPeerConnection();
    await other.setRemoteDescription(pc.localDescription);
    await other.setLocalDescription(await other.createAnswer());
    await pc.setRemoteDescription(other.localDescription);
    for (const [kind, port, more] of [["udp", {udp}, ""], ["tcp", {tcp}, " tcptype passive"]])
        await pc.addIceCandidate({{sdpMid: "0", sdpMLineIndex: 0,
            candidate: `candidate:1 1 ${{kind}} 2122260223 127.0.0.1 ${{port}} typ host${{more}}`}});
    await Promise.race([over, soon(1000)]);
    return "gathered";
}});
Promise.race([Promise.all(all), soon(5000)]).then(() => soon(200)).then(() => fetch("/done?" + did.sort().join()));
</script>"""


@contextmanager
def listening() -> Iterator[tuple[int, int, list[str]]]:
    """A TCP and a UDP port of this machine that nobody declared, and all that comes in there."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.05)
        tcp.settimeout(0.05)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    with tcp.accept()[0] as there:
                        came.append(f"tcp {there.recv(200)!r}")
                except TimeoutError:
                    continue

        def receive() -> None:
            while not over.is_set():
                try:
                    came.append(f"udp {udp.recv(200)!r}")
                except TimeoutError:
                    continue

        threads = [threading.Thread(target=f) for f in (accept, receive)]
        for t in threads:
            t.start()
        try:
            yield tcp.getsockname()[1], udp.getsockname()[1], came
        finally:
            over.set()
            for t in threads:
                t.join()


def visit(site: Site, *paths: str) -> list[Page | PageProblem]:
    """The pages, or why there are none."""

    async def run() -> list[Page | PageProblem]:
        source = BrowserSource(Guard.allowing([site.place]), RULES)
        found: list[Page | PageProblem] = []
        try:
            for path in paths:
                try:
                    found.append(await source.get(f"{site.address}{path}"))
                except PageUnavailable as e:
                    found.append(e.problem)
        finally:
            await source.close()
        return found

    return asyncio.run(run())


def test_nothing_that_a_page_tries_arrives_anywhere(tmp_path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("<script>fetch('http://leaked/')</script>hunter2")
    done = threading.Event()
    pages = {"/wait": lambda: html("" if done.wait(15) else "late")}

    with listening() as (tcp, udp, came), serving(pages) as site:

        class Told(list):
            """What was asked for; with /done the page may finish loading."""

            def append(self, path: str) -> None:
                super().append(path)
                if path.startswith("/done"):
                    done.set()

        site.asked = Told()
        refresh = "<meta http-equiv=refresh content='0;url={}'>".format
        pages |= {
            "/attack": html(ATTACK.format(tcp=tcp, udp=udp, file=secret)),
            "/redirects": moved(f"http://127.0.0.1:{tcp}/redirect"),
            "/refreshes": html(refresh(f"http://127.0.0.1:{tcp}/refresh")),
            "/to-file": moved(f"file://{secret}"),
            "/refresh-file": html(refresh(f"file://{secret}") + "<p>stays</p>"),
            "/script-file": html(f"<p>stays</p><script>location = 'file://{secret}'</script>"),
            "/sw.js": (200, {"Content-Type": "text/javascript"}, b""),
        }
        attacked, to_file, *stay = visit(site, "/attack", "/to-file", "/refresh-file", "/script-file")
        assert came == []
    assert (
        isinstance(attacked, Page) and document_of(attacked).text.startswith("seen") and b"hunter2" not in attacked.body
    )
    (said,) = [p for p in site.asked if p.startswith("/done")]
    tried = said.partition("?")[2].split(",")
    assert [t.partition(":")[0] for t in tried] == [
        "beacon",
        "fetch",
        "file",
        "rtc",
        "socket",
        "transport",
        "worker",
        "xhr",
    ]
    assert "rtc:gathered" in tried and "socket:closed" in tried, "they were tried, and not found missing"
    assert to_file in (PageProblem.REFUSED, PageProblem.UNREACHABLE)
    assert all(isinstance(p, Page) and b"hunter2" not in p.body for p in (attacked, *stay))


def test_names_are_looked_up_by_the_guard_alone() -> None:
    looked_up = []

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        looked_up.append(host)
        return ("127.0.0.1",)

    with serving({"/": html("<p>named</p>")}) as site:

        async def run() -> bytes:
            source = BrowserSource(Guard(frozenset([f"shop.example:{site.port}"]), resolve), RULES)
            try:
                return (await source.get(f"http://shop.example:{site.port}/")).body
            finally:
                await source.close()

        assert b"<p>named</p>" in asyncio.run(run())
    assert {*looked_up} == {"shop.example"} and len(looked_up) >= 2, "before the visit, and for the connection"


def test_a_browser_that_dies_costs_one_page_and_is_replaced() -> None:
    going = threading.Event()

    def hanging() -> Answer:
        going.wait(30)
        return html("<p>late</p>")

    async def until(holds: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.01)

    with serving({"/hang": hanging, "/b": html("<p>b</p>")}) as site:

        async def run() -> bytes:
            source = BrowserSource(Guard.allowing([site.place]), RULES)
            try:
                lost = asyncio.create_task(source.get(f"{site.address}/hang"))
                await until(lambda: "/hang" in site.asked)
                for process in descendants(os.getpid()):
                    if "chromium" in process.command:
                        with suppress(ProcessLookupError):
                            os.kill(process.pid, signal.SIGKILL)
                with pytest.raises(PageUnavailable, match="no answer"):
                    await lost
                return (await source.get(f"{site.address}/b")).body
            finally:
                going.set()
                await source.close()

        assert b"<p>b</p>" in asyncio.run(run())
