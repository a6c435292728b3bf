"""index.html and the shards."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib.resources import files

from skillevo.harness.report.build import Report
from skillevo.harness.report.files import Folder
from skillevo.harness.report.notices import Notice
from skillevo.harness.report.page.content import chosen, page_content
from skillevo.harness.report.page.markup import document, embedded_json, escape
from skillevo.harness.report.page.shards import shards
from skillevo.harness.report.page.turns import Turn, Turns

PAGE = "index.html"


def write_page(report: Report, pictures: Mapping[str, tuple[bytes, bytes]], folder: Folder) -> tuple[Notice, ...]:
    """Write the shards, run by run, then the page.

    Args:
        pictures: each figure as SVG, for light and for dark, by its id.

    Returns:
        What came out while turns were read: they are read here only.
    """
    style = _asset("shard.css")
    wanted: dict[str, list[int]] = {}
    for run, at in chosen(report):
        wanted.setdefault(run.name, []).append(at)
    inside: dict[tuple[str, int], list[Turn]] = {}
    unread = []
    for run in report.runs:
        turns = Turns(run)
        if turns.notice is not None:
            unread.append(turns.notice)
        places = wanted.get(run.name, [])
        found = turns.of([run.episodes[i] for i in places])
        inside |= {(run.name, i): of for i, of in zip(places, found, strict=True) if of}
        for name, text in shards(run, turns, style):
            folder.write(name, text)
    report = report.noticing(unread)
    content = page_content(report, folder.path.resolve(), inside)
    content["pictures"] = {id: [_uri(light), _uri(dark)] for id, (light, dark) in pictures.items()}
    title = report.options.title
    body = (
        f'<header><h1>{escape(title)}</h1><nav id="contents" aria-label="Contents"></nav></header>\n'
        '<main id="main"></main>\n<dialog id="panel" aria-labelledby="panel-title"></dialog>\n'
        '<noscript><p>The page needs its script for tables and episodes; <a href="report.md">report.md</a> '
        "has all tables.</p></noscript>\n" + embedded_json("data", content)
    )
    folder.write(PAGE, document(title, _asset("page.css"), body, _asset("page.js")))
    return tuple(unread)


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
