from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from skillevo.harness.evaluation import wilson


@given(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.99])
)
def test_as_scipy_has_it(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    expected = binomtest(k, n).proportion_ci(level, method="wilson")
    assert wilson(k, n, level) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_published_intervals() -> None:
    """The reference's intervals for Skill-R1's GAIA counts, in percent to one digit."""
    for k, n, low, high in [(10, 165, 3.3, 10.8), (69, 165, 34.6, 49.4), (2, 100, 0.6, 7.0), (26, 100, 18.4, 35.4)]:
        assert [round(100 * x, 1) for x in wilson(k, n)] == [low, high]


@pytest.mark.parametrize("rates", [(0.5, 0.5), (0.0, 1.0), (0.05, 0.4), (0.8, 1.0)])
def test_shares_of_several_episodes_are_covered(rates: tuple[float, float]) -> None:
    """60 instances of two kinds, 4 episodes each: the true mean lies in the interval at least as often as it says."""
    draw, n, k, runs = Random(5), 60, 4, 1500
    covered = 0
    for _ in range(runs):
        of = [draw.choice(rates) for _ in range(n)]
        low, high = wilson(sum(sum(draw.random() < p for _ in range(k)) / k for p in of), n)
        covered += low <= sum(rates) / 2 <= high
    assert covered / runs > 0.93  # 0.95 but for what 1,500 runs leave to chance


def test_episodes_counted_as_instances_would_be_covered_too_seldom() -> None:
    """Why n is instances: where an instance is won always or never, K episodes of it say no more than one."""
    draw, n, k, runs = Random(6), 60, 4, 1500
    covered = 0
    for _ in range(runs):
        low, high = wilson(k * sum(draw.random() < 0.5 for _ in range(n)), n * k)
        covered += low <= 0.5 <= high
    assert covered / runs < 0.75


def test_ends() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0 and wilson(10, 10)[1] == 1.0
    with pytest.raises(ValueError, match="11 successes of 10"):
        wilson(11, 10)
