"""Ablations: arms of one method that differ in one setting of run.toml, and all settings that differ at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family, differing, is_consequence
from skillevo.harness.report.measures import Measures, difference
from skillevo.harness.report.table import Cell, Column, Section, Table
from skillevo.harness.report.tables.common import caption, notes_of

WORDS = {
    "method.generations": "generations G",
    "method.candidates": "candidates M",
    "method.rollouts": "rollouts N",
    "training.credit.lam": "training.credit.λ",
}
"""The papers' letters for settings that have one; others are called as in run.toml."""
Settings = Mapping[str, Mapping[str, str]]
"""By an arm's label."""


def ablation_tables(family: Family, measures: Measures, settings: Settings) -> tuple[Table, ...]:
    """A table for each setting that alone tells two arms of a method apart, then one of all settings that differ.

    Args:
        settings: of each arm, those of its training among them (`full_settings`).
    """
    tables = []
    for method in dict.fromkeys(arm.method for arm in family.arms):
        arms = [arm for arm in family.arms if arm.method == method]
        names = [n for n in differing([settings[a.label] for a in arms]) if not is_consequence(n)]
        for name in names:
            slices = [of for of in _slices(arms, name, names, settings) if len(of) > 1]
            if slices:
                tables.append(_one_setting(family, measures, method, name, slices, settings))
        if len(names) > 1:
            tables.append(_all_settings(family, measures, method, names, arms, settings))
    return tuple(tables)


def _slices(arms: Sequence[Arm], name: str, names: Sequence[str], settings: Settings) -> list[list[Arm]]:
    """Arms that agree in every differing setting but one."""
    found: dict[tuple[str, ...], list[Arm]] = {}
    for arm in arms:
        rest = tuple(settings[arm.label].get(n, "") for n in names if n != name)
        found.setdefault(rest, []).append(arm)
    return list(found.values())


def _one_setting(
    family: Family,
    measures: Measures,
    method: str,
    name: str,
    slices: Sequence[Sequence[Arm]],
    settings: Settings,
) -> Table:
    columns = (
        Column("setting", title_of(name), "left", f"{name} in run.toml"),
        *_RESULTS,
        Column("difference", "Δ success", help="against the first row of its section, percentage points, paired"),
    )
    sections, dearer = [], False
    for of in slices:
        arms = sorted(of, key=lambda a: _order(settings[a.label].get(name, "")))
        first = measures.scores(arms[0], "success", measures.select(arms[0]))
        rows = tuple(
            (
                _value(settings[arm.label], name),
                *_results(arm, measures),
                Cell()
                if arm is arms[0]
                else cells.gain(
                    difference(measures.scores(arm, "success", measures.select(arm)), first),
                    measures.select_all(arm, arms[0]),
                ),
            )
            for arm in arms
        )
        dearer = dearer or len({a.rollouts for a in arms}) > 1
        others = _held(arms[0], slices, name, settings)
        sections.append(Section(rows, f"with {others}" if others else ""))
    return Table(
        f"ablation-{method}-{name}-{family.id}",
        f"Ablation of {title_of(name)}: {family.of_model(method)}",
        columns,
        tuple(sections),
        caption(
            family,
            "All else equal within a section"
            + (", but for the budget that the setting brings along." if dearer else "."),
            "Intervals are per row; differences are paired by instance.",
        ),
        notes_of(family),
    )


def _all_settings(
    family: Family, measures: Measures, method: str, names: Sequence[str], arms: Sequence[Arm], settings: Settings
) -> Table:
    rows = tuple(
        (cells.text(arm.label), *(_value(settings[arm.label], n) for n in names), *_results(arm, measures))
        for arm in arms
    )
    return Table(
        f"settings-{method}-{family.id}",
        f"Settings that differ: {family.of_model(method)}",
        (Column("arm", "Method", "left"), *(Column(n, title_of(n), "left") for n in names), *_RESULTS),
        (Section(rows),),
        caption(family, "Rows may differ in several settings at once: no effect of a single one can be read from it."),
        notes_of(family),
    )


def title_of(name: str) -> str:
    """A setting as a reader knows it."""
    return WORDS.get(name, name.removeprefix("method."))


_RESULTS = (
    Column("success", "Success %"),
    Column("reward", "Reward"),
    Column("rollouts", "Rollouts", help="per instance, everything counted"),
    Column("seeds", "Seeds"),
)


def _results(arm: Arm, measures: Measures) -> tuple[Cell, ...]:
    picked = measures.select(arm)
    return (
        cells.share(measures.estimate(arm, "success", picked), picked),
        cells.share(measures.estimate(arm, "reward", picked), picked, percent=False),
        cells.rollouts(arm.rollouts, measures.select(arm, scored=False)),
        cells.count(len(arm.runs), episodes=picked),
    )


def _value(settings: Mapping[str, str], name: str) -> Cell:
    value = settings.get(name, "unset")
    return Cell(value, _order(value)[1] if _order(value)[0] == 0 else value)


def _order(value: str) -> tuple[int, float, str]:
    """Numbers before words, by size."""
    try:
        return 0, float(value), value
    except ValueError:
        return 1, 0.0, value


def _held(arm: Arm, slices: Sequence[Sequence[Arm]], name: str, settings: Settings) -> str:
    """What a section's arms share that other sections' do not."""
    if len(slices) < 2:
        return ""
    firsts = [settings[of[0].label] for of in slices]
    return ", ".join(
        f"{n} = {settings[arm.label].get(n, 'unset')}" for n in differing(firsts) if n != name and not is_consequence(n)
    )
