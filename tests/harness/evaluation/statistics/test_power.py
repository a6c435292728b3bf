from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    instances_for_difference,
    instances_for_success,
    mcnemar_power,
    seeds_needed,
)
from skillevo.harness.evaluation.statistics.paired import _sign_test


@pytest.mark.parametrize(("n", "b", "c"), [(40, 0.3, 0.1), (134, 0.15, 0.05), (20, 0.1, 0.0)])
def test_mcnemar_power_is_the_chance_to_reject(n: int, b: float, c: float) -> None:
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n, [b, c, 1 - b - c], size=8000)
    simulated = np.mean([_sign_test(int(x), int(x + y), False) <= 0.05 for x, y, _ in draws])
    assert mcnemar_power(n, b, c) == pytest.approx(simulated, abs=4 * sqrt(0.25 / 8000))


def test_instances_for_success_reach_the_power_and_no_fewer_do() -> None:
    need = instances_for_success(0.15, 0.05)
    assert need.power >= 0.8
    assert all(mcnemar_power(need.number + i, 0.15, 0.05) >= 0.8 for i in range(10))
    assert min(mcnemar_power(need.number - i, 0.15, 0.05) for i in range(1, 11)) < 0.8
    assert instances_for_success(0.15, 0.05, design_effect=2.0).number == 2 * need.number
    assert instances_for_success(0.05, 0.15).number == need.number


def test_instances_for_a_difference() -> None:
    # The textbook's paired t-test: d = 0.5 at 80 % takes 34 pairs.
    assert instances_for_difference(0.5, 1.0).number == 34
    assert instances_for_difference(-0.5, 1.0).number == 34
    assert instances_for_difference(0.1, 1.0).number > 20 * 34


def test_more_is_needed_for_less() -> None:
    seeds = [seeds_needed(d, 0.02, 500, rollout_sd=0.5).number for d in (0.08, 0.05, 0.03)]
    assert seeds == sorted(seeds) and len(set(seeds)) == 3
    assert seeds_needed(0.05, 0.02, 500, rollout_sd=0.5).power >= 0.8
    assert seeds_needed(0.05, 0.02, 500, rollout_sd=0.5, power=0.95).number > seeds[1]


def test_no_number_of_seeds_replaces_instances() -> None:
    with pytest.raises(SkillevoError, match=r"on 134 instances: it takes \d+ instances at least"):
        seeds_needed(0.05, 0.02, 134, instance_sd=0.5)
    assert seeds_needed(0.05, 0.02, 5000, instance_sd=0.5).number >= 2


@pytest.mark.parametrize(
    "ask",
    [lambda: instances_for_success(0.1, 0.1), lambda: instances_for_difference(0, 1), lambda: seeds_needed(0, 1, 9)],
)
def test_equal_methods_cannot_be_told_apart(ask: object) -> None:
    with pytest.raises(SkillevoError):
        ask()  # type: ignore[operator]
