"""What `skillevo data webwalker` does: questions fetched and checked, pages recorded, archives checked and made."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skillevo.envs.checks import check_one_of
from skillevo.harness.cli.output import print_json

_AT_ONCE = 8
"""Pages that are recorded at the same time; each host is asked one after the other."""


def fetch(name: str, out: Path) -> Mapping[str, Any]:
    """Download a released set."""
    from skillevo.envs.webwalker.data import SETS
    from skillevo.envs.webwalker.data import fetch as download

    check_one_of("--fetch", name, SETS)
    return {"set": name, "questions": download(name, out), "folder": str(out)}


def check(archive: Path) -> Mapping[str, Any]:
    """Open an archive and read all that is in it."""
    from skillevo.envs.pages import PageUnavailable
    from skillevo.envs.pages.archive import ReplaySource
    from skillevo.envs.pages.document import document_of

    source = ReplaySource(archive)
    kinds = Counter(e.kind for e in source.entries.values())
    for url in source.entries:
        try:
            document_of(source.page(url))
        except PageUnavailable:
            continue
    return {"archive": str(archive), **kinds, "digest": source.digest}


def build(folder: Path) -> Mapping[str, Any]:
    """Make the bundled sites' archive."""
    from skillevo.envs.webwalker.pocket import build_archive

    return {"pages": build_archive(folder), **check(folder)}


def record(file: Path, folder: Path | None, pages: str, allow: str, interval: float, robots: bool) -> Mapping[str, Any]:
    """Check a file of questions, and record the root page and the gold pages of each."""
    from skillevo.envs.webwalker.data import load_rows

    check_one_of("--pages", pages, ("live", "browser"))
    rows = load_rows("main", str(file))
    cells = Counter(f"{row.type} {row.level}" for row in rows)
    found: dict[str, Any] = {"file": str(file), "questions": len(rows), **dict(sorted(cells.items()))}
    if folder is None:
        return found
    wanted = list(dict.fromkeys(url for row in rows for url in (row.root, *row.sources)))
    places = (*allow.split(","), *(place for row in rows for place in row.allow))
    return found | asyncio.run(_record(wanted, folder, pages, places, interval, robots))


async def _record(
    urls: Sequence[str], folder: Path, pages: str, allow: Sequence[str], interval: float, robots: bool
) -> dict[str, Any]:
    from skillevo.envs.pages import PageSource, PageUnavailable
    from skillevo.envs.pages.archive import RecordSource
    from skillevo.envs.pages.guard import Guard
    from skillevo.envs.pages.live import FetchRules, LiveSource
    from skillevo.harness.rollouts import run_in_order

    guard, rules = Guard.allowing(allow), FetchRules(interval=interval, robots=robots)
    inner: PageSource
    if pages == "browser":
        from skillevo.envs.pages.browser import BrowserSource

        inner = BrowserSource(guard, rules)
    else:
        inner = LiveSource(guard, rules)
    source = RecordSource(inner, folder)
    missing: Counter[str] = Counter()

    async def keep(url: str) -> None:
        try:
            await source.get(url)
        except PageUnavailable as e:
            missing[e.problem.value] += 1
            print(f"no page: {e}", file=sys.stderr)

    try:
        await run_in_order(urls, keep, _AT_ONCE)
    finally:
        kept = len(source)
        await source.close()
    return {"archive": str(folder), "pages": kept, "missing": dict(missing)}


def show(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(dict(found))
        return
    for name, value in found.items():
        print(f"{name:24} {value:,}" if isinstance(value, int) else f"{name:24} {value}")
