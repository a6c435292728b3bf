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
    ("reward", "Mean reward", "mean reward"),
    ("any_of", "Any of K rollouts", "solved"),
    ("union", "Union so far", "solved"),
)


def generation_figure(family: Family, measures: Measures, papers: Sequence[str]) -> Figure | None:
    """Three panels: mean reward, any of K, union. None where no arm evolves."""
    arms = [a for a in family.arms if a.evolves]
    if not arms:
        return None
    curves = [c for c in published().curves if c.paper in papers and c.id == "generations"]
    panels = tuple(
        Panel(
            title,
            "generation (0: initial skill)",
            label,
            (*(_series(arm, measures, kind) for arm in arms), *(_printed(c, kind) for c in curves)),
            percent=kind != "reward",
            unit=True,
            whole_x=True,
        )
        for kind, title, label in KINDS
    )
    several = any(len(a.runs) > 1 for a in arms)
    overlay = "".join(
        f" {published().paper(c.paper).name}: {c.where}, {c.tasks} tasks, K = {c.rollouts}, {c.confidence}; "
        "other tasks and models, its generations counted from 1."
        for c in curves
    )
    return Figure(
        f"generations-{family.id}",
        f"Generation by generation: {family.first.config['panel'].get('name', family.task)}",
        panels,
        f"{family.title}."
        + (" Lines are means over seeds, bands run from the lowest to the highest seed." if several else "")
        + overlay,
        notes_of(family),
        tuple(a.label for a in family.arms),
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
    scores = measures.scores(arm, metric, picked, any_of=kind != "reward")
    return [
        float(by_instance([s for s in scores if s.seed == seed]).values.mean())
        for seed in dict.fromkeys(s.seed for s in scores)
    ]


def _printed(curve: PublishedCurve, kind: str) -> Series:
    name = f"{published().paper(curve.paper).name} (published)"
    return Series(name, tuple(map(float, curve.generations)), getattr(curve, kind), published=True)
