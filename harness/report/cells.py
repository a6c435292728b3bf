"""Numbers as cells: one way to print each kind of number, wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from skillevo.harness.evaluation.statistics import Estimate, Significance
from skillevo.harness.report.selection import Selection
from skillevo.harness.report.table import Cell
from skillevo.results.published import PublishedNumber

DOUBTED = "contradicted by other numbers of its own paper; the JSON table says by which"


def text(value: str, *marks: str) -> Cell:
    """Words."""
    return Cell(value, value, marks=marks)


def count(value: float | None, digits: int = 0, episodes: Selection | None = None) -> Cell:
    """A plain number; nothing for None."""
    if value is None:
        return Cell()
    return Cell(f"{value:,.{digits}f}", value, episodes=episodes)


def rollouts(value: float, episodes: Selection) -> Cell:
    """Episodes per instance."""
    return count(value, 0 if value == int(value) else 1, episodes)


def share(e: Estimate, episodes: Selection, percent: bool = True, strong: bool = False) -> Cell:
    """A rate with its interval: `41.8 [34.6, 49.4]` in percent, `0.418 [0.346, 0.494]` else."""
    return Cell(
        f"{_number(e.value, percent)} [{_number(e.low, percent)}, {_number(e.high, percent)}]",
        e.value,
        {"low": e.low, "high": e.high, "n": e.n, "instances": e.instances, "clusters": e.clusters, "method": e.method},
        episodes,
        e.warnings,
        strong,
    )


def amount(e: Estimate, episodes: Selection, digits: int = 1) -> Cell:
    """A mean without bounds (steps), its interval for scripts only."""
    return Cell(f"{e.value:,.{digits}f}", e.value, {"low": _finite(e.low), "high": _finite(e.high)}, episodes)


def gain(e: Estimate, episodes: Selection | None = None, percent: bool = True, marks: Sequence[str] = ()) -> Cell:
    """A difference with its interval, signed; in percentage points, or in the unit of the score."""
    return Cell(
        f"{_signed(e.value, percent)} [{_signed(e.low, percent)}, {_signed(e.high, percent)}]",
        e.value,
        {"low": e.low, "high": e.high, "instances": e.instances, "clusters": e.clusters, "method": e.method},
        episodes,
        tuple(marks),
    )


def p_value(s: Significance, episodes: Selection | None = None) -> Cell:
    """A test's p, adjusted where it belongs to a family; a floor that it cannot go under is a footnote."""
    return Cell(
        _p(s.p),
        s.p,
        {
            "unadjusted": s.unadjusted,
            "statistic": _finite(s.statistic),
            "smallest": s.smallest_p,
            "instances": s.instances,
            "clusters": s.clusters,
            "method": s.method,
        },
        episodes,
        tuple(w for w in s.warnings if "p cannot be under" in w),
        strong=s.p < 0.05,
    )


def probability(p: float, episodes: Selection | None = None) -> Cell:
    """A p-value that stands for itself."""
    return Cell(_p(p), p, episodes=episodes)


def signed(value: float, episodes: Selection | None = None, marks: Sequence[str] = ()) -> Cell:
    """An effect size."""
    return Cell(f"{value:+.2f}".replace("-", "−"), value, episodes=episodes, marks=tuple(marks))


def printed(n: PublishedNumber, percent: bool = True) -> Cell:
    """A published number in the table's unit; what contradicts it is a footnote."""
    value = n.share
    if value is None:
        return Cell()
    sd = f" ± {n.sd:g}" if n.sd is not None else ""
    return Cell(
        f"{_number(value, percent)}{sd}",
        value,
        {"solved": n.solved, "total": n.total, "mark": n.mark, "doubts": "; ".join(n.doubts) or None},
        marks=(DOUBTED,) if n.doubts else (),
    )


def _p(p: float) -> str:
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _number(value: float, percent: bool) -> str:
    return f"{100 * value:.1f}" if percent else f"{value:.3f}"


def _signed(value: float, percent: bool) -> str:
    shown = f"{100 * value:+.1f}" if percent else f"{value:+.3f}"
    return shown.replace("-", "−")


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
