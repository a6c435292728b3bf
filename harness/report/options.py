"""What a person may choose of a report."""

from __future__ import annotations

from dataclasses import dataclass

MAIN_PAPERS = ("skill-r1", "skill1", "skillrl")
"""The papers whose rows stand beside measured ones unless others are asked for."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Choices.

    Attributes:
        title: of the page.
        baseline: the method that others are tested against; empty for `no_skill` where there is one, else the first.
        cluster: the instance tag to cluster by; None for the benchmark's own, empty for none.
        across: facets in which compared runs may differ all the same (`skill_source`, `rollouts per instance`, ...).
        papers: whose published rows stand beside measured ones.
        inside: episodes whose turns stand inside the page; the others' are in the shards.
    """

    title: str = "skillevo report"
    baseline: str = ""
    cluster: str | None = None
    across: tuple[str, ...] = ()
    papers: tuple[str, ...] = MAIN_PAPERS
    inside: int = 60
