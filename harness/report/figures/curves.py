"""Reward and success generation by generation, seeds as a band, Skill-R1's published curve as overlay."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from skillevo.harness.evaluation.statistics import by_instance
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.figure import Figure, Panel, Series
from skillevo.harness.report.measures import Measures
from skillevo.harness.report.selection import Selection
from skillevo.harness.report.tables.common import notes_of
from skillevo.results.published import PublishedCurve, published

KINDS = (
    ("success", "Mean success", "solved"),
    ("reward", "Mean reward", "mean reward"),
    ("any_of", "Any of K rollouts", "solved"),
    ("union", "Union so far", "solved"),
)


def generation_figure(family: Family, measures: Measures, papers: Sequence[str]) -> Figure | None:
    """Panels of mean success, mean reward, any of K and union; None where no arm evolves.

    Where reward is success and nothing more, their two panels would be one picture twice: there is one.
    """
    arms = [a for a in family.arms if a.evolves]
    if not arms:
        return None
    curves = [c for c in published().curves if c.paper in papers and c.id == "generations"]
    graded = any(a.graded for a in arms)
    panels = tuple(
        Panel(
            title,
            "generation (0: initial skill)",
            label,
            (*(_series(arm, measures, kind) for arm in arms), *_printed(curves, kind)),
            percent=kind != "reward",
            unit=True,
            whole_x=True,
        )
        for kind, title, label in KINDS
        if graded or kind != "success"
    )
    several = any(len(a.runs) > 1 for a in arms)
    overlay = "".join(
        f" {published().paper(c.paper).name}: {c.where}, {c.tasks} tasks, K = {c.rollouts}, {c.confidence}; "
        "other tasks and models, its generations counted from 1."
        for c in curves
    )
    return Figure(
        f"generations-{family.id}",
        f"Generation by generation: {family.name}",
        panels,
        f"{family.title}."
        + ("" if graded else " Reward is success here: 1 or 0.")
        + (" Lines are means over seeds, bands run from the lowest to the highest seed." if several else "")
        + overlay,
        notes_of(family),
    )


def _series(arm: Arm, measures: Measures, kind: str) -> Series:
    every = [g for g in arm.generations if g != arm.fresh]
    picked = tuple(_selection(arm, measures, kind, g) for g in every)
    metric = "reward" if kind == "reward" else "success"
    per_seed = [_seeds(arm, measures, metric, s, kind) for s in picked]
    several = len(arm.runs) > 1
    return Series(
        arm.label,
        tuple(float(g) for g in every),
        tuple(fmean(v) for v in per_seed),
        tuple(min(v) for v in per_seed) if several else (),
        tuple(max(v) for v in per_seed) if several else (),
        episodes=picked,
    )


def _selection(arm: Arm, measures: Measures, kind: str, g: int) -> Selection:
    return measures.select(arm, scored=False, first=None if kind == "union" else g, last=g)


def _seeds(arm: Arm, measures: Measures, metric: str, picked: Selection, kind: str) -> list[float]:
    scores = measures.scores(arm, metric, picked, any_of=kind in ("any_of", "union"))
    return [
        float(by_instance([s for s in scores if s.seed == seed]).values.mean())
        for seed in dict.fromkeys(s.seed for s in scores)
    ]


def _printed(curves: Sequence[PublishedCurve], kind: str) -> list[Series]:
    """The papers' curves of this kind; none of mean success, which they do not print."""
    if kind == "success":
        return []
    return [
        Series(
            f"{published().paper(c.paper).name} (published)",
            tuple(map(float, c.generations)),
            getattr(c, kind),
            published=True,
        )
        for c in curves
    ]
