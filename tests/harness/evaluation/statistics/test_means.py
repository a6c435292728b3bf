from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import rollouts, scores
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation import wilson
from skillevo.harness.evaluation.statistics import (
    Score,
    bootstrap_interval,
    cluster_means_interval,
    mean_interval,
    paired_difference,
    seeded_mean,
)
from skillevo.harness.evaluation.statistics.means import spread

SIZES = st.lists(st.integers(1, 40), min_size=2, max_size=8)


def test_independent_successes_are_wilsons() -> None:
    found = mean_interval(scores([1] * 69 + [0] * 96))
    assert (found.low, found.high) == wilson(69, 165)
    assert (found.n, found.instances, found.clusters, found.method, found.warnings) == (165, 165, 165, "Wilson", ())
    assert len(found.ids) == 165


def matrix_spread(values: list[np.ndarray]) -> tuple[float, float]:
    """CR2 variance and Bell-McCaffrey degrees of freedom for an intercept by plain matrix algebra."""
    sizes = [len(v) for v in values]
    y, n = np.concatenate(values), sum(sizes)
    x = np.ones((n, 1))
    hat = x @ x.T / n
    residual = y - hat @ y
    columns, meat, start = [], 0.0, 0
    for size in sizes:
        block = slice(start, start + size)
        root = np.linalg.inv(np.real(_sqrtm(np.eye(size) - hat[block, block])))
        weight = x[block].T @ root / n
        meat += float((weight @ residual[block])[0]) ** 2
        columns.append((np.eye(n) - hat)[block].T @ weight.T)
        start += size
    m = np.hstack(columns).T @ np.hstack(columns)
    return meat, float(np.trace(m) ** 2 / np.trace(m @ m))


def _sqrtm(a: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(a)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


@given(SIZES, st.integers(0, 10_000))
def test_variance_and_degrees_of_freedom_are_cr2s(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = [rng.random(n) for n in sizes]
    found = spread(np.array([v.sum() for v in values]), np.array(sizes, dtype=float))
    assert (found.variance, found.df) == pytest.approx(matrix_spread(values), rel=1e-6)
    assert 0.99 <= found.df <= len(sizes) - 1 + 1e-9


def test_equal_clusters_are_students_t_on_their_means() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(10, 3, (6, 5))
    clustered = scores(values.ravel().tolist(), [f"c{c}" for c in range(6) for _ in range(5)])
    expected = stats.t.interval(0.95, 5, values.mean(), stats.sem(values.mean(axis=1)))
    found = mean_interval(clustered, bounds=None)
    assert (found.low, found.high) == pytest.approx(expected)
    other = cluster_means_interval(clustered)
    assert (other.value, other.low, other.high) == pytest.approx((values.mean(), *expected))


def test_clusters_widen_the_interval() -> None:
    values = [1] * 30 + [0] * 10 + [1] * 5 + [0] * 35
    alone, roomed = scores(values), scores(values, ["kitchen"] * 40 + ["bath"] * 40)
    assert mean_interval(roomed).high - mean_interval(roomed).low > 2 * (wilson(35, 80)[1] - wilson(35, 80)[0])
    assert mean_interval(alone).value == mean_interval(roomed).value


@given(st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=4), min_size=2, max_size=30), st.integers(1, 6))
def test_the_interval_holds_its_value_and_stays_in_bounds(values: list[list[int]], clusters: int) -> None:
    data = rollouts(values, [f"c{n % clusters}" for n in range(len(values))])
    found = mean_interval(data)
    assert 0 <= found.low <= found.value + 1e-9 and found.value - 1e-9 <= found.high <= 1
    assert found.high - found.low > 0.01
    if found.method != "Wilson":
        scaled = mean_interval([Score(s.instance, 10 * s.value, s.cluster) for s in data], bounds=(0.0, 10.0))
        assert (scaled.low, scaled.high) == pytest.approx((10 * found.low, 10 * found.high))


def test_few_clusters_are_flagged() -> None:
    rooms = mean_interval(scores([1, 0, 1, 1, 0, 1, 1, 0], list("aabbccdd")))
    assert rooms.warnings == ("4 clusters, fewer than 10",)
    (one,) = mean_interval(scores([1, 0, 1], list("aaa"))).warnings
    assert one.startswith("1 cluster:")
    assert (mean_interval(scores([1, 0, 1], list("aaa"))).low, mean_interval(scores([1, 0], list("aa"))).high) == (0, 1)
    assert mean_interval(scores([1, 0] * 10, [f"c{n}" for n in range(20)])).warnings == ()


def test_agreeing_clusters_do_not_make_certainty() -> None:
    found = mean_interval(scores([1] * 40, [f"c{n % 4}" for n in range(40)]))
    assert found.high == pytest.approx(1.0)
    assert found.low < wilson(4, 4)[0] + 0.01, "four agreeing rooms tell no more than four trials"


def test_unbounded_scores_without_spread_are_flagged() -> None:
    flat = scores([50] * 20)
    found = [
        mean_interval(flat, bounds=None),
        seeded_mean(flat, bounds=None),
        paired_difference(flat, flat, bounds=None),
    ]
    assert [(f.high - f.low, "no certainty" in f.warnings[-1]) for f in found] == [(0.0, True)] * 3
    assert mean_interval(scores([49, 50] * 10), bounds=None).warnings == ()


def test_the_bootstrap_is_seeded_and_resamples_clusters() -> None:
    data = scores([1] * 20 + [0] * 20, [f"c{n // 10}" for n in range(40)])
    assert bootstrap_interval(data, seed=3) == bootstrap_interval(data, seed=3)
    # Two of four clusters are all won, two all lost: the mean of a draw is binomial(4, 1/2) / 4.
    assert (bootstrap_interval(data).low, bootstrap_interval(data).high) == (0.0, 1.0)


def test_scores_outside_their_bounds_are_refused() -> None:
    with pytest.raises(SkillevoError, match="name its bounds"):
        mean_interval(scores([3, 14, 50]))
