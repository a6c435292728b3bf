"""The bundled panels: questions about organisations of our own, and the archive of their sites that comes along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from skillevo.envs.base import Panel, SkillevoError, TaskInstance, content_digest
from skillevo.envs.pages.archive import INDEX, WARC, ArchiveWriter
from skillevo.envs.pages.base import Page
from skillevo.envs.pages.urls import canonical
from skillevo.envs.webwalker.organisations import (
    GENERATOR_VERSION,
    Organisation,
    make_organisation,
    questions,
    render_site,
)
from skillevo.envs.webwalker.organisations.words import Language

FOLDER = Path(__file__).parent / "bundled"
"""Where the archive lies; `skillevo data webwalker --pocket DIR` makes the same one elsewhere."""

ADDRESS = "https://{slug}.example/"
"""A site's root; hosts below `.example` exist nowhere (RFC 2606)."""

_MADE = "2026-01-01T00:00:00+00:00"
"""When the archive's pages are said to be from: the same files whenever they are made."""

_EVERY: tuple[tuple[str, Language], ...] = tuple(
    (kind, language) for kind in ("conference", "university", "company", "games") for language in ("en", "zh")
)
SITES: Mapping[str, tuple[tuple[str, Language, int], ...]] = {
    "pocket-train": tuple((kind, language, 1) for kind, language in _EVERY),
    "pocket-val": tuple((kind, language, 2) for kind, language in (_EVERY[0], _EVERY[3], _EVERY[4], _EVERY[7])),
    "pocket-test": tuple((kind, language, 3) for kind, language in _EVERY),
}
"""The sites of each panel; none is in two."""


def pocket_panel(name: str, address: str = ADDRESS, allow: tuple[str, ...] = ()) -> Panel:
    """A bundled panel: the sites' questions in turn, so that its first ones are of every kind.

    Args:
        name: one of `SITES`.
        address: where the sites are, with {slug}; other than the archive's for sites that are served.
        allow: `host:port` that may be visited although it is private.
    """
    sites = [_of_site(*site, name, address, allow) for site in SITES[name]]
    mixed = tuple(instance for row in zip(*sites, strict=True) for instance in row)
    note = f"skillevo's own organisations, generator {GENERATOR_VERSION}; {len(sites)} sites"
    return Panel(name, "webwalker", mixed, note)


def site_pages(org: Organisation) -> Mapping[str, str]:
    """A site's pages by path."""
    return render_site(org)


@lru_cache(maxsize=32)
def organisation(kind: str, language: Language, number: int) -> Organisation:
    return make_organisation(kind, language, number)


def all_sites() -> Iterator[Organisation]:
    for sites in SITES.values():
        for site in sites:
            yield organisation(*site)


def build_archive(folder: Path) -> int:
    """Make the archive of all sites: the same bytes from the same generator, converter and zlib.

    Returns:
        The number of pages.

    Raises:
        SkillevoError: there is one already.
    """
    if (folder / WARC).exists() or (folder / INDEX).exists():
        raise SkillevoError(f"{folder} has an archive already; remove it first")
    folder.mkdir(parents=True, exist_ok=True)
    writer, n = ArchiveWriter(folder), 0
    for org in all_sites():
        root = ADDRESS.format(slug=org.slug)
        for path, html in site_pages(org).items():
            url = canonical(root + path)
            writer.add(Page(url, url, 200, "text/html; charset=utf-8", html.encode(), _MADE))
            n += 1
    writer.close()
    return n


def _of_site(
    kind: str, language: Language, number: int, panel: str, address: str, allow: tuple[str, ...]
) -> list[TaskInstance]:
    org = organisation(kind, language, number)
    root = address.format(slug=org.slug)
    pages = site_pages(org)
    content = content_digest([text for item in sorted(pages.items()) for text in item])
    found = []
    for n, q in enumerate(questions(org), 1):
        found.append(
            TaskInstance(
                id=f"{panel}/{org.slug}/{n}",
                env="webwalker",
                split=panel.removeprefix("pocket-"),
                prompt=q.text,
                payload={
                    "root": root,
                    "answer": q.answer,
                    "sources": [canonical(root + path) for path in q.sources],
                    "path": [canonical(root + path) for path in q.path],
                    "archive": str(FOLDER) if address == ADDRESS else "",
                    "allow": list(allow),
                },
                tags={"level": q.difficulty, "type": q.type, "language": language, "site": org.slug, "domain": kind},
                digest=content_digest([q.text, q.answer, content]),
            )
        )
    return found
