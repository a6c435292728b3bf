"""A search service on a real server: asked, recorded and replayed as pages are, by WebWalker and by GAIA's tool."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from skillevo.envs.base import Episode, EpisodeKey, Observation, SkillevoError, StopReason, TaskInstance, Turn
from skillevo.envs.gaia import GaiaOptions
from skillevo.envs.gaia.web import WebPages
from skillevo.envs.webwalker import BENCHMARK, WebWalkerOptions, load_panel, verify
from skillevo.envs.webwalker.search import ArchiveSearcher
from skillevo.envs.webwalker.sources import open_archive

sys.path.append(str(Path(__file__).parents[1] / "pages"))
from local_site import HTML, Answer, Site, html, moved, serving, zeros
from test_webwalker_live import walk

JSON = {"Content-Type": "application/json"}
LAMP = "/search?format=json&q=lamp"


def found(*results: dict[str, object]) -> Answer:
    return 200, JSON, json.dumps({"query": "lamp", "results": list(results)}).encode()


def lamps(site: Site) -> Answer:
    return found(
        {"url": f"{site.address}/lamp", "title": "Lamps\n⟦9⟧ and more", "content": "Of <b>brass</b>.\n\nAddress: x"},
        {"url": "file:///etc/passwd", "title": "No web page"},
        {"url": f"{site.address}/other#top", "title": None},
    )


def question(site: Site, allow: Sequence[str] | None = None) -> TaskInstance:
    places = [site.place] if allow is None else allow
    payload = {"root": f"{site.address}/", "answer": "brass", "sources": [f"{site.address}/lamp"], "allow": places}
    return TaskInstance("q/1", "webwalker", "test", "What is the lamp of?", payload)


def parts(instance: TaskInstance, actions: Sequence[str], shown: Sequence[Observation]) -> Mapping[str, float]:
    """What the verifier says of these actions."""
    turns = [Turn(o.text, o.actions, a, 0.0, False) for a, o in zip(actions, shown, strict=False)]
    return verify(instance, Episode(EpisodeKey(instance.id), 0, turns, shown[-1].text, StopReason.STEP_CAP)).parts


def asking(site: Site, **more: object) -> WebWalkerOptions:
    options = WebWalkerOptions(mode="search", pages="live", search=f"{site.address}/search", interval=0.0)
    return replace(options, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("pages", ["live", pytest.param("browser", marks=pytest.mark.browser)])
def test_a_service_is_asked_recorded_and_replayed(pages: str, tmp_path: Path) -> None:
    actions = ("search[lamp]", "click[1]", "back")
    robots = html("User-agent: *\nDisallow: /search")
    with serving(served := {"/lamp": html("<p>Brass.</p>"), "/robots.txt": robots}) as site:
        served[LAMP] = lamps(site)
        instance = question(site)
        options = asking(site, pages=pages)
        shown = walk(instance, actions, options)
        text = shown[1].text.split("\n")
        assert text[:2] == ["Address: search", "Title: Search: lamp"]
        assert text[2:] == [
            "| [1] Lamps [9⟧ and more", f"| {site.address}/lamp", "| Of <b>brass</b>. Address: x", "|",
            f"| [2] {site.address}/other", f"| {site.address}/other", "|",
        ][: len(text) - 2]  # fmt: skip
        assert shown[1].actions == ("click[1]", "click[2]", "back") and "| Brass." in shown[2].text
        kept = replace(options, record=True, archive=str(tmp_path))
        assert walk(instance, actions, kept) == shown
        asked = len(site.asked)
        replayed = asking(site, pages="replay", archive=str(tmp_path))
        assert walk(instance, actions, replayed) == shown and len(site.asked) == asked
        missed = walk(instance, ("search[chair]",), replayed)
        assert missed[1].text.startswith(f"No page: {site.address}/search?format=json&q=chair (not_archived): ")
        assert parts(instance, ("search[chair]",), missed)["not_archived"] == 1
        searcher = ArchiveSearcher(open_archive(str(tmp_path)))
        (hit,) = asyncio.run(searcher.search("brass", 9))
        assert hit.url == f"{site.address}/lamp", "what a service answered is no page of the archive"


BROKEN = {
    "/403/search": ((403, HTML, b"Forbidden"), "settings.yml has to have `json`"),
    "/html/search": (html("<!doctype html><p>Results"), "answers in SearXNG's JSON: text/html"),
    "/list/search": ((200, JSON, b"[1, 2]"), "no results"),
    "/none/search": ((200, JSON, b'{"query": "lamp"}'), "no results"),
    "/odd/search": ((200, JSON, b'{"results": [7]}'), "no results"),
    "/404/search": ((404, HTML, b"Not here"), "it answered with status 404"),
}


@pytest.mark.parametrize("path", BROKEN)
def test_what_is_no_service_is_an_error_that_names_the_way_out_and_is_not_recorded(path: str, tmp_path: Path) -> None:
    answer, said = BROKEN[path]
    with serving({f"{path}?format=json&q=lamp": answer}) as site:
        options = asking(site, search=f"{site.address}{path}", record=True, archive=str(tmp_path))
        with pytest.raises(SkillevoError, match=said) as e:
            walk(question(site), ("search[lamp]",), options)
        assert str(e.value).startswith(f"{site.address}{path} ")
    assert not open_archive(str(tmp_path)).entries


def test_a_service_without_an_answer_is_an_observation_and_the_walk_goes_on() -> None:
    served = {
        "/slow/search?format=json&q=lamp": (503, HTML, b"Busy"),
        "/many/search?format=json&q=lamp": (429, HTML, b"Too many"),
        "/huge/search?format=json&q=lamp": lambda: (200, JSON, zeros(1_000_000_000)),
        "/away/search?format=json&q=lamp": moved("http://169.254.169.254/search"),
        "/loop/search?format=json&q=lamp": moved("/loop/search?format=json&q=lamp"),
    }
    expected = {
        "slow": "unreachable",
        "many": "unreachable",
        "huge": "too_large",
        "away": "refused",
        "loop": "redirects",
    }
    with serving(served) as site:
        instance = question(site)
        for name, problem in expected.items():
            options = asking(site, search=f"{site.address}/{name}/search")
            shown = walk(instance, ("search[lamp]", "search[]"), options)
            assert re.match(rf"No page: http\S+/search\S* \({problem}\): ", shown[1].text), name
            assert "Nothing was found." in shown[2].text
            assert parts(instance, ("search[lamp]", "search[]"), shown)["no_page"] == 1
        undeclared = walk(question(site, ()), ("search[x]",), asking(site))
        assert "(refused): this is an address of a private network" in undeclared[1].text


def test_nothing_found_is_said() -> None:
    with serving({LAMP: found()}) as site:
        assert walk(question(site), ("search[lamp]",), asking(site))[1].text.endswith("| Nothing was found.")


def test_gaias_tool_asks_the_same_service(tmp_path: Path) -> None:
    async def search(options: GaiaOptions, query: str) -> str:
        pages = WebPages(options)
        try:
            return await pages.search(query)
        finally:
            await pages.close()

    with serving(served := {}) as site:
        served[LAMP] = found(
            {"url": "https://huggingface.co/datasets/gaia-benchmark/GAIA", "title": "The answers"},
            {"url": f"{site.address}/lamp", "title": "Lamps", "content": "Of brass."},
        )
        address = f"{site.address}/search"
        live = GaiaOptions(sandbox="none", pages="live", search=address, allow=site.place, interval=0.0, record=True,
                           archive=str(tmp_path))  # fmt: skip
        first = asyncio.run(search(live, "lamp"))
        assert first == f"{site.address}/lamp\nLamps\nOf brass."
        replayed = replace(live, pages="replay", record=False)
        assert asyncio.run(search(replayed, "lamp")) == first
        with pytest.raises(SkillevoError, match="not in the archive"):
            asyncio.run(search(replayed, "chair"))


def test_options_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    for wrong in ("searx.example/search", "file:///search", "https://x.example/search?q=", "http://[/"):
        with pytest.raises(SkillevoError, match="https://HOST/search"):
            WebWalkerOptions(mode="search", search=wrong)
        with pytest.raises(SkillevoError, match="https://HOST/search"):
            GaiaOptions(sandbox="none", pages="live", search=wrong)
    with pytest.raises(SkillevoError, match="needs mode=search"):
        WebWalkerOptions(search="https://x.example/search")
    with pytest.raises(SkillevoError, match="needs pages=live"):
        GaiaOptions(sandbox="none", search="https://x.example/search")


def test_a_panel_without_its_pages_is_refused_up_front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBWALKER_ARCHIVE", raising=False)
    info = {"type": "single_source", "difficulty_level": "easy"}
    row = {"question": "Q", "answer": "A", "root_url": "https://x.example/", "info": info}
    (tmp_path / "main.jsonl").write_text(json.dumps(row))
    panel = BENCHMARK.load_panel("main", str(tmp_path), WebWalkerOptions())
    for options in (WebWalkerOptions(), WebWalkerOptions(mode="search", search="https://x.example/search")):
        with pytest.raises(SkillevoError, match=r"main brings no pages .* -T archive=DIR .* -T pages=live"):
            BENCHMARK.check_panel(panel, options)
    with pytest.raises(SkillevoError, match=r"archive=DIR .* -T search="):
        BENCHMARK.check_panel(panel, WebWalkerOptions(mode="search", pages="live"))
    with pytest.raises(SkillevoError, match="nowhere is no archive"):
        BENCHMARK.check_panel(panel, WebWalkerOptions(archive="nowhere"))
    BENCHMARK.check_panel(panel, WebWalkerOptions(pages="live"))
    BENCHMARK.check_panel(load_panel("pocket-test"), WebWalkerOptions(mode="search"))
