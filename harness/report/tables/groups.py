"""Success by kind of instance: type, level, difficulty, whatever tags the panel's instances have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures, tags_to_group_by
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.table import Cell, Column, Section, Table
from skillevo.harness.report.tables.common import (
    BESIDE,
    caption,
    labels_of_groups,
    name_of,
    notes_of,
    published_rows,
    sections_of,
)


def group_tables(family: Family, measures: Measures, options: ReportOptions) -> tuple[Table, ...]:
    """One table per tag that all instances have."""
    tags = tags_to_group_by(family.arms[0].runs[:1], measures.cluster_of(family.first))
    return tuple(_group_table(family, measures, options, tag, values) for tag, values in tags.items())


def _group_table(family: Family, measures: Measures, options: ReportOptions, tag: str, values: Sequence[str]) -> Table:
    labels = labels_of_groups(family.task, tag)
    ordered = [v for v in labels if v in values] + [v for v in values if v not in labels]
    sizes = _sizes(family, tag)
    columns = (
        Column("method", "Method", "left"),
        *(Column(v, f"{labels.get(v, v)}\nn={sizes[v]}", help=f"success in %, {tag} {v}") for v in ordered),
        Column("all", f"All\nn={sum(sizes.values())}", help="success in %, mean over all instances"),
    )

    def line(arm: Arm, section: Sequence[Arm]) -> tuple[Cell, ...]:
        picked = [measures.select(arm, tag=tag, value=v) for v in ordered] + [measures.select(arm)]
        found = (cells.share(measures.estimate(arm, "success", p), p) for p in picked)
        return (name_of(arm), *found)

    return Table(
        f"{tag}-{family.id}",
        f"Success by {tag}: {family.name}",
        columns,
        (*sections_of(family, line), *_published(family, options, tag, ordered)),
        caption(family, "Success in %, 95 % intervals over the instances of each column."),
        notes_of(family),
    )


def _sizes(family: Family, tag: str) -> Mapping[str, int]:
    found: dict[str, set[str]] = {}
    for row in family.first.episodes:
        found.setdefault(row.tags[tag], set()).add(row.instance)
    return {value: len(of) for value, of in found.items()}


def _published(family: Family, options: ReportOptions, tag: str, ordered: Sequence[str]) -> tuple[Section, ...]:
    rows = [
        (
            Cell(name, name, marks=(mark,)),
            *(cells.printed(n) if (n := numbers.get(("success", v))) else Cell() for v in (*ordered, "")),
        )
        for name, mark, numbers in published_rows(family.task, options.papers, tag)
    ]
    return (Section(tuple(rows), BESIDE, published=True),) if rows else ()
