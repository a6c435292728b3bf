"""What each method makes of equal numbers of rollouts: success at the common budget, area under the curve."""

from __future__ import annotations

from dataclasses import replace

from skillevo.harness.evaluation.statistics import Curve, area_under, scores_at
from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures, estimate
from skillevo.harness.report.spending import answer_curve, any_curve, common_budget, is_level
from skillevo.harness.report.table import Cell, Column, Section, Table
from skillevo.harness.report.tables.common import caption, counted, notes_of

COLUMNS = (
    Column("method", "Method", "left"),
    Column("spent", "Rollouts", help="per instance, everything counted"),
    Column("answer", "Answer %", help="success of what it would answer with at the common budget"),
    Column("answer_area", "Area", help="under the answer's success against rollouts spent, divided by the budget"),
    Column("any", "Any so far %", help="instances with any success among the rollouts of the common budget"),
    Column("any_area", "Area, any", help="under any success so far against rollouts spent, divided by the budget"),
)


AT_THE_END = "it answers only when all is spent, which leaves no area"


def budget_table(family: Family, measures: Measures) -> Table | None:
    """One row per arm at the largest budget that all that evolve spent; None where only one arm is.

    Arms of all sections stand in it: their budgets are what it evens out, and their axes are in the methods' table.
    """
    arms = family.arms
    if len(arms) < 2:
        return None
    budget = common_budget(family)
    rows = tuple(_row(arm, measures, budget) for arm in arms)
    who = "every arm" if all(arm.rollouts >= budget for arm in arms) else "every arm that evolves"
    level = any(is_level(arm) and arm.rollouts < budget for arm in arms)
    return Table(
        f"budget-{family.id}",
        f"At {counted(budget, 'rollout')} per instance: {family.name}",
        COLUMNS,
        (Section(rows),),
        caption(
            family,
            f"At {counted(budget, 'rollout')} per instance, the most that {who} spent; nothing is interpolated.",
            "What evolves nothing answers the same at any budget: its line is level, from its first rollout on to this "
            "budget, however often it was played." * level,
            "Any so far is pass@k for plain sampling; an area is 0 until the first answer is paid for, and seeds are "
            "averaged in it.",
        ),
        notes_of(family),
    )


def _row(arm: Arm, measures: Measures, budget: float) -> tuple[Cell, ...]:
    answer, any_ = answer_curve(arm, measures, budget), any_curve(arm, measures)
    return (
        cells.text(arm.label),
        cells.rollouts(arm.rollouts, measures.select(arm, scored=False)),
        *_pair(arm, answer, budget, measures),
        *_pair(arm, any_, budget, measures),
    )


def _pair(arm: Arm, curve: Curve | None, budget: float, measures: Measures) -> tuple[Cell, Cell]:
    if curve is None:
        return Cell(), Cell()
    if curve.points[0].spent > budget:
        mark = f"its first answer costs {counted(curve.points[0].spent, 'rollout')}"
        return Cell("not yet", None, marks=(mark,)), Cell()
    picked = measures.select(arm, scored=False)
    if curve.budget < budget:
        return Cell(
            "unknown", None, marks=(f"{counted(curve.budget, 'rollout')} do not say what more would do",)
        ), Cell()
    if curve.points[0].spent == budget:
        return cells.share(estimate(scores_at(curve, budget)), picked), Cell("at the end", None, marks=(AT_THE_END,))
    area = replace(cells.share(area_under(curve, budget), picked, percent=False), marks=())
    return cells.share(estimate(scores_at(curve, budget)), picked), area
