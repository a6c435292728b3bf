"""How the web presents itself, and who judges answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from skillevo.envs.base import SkillevoError
from skillevo.envs.checks import check_amount, check_flag, check_one_of, check_whole
from skillevo.envs.pages.search import check_endpoint

Mode = Literal["click", "search"]
Pages = Literal["replay", "live", "browser"]
Judging = Literal["exact", "judge"]


@dataclass(frozen=True, slots=True)
class WebWalkerOptions:
    """Part of the protocol; recorded in every run.

    Attributes:
        mode: `click` (from the root page, links only) or `search` (a search box, and no root page).
        search: with `search`: the address of a SearXNG's search (`https://HOST/search`); without one it is BM25 over
            the archive.
        pages: `replay` (an archive, and nothing else), `live` (httpx) or `browser` (Chromium).
        archive: the archive's folder; by default $WEBWALKER_ARCHIVE. The bundled panels have their own.
        record: with `live` or `browser`: keep every page in `archive`, and take from there what is kept.
        budget: characters of a page that are shown at once.
        stay_below: whether links that lead away from the root's site are not offered (`click` only).
        allow: `host:port` of private places that may be visited, separated by commas.
        interval: seconds between two requests to one host.
        robots: whether robots.txt is kept to.
        verifier: `exact`, or `judge`: a model (`--grader`, in Inspect the role `grader`) where the match is not exact.
    """

    mode: Mode = "click"
    search: str = ""
    pages: Pages = "replay"
    archive: str = ""
    record: bool = False
    budget: int = 6000
    stay_below: bool = True
    allow: str = ""
    interval: float = 1.0
    robots: bool = True
    verifier: Judging = "exact"

    def __post_init__(self) -> None:
        check_one_of("mode", self.mode, get_args(Mode))
        if self.search:
            check_endpoint(self.search)
            if self.mode != "search":
                raise SkillevoError("search names what the search box asks: it needs mode=search")
        check_one_of("pages", self.pages, get_args(Pages))
        check_flag("record", self.record)
        check_whole("budget", self.budget, 200)
        check_flag("stay_below", self.stay_below)
        check_amount("interval", self.interval)
        check_flag("robots", self.robots)
        check_one_of("verifier", self.verifier, get_args(Judging))

    @property
    def allowed(self) -> tuple[str, ...]:
        """The private places, one by one."""
        return tuple(place.strip() for place in self.allow.split(",") if place.strip())
