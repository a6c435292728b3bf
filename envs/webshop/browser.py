"""WebShop played in a real browser: the shop's site, served by this process, in Chromium through Playwright.

What the shopper sees is read from the rendered page and put together again, so that observations, rewards and what can
be clicked are those of the text backend. Needs the extras `web` and `browser` and a Chromium.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import Any
from weakref import WeakKeyDictionary

from skillevo.envs.base import Observation, SkillevoError, Step
from skillevo.envs.pages.chromium import Chromium, start_chromium
from skillevo.envs.webshop import pages
from skillevo.envs.webshop.env import SEARCH_FORM
from skillevo.envs.webshop.goals import Goal
from skillevo.envs.webshop.options import WebShopOptions
from skillevo.envs.webshop.pages import Kind, Node, Page, Target
from skillevo.envs.webshop.session import Rules, read_action
from skillevo.envs.webshop.site import Serving

_READ = """() => {
    const main = document.querySelector("main");
    const nodes = [...document.querySelectorAll("[data-number]")].map(e => [
        Number(e.dataset.number), e.dataset.kind, e.textContent]);
    nodes.sort((a, b) => a[0] - b[0]);
    const seen = [...document.querySelectorAll(".seen [data-number][data-kind=link]")].map(e => e.textContent);
    return {nodes, seen, ...main.dataset};
}"""
_CLICKABLE = "main button[name=click]"
_SEARCH = "form[role=search]"
_ORDER = (Kind.BUTTON, Kind.LINK, Kind.OPTION)
"""In which the original lists what can be clicked."""


def check_browser() -> None:
    """Raises a SkillevoError if what the browser backend needs is not installed."""
    missing = [m for m in ("playwright", "starlette", "jinja2", "uvicorn") if find_spec(m) is None]
    if missing:
        raise SkillevoError(
            f"the browser backend needs {', '.join(missing)}: pip install 'skillevo[web,browser]', and a Chromium"
        )


class BrowserEnv:
    """One episode of one goal, in a browser window of its own."""

    def __init__(self, rules: Rules, goal: Goal, options: WebShopOptions = WebShopOptions()) -> None:
        check_browser()
        self._rules, self._goal, self._options = rules, goal, options
        self._window: Any = None
        self._shown = Observation("")

    async def reset(self) -> Observation:
        await self.close()
        self._window = await _browser().open()
        site = _site(self._rules)
        await self._window.goto(f"{site.address}/")
        await self._window.fill("#goal", str(self._goal.index))
        await self._submit(self._window.locator("form:has(#goal) button"))
        await self._look()
        return self._shown

    async def step(self, action: str) -> Step:
        verb, argument = read_action(action) or ("", "")
        if verb == "search":
            # The browser sends no text that is not Unicode; half a character finds nothing anyway.
            words = argument.encode("utf-8", "replace").decode()
            await self._window.fill(f"{_SEARCH} input", words)
            await self._submit(self._window.locator(f"{_SEARCH} button"))
        elif verb == "click" and (found := await self._clickable(argument)) is not None:
            await self._submit(found)
        else:
            return Step(self._shown, 0.0, False)
        facts = await self._look()
        if facts["refused"]:
            return Step(self._shown, 0.0, False, {"refused": facts["refused"]})
        return Step(self._shown, float(facts.get("reward", 0.0)), "reward" in facts)

    async def close(self) -> None:
        if self._window is not None:
            window, self._window = self._window, None
            await _browser().leave(window)

    async def _clickable(self, name: str) -> Any:
        """What a click on that name hits: of several the last, as in the text backend."""
        found = self._window.locator(_CLICKABLE)
        names = await found.evaluate_all("elements => elements.map(e => e.value)")
        places = [i for i, value in enumerate(names) if value == name]
        return found.nth(places[-1]) if places else None

    async def _submit(self, button: Any) -> None:
        async with self._window.expect_navigation(wait_until="domcontentloaded"):
            await button.click()

    async def _look(self) -> Mapping[str, Any]:
        """Read the page; what is kept of it is the observation, what is given is what the page says of itself."""
        facts: Mapping[str, Any] = await self._window.evaluate(_READ)
        if "address" not in facts:
            raise SkillevoError(f"the site shows no page of the shop: {await self._window.inner_text('main')}")
        nodes = [Node(text, Kind(kind)) for _, kind, text in facts["nodes"]]
        targets = {n.text.lower(): Target(n.kind) for kind in _ORDER for n in nodes if n.kind is kind}
        page = Page(nodes, targets, facts["layout"] == "search")
        self._shown = self._observation(page, str(facts["address"]), set(facts["seen"]))
        return facts

    def _observation(self, page: Page, url: str, visited: set[str]) -> Observation:
        mode = self._options.observation
        text = url if mode == "url" else pages.text(page) if mode == "text" else pages.rich_text(page, url, visited)
        if not self._options.admissible:
            return Observation(text, (), url)
        clicks = tuple(f"click[{name}]" for name in page.targets if name != "search")
        return Observation(text, clicks, url, (SEARCH_FORM,) if page.has_search_bar else ())


@lru_cache
def _site(rules: Rules) -> Serving:
    """The shop's site, one for all environments of a process; it ends with the process."""
    return Serving(rules)


@dataclass(slots=True)
class _Browser:
    """The browser that the environments of one event loop share: started by the first, closed by the last."""

    windows: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    chromium: Chromium | None = None

    async def open(self) -> Any:
        """A window that shares no cookies and no history with any other."""
        async with self.lock:
            if self.chromium is None:
                self.chromium = await start_chromium()
            window = await self.chromium.browser.new_page()
            self.windows += 1
            return window

    async def leave(self, window: Any) -> None:
        async with self.lock:
            await window.close()
            self.windows -= 1
            if self.windows == 0 and self.chromium is not None:
                await self.chromium.close()
                self.chromium = None


_browsers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Browser] = WeakKeyDictionary()


def _browser() -> _Browser:
    return _browsers.setdefault(asyncio.get_running_loop(), _Browser())
