"""Live pages, their recording and its replay, against a real server."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import zlib
from contextlib import suppress
from random import Random

import pytest
from local_site import HTML, bomb, html, moved, serving, zeros

from skillevo.envs.base import DataError
from skillevo.envs.pages import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.archive import INDEX, WARC, ArchiveWriter, RecordSource, ReplaySource
from skillevo.envs.pages.browser import BrowserSource
from skillevo.envs.pages.document import document_of
from skillevo.envs.pages.guard import Guard, is_public
from skillevo.envs.pages.live import FetchRules, LiveSource

FAST = FetchRules(interval=0.0, max_bytes=1_000_000, max_seconds=10.0, max_redirects=5)


def get(site, path, rules=FAST, guard=None, kind=LiveSource):
    """The page, or the problem."""

    async def ask():
        source = kind(guard or Guard.allowing([site.place]), rules)
        try:
            return await source.get(path if "://" in path else f"{site.address}{path}")
        except PageUnavailable as e:
            return e.problem
        finally:
            await source.close()

    return asyncio.run(ask())


def test_a_redirect_is_followed_and_relative_links_are_resolved_against_the_page_that_answered():
    with serving({"/a": moved("/deep/b"), "/deep/b": html("<a href='c'>C</a> <a href='/d?y=2&x=1#f'>D</a>")}) as site:
        page = get(site, "/a")
    assert (page.requested, page.url) == (f"{site.address}/a", f"{site.address}/deep/b")
    assert document_of(page).links == (f"{site.address}/deep/c", f"{site.address}/d?x=1&y=2")


HOSTILE = {
    "/loop": moved("/loop"),
    "/huge": lambda: (200, HTML, zeros(1_000_000_000)),
    "/stated": lambda: (200, {**HTML, "X": "y"}, b"0" * 1_000_001),
    "/bomb": lambda: (200, {**HTML, "Content-Encoding": "gzip"}, bomb()),
    "/torn": (200, {**HTML, "Content-Encoding": "gzip"}, b"this is no gzip"),
    "/half": (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(Random(0).randbytes(50_000))[:20_000]),
    "/brotli": (200, {**HTML, "Content-Encoding": "br"}, b"\x0b\x02\x80<p>"),
    "/twice": (200, {**HTML, "Content-Encoding": "gzip, gzip"}, gzip.compress(gzip.compress(b"<p>"))),
    "/file": moved("file:///etc/passwd"),
    "/metadata": moved("http://169.254.169.254/latest/meta-data/"),
    "/local": moved("http://localhost:1/"),
    "/nowhere": moved("http://["),
}


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/loop", PageProblem.REDIRECTS),
        ("/huge", PageProblem.TOO_LARGE),
        ("/stated", PageProblem.TOO_LARGE),
        ("/bomb", PageProblem.TOO_LARGE),
        ("/torn", PageProblem.UNREACHABLE),
        ("/half", PageProblem.UNREACHABLE),
        ("/brotli", PageProblem.UNREACHABLE),
        ("/twice", PageProblem.UNREACHABLE),
        ("/file", PageProblem.REFUSED),
        ("/metadata", PageProblem.REFUSED),
        ("/local", PageProblem.REFUSED),
        ("/nowhere", PageProblem.UNREACHABLE),
        ("http://%5B/", PageProblem.UNREACHABLE),
    ],
)
def test_a_hostile_server_gives_a_problem(path, problem):
    with serving(HOSTILE) as site:
        assert get(site, path) is problem


def test_a_server_that_dawdles_is_left():
    def slow():
        import time

        for _ in range(40):
            time.sleep(0.1)
            yield b"x"

    with serving({"/slow": lambda: (200, HTML, slow())}) as site:
        rules = FetchRules(interval=0.0, max_seconds=0.5)
        assert get(site, "/slow", rules) is PageProblem.UNREACHABLE


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "data:text/html,x", "ftp://example.org/", "javascript:alert(1)", "gopher://example.org/",
        "http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://192.168.1.1/",
        "http://172.16.0.9/", "http://169.254.169.254/", "http://100.64.0.1/", "http://0.0.0.0/", "http://[fe80::1]/",
        "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/", "http://user@127.0.0.1/",
        "http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/",
    ],
)  # fmt: skip
def test_private_places_and_other_schemes_are_refused(url):
    with serving({}) as site:
        assert get(site, url, guard=Guard()) is PageProblem.REFUSED


def test_a_name_that_changes_its_meaning_is_connected_to_where_it_was_checked():
    answers = [("93.184.216.34",), ("127.0.0.1",)]
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    with serving({"/": html("secret")}) as site:
        guard = Guard(resolve=rebinding)
        first = asyncio.run(guard.addresses("evil.example", site.port))
        assert first == ("93.184.216.34",)
        assert get(site, f"http://evil.example:{site.port}/", guard=guard) is PageProblem.REFUSED
    assert site.asked == []


def test_the_connection_goes_to_the_checked_address_and_asks_no_resolver_again():
    asked = []

    async def once(host, port):
        asked.append(host)
        return ("127.0.0.1",)

    with serving({"/": html("here")}) as site:
        place = f"shop.example:{site.port}"
        page = get(site, f"http://{place}/", FetchRules(interval=0, robots=False), Guard(frozenset([place]), once))
    assert page.body == b"here" and asked == ["shop.example"]


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    async def mixed(host, port):
        return ("93.184.216.34", "10.0.0.1")

    with pytest.raises(PageUnavailable):
        asyncio.run(Guard(resolve=mixed).addresses("two.example", 80))
    assert is_public("93.184.216.34") and is_public("2606:2800:220:1::1") and not is_public("224.0.0.1")
    inside = (
        "::127.0.0.1",
        "fec0::1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "::ffff:0:a00:1",
        "5f00::1",
        "::ffff:10.0.0.1",
    )
    assert not any(map(is_public, inside))


def test_a_declared_place_may_have_brackets():
    async def loopback(host, port):
        return ("::1",)

    assert asyncio.run(Guard(Guard.allowing(["[::1]:80"]).declared, loopback).addresses("::1", 80)) == ("::1",)


def test_a_host_that_is_not_there_is_no_matter_of_robots():
    async def nowhere(host, port):
        raise OSError

    async def ask():
        source = LiveSource(Guard(resolve=nowhere), FAST)
        with pytest.raises(PageUnavailable) as e:
            await source.get("http://nowhere.example/")
        await source.close()
        return e.value

    found = asyncio.run(ask())
    assert found.problem is PageProblem.UNREACHABLE and "no such host" in found.why


def test_robots_txt_is_kept_to_and_read_once():
    rules = html("User-agent: *\nDisallow: /private")
    with serving({"/robots.txt": rules, "/private/x": html("no"), "/open": html("yes")}) as site:

        async def ask():
            source = LiveSource(Guard.allowing([site.place]), FAST)
            page = await source.get(f"{site.address}/open")
            with pytest.raises(PageUnavailable) as e:
                await source.get(f"{site.address}/private/x")
            await source.close()
            return page.body, e.value.problem

        assert asyncio.run(ask()) == (b"yes", PageProblem.REFUSED)
    assert site.asked == ["/robots.txt", "/open"]


def test_a_robots_txt_that_cannot_be_parsed_keeps_its_other_rules_and_one_that_dawdles_is_left():
    rules = b"User-agent: *\nDisallow: //[\nDisallow: /private\n"
    with serving({"/robots.txt": (200, {}, rules), "/": html("x"), "/private": html("y")}) as site:
        assert isinstance(get(site, "/"), Page) and get(site, "/private") is PageProblem.REFUSED

    def slow():
        import time

        for _ in range(40):
            time.sleep(0.1)
            yield b"#"

    async def ask(site):
        source = LiveSource(Guard.allowing([site.place]), FetchRules(interval=0.0, max_seconds=0.5))
        try:
            await source.robots(f"{site.address}/robots.txt")
        finally:
            await source.close()

    with serving({"/robots.txt": lambda: (200, {}, slow())}) as site, pytest.raises(PageUnavailable):
        asyncio.run(ask(site))


def test_a_host_is_asked_no_faster_than_its_interval():
    import time

    with serving({"/a": html("a"), "/b": html("b")}) as site:

        async def ask():
            source = LiveSource(Guard.allowing([site.place]), FetchRules(interval=0.2, robots=False))
            started = time.monotonic()
            await asyncio.gather(*(source.get(f"{site.address}/{p}") for p in "aba"))
            await source.close()
            return time.monotonic() - started

        assert asyncio.run(ask()) >= 0.4


def record(site, folder, paths, kind=LiveSource):
    async def run():
        source = RecordSource(kind(Guard.allowing([site.place]), FAST), folder)
        for path in paths:
            with suppress(PageUnavailable):
                await source.get(f"{site.address}{path}")
        await source.close()

    asyncio.run(run())


def test_a_replay_gives_what_was_recorded_and_never_asks_the_server(tmp_path):
    pages = {"/a": moved("/b"), "/b": html("<title>B</title><p>text</p>"), "/loop": moved("/loop")}
    with serving(pages) as site:
        live = get(site, "/a")
        record(site, tmp_path, ["/a", "/loop", "/none"])
        asked = len(site.asked)
        replay = ReplaySource(tmp_path)
        kept = replay.page(f"{site.address}/a")
        assert (kept.requested, kept.url, kept.body, kept.content_type) == (
            live.requested, live.url, live.body, live.content_type,
        )  # fmt: skip
        assert kept.converted and document_of(kept) == document_of(live)
        assert replay.page(f"{site.address}/none").status == 404
        for path, problem in (("/loop", PageProblem.REDIRECTS), ("/unseen", PageProblem.NOT_ARCHIVED)):
            with pytest.raises(PageUnavailable) as e:
                replay.page(f"{site.address}{path}")
            assert e.value.problem is problem
        assert len(site.asked) == asked


def test_the_archive_is_a_warc_that_other_readers_read(tmp_path):
    from warcio.archiveiterator import ArchiveIterator

    with serving({"/b": html("<p>text</p>")}) as site:
        record(site, tmp_path, ["/b"])
    with (tmp_path / WARC).open("rb") as file:
        found = [(r.rec_type, r.rec_headers.get_header("WARC-Target-URI")) for r in ArchiveIterator(file)]
    assert found == [("response", f"{site.address}/b"), ("conversion", f"{site.address}/b")]


@pytest.mark.parametrize("lost", [1, 40, 400])
def test_a_killed_recording_is_usable_up_to_its_last_whole_page_and_goes_on(tmp_path, lost):
    pages = {f"/{n}": html(f"<p>{'x' * 2000}{n}</p>") for n in range(6)}
    with serving(pages) as site:
        record(site, tmp_path, ["/0", "/1", "/2"])
        with (tmp_path / WARC).open("r+b") as file:
            file.truncate(os.fstat(file.fileno()).st_size - lost)
        with (tmp_path / INDEX).open("ab") as file:
            file.write(b'["http://half')
        assert len(ReplaySource(tmp_path)) == 2
        asked = len(site.asked)
        record(site, tmp_path, [f"/{n}" for n in range(6)])
        assert [p for p in site.asked[asked:] if p != "/robots.txt"] == ["/2", "/3", "/4", "/5"]
    replay = ReplaySource(tmp_path)
    assert [document_of(replay.page(f"{site.address}/{n}")).text[-1] for n in range(6)] == list("012345")


def test_two_recordings_do_not_write_one_archive(tmp_path):
    writer = ArchiveWriter(tmp_path)
    with pytest.raises(DataError, match="another process"):
        ArchiveWriter(tmp_path)
    writer.close()


def test_the_same_pages_make_the_same_file(tmp_path):
    files = []
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        writer = ArchiveWriter(folder)
        writer.add(
            Page("http://x.example/", "http://x.example/", 200, "text/html", b"<p>x</p>", "2026-01-01T00:00:00+00:00")
        )
        writer.close()
        files.append(((folder / WARC).read_bytes(), (folder / INDEX).read_bytes()))
    assert files[0] == files[1]


def test_damage_is_named(tmp_path):
    with pytest.raises(DataError, match="no archive"):
        ReplaySource(tmp_path)
    (tmp_path / WARC).write_bytes(zlib.compress(b"x"))
    (tmp_path / INDEX).write_text(json.dumps(["http://x/", "page", 0, 4, 0, "", ""]) + "\n")
    with pytest.raises(DataError):
        ReplaySource(tmp_path).page("http://x/")
    (tmp_path / INDEX).write_text("no json\n")
    with pytest.raises(DataError, match="line 1"):
        ReplaySource(tmp_path)


SCRIPTED = (
    "<title>S</title><div id=x></div><script>document.getElementById('x').innerHTML='<a href=/b>Made</a>'</script>"
)


@pytest.mark.browser
def test_a_browser_runs_scripts_and_stays_on_its_leash():
    with serving({}) as other:
        _browse(other)
    assert other.asked == []


def _browse(other):
    pages = {
        "/s": html(SCRIPTED),
        "/peek": html(f"<p>p</p><img src='{other.address}/pixel'>"),
        "/out": moved("http://10.0.0.1/"),
        "/loop": moved("/loop"),
        "/login": (401, {**HTML, "WWW-Authenticate": "Basic realm=x"}, b"<p>no</p>"),
        "/driven": html("<p>p</p><script>location = 'http://10.0.0.1/'</script>"),
        "/huge": lambda: (200, HTML, zeros(50_000_000)),
        "/picture": html("<p>small</p><img src='/huge'>"),
        "/renamed": html("<p>r</p><script>history.replaceState(0, '', '/elsewhere')</script>"),
    }
    with serving(pages) as site:

        async def ask():
            source = BrowserSource(Guard.allowing([site.place]), FAST)
            found, why = {}, {}
            try:
                for path in pages:
                    try:
                        page = await source.get(f"{site.address}{path}")
                        assert page.url == f"{site.address}{path}"
                        found[path] = document_of(page)
                    except PageUnavailable as e:
                        found[path] = e.problem
                        why[path] = e.why
                with pytest.raises(PageUnavailable) as away:
                    await source.get("http://127.0.0.1:9/")
                assert away.value.url == "http://127.0.0.1:9/", "as httpx names it, and a recording"
            finally:
                await source.close()
            return found, why

        found, why = asyncio.run(ask())
    assert found["/s"].text == "⟦1⟧ Made" and found["/s"].links == (f"{site.address}/b",)
    assert found["/out"] is PageProblem.REFUSED
    assert found["/loop"] in (PageProblem.REDIRECTS, PageProblem.UNREACHABLE)
    assert found["/huge"] is PageProblem.TOO_LARGE
    assert found["/picture"].text == "small" and found["/renamed"].text == "r"
    assert why["/login"] == "it asks for a login" and why["/driven"] == why["/out"]
