"""Each arm against the baseline: effect sizes, tests before and after Holm, area, and what it would take to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    Score,
    Significance,
    area_scores,
    by_instance,
    cohens_h,
    instances_for_difference,
    pair,
    paired_d,
    seeds_needed,
)
from skillevo.harness.evaluation.statistics.seeds import seed_means
from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures, difference
from skillevo.harness.report.selection import Selection
from skillevo.harness.report.spending import answer_curve, common_budget
from skillevo.harness.report.table import Cell, Column, Section, Table, without_empty
from skillevo.harness.report.tables.common import (
    baseline_of,
    caption,
    clusters_told,
    counted,
    name_of,
    notes_of,
    tests_of,
)

POWER = 0.8
COLUMNS = (
    Column("method", "Method", "left"),
    Column("difference", "Δ success", help="against the baseline, percentage points, 95 % interval, paired"),
    Column("h", "h", help="Cohen's h of the two success rates: 0.2 small, 0.5 medium, 0.8 large"),
    Column("d", "d", help="Cohen's d of the paired differences, in their standard deviations over instances"),
    Column("unadjusted", "p alone", help="of no difference in success, for this comparison alone"),
    Column("p", "p Holm", help="adjusted over all tests of the panel's tables"),
    Column("area", "Δ area", help="of the answer's success against rollouts spent, up to the common budget; paired"),
    Column("seeds", "Seeds needed", help="per method, to show this difference on this panel"),
    Column("instances", "Instances needed", help="to show this difference with these seeds on further instances"),
)


@dataclass(frozen=True, slots=True)
class _Both:
    """An arm and its baseline."""

    arm: Arm
    base: Arm
    own: Sequence[Score]
    theirs: Sequence[Score]
    picked: Selection


def comparison_table(family: Family, measures: Measures, baseline: str) -> Table | None:
    """One row per arm that is tested against a baseline; None where there is none."""
    tests = tests_of(family, measures, baseline)
    budget = common_budget(family)
    sections, names = [], []
    for arms, apart in family.sections:
        base = baseline_of(arms, baseline)
        if base is None:
            continue
        names.append(base.label)
        theirs = measures.scores(base, "success", measures.select(base))
        rows = tuple(
            _row(
                _Both(a, base, measures.scores(a, "success", measures.select(a)), theirs, measures.select_all(a, base)),
                tests["success", a.label],
                measures,
                budget,
            )
            for a in arms
            if a is not base
        )
        sections.append(Section(rows, f"apart: {'; '.join(apart)}" if apart else ""))
    if not sections:
        return None
    kept = without_empty(COLUMNS, [row for s in sections for row in s.rows])
    alone = f", those of {family.model} alone" if family.model else ""
    return Table(
        f"comparisons-{family.id}",
        f"Against {', '.join(dict.fromkeys(names))}: {family.name}",
        tuple(COLUMNS[i] for i in kept),
        tuple(Section(tuple(tuple(r[i] for i in kept) for r in s.rows), s.title) for s in sections),
        caption(
            family,
            clusters_told(family, measures, tested=True),
            f"p Holm-adjusted over {counted(len(tests), 'test')}{alone}.",
            f"Needed: for a power of {POWER:.0%} at the 5 % level, two-sided, "
            "were the difference and the spread what they are here; a plan for the next comparison, not a result of "
            f"this one. Areas up to {counted(budget, 'rollout')} per instance.",
        ),
        notes_of(family),
    )


def _row(both: _Both, test: Significance, measures: Measures, budget: float) -> tuple[Cell, ...]:
    picked = both.picked
    rates = [float(by_instance(side).values.mean()) for side in (both.own, both.theirs)]
    d = paired_d(both.own, both.theirs)
    alone = test.unadjusted if test.unadjusted is not None else test.p
    return (
        name_of(both.arm),
        cells.gain(difference(both.own, both.theirs), picked),
        cells.signed(cohens_h(*rates), picked),
        cells.signed(d.value, picked, d.warnings) if isfinite(d.value) else Cell(),
        cells.probability(alone, picked),
        cells.p_value(test, picked),
        _area(both, measures, budget),
        _seeds(both),
        _instances(both),
    )


def _area(both: _Both, measures: Measures, budget: float) -> Cell:
    """Nothing where one of the two answers only when all is spent, spent less, or has no single answer."""
    curves = [answer_curve(arm, measures, budget) for arm in (both.arm, both.base)]
    if any(c is None or c.points[0].spent >= budget or c.budget < budget for c in curves):
        return Cell()
    own, theirs = (area_scores(c, budget) for c in curves if c is not None)
    return cells.gain(difference(own, theirs), measures.select_all(both.arm, both.base, scored=False), percent=False)


def _seeds(both: _Both) -> Cell:
    """From both arms' spread between seeds, which has the rollouts' chance in it; nothing for arms of one seed."""
    try:
        means = [list(seed_means(side).values()) for side in (both.own, both.theirs)]
    except SkillevoError:
        return Cell()  # a seed lacks instances: there is no spread between seeds to speak of
    if any(len(m) < 2 for m in means):
        return Cell()
    sd = sqrt(sum(float(np.var(m, ddof=1)) for m in means) / 2)
    gap = float(np.mean(means[0]) - np.mean(means[1]))
    return _needed(lambda: seeds_needed(gap, sd, len(by_instance(both.own).names), power=POWER).number, both.picked)


def _instances(both: _Both) -> Cell:
    found = pair(both.own, both.theirs).difference
    gap, sd = float(found.values.mean()), float(found.values.std(ddof=1)) if len(found.values) > 1 else 0.0
    clustered = len(found.clusters) < len(found.names)
    marks = ("instances taken as independent; clusters make it more",) if clustered else ()
    return _needed(lambda: instances_for_difference(gap, sd, POWER).number, both.picked, marks)


def _needed(count: Callable[[], int], episodes: Selection, marks: tuple[str, ...] = ()) -> Cell:
    """A plan's number; nothing where equal methods leave nothing to plan."""
    try:
        return Cell(f"{(n := count()):,}", n, episodes=episodes, marks=marks)
    except SkillevoError:
        return Cell()
