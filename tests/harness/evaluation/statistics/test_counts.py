from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    difference_of_rates,
    fisher_exact,
    odds_ratio,
    two_proportion_z,
    welch,
)


def test_the_z_test_squared_is_the_chi_square_test() -> None:
    found = two_proportion_z(69, 165, 49, 165)
    chi = stats.chi2_contingency([[69, 96], [49, 116]], correction=False)
    assert (found.statistic**2, found.p) == pytest.approx((chi.statistic, chi.pvalue))
    assert found.difference == pytest.approx(20 / 165)
    assert two_proportion_z(0, 5, 0, 7).p == 1.0
    assert "Fisher" in two_proportion_z(3, 24, 6, 24).warnings[0]


def test_newcombes_example() -> None:
    """Newcombe (1998), table II, method 10: 56/70 - 48/80 and 9/10 - 3/10."""
    for counts, low, high in [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090)]:
        found = difference_of_rates(*counts)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_odds_ratio_and_fisher_agree_on_what_is_excluded() -> None:
    for counts in [(31, 53, 21, 53), (10, 26, 4, 26), (20, 100, 2, 100), (0, 8, 1, 8)]:
        interval = odds_ratio(*counts)
        assert interval.low <= interval.value <= interval.high
        one_sided = stats.fisher_exact(
            [[counts[0], counts[1] - counts[0]], [counts[2], counts[3] - counts[2]]], "greater"
        )
        assert (interval.low > 1) == (one_sided.pvalue < 0.025)
        assert 0 < fisher_exact(*counts).p <= 1


def test_welch_from_summaries_is_welch_from_data() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 1, 4), rng.normal(0, 3, 6)
    test, df = welch(a.mean(), a.std(ddof=1), 4, b.mean(), b.std(ddof=1), 6)
    expected = stats.ttest_ind(a, b, equal_var=False)
    assert (test.p, test.statistic, df) == pytest.approx((expected.pvalue, expected.statistic, expected.df))
    with pytest.raises(SkillevoError, match="two runs a side"):
        welch(1, 1, 1, 2, 2, 3)


def test_impossible_counts_are_refused() -> None:
    for test in (two_proportion_z, fisher_exact, difference_of_rates, odds_ratio):
        with pytest.raises(SkillevoError, match="9 solved of 8"):
            test(9, 8, 1, 8)
