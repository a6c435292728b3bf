"""Intervals around a mean over task instances, where instances come in clusters and have several rollouts each.

The estimate is the mean over instances of each instance's mean over rollouts. Rollouts of an instance and instances of
a room, site or product are alike, so clusters and not rollouts are the independent units. With cluster sums S_c, sizes
n_c, N = sum n_c, mean m = sum S_c / N and residuals e_c = S_c - n_c m, the variance of m is CR2's
(Bell & McCaffrey 2002)

    V = sum_c e_c^2 / (1 - n_c/N) / N^2

which for equal sizes is the ordinary G/(G-1) sum e_c^2 / N^2, with their Satterthwaite degrees of freedom.

Which interval tables print was chosen by simulated coverage (`tools/coverage.py` prints it): asked for 95 %, the
percentile bootstrap covers 74-83 % with four clusters, and symmetric t intervals fall short near 0 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.evaluation.statistics.outcomes import NO_SPREAD, Estimate, warnings_of
from skillevo.harness.evaluation.statistics.scores import Floats, Instances, Score, by_instance

UNIT = (0.0, 1.0)
"""The bounds of success and reward."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean with its cluster-robust variance.

    Attributes:
        mean: over instances.
        variance: of the mean (CR2); 0 for a single cluster, of which nothing can be learned.
        df: Satterthwaite's degrees of freedom.
    """

    mean: float
    variance: float
    df: float


def spread(sums: Floats, sizes: Floats) -> Spread:
    """Mean, CR2 variance and degrees of freedom from cluster sums and sizes."""
    total = float(sizes.sum())
    mean = float(sums.sum()) / total
    if len(sums) == 1:
        return Spread(mean, 0.0, 1.0)
    share = sizes / total
    inflate = 1 / (1 - share)
    residual = sums - sizes * mean
    variance = float((residual**2 * inflate).sum()) / total**2
    return Spread(mean, variance, _degrees(sizes, share, inflate))


def _degrees(sizes: Floats, share: Floats, inflate: Floats) -> float:
    """Bell & McCaffrey's tr(M)^2 / tr(M^2), M_cd = a_c a_d (n_c [c=d] - n_c n_d / N) with a^2 = `inflate`.

    G - 1 for equal sizes, fewer the more one cluster outweighs the others.
    """
    trace = float((inflate * sizes * (1 - share)).sum())
    weight = float((inflate * sizes * share).sum())
    return trace**2 / (float((inflate**2 * sizes**2 * (1 - 2 * share)).sum()) + weight**2)


def mean_interval(scores: Sequence[Score], level: float = 0.95, bounds: tuple[float, float] | None = UNIT) -> Estimate:
    """The mean over instances with the interval that tables print.

    Assumes independent clusters (an instance without one is its own); nothing about rollouts or instances inside.

    - One 0/1 score per instance and no clusters: Wilson's score interval.
    - Bounded scores else: Wilson's interval for an effective sample size n* = m(1-m)/V at Student's t instead of the
      normal quantile, V and the degrees of freedom from `spread`. n* is never above the number of scores, and is the
      number of clusters where all clusters agree. (Effective sample size: Korn & Graubard 1998; Wilson form: Dean &
      Pagano 2015; Franco et al. 2019.)
    - Unbounded scores (steps, cost): m +- t sqrt(V).

    Args:
        level: coverage, e.g. 0.95.
        bounds: the least and largest possible score; None for scores without bounds.

    Raises:
        SkillevoError: no scores, or a score outside the bounds.
    """
    data = by_instance(scores)
    if bounds == UNIT and data.plain:
        low, high = wilson(round(float(data.values.sum())), data.scores, level)
        return _estimate(data, float(data.values.mean()), low, high, level, "Wilson")
    return interval_of(data, level, bounds)


def interval_of(data: Instances, level: float = 0.95, bounds: tuple[float, float] | None = UNIT) -> Estimate:
    """`mean_interval` of instances that are averaged already, e.g. of paired differences."""
    s = spread(data.sums, data.sizes)
    if bounds is None:
        half = quantile(s, level) * sqrt(s.variance) if len(data.clusters) > 1 else np.inf
        flat = NO_SPREAD if half == 0 else ()
        return _estimate(data, s.mean, s.mean - half, s.mean + half, level, "cluster-robust t (CR2)", flat)
    least, most = bounds
    if data.values.min() < least or data.values.max() > most:
        raise SkillevoError(f"a score lies outside {bounds}: name its bounds, or None for scores without any")
    scale = most - least
    low, high = effective_wilson(data, s, level, least, scale)
    return _estimate(data, s.mean, low, high, level, "cluster-robust Wilson (CR2, t)")


def effective_wilson(data: Instances, s: Spread, level: float, least: float, scale: float) -> tuple[float, float]:
    """Wilson's interval at the effective sample size, on the scores' own scale."""
    if len(data.clusters) == 1:
        return least, least + scale
    p = min(1.0, max(0.0, (s.mean - least) / scale))
    v = s.variance / scale**2
    # Rounding leaves a variance of 1e-34 where clusters agree exactly.
    n = min(data.scores, p * (1 - p) / v) if v > 1e-18 else float(len(data.clusters))
    t = quantile(s, level)
    middle = (p + t * t / (2 * n)) / (1 + t * t / n)
    half = t * sqrt(p * (1 - p) / n + t * t / (4 * n * n)) / (1 + t * t / n)
    return least + scale * max(0.0, middle - half), least + scale * min(1.0, middle + half)


def widened(d: Instances, bounds: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """Cluster sums and sizes of paired differences, with one imaginary instance won by each side (see `effects`)."""
    if bounds is None:
        return d.sums, d.sizes
    widest = bounds[1] - bounds[0]
    return np.append(d.sums, [widest, -widest]), np.append(d.sizes, [1.0, 1.0])


def bootstrap_interval(
    scores: Sequence[Score], level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> Estimate:
    """Percentile interval of the cluster bootstrap: clusters drawn with replacement, the mean over their instances.

    Assumes independent clusters and many of them; under some thirty it is too narrow (Cameron, Gelbach & Miller
    2008), and is here for comparison with papers that print it. Seeded: the same scores give the same interval.
    """
    data = by_instance(scores)
    means = resampled_means(data.sums, data.sizes, resamples, np.random.default_rng(seed))
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return _estimate(data, float(data.values.mean()), float(low), float(high), level, "cluster bootstrap, percentile")


def resampled_means(sums: Floats, sizes: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Means of `resamples` draws of as many clusters, with replacement."""
    g = len(sums)
    means = np.empty(resamples)
    block = max(1, 4_000_000 // g)  # counts of 32 MB at most at a time
    for start in range(0, resamples, block):
        counts = rng.multinomial(g, np.full(g, 1 / g), size=min(block, resamples - start))
        means[start : start + len(counts)] = (counts @ sums) / (counts @ sizes)
    return means


def cluster_means_interval(scores: Sequence[Score], level: float = 0.95) -> Estimate:
    """Student's t interval on the clusters' own means, clusters weighed equally, G - 1 degrees of freedom.

    The textbook's way with few clusters (Donner & Klar 2000). It answers another question than the other intervals,
    the mean over clusters rather than over instances: where sizes differ the two values differ.
    """
    data = by_instance(scores)
    means = data.sums / data.sizes
    s = spread(means, np.ones(len(means)))
    half = quantile(s, level) * sqrt(s.variance) if len(means) > 1 else np.inf
    return _estimate(data, s.mean, s.mean - half, s.mean + half, level, "t on cluster means (clusters weighed equally)")


def quantile(s: Spread, level: float) -> float:
    """Student's two-sided critical value at this level."""
    return float(stats.t.ppf(0.5 + level / 2, s.df))


def _estimate(
    data: Instances, value: float, low: float, high: float, level: float, method: str, more: tuple[str, ...] = ()
) -> Estimate:
    g = len(data.clusters)
    warnings = warnings_of(g, data.seeds) + more
    return Estimate(value, low, high, level, method, data.scores, len(data.names), g, warnings, data.ids)
