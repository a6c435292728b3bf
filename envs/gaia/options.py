"""What an agent is given in GAIA, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from skillevo.envs.base import SkillevoError
from skillevo.envs.checks import check_amount, check_flag, check_one_of, check_whole
from skillevo.envs.gaia.sandbox import IMAGE
from skillevo.envs.pages.search import check_endpoint

SandboxKind = Literal["docker", "local", "none"]
PagesKind = Literal["none", "replay", "live", "browser"]


@dataclass(frozen=True, slots=True)
class GaiaOptions:
    """Part of the protocol; recorded in every run.

    Attributes:
        sandbox: where `python[...]` and `bash[...]` run: `docker`; `local`, on this machine without any isolation;
            `none`, where both are not offered: the default of whoever runs no code (`Benchmark.without_model`).
        image: the container's.
        tool_timeout: seconds that one use of a tool may take.
        page_chars: characters of a document that are shown at once, and of what code prints.
        media: whether images and sound are handed to the model as they are, too; not all models take them.
        redact: whether questions, answers and transcripts of GAIA's own tasks are left out of logs, turns and
            reports, whose licence forbids to share them in the open.
        pages: where `visit[...]` has web pages from: `replay` (an archive, in which `search[...]` searches), `live`
            (httpx), `browser` (Chromium); `none`, where it is not offered.
        search: whom `search[...]` asks: the address of a SearXNG's search (`https://HOST/search`); by default the
            archive, where there is one.
        archive, record, allow, interval, robots: of these pages; as WebWalker's options of these names.
    """

    sandbox: SandboxKind = "docker"
    image: str = IMAGE
    tool_timeout: int = 60
    page_chars: int = 8_000
    media: bool = True
    redact: bool = True
    pages: PagesKind = "none"
    search: str = ""
    archive: str = ""
    record: bool = False
    allow: str = ""
    interval: float = 1.0
    robots: bool = True

    def __post_init__(self) -> None:
        check_one_of("sandbox", self.sandbox, get_args(SandboxKind))
        if not isinstance(self.image, str) or not self.image or self.image.startswith("-"):
            raise SkillevoError(f"image is the name of a container image, not {self.image!r}")
        check_whole("tool_timeout", self.tool_timeout)
        check_whole("page_chars", self.page_chars, 200)
        check_flag("media", self.media)
        check_flag("redact", self.redact)
        check_one_of("pages", self.pages, get_args(PagesKind))
        if self.search:
            check_endpoint(self.search)
            if self.pages == "none":
                raise SkillevoError("search finds pages to visit: it needs pages=live, browser or replay")
        check_flag("record", self.record)
        check_amount("interval", self.interval)
        check_flag("robots", self.robots)
        if self.record and self.pages in ("none", "replay"):
            raise SkillevoError("record=true keeps what is visited: it needs pages=live or pages=browser")
