"""Accuracy against rollouts spent: evolving methods beside best-of-N and pass@N at the same budget."""

from __future__ import annotations

from skillevo.harness.evaluation.statistics import Curve, by_instance
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.figure import Figure, Panel, Series
from skillevo.harness.report.measures import Measures
from skillevo.harness.report.spending import answer_curve, any_curve, is_level
from skillevo.harness.report.tables.common import notes_of


def spent_figure(family: Family, measures: Measures) -> Figure | None:
    """Two panels: what a method would answer with, and any success so far. None for a lone point."""
    until = max((a.rollouts for a in family.arms if not is_level(a)), default=0.0)
    answers = [(a, c) for a in family.arms if (c := answer_curve(a, measures, until))]
    anys = [(a, c) for a in family.arms if (c := any_curve(a, measures))]
    if sum(len(c.points) for _, c in (*answers, *anys)) < 3:
        return None
    panels = [
        Panel(
            title,
            "rollouts per instance",
            "solved",
            tuple(_series(a, c, measures, so_far=title == _ANY) for a, c in of),
            percent=True,
            unit=True,
            whole_x=True,
        )
        for title, of in ((_ANSWER, answers), (_ANY, anys))
        if of
    ]
    notes = [f"{'; '.join(apart)}" for _, apart in family.sections if apart]
    return Figure(
        f"spent-{family.id}",
        f"Success against rollouts spent: {family.name}",
        tuple(panels),
        f"{family.title}. Every rollout counts, those that chose a skill too. A step begins where its rollouts are all "
        "played; nothing is interpolated. Left: success of what the method would "
        "answer with; what evolves nothing is as good at its first rollout as at any later one, a level line on to the "
        "others' budgets, and a lone point is a method that "
        "answers only when all is spent. Right: instances with any success "
        "so far; plain sampling by the unbiased pass@k.",
        (*notes_of(family), *(f"Arms differ in protocol or budget: {n}." for n in notes)),
    )


_ANSWER, _ANY = "Current answer", "Any success so far"


def _series(arm: Arm, curve: Curve, measures: Measures, so_far: bool) -> Series:
    whole = measures.select(arm)
    by_generation = [measures.select(arm, scored=False, first=None if so_far else g, last=g) for g in arm.generations]
    return Series(
        arm.label,
        tuple(p.spent for p in curve.points),
        tuple(float(by_instance(p.scores).values.mean()) for p in curve.points),
        style="steps" if len(curve.points) > 1 else "points",
        episodes=tuple(by_generation) if arm.evolves else (whole,) * len(curve.points),
    )
