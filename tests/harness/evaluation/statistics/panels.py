"""Small panels of scores for the tests of statistics."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.harness.evaluation.statistics import Score


def scores(values: Sequence[float], clusters: Sequence[str] | None = None, seed: str = "") -> list[Score]:
    """One score per instance, episode ids following the instance's."""
    homes = clusters or [""] * len(values)
    return [
        Score(f"i{n}", float(v), home, seed, (f"e{seed}{n}",))
        for n, (v, home) in enumerate(zip(values, homes, strict=True))
    ]


def rollouts(values: Sequence[Sequence[float]], clusters: Sequence[str] | None = None, seed: str = "") -> list[Score]:
    """Several scores per instance."""
    homes = clusters or [""] * len(values)
    return [
        Score(f"i{n}", float(v), home, seed, (f"e{seed}{n}.{k}",))
        for n, (row, home) in enumerate(zip(values, homes, strict=True))
        for k, v in enumerate(row)
    ]
