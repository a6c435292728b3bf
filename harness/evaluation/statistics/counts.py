"""Statistics of plain counts: what can be said of published numbers, of which only solved and total are known.

All of them assume independent episodes; comparisons are unpaired. For measured episodes use the paired statistics.
"""

from __future__ import annotations

from math import sqrt

from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.evaluation.statistics.outcomes import Estimate, Significance


def wilson_interval(solved: int, total: int, level: float = 0.95) -> Estimate:
    """A success rate with Wilson's score interval (Wilson 1927).

    Raises:
        SkillevoError: no episodes, or more solved than played.
    """
    _check(solved, total)
    low, high = wilson(solved, total, level)
    return Estimate(solved / total, low, high, level, "Wilson", total, total, total)


def two_proportion_z(solved_1: int, total_1: int, solved_2: int, total_2: int) -> Significance:
    """z-test of equal rates with the pooled variance: z = (p1 - p2) / sqrt(p (1-p) (1/n1 + 1/n2)).

    A large-sample test; papers print it. Under some five successes or failures on a side Fisher's is the safe one.
    """
    _check(solved_1, total_1)
    _check(solved_2, total_2)
    pooled = (solved_1 + solved_2) / (total_1 + total_2)
    difference = solved_1 / total_1 - solved_2 / total_2
    error = sqrt(pooled * (1 - pooled) * (1 / total_1 + 1 / total_2))
    z = difference / error if error else 0.0
    few = min(solved_1, total_1 - solved_1, solved_2, total_2 - solved_2) < 5
    warnings = ("under five successes or failures on a side: trust Fisher's test",) if few else ()
    return _unpaired(2 * float(stats.norm.sf(abs(z))), z, difference, "two-proportion z", total_1, total_2, warnings)


def fisher_exact(solved_1: int, total_1: int, solved_2: int, total_2: int) -> Significance:
    """Fisher's exact test of equal rates, two-sided by summing the tables no likelier than the observed one."""
    _check(solved_1, total_1)
    _check(solved_2, total_2)
    table = [[solved_1, total_1 - solved_1], [solved_2, total_2 - solved_2]]
    odds, p = stats.fisher_exact(table)
    difference = solved_1 / total_1 - solved_2 / total_2
    return _unpaired(float(p), float(odds), difference, "Fisher exact", total_1, total_2)


def difference_of_rates(solved_1: int, total_1: int, solved_2: int, total_2: int, level: float = 0.95) -> Estimate:
    """p1 - p2 with Newcombe's (1998, method 10) hybrid of the two Wilson intervals [l, u]:

    low = d - sqrt((p1 - l1)^2 + (u2 - p2)^2), high = d + sqrt((u1 - p1)^2 + (p2 - l2)^2).
    """
    a, b = wilson_interval(solved_1, total_1, level), wilson_interval(solved_2, total_2, level)
    d = a.value - b.value
    low = d - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    high = d + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
    n = total_1 + total_2
    return Estimate(d, low, high, level, "Newcombe, unpaired", n, n, n)


def odds_ratio(solved_1: int, total_1: int, solved_2: int, total_2: int, level: float = 0.95) -> Estimate:
    """Conditional maximum-likelihood odds ratio with the exact interval (Cornfield 1956; as R's fisher.test).

    0 or infinity where a cell is empty; the interval stays one-sided then.
    """
    _check(solved_1, total_1)
    _check(solved_2, total_2)
    found = stats.contingency.odds_ratio([[solved_1, total_1 - solved_1], [solved_2, total_2 - solved_2]])
    low, high = found.confidence_interval(level)
    n = total_1 + total_2
    return Estimate(float(found.statistic), float(low), float(high), level, "odds ratio, exact", n, n, n)


def welch(
    mean_1: float, sd_1: float, runs_1: int, mean_2: float, sd_2: float, runs_2: int
) -> tuple[Significance, float]:
    """Welch's t-test from printed means and standard deviations over seeds, and its degrees of freedom.

    Assumes normal seed means; the standard deviations are the sample's (n - 1).
    """
    if runs_1 < 2 or runs_2 < 2:
        raise SkillevoError(f"Welch's test wants two runs a side at least, not {runs_1} and {runs_2}")
    found = stats.ttest_ind_from_stats(mean_1, sd_1, runs_1, mean_2, sd_2, runs_2, equal_var=False)
    v1, v2 = sd_1**2 / runs_1, sd_2**2 / runs_2
    df = (v1 + v2) ** 2 / (v1**2 / (runs_1 - 1) + v2**2 / (runs_2 - 1))
    test = _unpaired(float(found.pvalue), float(found.statistic), mean_1 - mean_2, "Welch t over seeds", runs_1, runs_2)
    return test, df


def _check(solved: int, total: int) -> None:
    if total < 1 or not 0 <= solved <= total:
        raise SkillevoError(f"{solved} solved of {total}: no rate")


def _unpaired(
    p: float, statistic: float, difference: float, method: str, n1: int, n2: int, warnings: tuple[str, ...] = ()
) -> Significance:
    n = n1 + n2
    return Significance(p, statistic, difference, f"{method}, unpaired", n, n, n, warnings=warnings)
