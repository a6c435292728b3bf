"""Several seeds: training runs (or evaluations) of one method, each played on the same panel.

Two things vary, the seed and the instances. With S seeds, each played on every instance, and M_s the panel mean of
seed s, the variance of the grand mean is taken as

    V = V_instances + Var_s(M_s) / S

where V_instances is the cluster-robust variance of the instances' means over seeds (`means.spread`). What seed and
instance have together is counted in both terms, so V errs to the large side; degrees of freedom are Satterthwaite's.
The usual "mean +- standard deviation over seeds" holds for this panel only: as a statement on further instances it
covers 60-94 % in simulation where 95 % is meant, and the instances' interval alone forgets the seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt

import numpy as np
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics.means import UNIT, Spread, effective_wilson, quantile, spread, widened
from skillevo.harness.evaluation.statistics.outcomes import NO_SPREAD, Estimate, Significance, cluster_warnings
from skillevo.harness.evaluation.statistics.scores import Instances, Score, by_instance, pair


def seeded_mean(scores: Sequence[Score], level: float = 0.95, bounds: tuple[float, float] | None = UNIT) -> Estimate:
    """Grand mean over seeds and instances, its interval for further seeds and further instances.

    Wilson's form at the effective sample size for bounded scores, t else, as `mean_interval`. With one seed it is
    the instances' interval, with a warning.

    Raises:
        SkillevoError: a seed did not play every instance, or a score lies outside the bounds.
    """
    data, means = by_instance(scores), seed_means(scores)
    s = _together(spread(data.sums, data.sizes), [means])
    method = f"{len(means)} seeds, cluster-robust" if len(means) > 1 else "one seed, cluster-robust"
    more: tuple[str, ...] = ()
    if bounds is None:
        half = quantile(s, level) * sqrt(s.variance) if len(data.clusters) > 1 else inf
        low, high = s.mean - half, s.mean + half
        more = NO_SPREAD if half == 0 else ()
    else:
        if data.values.min() < bounds[0] or data.values.max() > bounds[1]:
            raise SkillevoError(f"a score lies outside {bounds}: name its bounds, or None for scores without any")
        low, high = effective_wilson(data, s, level, bounds[0], bounds[1] - bounds[0])
    g = len(data.clusters)
    warnings = cluster_warnings(g) + _seed_warnings([means]) + more
    return Estimate(s.mean, low, high, level, method, data.scores, len(data.names), g, warnings, data.ids)


def seeded_difference(
    first: Sequence[Score], second: Sequence[Score], level: float = 0.95, bounds: tuple[float, float] | None = UNIT
) -> Estimate:
    """First minus second, paired by instance; the two methods' seeds are independent of each other.

    V as above with both methods' seed variances, the instances' part as `paired_difference` (two imaginary instances
    included).

    Raises:
        SkillevoError: the sides hold different instances, or a seed did not play every instance.
    """
    d, s, means = _compared(first, second, bounds)
    widest = inf if bounds is None else bounds[1] - bounds[0]
    g = len(d.clusters)
    half = quantile(s, level) * sqrt(s.variance) if g > 1 else inf
    return Estimate(
        value=float(d.values.mean()),
        low=max(-widest, s.mean - half),
        high=min(widest, s.mean + half),
        level=level,
        method=f"paired difference, {len(means[0])} and {len(means[1])} seeds, cluster-robust t",
        n=d.scores,
        instances=len(d.names),
        clusters=g,
        warnings=cluster_warnings(g) + _seed_warnings(means),
        ids=d.ids,
    )


def seeded_test(
    first: Sequence[Score], second: Sequence[Score], bounds: tuple[float, float] | None = UNIT
) -> Significance:
    """Student's t-test of no difference with the variance of `seeded_difference`: d / sqrt(V).

    It asks of further seeds and further instances. It is approximate (normal seed effects); the exact tests in
    `paired` ask of these seeds only.
    """
    d, s, means = _compared(first, second, bounds)
    value, g = float(d.values.mean()), len(d.clusters)
    t = value / sqrt(s.variance) if s.variance > 0 and g > 1 else 0.0
    p = 2 * float(stats.t.sf(abs(t), s.df)) if g > 1 else 1.0
    return Significance(
        p=p,
        statistic=t,
        difference=value,
        method=f"t over {len(means[0])} and {len(means[1])} seeds and {g} clusters",
        n=d.scores,
        instances=len(d.names),
        clusters=g,
        warnings=cluster_warnings(g) + _seed_warnings(means),
        ids=d.ids,
    )


def two_way_bootstrap(scores: Sequence[Score], level: float = 0.95, resamples: int = 10_000, seed: int = 0) -> Estimate:
    """Percentile interval with seeds and clusters both drawn with replacement (Owen 2007, pigeonhole bootstrap).

    Assumes a crossed design with many seeds and clusters; with three seeds or four clusters `seeded_mean` covers
    better. Seeded: the same scores give the same interval.
    """
    data, means = by_instance(scores), seed_means(scores)
    names = list(means)
    at = dict(zip(data.names, data.cluster_of, strict=True))
    sums = np.zeros((len(names), len(data.clusters)))
    for i, name in enumerate(names):
        own = by_instance([s for s in scores if s.seed == name])
        np.add.at(sums[i], [at[n] for n in own.names], own.values)
    rng = np.random.default_rng(seed)
    of_seeds = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples) / len(names)
    g = len(data.clusters)
    of_clusters = rng.multinomial(g, np.full(g, 1 / g), size=resamples)
    drawn = ((of_seeds @ sums) * of_clusters).sum(axis=1) / (of_clusters @ data.sizes)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(
        value=float(data.values.mean()),
        low=float(low),
        high=float(high),
        level=level,
        method="two-way bootstrap, percentile",
        n=data.scores,
        instances=len(data.names),
        clusters=g,
        warnings=cluster_warnings(g) + _seed_warnings([means]),
        ids=data.ids,
    )


def seed_means(scores: Sequence[Score]) -> dict[str, float]:
    """The panel mean of each seed, in order of first appearance.

    Raises:
        SkillevoError: a seed did not play every instance, or instances have unequal numbers of rollouts over seeds.
    """
    names = {name: i for i, name in enumerate(by_instance(scores).names)}
    seeds = {seed: i for i, seed in enumerate(dict.fromkeys(s.seed for s in scores))}
    shape = len(seeds), len(names)
    at = np.array([seeds[s.seed] * len(names) + names[s.instance] for s in scores])
    rollouts = np.bincount(at, minlength=len(seeds) * len(names)).reshape(shape)
    for seed, row in zip(seeds, rollouts, strict=True):
        if missing := sorted(name for name, n in zip(names, row, strict=True) if not n):
            raise SkillevoError(
                f"seed {seed!r} did not play {len(missing)} of {len(names)} instances ({missing[0]}, ...): "
                "seeds are compared on the same panel"
            )
    if uneven := sorted(name for name, n in zip(names, rollouts.T, strict=True) if len(set(n)) > 1):
        found = sorted(set(rollouts[:, names[uneven[0]]].tolist()))
        raise SkillevoError(f"{uneven[0]} has {found} rollouts under different seeds: one number")
    sums = np.bincount(at, weights=[s.value for s in scores], minlength=rollouts.size).reshape(shape)
    return dict(zip(seeds, (sums / rollouts).mean(axis=1).tolist(), strict=True))


def _compared(
    first: Sequence[Score], second: Sequence[Score], bounds: tuple[float, float] | None
) -> tuple[Instances, Spread, list[dict[str, float]]]:
    d = pair(first, second).difference
    means = [seed_means(first), seed_means(second)]
    sums, sizes = widened(d, bounds)
    return d, _together(spread(sums, sizes), means), means


def _together(instances: Spread, sides: Sequence[dict[str, float]]) -> Spread:
    """The instances' variance and each side's seed variance as one, with Satterthwaite's degrees of freedom."""
    parts = [(instances.variance, instances.df)]
    for means in sides:
        if len(means) > 1:
            parts.append((float(np.var(list(means.values()), ddof=1)) / len(means), len(means) - 1.0))
    total = sum(v for v, _ in parts)
    weight = sum(v * v / df for v, df in parts)
    return Spread(instances.mean, total, total * total / weight if weight > 0 else instances.df)


def _seed_warnings(sides: Sequence[dict[str, float]]) -> tuple[str, ...]:
    return ("one seed: how much another would change is not in it",) if any(len(m) == 1 for m in sides) else ()
