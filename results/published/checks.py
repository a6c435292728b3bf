"""What printed numbers say of each other: every check that can be made without the episodes.

A finding is no accusation: averages over sampled batches, other rounding and copied rows explain most. But whoever
compares with a number should know that its own table contradicts it. The findings on record in the data files are
exactly those that these checks make; a test holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from skillevo.results.published.schema import Curve, Document, Inconsistency, Row, Table


def findings(document: Document) -> list[Inconsistency]:
    """All contradictions in the given numbers, file order."""
    tables = {t.name: t for t in document.tables}
    found: list[Inconsistency] = []
    for table in document.tables:
        for row in table.rows:
            found += _rounding(table, row)
            found += _sum(table, row, tables)
            found += _whole(table, row)
            found += _one_pass(table, row)
            found += _copy(table, row, tables)
    found += _claims(document, tables)
    found += _tests(document, tables)
    for curve in document.curves:
        found += _curve(curve)
    for s in document.settings:
        for other, name in ((s.release, "release"), (s.elsewhere, "elsewhere")):
            if other and other != s.value:
                found.append(
                    Inconsistency(
                        kind="setting", paper=s.paper, place=name, method=s.name, printed=s.value, computed=other
                    )
                )
    return found


def computed_whole(table: Table, row: Row) -> float | None:
    """What the summary column should hold by the other columns; None where they do not tell."""
    parts = [c for c in table.columns if c != table.whole]
    values = dict(zip(table.columns, row.values, strict=False))
    known = [v for c in parts if (v := values.get(c)) is not None]
    if len(known) < len(parts) or table.summary not in ("weighted", "mean"):
        return None
    weights = [table.instances[c] if table.summary == "weighted" else 1 for c in parts]
    return sum(w * v for w, v in zip(weights, known, strict=True)) / sum(weights)


def _rounding(table: Table, row: Row) -> Iterator[Inconsistency]:
    """A printed percentage is its count's, to the printed digit."""
    for column, solved, value in zip(table.columns, row.solved, row.values, strict=False):
        exact = 100 * solved / table.instances[column]
        if value is not None and abs(value - exact) > _half(table) + 1e-9:
            yield _of(table, row, "rounding", column, value, exact)


def _sum(table: Table, row: Row, tables: dict[str, Table]) -> Iterator[Inconsistency]:
    """Levels add up to the overall count, in this table or in the one that it breaks down."""
    if not row.solved:
        return
    if table.sums_to:
        other = tables[f"{table.paper}/{table.sums_to}"]
        (twin,) = [r for r in other.rows if r.method == row.method]
        whole, column, size = twin.solved[other.columns.index(other.whole)], other.whole, other.instances[other.whole]
        parts = list(table.columns)
    elif table.summary == "pooled":
        whole, column, size = row.solved[table.columns.index(table.whole)], table.whole, table.instances[table.whole]
        parts = [c for c in table.columns if c != table.whole]
    else:
        return
    total = sum(n for c, n in zip(table.columns, row.solved, strict=True) if c in parts)
    if total != whole:
        yield _of(table, row, "sum", column, whole, total)
    if (instances := sum(table.instances[c] for c in parts)) != size:
        yield _of(table, row, "sum", f"instances of {column}", size, instances)


def _whole(table: Table, row: Row) -> Iterator[Inconsistency]:
    """A printed average follows from its columns: both rounded, so they may be one digit's width apart."""
    expected = computed_whole(table, row)
    printed = dict(zip(table.columns, row.values, strict=False)).get(table.whole)
    if expected is not None and printed is not None and abs(expected - printed) > 2 * _half(table) + 1e-9:
        yield _of(table, row, "whole", table.whole, printed, expected)


def _one_pass(table: Table, row: Row) -> Iterator[Inconsistency]:
    """A rate from one pass over n instances is k/n for a whole number k."""
    if not table.one_pass:
        return
    for column, value in zip(table.columns, row.values, strict=False):
        n = table.instances.get(column)
        if value is None or not n:
            continue
        nearest = 100 * round(value / 100 * n) / n
        if abs(nearest - value) > _half(table) + 1e-9:
            yield _of(table, row, "one_pass", column, value, nearest)


