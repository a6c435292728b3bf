"""Where web pages come from: live, a browser, a recording, an archive. WebWalker and GAIA share it. See README.md.

The names here need nothing installed. `live`, `browser`, `archive` and `document` want the extras `web` and `browser`.
"""

from __future__ import annotations

from skillevo.envs.pages.base import Page, PageProblem, PageSource, PageUnavailable

__all__ = ["Page", "PageProblem", "PageSource", "PageUnavailable"]
