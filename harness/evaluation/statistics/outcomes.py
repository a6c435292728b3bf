"""What a statistic answers with: an estimate or a significance, and the episodes that it came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

FEW_CLUSTERS = 10
"""Below this many clusters every interval and test carries a warning: few independent units stand behind it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval.

    Attributes:
        value: the point estimate, in the unit of the scores (shares, not percent).
        low: lower end of the interval.
        high: upper end of the interval.
        level: nominal coverage, e.g. 0.95.
        method: how the interval was made, in words fit for a table's note.
        n: scores (rollouts) behind it.
        instances: task instances behind it.
        clusters: independent units behind it; equals `instances` where instances stand alone.
        warnings: what a reader must know beside the number; empty when nothing.
        ids: of the episodes that it was computed from, in the order given.
    """

    value: float
    low: float
    high: float
    level: float
    method: str
    n: int
    instances: int
    clusters: int
    warnings: tuple[str, ...] = ()
    ids: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Significance:
    """A two-sided test's result.

    Attributes:
        p: the p-value; after `holm`, the adjusted one.
        statistic: the test's own statistic (`method` says which).
        difference: what is tested, first minus second, in the unit of the scores.
        method: the test, in words fit for a table's note.
        n: scores behind it, of both sides.
        instances: pairs of instances (or both sides' instances where unpaired).
        clusters: independent units behind it.
        smallest_p: the least p that this test could have given on this much data, 0.0 where there is no floor. A
            test whose floor is above the wanted level cannot reject, whatever the methods do.
        unadjusted: p before the correction for a family; None where none was made.
        warnings: what a reader must know beside the number.
        ids: of the episodes that it was computed from, the first side's before the second's.
    """

    p: float
    statistic: float
    difference: float
    method: str
    n: int
    instances: int
    clusters: int
    smallest_p: float = 0.0
    unadjusted: float | None = None
    warnings: tuple[str, ...] = ()
    ids: tuple[str, ...] = field(default=(), repr=False)

    def adjusted(self, p: float, note: str) -> Significance:
        """The same test as a member of a family."""
        return replace(self, p=p, unadjusted=self.p, method=f"{self.method}, {note}")


NO_SPREAD = ("all clusters agree: the interval has no width, which is no certainty",)
"""The warning where unbounded scores do not vary."""


def warnings_of(clusters: int, seeds: int = 1) -> tuple[str, ...]:
    """The warnings that belong to this many independent units, and to this many seeds that were averaged."""
    averaged = (f"{seeds} seeds averaged: it speaks of these seeds only",) if seeds > 1 else ()
    return cluster_warnings(clusters) + averaged


def cluster_warnings(clusters: int) -> tuple[str, ...]:
    """The warning that belongs to this many independent units."""
    if clusters == 1:
        return ("1 cluster: nothing can be said of other clusters",)
    if clusters < FEW_CLUSTERS:
        return (f"{clusters} clusters, fewer than {FEW_CLUSTERS}",)
    return ()
