"""The page: one self-contained HTML file, and the shards beside it that hold the turns of all episodes."""

from skillevo.harness.report.page.page import write_page

__all__ = ["write_page"]
