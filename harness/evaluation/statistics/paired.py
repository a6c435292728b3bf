"""Tests between two methods that played the same panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics.outcomes import Significance, warnings_of
from skillevo.harness.evaluation.statistics.scores import Floats, Ints, Pairs, Score, pair

LARGEST_TABLE = 1 << 21
"""Entries up to which the permutation distribution is tabulated exactly."""
RESAMPLES = 100_000


def mcnemar(first: Sequence[Score], second: Sequence[Score], mid_p: bool = False) -> Significance:
    """McNemar's exact test of equal success on the same instances (McNemar 1947).

    Given b instances that only the first side solved and c that only the second did, b is binomial(b + c, 1/2):
    p = min(1, 2 P(X <= min(b, c))). Assumes independent instances: where they come in clusters, use
    `paired_permutation`, and the result says so.

    Args:
        mid_p: count the observed table half (Lancaster 1961): less conservative, may exceed the level by a little
            (Fagerland, Lydersen & Laake 2013 recommend it).

    Raises:
        SkillevoError: different instances, several scores of one instance, or scores other than 0 and 1.
    """
    pairs = pair(first, second)
    for side, name in ((pairs.first, "first"), (pairs.second, "second")):
        if side.scores != len(side.names) or not np.isin(side.values, (0.0, 1.0)).all():
            raise SkillevoError(
                f"McNemar's test wants one 0/1 score per instance; the {name} side has "
                f"{side.scores} scores of {len(side.names)} instances. Use paired_permutation"
            )
    d = pairs.difference.values
    only_first, only_second = int((d > 0).sum()), int((d < 0).sum())
    n = only_first + only_second
    p, floor = _sign_test(only_first, n, mid_p), _sign_test(0, n, mid_p)
    clusters = len(pairs.difference.clusters)
    ignored = () if clusters == len(d) else (f"instances come in {clusters} clusters, which McNemar's test ignores",)
    return _result(pairs, p, float(only_first), "McNemar mid-p" if mid_p else "McNemar exact", floor, ignored)


def _sign_test(k: int, n: int, mid_p: bool) -> float:
    if n == 0:
        return 1.0
    m = min(k, n - k)
    tail = float(stats.binom.cdf(m, n, 0.5)) - (0.5 * float(stats.binom.pmf(m, n, 0.5)) if mid_p else 0.0)
    return min(1.0, 2 * tail)


def paired_permutation(
    first: Sequence[Score], second: Sequence[Score], resamples: int = RESAMPLES, seed: int = 0
) -> Significance:
    """Sign-flip permutation test of the mean paired difference, clusters flipped as a whole.

    Under the null hypothesis the two methods are exchangeable within each cluster (an instance without one is its
    own), so every cluster's summed difference D_c is as likely to be -D_c. p is the share of the 2^G sign patterns
    with |sum +-D_c| at or over the observed one. All patterns are counted where that is feasible: up to some twenty
    clusters always, and any number where the D_c are multiples of a common step, as successes and averaged successes
    are. Else `resamples` seeded random patterns and the observed one give p = (1 + hits) / (1 + resamples)
    (Phipson & Smyth 2010), never 0. Several rollouts of an instance are averaged first. With one 0/1 score per
    instance it is McNemar's exact test.

    Seeds are averaged: the test asks of these training runs, and takes lucky seeds for a better method; `seeded_test`
    asks of further ones.

    With G clusters p cannot be under 2 / 2^G: four rooms never reach 0.05, and `smallest_p` and a warning say so.

    Raises:
        SkillevoError: the sides hold different instances.
    """
    pairs = pair(first, second)
    sums = pairs.difference.sums
    clusters = len(sums)
    floor = 2.0 ** (1 - clusters)
    warnings = (f"{clusters} clusters: p cannot be under {floor:.3g}, whatever the methods do",) if floor > 0.05 else ()
    exact = exact_sign_flip(sums)
    if exact is not None:
        p, method = exact, "paired permutation, exact"
    else:
        p = random_sign_flip(sums, resamples, np.random.default_rng(seed))
        floor, method = max(floor, 1 / (1 + resamples)), f"paired permutation, {resamples} random patterns"
    if clusters < len(pairs.difference.names):
        method += ", clusters flipped"
    return _result(pairs, p, float(sums.sum()), method, floor, warnings)


def exact_sign_flip(sums: Floats) -> float | None:
    """Share of all sign patterns whose absolute total is at or over the observed one.

    The distribution of the total is built up from the groups of equal |D_c|, of which only the number of plus signs
    matters (binomial); equal totals are merged on the way. None where the table would outgrow `LARGEST_TABLE`.
    """
    steps = _steps(sums)
    totals, weights = np.zeros(1, dtype=np.int64), np.ones(1)
    for size, count in zip(*np.unique(np.abs(steps), return_counts=True), strict=True):
        if size == 0:
            continue
        if len(totals) * (count + 1) > LARGEST_TABLE:
            return None
        pluses = np.arange(count + 1)
        spread = (totals[:, None] + size * (2 * pluses - count)[None, :]).ravel()
        joint = (weights[:, None] * stats.binom.pmf(pluses, count, 0.5)[None, :]).ravel()
        totals, place = np.unique(spread, return_inverse=True)
        weights = np.bincount(place, weights=joint).astype(np.float64)
    return min(1.0, float(weights[np.abs(totals) >= _at_least(steps)].sum()))


def random_sign_flip(sums: Floats, resamples: int, rng: np.random.Generator) -> float:
    """The same share among random patterns, the observed one counted with them."""
    steps = _steps(sums).astype(float)
    hits, block = 0, max(1, 4_000_000 // len(steps))
    for start in range(0, resamples, block):
        pluses = rng.integers(0, 2, size=(min(block, resamples - start), len(steps)), dtype=np.int8)
        totals = 2 * (pluses.astype(float) @ steps) - steps.sum()
        hits += int((np.abs(totals) >= _at_least(steps)).sum())
    return (1 + hits) / (1 + resamples)


def _steps(sums: Floats) -> Ints:
    """Differences as whole billionths of the largest one: totals of equal patterns are then equal."""
    largest = float(np.abs(sums).max())
    return np.rint(sums / largest * 1e9).astype(np.int64) if largest > 0 else np.zeros(len(sums), dtype=np.int64)


def _at_least(steps: Ints | Floats) -> float:
    """The observed total, less what rounding may take off an equal one: ties count against the difference."""
    return float(abs(steps.sum())) - 2.0 * len(steps)


def _result(
    pairs: Pairs, p: float, statistic: float, method: str, floor: float, warnings: tuple[str, ...]
) -> Significance:
    d = pairs.difference
    return Significance(
        p=p,
        statistic=statistic,
        difference=float(d.values.mean()),
        method=method,
        n=d.scores,
        instances=len(d.names),
        clusters=len(d.clusters),
        smallest_p=floor,
        warnings=warnings_of(len(d.clusters), d.seeds) + warnings,
        ids=d.ids,
    )
