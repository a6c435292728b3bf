"""How many instances or seeds it takes to tell two methods apart. All answers are for two-sided tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from scipy import stats

from skillevo.envs.base import SkillevoError

MOST = 10_000_000
"""Where the search for a sample size ends."""


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes.

    Attributes:
        number: of instances, or of seeds per method.
        power: the chance of a significant result with that many.
        method: the test and the approximation.
    """

    number: int
    power: float
    method: str


def mcnemar_power(instances: int, only_first: float, only_second: float, level: float = 0.05) -> float:
    """Power of McNemar's exact test, exactly: summed over the number of instances on which the methods differ.

    Args:
        only_first: share of instances that only the first method solves.
        only_second: share that only the second solves.
    """
    differ = only_first + only_second
    if not 0 < differ <= 1 or min(only_first, only_second) < 0:
        raise SkillevoError(f"shares of {only_first} and {only_second} leave no test to plan")
    reach = stats.binom.interval(1 - 1e-9, instances, differ)
    n = np.arange(max(1, int(reach[0])), int(reach[1]) + 1)
    # The largest tail count that rejects, 2 P(X <= k) <= level under 1/2; -1 where none does.
    k = stats.binom.ppf(level / 2, n, 0.5)
    k = k - (2 * stats.binom.cdf(k, n, 0.5) > level)
    share = only_first / differ
    tails = np.where(k >= 0, stats.binom.cdf(k, n, share) + stats.binom.sf(n - k - 1, n, share), 0.0)
    return float((stats.binom.pmf(n, instances, differ) * tails).sum())


def instances_for_success(
    only_first: float, only_second: float, power: float = 0.8, level: float = 0.05, design_effect: float = 1.0
) -> Need:
    """Instances that McNemar's exact test needs; start from Connor's (1987) formula, then the exact power.

    The exact power is a saw-tooth in n: the answer is the first n that reaches the power and from which it is reached
    at the next nine as well.

    Args:
        design_effect: variance inflation of clustered instances, 1 + (m - 1) ICC for clusters of m; multiplies n.
    """
    differ, gap = only_first + only_second, only_first - only_second
    if gap == 0:
        raise SkillevoError("methods that do not differ cannot be told apart: the two shares are equal")
    a, b = float(stats.norm.isf(level / 2)), float(stats.norm.isf(1 - power))
    n = max(1, ceil((a * sqrt(differ) + b * sqrt(max(0.0, differ - gap * gap))) ** 2 / gap**2))
    enough = [False]
    while not all(enough):
        enough = [mcnemar_power(n + i, only_first, only_second, level) >= power for i in range(10)]
        n += 1 if all(enough) else 1 + max(i for i, ok in enumerate(enough) if not ok)
    n -= 1
    found = mcnemar_power(n, only_first, only_second, level)
    return Need(ceil(n * design_effect), found, "McNemar exact" + _inflated(design_effect))


def instances_for_difference(
    difference: float, sd: float, power: float = 0.8, level: float = 0.05, design_effect: float = 1.0
) -> Need:
    """Instances that a paired t-test needs for a mean difference whose per-instance standard deviation is `sd`."""
    if difference == 0 or sd <= 0:
        raise SkillevoError("a difference of 0, or one without spread, needs no planning")
    n, found = _first(lambda n: _t_power(difference, sd / sqrt(n), n - 1.0, level), power)
    return Need(ceil(n * design_effect), found, "paired t" + _inflated(design_effect))


def seeds_needed(
    difference: float,
    seed_sd: float,
    instances: int,
    instance_sd: float = 0.0,
    rollout_sd: float = 0.0,
    power: float = 0.8,
    level: float = 0.05,
) -> Need:
    """Seeds per method that `seeded_test` needs on a panel: the variance of the difference with S seeds is

        instance_sd^2 / I + rollout_sd^2 / (S I) + 2 seed_sd^2 / S

    with 2(S - 1) degrees of freedom for the seeds' part and I - 1 for the instances' (Satterthwaite).

    Args:
        seed_sd: standard deviation of one method's panel mean between training runs.
        instance_sd: standard deviation over instances of the true difference; 0 asks about this panel only.
        rollout_sd: standard deviation of one instance's difference within one pair of seeds.

    Raises:
        SkillevoError: the instances' part alone hides the difference; the message says how many instances it takes.
    """
    if difference == 0:
        raise SkillevoError("methods that do not differ cannot be told apart: the difference is 0")
    if instance_sd > 0 and _t_power(difference, instance_sd / sqrt(instances), instances - 1.0, level) < power:
        least = instances_for_difference(difference, instance_sd, power, level).number
        raise SkillevoError(
            f"no number of seeds shows a difference of {difference:g} on {instances} instances: "
            f"it takes {least} instances at least"
        )

    def reached(seeds: int) -> float:
        panel = (instance_sd**2 + rollout_sd**2 / seeds) / instances
        between = 2 * seed_sd**2 / seeds
        total = panel + between
        if seeds < 2 or total == 0:
            return 0.0 if seeds < 2 else 1.0
        df = total**2 / (panel**2 / max(1, instances - 1) + between**2 / (2 * (seeds - 1)))
        return _t_power(difference, sqrt(total), df, level)

    return Need(*_first(reached, power), "t over seeds and instances")


def _t_power(difference: float, error: float, df: float, level: float) -> float:
    if df < 1:
        return 0.0
    critical, shift = float(stats.t.isf(level / 2, df)), abs(difference) / error
    power = float(stats.nct.sf(critical, df, shift) + stats.nct.cdf(-critical, df, shift))
    return power if np.isfinite(power) else 1.0  # the noncentral t overflows where the power is 1


def _first(reached: Callable[[int], float], power: float) -> tuple[int, float]:
    """The least n of 2 or more at which a growing function reaches the power, and its value there."""
    high = 2
    while reached(high) < power:
        high *= 2
        if high > MOST:
            raise SkillevoError(f"more than {MOST} would be needed for a power of {power}")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle, high)
    high = max(high, 2)
    return high, reached(high)


def _inflated(design_effect: float) -> str:
    return f", times a design effect of {design_effect:g}" if design_effect != 1 else ""
