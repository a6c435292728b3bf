"""A figure as data: what is plotted, where it comes from, and how it is saved beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from skillevo.harness.report.looks import Look
from skillevo.harness.report.selection import Selection

Style = Literal["line", "steps", "points", "cloud", "mean"]
"""Steps hold each value until the next point; a cloud is many points, none of which matters alone."""
MOST = 12
"""Series of a panel that are drawn; beyond it a figure is a tangle, and the plotted data has them all."""


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
        frontier: of lone points: with the line of those that no other one beats; points of nearly equal x are drawn
            side by side.
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

    @property
    def drawn(self) -> tuple[Series, ...]:
        """All published series, clouds and means, and the first ones of the others."""
        kept = [i for i, s in enumerate(self.series) if not s.published and s.style not in ("cloud", "mean")]
        beyond = set(kept[MOST:])
        return tuple(s for i, s in enumerate(self.series) if i not in beyond)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Attributes:
        id: its files' name.
        caption: what the points, bands and marks are.
        notes: what must be said of it (incomparable runs, few clusters).
        looks: by series' names, in the legend's order: an arm looks the same in all figures of a report.
    """

    id: str
    title: str
    panels: tuple[Panel, ...]
    caption: str = ""
    notes: tuple[str, ...] = ()
    looks: Mapping[str, Look] = field(default_factory=dict)

    @property
    def undrawn(self) -> tuple[str, ...]:
        """Names of series that some panel leaves out."""
        kept = [{s.name for s in p.drawn} for p in self.panels]
        left = (s.name for p, names in zip(self.panels, kept, strict=True) for s in p.series if s.name not in names)
        return tuple(dict.fromkeys(left))

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
