"""Methods on one panel: success and reward with intervals, tests against a baseline, skill lift."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import skill_lift
from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.comparable import AXES, differences
from skillevo.harness.report.measures import Measures, difference
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.table import Cell, Column, Section, Table, without_empty
from skillevo.harness.report.tables.common import (
    BESIDE,
    baseline_of,
    caption,
    clusters_told,
    counted,
    name_of,
    notes_of,
    published_rows,
    sections_of,
    tests_of,
)

PLAIN = "no_skill"
COLUMNS = (
    Column("method", "Method", "left", "what was played; arms of one method are told apart by their settings"),
    Column("success", "Success %", help="mean over instances, 95 % interval"),
    Column("reward", "Reward", help="mean over instances, 95 % interval"),
    Column("difference", "Δ success", help="against the baseline, percentage points, paired by instance"),
    Column("p", "p", help="of no difference in success from the baseline, Holm-adjusted over the table"),
    Column("p_reward", "p reward", help="of no difference in reward, Holm-adjusted over the table"),
    Column("lift", "Skill lift", help="success with skills minus without, percentage points, same instances and model"),
    Column("steps", "Steps", help="mean actions that the world received"),
    Column("seeds", "Seeds", help="runs of one configuration under different seeds"),
    Column("rollouts", "Rollouts", help="episodes per instance, everything counted"),
    *(Column(axis, axis.replace("_", " "), "left", "protocol axis") for axis in AXES),
)


def methods_table(family: Family, measures: Measures, options: ReportOptions) -> Table:
    """One row per arm, sections by protocol and budget, published rows in a section of their own."""
    tests = tests_of(family, measures, options.baseline)

    def line(arm: Arm, section: Sequence[Arm]) -> tuple[Cell, ...]:
        picked = measures.select(arm)
        success = measures.scores(arm, "success", picked)
        base = baseline_of(section, options.baseline)
        tested = base is not None and base is not arm
        both = measures.select_all(arm, base) if base else picked
        return (
            name_of(arm, " (baseline)" if base is arm else ""),
            cells.share(measures.estimate(arm, "success", picked), picked),
            cells.share(measures.estimate(arm, "reward", picked), picked, percent=False),
            cells.gain(difference(success, measures.scores(base, "success", measures.select(base))), both)
            if tested and base
            else Cell(),
            cells.p_value(tests["success", arm.label], both) if tested else Cell(),
            cells.p_value(tests["reward", arm.label], both) if tested and ("reward", arm.label) in tests else Cell(),
            _lift(arm, family, measures),
            cells.amount(measures.estimate(arm, "steps", picked, any_of=False), picked),
            cells.count(len(arm.runs), episodes=picked),
            cells.rollouts(arm.rollouts, measures.select(arm, scored=False)),
            *(cells.text(arm.axis(axis)) for axis in AXES),
        )

    sections = (*sections_of(family, line), *_published(family, options))
    kept = without_empty(COLUMNS, [row for s in sections if not s.published for row in s.rows])
    alone = f", those of {family.model} alone" if family.model else ""
    methods = sorted({t.method.split(", Holm")[0] for t in tests.values()})
    tested = (
        f"Tests: {', '.join(methods)}; p Holm-adjusted over the table's {counted(len(tests), 'test')}{alone}."
        if tests
        else ""
    )
    return Table(
        f"methods-{family.id}",
        f"Methods: {family.name}",
        tuple(COLUMNS[i] for i in kept),
        tuple(Section(tuple(tuple(r[i] for i in kept) for r in s.rows), s.title, s.published) for s in sections),
        caption(
            family, "95 % intervals over instances (and seeds).", clusters_told(family, measures, bool(tests)), tested
        ),
        notes_of(family),
    )


def _lift(arm: Arm, family: Family, measures: Measures) -> Cell:
    """Success minus that of the same model without a skill; in what the two differ besides is a footnote."""
    if arm.method == PLAIN:
        return Cell()
    plain = next((a for a in family.arms if a.method == PLAIN and a.model == arm.model), None)
    if plain is None:
        return Cell()
    own, without = (measures.scores(a, "success", measures.select(a)) for a in (arm, plain))
    try:
        found = skill_lift(own, without) if len(arm.runs) == 1 else difference(own, without)
    except SkillevoError:
        return Cell()
    apart = [str(d) for d in differences(plain.runs[0], arm.runs[0])]
    return cells.gain(
        found,
        measures.select_all(arm, plain),
        marks=(f"lift over {plain.label}, although {'; '.join(apart)}",) if apart else (),
    )


def _published(family: Family, options: ReportOptions) -> tuple[Section, ...]:
    rows = []
    for name, mark, numbers in published_rows(family.task, options.papers):
        success, reward = numbers.get(("success", "")), numbers.get(("reward", ""))
        if success is None and reward is None:
            continue
        known = {
            "method": Cell(name, name, marks=(mark,)),
            "success": cells.printed(success) if success else Cell(),
            "reward": cells.printed(reward, percent=False) if reward else Cell(),
        }
        rows.append(tuple(known.get(c.key, Cell()) for c in COLUMNS))
    return (Section(tuple(rows), BESIDE, published=True),) if rows else ()
