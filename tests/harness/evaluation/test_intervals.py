from __future__ import annotations

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


def test_ends() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0 and wilson(10, 10)[1] == 1.0
    with pytest.raises(ValueError, match="11 successes of 10"):
        wilson(11, 10)
