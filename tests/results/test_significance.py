"""What the notes on Skill-R1 say of its significance follows from its printed counts, digit for digit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from skillevo.harness.evaluation.statistics import fisher_exact, two_proportion_z, welch, wilson_interval
from skillevo.results.published import PublishedNumber, published

DOCUMENT = published().document


def counts(number: PublishedNumber) -> tuple[int, int]:
    assert number.solved is not None and number.total is not None
    return number.solved, number.total


def as_printed(value: float, like: float, twice: bool = False) -> float:
    """Rounded to the digits that the other number is written with, by way of one digit more if `twice`."""
    unit = Decimal(1).scaleb(int(Decimal(repr(like)).as_tuple().exponent))
    exact = Decimal(value).quantize(unit / 10, ROUND_HALF_UP) if twice else Decimal(value)
    return float(exact.quantize(unit, ROUND_HALF_UP))


@pytest.mark.parametrize("note", DOCUMENT.notes, ids=lambda n: f"{n.table} {n.column}: {n.first} - {n.second}")
def test_p_values_are_equal_to_print(note: object) -> None:
    n: object = note
    assert isinstance(n, type(DOCUMENT.notes[0]))
    first, second = (counts(published().one(n.paper, n.table, m, n.column)) for m in (n.first, n.second))
    z, fisher = two_proportion_z(*first, *second), fisher_exact(*first, *second)
    assert as_printed(100 * z.difference, n.difference) == n.difference
    assert as_printed(z.p, n.z_p) == n.z_p
    assert as_printed(fisher.p, n.fisher_p, n.rounded_twice) == n.fisher_p
    assert (as_printed(fisher.p, n.fisher_p) != n.fisher_p) == n.rounded_twice


@pytest.mark.parametrize("note", DOCUMENT.intervals, ids=lambda n: f"{n.table}: {n.method}")
def test_wilson_intervals_are_equal_to_print(note: object) -> None:
    n: object = note
    assert isinstance(n, type(DOCUMENT.intervals[0]))
    found = wilson_interval(*counts(published().one(n.paper, n.table, n.method, n.column)))
    assert (round(100 * found.low, 1), round(100 * found.high, 1)) == (n.low, n.high)


def test_every_comparison_of_the_notes_is_there() -> None:
    assert (len(DOCUMENT.notes), len(DOCUMENT.intervals)) == (6, 8)


def test_skill1s_welch_test_is_possible_with_its_rounded_deviations() -> None:
    (printed,) = DOCUMENT.tests
    cells = [published().one(printed.paper, printed.table, m, printed.column) for m in (printed.first, printed.second)]
    means, sds = [c.printed for c in cells], [c.sd for c in cells]
    assert None not in means and None not in sds
    test, df = welch(means[0], sds[0], printed.runs, means[1], sds[1], printed.runs)  # type: ignore[arg-type]
    assert test.statistic == pytest.approx(printed.statistic, rel=0.05)
    assert df == pytest.approx(printed.df, rel=0.05)
    assert test.p == pytest.approx(printed.p, abs=0.003)
