"""A figure as data: what is plotted, where it comes from, and how it is saved beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from skillevo.harness.report.selection import Selection

Style = Literal["line", "points", "mean"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or cloud of points.

    Attributes:
        name: in the legend; series of one name look alike in all panels of a figure.
        y: None where nothing was measured: the line breaks.
        low, high: the band (see the figure's caption for what it is); empty for none.
        published: printed in a paper; drawn apart and marked in the legend.
        labels: beside the points.
        episodes: what each point was computed from; empty for published and training series.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    style: Style = "line"
    published: bool = False
    labels: tuple[str, ...] = ()
    episodes: tuple[Selection, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes:
        percent: y is a share and is shown in percent.
        unit: of y's range, so that equal heights mean equal rates.
        whole_x: x takes whole numbers only.
        lines: horizontal reference lines, label -> y.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    percent: bool = False
    unit: bool = False
    log_x: bool = False
    whole_x: bool = False
    frontier: bool = False
    lines: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Attributes:
        id: its files' name.
        caption: what the points, bands and marks are.
        notes: what must be said of it (incomparable runs, few clusters).
        order: names of series, by which looks are given out: a method looks the same in all figures of one family.
    """

    id: str
    title: str
    panels: tuple[Panel, ...]
    caption: str = ""
    notes: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def points(self) -> list[dict[str, Any]]:
        """What is plotted, one row per point."""
        return [
            {
                "panel": panel.title,
                "series": s.name,
                "published": s.published,
                "x": x,
                "y": s.y[i],
                "low": s.low[i] if s.low else None,
                "high": s.high[i] if s.high else None,
                "label": s.labels[i] if s.labels else "",
                "episodes": s.episodes[i].as_dict() if s.episodes else None,
            }
            for panel in self.panels
            for s in panel.series
            for i, x in enumerate(s.x)
        ]