def _copy(table: Table, row: Row, tables: dict[str, Table]) -> Iterator[Inconsistency]:
    """A copied row says what its source says."""
    if not row.copied_from:
        return
    source = tables[row.copied_from]
    (twin,) = [r for r in source.rows if r.method == row.method]
    for here, there, value, original in zip(table.columns, source.columns, row.values, twin.values, strict=True):
        if value is not None and original is not None and value != original:
            yield _of(table, row, "copy", here if here == there else f"{here} ({there})", value, original)


def _claims(document: Document, tables: dict[str, Table]) -> Iterator[Inconsistency]:
    """What the text says of a table is what the table says, up to the rounding of both."""
    for c in document.claims:
        table = tables[f"{c.paper}/{c.table}"]
        expected = _cell(table, c.first, c.column)
        if c.kind == "difference":
            expected -= _cell(table, c.second, c.column)
        if abs(expected - c.value) > _half(table) + 1e-9:
            yield Inconsistency(
                kind="claim",
                paper=c.paper,
                place=c.text,
                method=c.first,
                column=c.column,
                printed=f"{c.value:.{c.digits}f}",
                computed=f"{expected:.{c.digits}f}",
            )


def _tests(document: Document, tables: dict[str, Table]) -> Iterator[Inconsistency]:
    """A printed Welch statistic is possible for means and deviations that round to the printed ones."""
    for t in document.tests:
        table = tables[f"{t.paper}/{t.table}"]
        gap = abs(_cell(table, t.first, t.column) - _cell(table, t.second, t.column))
        sd_1, sd_2 = (_cell(table, m, t.column, "sd") for m in (t.first, t.second))
        h = _half(table)
        least = (gap - 2 * h) / sqrt(((sd_1 + h) ** 2 + (sd_2 + h) ** 2) / t.runs)
        most = (gap + 2 * h) / sqrt((max(0.0, sd_1 - h) ** 2 + max(0.0, sd_2 - h) ** 2) / t.runs)
        if not least <= t.statistic <= most:
            yield Inconsistency(
                kind="test",
                paper=t.paper,
                place=t.table,
                method=f"{t.first} against {t.second}",
                column=t.column,
                printed=f"t = {t.statistic:g}",
                computed=f"{least:.2f} to {most:.2f}",
            )


def _curve(curve: Curve) -> Iterator[Inconsistency]:
    """The text's rewards and accuracies are the figure's, to the printed digit."""
    for printed in curve.printed:
        line = curve.solved[curve.generations.index(printed.generation)]
        reward = sum(map(int, line)) / len(line) / curve.rollouts
        any_of = 100 * sum(digit != "0" for digit in line) / len(line)
        for name, value, exact, half in (
            ("reward", printed.reward, reward, 0.005),
            ("any_of", printed.any_of, any_of, 0.05),
        ):
            if abs(value - exact) > half + 1e-9:
                yield Inconsistency(
                    kind="curve",
                    paper=curve.paper,
                    place=f"{curve.id}, generation {printed.generation}",
                    column=name,
                    printed=f"{value:g}",
                    computed=f"{exact:.4g}",
                )


def _cell(table: Table, method: str, column: str, kind: str = "values") -> float:
    (row,) = [r for r in table.rows if r.method == method]
    value = getattr(row, kind)[table.columns.index(column)]
    if value is None:
        raise ValueError(f"{table.name}: {method} prints no {kind} in {column}")
    return float(value)


def _half(table: Table) -> float:
    """Half a unit of the last printed digit."""
    return 0.5 * 10.0**-table.digits


def _of(table: Table, row: Row, kind: str, column: str, printed: float, computed: float) -> Inconsistency:
    digits = 0 if kind == "sum" else table.digits
    return Inconsistency(
        kind=kind,  # type: ignore[arg-type]
        paper=table.paper,
        place=table.id,
        method=row.method,
        column=column,
        printed=f"{printed:.{digits}f}" if round(printed, digits) == printed else f"{printed:g}",
        computed=f"{computed:.{digits}f}",
    )
