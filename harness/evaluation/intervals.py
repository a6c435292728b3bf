"""Intervals around a share of successes."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(successes: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson 1927), without continuity correction.

    `successes` may be a sum of shares, of one share in [0, 1] for each of n instances: where an instance is played K
    times, the share of its episodes that succeeded. A number in [0, 1] with mean p has a variance of at most
    p (1 - p), so the interval is then wider than need be and covers at least as often as it says; one that counted
    n K episodes would be too narrow, for the episodes of an instance are alike. It keeps a width where all shares are
    equal, unlike an interval from their standard deviation. Inspect's `ci_wilson` gives the same.

    Treats instances as independent: where several come from one room, site or product, it is too narrow.

    Args:
        successes: in [0, n].
        n: instances.
        level: coverage, e.g. 0.95.

    Returns:
        Lower and upper end, in [0, 1]; (0, 1) for n = 0.
    """
    if n == 0:
        return 0.0, 1.0
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return low, high
