"""A measured figure beside its target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a benchmark's table.

    Attributes:
        target: in words; empty where the figure is only told.
        met: whether the target is met; None where there is none.
    """

    name: str
    value: float
    unit: str
    target: str = ""
    met: bool | None = None

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, least: float) -> Figure:
        return cls(name, value, unit, f"at least {least:,g}", value >= least)

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, most: float) -> Figure:
        return cls(name, value, unit, f"at most {most:,g}", value <= most)


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median CPU time of `work`: other processes on the machine do not count."""
    times = []
    for _ in range(repeats):
        started = process_time()
        work()
        times.append(process_time() - started)
    return median(times)
