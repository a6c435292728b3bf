from __future__ import annotations

import numpy as np
import pytest
from panels import rollouts, scores

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    Score,
    mean_interval,
    paired_difference,
    paired_permutation,
    seeded_difference,
    seeded_mean,
    seeded_test,
    two_way_bootstrap,
)


def trained(rates: list[float], instances: int = 200, seed: int = 0) -> list[Score]:
    """Training runs of these success rates, each on the same instances."""
    rng = np.random.default_rng(seed)
    return [s for n, p in enumerate(rates) for s in scores((rng.random(instances) < p).tolist(), seed=str(n))]


def width(found: object) -> float:
    return found.high - found.low  # type: ignore[attr-defined, no-any-return]


def test_seeds_that_disagree_widen_the_interval() -> None:
    calm, wild = trained([0.5, 0.5, 0.5]), trained([0.3, 0.5, 0.7])
    assert width(seeded_mean(wild)) > 2 * width(seeded_mean(calm))
    assert width(mean_interval(wild)) == pytest.approx(width(mean_interval(calm)), rel=0.2)
    assert seeded_mean(calm).method.startswith("3 seeds")


def test_one_seed_is_the_instances_interval_and_says_so() -> None:
    one = rollouts([[1, 0], [1, 1], [0, 0], [1, 0]] * 5, seed="0")
    found, plain = seeded_mean(one), mean_interval(one)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    assert "one seed" in found.warnings[-1]
    assert "one seed" in seeded_difference(trained([0.5, 0.6]), trained([0.5])).warnings[-1]


def test_the_test_and_the_interval_agree() -> None:
    for a, b in [([0.5, 0.52, 0.48], [0.49, 0.5, 0.51]), ([0.8, 0.82, 0.78], [0.5, 0.5, 0.52])]:
        first, second = trained(a), trained(b, seed=1)
        interval, test = seeded_difference(first, second), seeded_test(first, second)
        assert test.difference == interval.value
        assert (test.p < 0.05) == (interval.low > 0 or interval.high < 0)
        assert seeded_test(second, first).p == pytest.approx(test.p)


def test_a_lucky_seed_is_no_difference() -> None:
    """Instances alone would call this significant: three seeds of one method vary as much as the methods differ."""
    first, second = trained([0.4, 0.6, 0.7]), trained([0.45, 0.5, 0.5], seed=1)
    one_seed = seeded_test([s for s in first if s.seed == "2"], [s for s in second if s.seed == "2"])
    assert one_seed.p < 0.05 < seeded_test(first, second).p


def test_statistics_that_average_over_seeds_say_so() -> None:
    first, second = trained([0.4, 0.6]), trained([0.5, 0.5], seed=1)
    results = [mean_interval(first), paired_difference(first, second), paired_permutation(first, second)]
    assert [r.warnings[-1] for r in results] == ["2 seeds averaged: it speaks of these seeds only"] * 3
    assert not any("averaged" in w for w in seeded_test(first, second).warnings + seeded_mean(first).warnings)


def test_the_two_way_bootstrap_draws_seeds_and_clusters() -> None:
    calm, wild = trained([0.5, 0.5, 0.5]), trained([0.3, 0.5, 0.7])
    assert two_way_bootstrap(wild, seed=4) == two_way_bootstrap(wild, seed=4)
    assert width(two_way_bootstrap(wild)) > 1.5 * width(two_way_bootstrap(calm))
    found = two_way_bootstrap(wild)
    assert found.low < found.value < found.high and found.n == 600


def test_seeds_play_the_same_panel() -> None:
    with pytest.raises(SkillevoError, match="seed '1' did not play 1 of 3 instances"):
        seeded_mean(scores([1, 0, 1], seed="0") + scores([1, 0], seed="1"))
    with pytest.raises(SkillevoError, match="i1 has"):
        seeded_mean(rollouts([[1], [0, 1]], seed="0") + rollouts([[1], [0]], seed="1"))
