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
        value: None where it could not be measured here; `how` then says why.
        how: how often it was measured, and by which clock.
        target: in words; empty where the figure is only told.
        met: whether the target is met; None where there is none.
    """

    name: str
    value: float | None
    unit: str
    how: str
    target: str = ""
    met: bool | None = None

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, how: str, least: float) -> Figure:
        return cls(name, value, unit, how, f"at least {least:,g}", value >= least)

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, how: str, most: float) -> Figure:
        return cls(name, value, unit, how, f"at most {most:,g}", value <= most)

    @property
    def number(self) -> str:
        """The value as a table shows it; empty where there is none."""
        if self.value is None:
            return ""
        return f"{self.value:,.3g}" if abs(self.value) < 100 else f"{self.value:,.0f}"


MEDIAN = "median of 5, CPU"
"""How `cpu_seconds` measures."""


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median CPU time of `work`: other processes on the machine do not count."""
    times = []
    for _ in range(repeats):
        started = process_time()
        work()
        times.append(process_time() - started)
    return median(times)
