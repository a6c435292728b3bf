"""WebWalker behind the `Env` protocol: one question, one episode."""

from __future__ import annotations

from skillevo.envs.base import Observation, SkillevoError, Step, TaskInstance
from skillevo.envs.pages.base import Page, PageProblem, PageUnavailable
from skillevo.envs.pages.search import Searcher, WebSearcher
from skillevo.envs.webwalker.options import WebWalkerOptions
from skillevo.envs.webwalker.sources import (
    NO_ARCHIVE,
    NOTHING_TO_SEARCH,
    Lease,
    archive_folder,
    open_archive,
    search_archive,
)
from skillevo.envs.webwalker.verifier import is_exact
from skillevo.envs.webwalker.walk import ANSWER, Walk, read_action

VERSION = "webwalker-1-A"
"""Number: results are comparable within it. Letter: fixes that change no result."""


class WebWalkerEnv:
    """One episode of one question: from the root page, or from a search box, to an answer.

    Raises:
        SkillevoError: a search is asked for and there is no archive to search in.
    """

    def __init__(self, instance: TaskInstance, options: WebWalkerOptions = WebWalkerOptions()) -> None:
        self._instance, self._options = instance, options
        payload = instance.payload
        self._folder = archive_folder(options, str(payload.get("archive", "")))
        self._lease = Lease(options, tuple(payload.get("allow", ())))
        self._walk = Walk(self._get, str(payload["root"]), options.budget, options.stay_below, self._searcher())

    async def reset(self) -> Observation:
        return await self._walk.start()

    async def step(self, action: str) -> Step:
        verb, argument = read_action(action)
        if verb == ANSWER.partition("[")[0]:
            right = is_exact(argument, str(self._instance.payload["answer"]))
            return Step(Observation("You have answered."), float(right), True)
        if self._options.pages == "replay" and not self._folder:
            raise SkillevoError(NO_ARCHIVE)
        observation = await self._walk.act(verb, argument)
        here = self._walk.here
        return Step(observation, 0.0, False, {"url": here.url if here else ""})

    async def close(self) -> None:
        await self._lease.close()

    def _searcher(self) -> Searcher | None:
        if self._options.mode != "search":
            return None
        if self._options.search:
            return WebSearcher(self._get, self._options.search)
        if not self._folder:
            raise SkillevoError(NOTHING_TO_SEARCH)
        return search_archive(self._folder)

    async def _get(self, url: str) -> Page:
        if self._options.pages != "replay":
            return await self._lease.get(url)
        if not self._folder:
            raise PageUnavailable(url, PageProblem.NOT_ARCHIVED, "there is no archive")
        return open_archive(self._folder).page(url)
