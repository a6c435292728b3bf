"""How much: differences with intervals, and effect sizes that compare across benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, inf, isnan, nan, sqrt

import numpy as np
from scipy import optimize, stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics.means import UNIT, quantile, spread, widened
from skillevo.harness.evaluation.statistics.outcomes import NO_SPREAD, Estimate, warnings_of
from skillevo.harness.evaluation.statistics.scores import Instances, Score, pair


def paired_difference(
    first: Sequence[Score],
    second: Sequence[Score],
    level: float = 0.95,
    bounds: tuple[float, float] | None = UNIT,
) -> Estimate:
    """Mean over instances of first minus second, played on the same panel.

    Assumes independent clusters. The interval is m +- t sqrt(V) (CR2, see `means`). For bounded scores two imaginary
    instances are added to it, one won by each side by the whole range and each standing alone: with 0/1 scores and
    no clusters that is Bonett & Price's (2012) interval, and it keeps its width where few or no instances differ.
    The value is the plain difference.

    Args:
        bounds: the least and largest possible score; None for scores without bounds (steps, cost).

    Raises:
        SkillevoError: the sides hold different instances.
    """
    d = pair(first, second).difference
    g, value = len(d.clusters), float(d.values.mean())
    widest = inf if bounds is None else bounds[1] - bounds[0]
    s = spread(*widened(d, bounds))
    half = quantile(s, level) * sqrt(s.variance) if g > 1 else inf
    low, high = max(-widest, s.mean - half), min(widest, s.mean + half)
    method = "paired difference, cluster-robust t (CR2)"
    return _estimate(d, value, low, high, level, method, NO_SPREAD if half == 0 else ())


def skill_lift(with_skill: Sequence[Score], without: Sequence[Score], level: float = 0.95) -> Estimate:
    """What a skill adds: mean score with it minus without, the same instances on both sides (SkillsBench's metric).

    Assumptions and interval as `paired_difference`.
    """
    return paired_difference(with_skill, without, level)


def paired_odds_ratio(first: Sequence[Score], second: Sequence[Score], level: float = 0.95) -> Estimate:
    """b/c: odds that of two sides which differ on an instance the first is the one that solved it.

    The interval comes from Clopper & Pearson's for b of b + c, by x/(1-x). Assumes one 0/1 score per instance and
    independent instances. Not a number where no instance differs, infinite where c = 0.
    """
    d = pair(first, second).difference
    if not np.isin(d.values, (-1.0, 0.0, 1.0)).all() or d.scores != 2 * len(d.names):
        raise SkillevoError("a paired odds ratio wants one 0/1 score per instance on both sides")
    b, c = int((d.values > 0).sum()), int((d.values < 0).sum())
    if b + c == 0:
        return _estimate(d, nan, 0.0, inf, level, "paired odds ratio, exact")
    exact = stats.binomtest(b, b + c).proportion_ci(level, method="exact")
    low, high = (_odds(float(x)) for x in exact)
    return _estimate(d, b / c if c else inf, low, high, level, "paired odds ratio, exact")


def paired_d(first: Sequence[Score], second: Sequence[Score], level: float = 0.95) -> Estimate:
    """Cohen's d_z: the mean paired difference in standard deviations of the instances' differences.

    The interval inverts the noncentral t distribution of d sqrt(n) (Steiger & Fouladi 1997). Assumes independent,
    roughly normal differences; not a number where all differences are equal. Clusters are not respected, and a
    warning says so.
    """
    d = pair(first, second).difference
    n = len(d.names)
    sd = float(d.values.std(ddof=1)) if n > 1 else 0.0
    if sd < 1e-12:
        return _estimate(d, nan, -inf, inf, level, "paired d")
    t = float(d.values.mean()) / sd * sqrt(n)
    low, high = (_noncentrality(t, n - 1, p) / sqrt(n) for p in ((1 + level) / 2, (1 - level) / 2))
    warnings = () if len(d.clusters) == n else ("clusters are ignored",)
    return _estimate(d, t / sqrt(n), low, high, level, "paired d, noncentral t", warnings)


def cohens_h(rate_1: float, rate_2: float) -> float:
    """2 asin sqrt(p1) - 2 asin sqrt(p2) (Cohen 1988): 0.2 small, 0.5 medium, 0.8 large; equal anywhere on the scale.

    Raises:
        SkillevoError: a rate outside [0, 1].
    """
    if not (0 <= rate_1 <= 1 and 0 <= rate_2 <= 1):
        raise SkillevoError(f"Cohen's h wants rates in [0, 1], not {rate_1} and {rate_2}")
    return 2 * asin(sqrt(rate_1)) - 2 * asin(sqrt(rate_2))


def _noncentrality(t: float, df: int, p: float) -> float:
    """The noncentrality under which a t this large or smaller has probability p."""
    reach = 10 + 2 * abs(t)
    return float(optimize.brentq(lambda nc: _below(t, df, nc) - p, t - reach, t + reach))


def _below(t: float, df: int, nc: float) -> float:
    """P(T <= t) of the noncentral t; Johnson & Welch's (1940) normal approximation where scipy has no number."""
    exact = float(stats.nct.cdf(t, df, nc))
    if not isnan(exact):
        return exact
    return float(stats.norm.cdf((t * (1 - 1 / (4 * df)) - nc) / sqrt(1 + t * t / (2 * df))))


def _odds(x: float) -> float:
    return x / (1 - x) if x < 1 else inf


def _estimate(
    d: Instances, value: float, low: float, high: float, level: float, method: str, warnings: tuple[str, ...] = ()
) -> Estimate:
    g = len(d.clusters)
    return Estimate(
        value, low, high, level, method, d.scores, len(d.names), g, warnings_of(g, d.seeds) + warnings, d.ids
    )
