"""A Chromium through Playwright: where it is found, how it is started, what it takes. Needs the extra `browser`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from skillevo.envs.base import SkillevoError

CHROMIUM_VARIABLE = "SKILLEVO_CHROMIUM"
"""The path of the browser; without it one on PATH is taken, or Playwright's own."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Chromium:
    """A running browser. It ends with `close`, or with the process that started it, however that ends."""

    def __init__(self, playwright: Any, browser: Any) -> None:
        self._playwright, self.browser = playwright, browser

    async def close(self) -> None:
        await self.browser.close()
        await self._playwright.stop()


def check_playwright() -> None:
    """Raises a SkillevoError if Playwright is not installed."""
    if find_spec("playwright") is None:
        raise SkillevoError("a browser needs playwright: pip install 'skillevo[browser]', and a Chromium")


def find_chromium() -> str | None:
    """The browser's path; None for Playwright's own."""
    return os.environ.get(CHROMIUM_VARIABLE) or next(filter(None, map(shutil.which, _BROWSERS)), None)


async def start_chromium(arguments: Sequence[str] = (), **launch: Any) -> Chromium:
    """Start one.

    Args:
        arguments: of the browser's command line.
        launch: for Playwright's `launch`, besides.

    Raises:
        SkillevoError: none can be started.
    """
    from playwright.async_api import Error, async_playwright

    # Chromium's sandbox refuses to work for root, as whom containers run.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    switches = [*arguments, *(["--no-sandbox"] if root else [])]
    playwright = await async_playwright().start()
    try:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=switches, **launch)
    except Error as e:
        await playwright.stop()
        raise SkillevoError(
            f"no Chromium can be started ({str(e).splitlines()[0]}): apt install chromium, `playwright install "
            f"chromium`, or name one in ${CHROMIUM_VARIABLE}"
        ) from None
    return Chromium(playwright, browser)
