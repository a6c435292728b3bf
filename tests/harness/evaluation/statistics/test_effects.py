from __future__ import annotations

from math import asin, inf, isnan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import scores
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    cohens_h,
    paired_d,
    paired_difference,
    paired_odds_ratio,
    skill_lift,
)

BITS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=60)


@given(BITS)
def test_single_successes_have_bonett_and_prices_interval(outcomes: list[tuple[int, int]]) -> None:
    a, b = (list(side) for side in zip(*outcomes, strict=True))
    n = len(outcomes) + 2
    p12, p21 = (sum(x > y for x, y in outcomes) + 1) / n, (sum(x < y for x, y in outcomes) + 1) / n
    # Theirs divides by n + 2 and takes the normal quantile; the sample variance and t are the difference.
    half = stats.t.ppf(0.975, n - 1) * sqrt((p12 + p21 - (p12 - p21) ** 2) / (n - 1))
    found = paired_difference(scores(a), scores(b))
    assert found.value == pytest.approx(np.mean(a) - np.mean(b))
    assert found.low == pytest.approx(max(-1, p12 - p21 - half))
    assert found.high == pytest.approx(min(1, p12 - p21 + half))


@given(BITS)
def test_a_difference_turns_round_with_its_sides(outcomes: list[tuple[int, int]]) -> None:
    a, b = (scores(side) for side in zip(*outcomes, strict=True))
    one, other = paired_difference(a, b), paired_difference(b, a)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_without_bounds_it_is_the_paired_t_interval() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(20, 5, 30), rng.normal(18, 5, 30)
    expected = stats.ttest_rel(a, b).confidence_interval(0.9)
    found = paired_difference(scores(a.tolist()), scores(b.tolist()), 0.9, bounds=None)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_equal_sides_leave_room_for_a_difference() -> None:
    same = scores([1, 0] * 20)
    found = skill_lift(same, same)
    assert found.value == 0 and found.low == pytest.approx(-found.high) and 0.02 < found.high < 0.2


def test_one_cluster_says_nothing() -> None:
    found = paired_difference(scores([1, 1, 0], list("aaa")), scores([0, 1, 0], list("aaa")))
    assert (found.low, found.high) == (-1, 1) and found.warnings[0].startswith("1 cluster")


def test_paired_odds_ratio_reads_only_the_instances_that_differ() -> None:
    found = paired_odds_ratio(scores([1] * 8 + [0] * 2 + [1] * 50), scores([0] * 8 + [1] * 2 + [1] * 50))
    low, high = stats.binomtest(8, 10).proportion_ci(0.95, "exact")
    assert (found.value, found.low, found.high) == pytest.approx((4.0, low / (1 - low), high / (1 - high)))
    assert paired_odds_ratio(scores([1, 1]), scores([0, 0])).value == inf
    assert isnan(paired_odds_ratio(scores([1]), scores([1])).value)
    with pytest.raises(SkillevoError, match="one 0/1 score"):
        paired_odds_ratio(scores([0.5]), scores([0]))


def test_paired_d_inverts_the_noncentral_t() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.5, 1, 40), rng.normal(0, 1, 40)
    found = paired_d(scores(a.tolist()), scores(b.tolist()))
    t = float(stats.ttest_rel(a, b).statistic)
    assert found.value == pytest.approx(t / sqrt(40))
    assert stats.nct.sf(t, 39, found.low * sqrt(40)) == pytest.approx(0.025, abs=1e-6)
    assert stats.nct.cdf(t, 39, found.high * sqrt(40)) == pytest.approx(0.025, abs=1e-6)
    assert isnan(paired_d(scores([1, 1]), scores([0, 0])).value)
    assert "clusters are ignored" in paired_d(scores([1, 0], ["a", "a"]), scores([0, 0], ["a", "a"])).warnings


def test_cohens_h() -> None:
    assert cohens_h(1, 0) == pytest.approx(pi)
    assert cohens_h(0.418, 0.297) == pytest.approx(2 * (asin(sqrt(0.418)) - asin(sqrt(0.297))))
    assert cohens_h(0.297, 0.418) == -cohens_h(0.418, 0.297)
    with pytest.raises(SkillevoError, match="rates in"):
        cohens_h(41.8, 29.7)


def test_paired_d_stands_where_the_noncentral_t_has_no_number() -> None:
    """scipy's nct.cdf is not a number for some far tails, which used to end the search with an error."""
    from skillevo.harness.evaluation.statistics.effects import _below

    for t, df, nc in ((3.0, 30, 2.0), (5.0, 100, 6.0)):
        approximate = stats.norm.cdf((t * (1 - 1 / (4 * df)) - nc) / (1 + t * t / (2 * df)) ** 0.5)
        assert _below(t, df, nc) == stats.nct.cdf(t, df, nc) == pytest.approx(approximate, abs=0.01)
    grid = [(t, df, nc) for t in (1.0, 5.0, 20.0, 40.0) for df in (5, 31, 159) for nc in (-30.0, -5.0, 13.8, 60.0)]
    assert all(0 <= _below(*at) <= 1 for at in grid)
    first, second = scores([1] * 160), scores([int(i % 40 == 0) for i in range(160)])
    found = paired_d(first, second)
    assert found.low < found.value < found.high
