"""What a person may choose of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from skillevo.envs.base import SkillevoError
from skillevo.harness.report.arms import ACROSS
from skillevo.results.published import published

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
        trainings: which training an arm evaluates, as a suite says: settings of trainings are ablated as well.
        inside: episodes whose turns stand inside the page; the others' are in the shards.
    """

    title: str = "skillevo report"
    baseline: str = ""
    cluster: str | None = None
    across: tuple[str, ...] = ()
    papers: tuple[str, ...] = MAIN_PAPERS
    inside: int = 60
    trainings: Mapping[str, str] = field(default_factory=dict)


def check_across(facets: Sequence[str]) -> tuple[str, ...]:
    """Refuse facets that no comparison may leave open: the panel and the benchmark's version are what it is on.

    Raises:
        SkillevoError: another facet is named.
    """
    for name in facets:
        if name not in ACROSS:
            raise SkillevoError(f"--across {name}: runs may be compared across {', '.join(ACROSS)}, nothing else")
    return tuple(facets)


def check_papers(papers: Sequence[str]) -> tuple[str, ...]:
    """Refuse papers that are not on record.

    Raises:
        SkillevoError: one is not; the message lists those that are.
    """
    known = [p.id for p in published().document.papers]
    for name in papers:
        if name not in known:
            raise SkillevoError(f"--published {name}: no such paper on record; there are {', '.join(known)}, and none")
    return tuple(papers)
