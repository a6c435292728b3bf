from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import rollouts, scores
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import mcnemar, paired_permutation
from skillevo.harness.evaluation.statistics.paired import exact_sign_flip, random_sign_flip

BITS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)


@given(BITS)
def test_mcnemar_is_the_sign_test(outcomes: list[tuple[int, int]]) -> None:
    a, b = (list(side) for side in zip(*outcomes, strict=True))
    first, second = sum(x > y for x, y in outcomes), sum(x < y for x, y in outcomes)
    found = mcnemar(scores(a), scores(b))
    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert found.p == pytest.approx(expected)
    assert found.p >= found.smallest_p - 1e-12
    assert mcnemar(scores(a), scores(b), mid_p=True).p <= found.p
    assert found.difference == pytest.approx((first - second) / len(outcomes))


def test_mid_p_counts_the_observed_table_half() -> None:
    a, b = [1] * 9 + [0] * 2, [0] * 9 + [1] * 2
    expected = 2 * (stats.binom.cdf(1, 11, 0.5) + 0.5 * stats.binom.pmf(2, 11, 0.5))
    assert mcnemar(scores(a), scores(b), mid_p=True).p == pytest.approx(expected)


@given(BITS)
def test_the_permutation_test_of_single_successes_is_mcnemars(outcomes: list[tuple[int, int]]) -> None:
    a, b = (list(side) for side in zip(*outcomes, strict=True))
    assert paired_permutation(scores(a), scores(b)).p == pytest.approx(mcnemar(scores(a), scores(b)).p)


@given(st.lists(st.sampled_from([-1.0, -2 / 3, -0.25, 0.0, 0.1, 1 / 3, 0.5, 1.0]), min_size=1, max_size=9))
def test_exact_is_the_count_of_all_sign_patterns(differences: list[float]) -> None:
    sums = np.array(differences)
    patterns = [abs(np.dot(sums, signs)) >= abs(sums.sum()) - 1e-6 for signs in product((1, -1), repeat=len(sums))]
    assert exact_sign_flip(sums) == pytest.approx(np.mean(patterns))


def test_random_patterns_agree_with_all_and_never_say_zero() -> None:
    rng = np.random.default_rng(5)
    sums = rng.normal(0.3, 1, 18)
    exact = exact_sign_flip(sums)
    assert exact is not None
    assert random_sign_flip(sums, 50_000, rng) == pytest.approx(exact, abs=0.01)
    assert random_sign_flip(np.ones(60), 999, rng) == 1 / 1000


def test_rewards_without_a_common_step_are_drawn_at_random_and_seeded() -> None:
    rng = np.random.default_rng(6)
    a, b = scores(rng.random(80).tolist()), scores(rng.random(80).tolist())
    found = paired_permutation(a, b, resamples=2000, seed=1)
    assert found == paired_permutation(a, b, resamples=2000, seed=1)
    assert "2000 random patterns" in found.method
    assert found.p == pytest.approx(stats.ttest_rel([s.value for s in a], [s.value for s in b]).pvalue, abs=0.03)


def test_four_rooms_can_never_be_significant() -> None:
    rooms = [f"r{n % 4}" for n in range(134)]
    found = paired_permutation(scores([1] * 134, rooms), scores([0] * 134, rooms))
    assert (found.p, found.smallest_p) == (pytest.approx(0.125), 0.125)
    assert found.warnings == (
        "4 clusters, fewer than 10",
        "4 clusters: p cannot be under 0.125, whatever the methods do",
    )
    assert "clusters flipped" in found.method and found.clusters == 4 and found.instances == 134


def test_rollouts_are_averaged_and_clusters_flip_as_one() -> None:
    a = rollouts([[1, 1], [1, 0], [0, 0]], ["x", "x", "y"])
    b = rollouts([[0, 1], [0, 0], [1, 1]], ["x", "x", "y"])
    found = paired_permutation(a, b)
    assert found.p == 1.0, "the clusters' differences are 1 and -1"
    assert found.n == 12 and len(found.ids) == 12


def test_mcnemar_wants_one_success_per_instance() -> None:
    with pytest.raises(SkillevoError, match="second side has 2 scores of 1 instances"):
        mcnemar(scores([1]), rollouts([[1, 0]]))
    with pytest.raises(SkillevoError, match="paired_permutation"):
        mcnemar(scores([0.5]), scores([1]))
    (few, ignored) = mcnemar(scores([1, 0], ["a", "a"]), scores([0, 0], ["a", "a"])).warnings
    assert "ignores" in ignored and few.startswith("1 cluster")
