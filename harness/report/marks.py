"""The marks of a panel: lines, steps, points, bands, and the axes that they stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skillevo.harness.report.figure import Panel, Series
from skillevo.harness.report.looks import Look
from skillevo.harness.report.tables.costs import frontier

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CROWDED = 60
"""Points of a series beyond which they are small and faint."""
MARKED = 9
"""Markers on a line: of more points, every so-manieth has one."""
ASIDE = 0.05
"""How far apart points of nearly equal cost are drawn, of the axis."""
STIR = 0.07
"""How far a cloud's points are moved up and down, of the axis."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of everything but the data, none of them used by it: a dark SVG is the light one with these exchanged."""

    ink: str
    faint: str
    grid: str
    ground: str
    published: str
    cloud: str


LIGHT = Theme("#1a1a1a", "#5f6368", "#e3e5e8", "#ffffff", "#6b6f76", "#80868b")
DARK = Theme("#e8e8e8", "#a5abb3", "#33383f", "#16191d", "#b4b9c0", "#868c92")


def draw_panel(ax: Axes, panel: Panel, looks: Mapping[str, Look], theme: Theme) -> None:
    """Draw a panel's series and set up its axes."""
    for label, y in panel.lines.items():
        ax.axhline(y, color=theme.faint, linewidth=0.8, zorder=1)
        ax.annotate(
            label, (1, y), xycoords=("axes fraction", "data"), xytext=(-2, 2), textcoords="offset points",
            ha="right", va="bottom", fontsize=6.5, color=theme.faint, zorder=6,
        )  # fmt: skip
    if panel.frontier:
        _side_by_side(ax, panel, looks, theme)
    else:
        bands = sum(bool(s.low) for s in panel.drawn)
        for i, series in enumerate(panel.drawn):
            _series(ax, series, looks, theme, turn=i, band=0.16 if bands <= 3 else 0.1)
    _axes(ax, panel)


def _axes(ax: Axes, panel: Panel) -> None:
    from matplotlib.ticker import EngFormatter, MaxNLocator, PercentFormatter

    ax.set_title(panel.title, loc="left", fontweight="bold")
    ax.set_xlabel(panel.x_label)
    ax.set_ylabel(panel.y_label)
    if panel.log_x:
        ax.set_xscale("log")
    elif panel.frontier or panel.whole_x:
        ax.xaxis.set_major_locator(MaxNLocator(5 if panel.frontier else 7, integer=panel.whole_x))
    if max((max(s.x, default=0) for s in panel.series), default=0) >= 10_000:
        ax.xaxis.set_major_formatter(EngFormatter(sep=""))
    if panel.percent:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if panel.unit:
        _unit_range(ax, panel)
    ax.tick_params(length=2.5, width=0.7)


def _unit_range(ax: Axes, panel: Panel) -> None:
    """From 0 to the next round step over the largest value, 1 at the most: low rates fill the panel as well."""
    tops = [v for s in panel.drawn for v in (*s.y, *s.high) if v is not None]
    top = next((t for t in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if max(tops, default=1) <= t * 0.96), 1.0)
    ax.set_ylim((-0.13 if panel.frontier else -0.03) * top, top * 1.04)


def _series(ax: Axes, s: Series, looks: Mapping[str, Look], theme: Theme, turn: int, band: float) -> None:
    y, low, high = (_gaps(values) for values in (s.y, s.low, s.high))
    if s.published:
        ax.plot(s.x, y, linestyle=(0, (2, 2)), marker="o", markerfacecolor=theme.ground, color=theme.published,
                linewidth=1.2, label=s.name, zorder=2)  # fmt: skip
        return
    if s.style == "mean":
        ax.plot(s.x, y, marker="o", color=theme.ink, markeredgecolor=theme.ground, label=s.name, zorder=5)
        return
    if s.style == "cloud":
        ax.plot(s.x, _stirred(y), "o", markersize=2, alpha=0.35, markeredgewidth=0, color=theme.cloud, zorder=2,
                rasterized=True)  # fmt: skip
        return
    look = looks[s.name]
    if s.style == "points":
        crowded = len(s.x) > CROWDED
        ax.errorbar(s.x, y, [y - low, high - y] if s.low else None, linestyle="", elinewidth=1, capsize=2,
                    alpha=0.45 if crowded else 1.0, label=s.name, rasterized=crowded, zorder=3,
                    **_marker(look, theme, 3 if crowded else 5.5))  # fmt: skip
        return
    if s.low:
        ax.fill_between(s.x, low, high, color=look.colour, alpha=band, linewidth=0, zorder=1)
    every = -(-len(s.x) // MARKED)
    ax.plot(s.x, y, linestyle=(0, look.dash) if look.dash else "-", label=s.name, zorder=3,
            drawstyle="steps-post" if s.style == "steps" else "default", markevery=(turn % every, every),
            **_marker(look, theme, 5))  # fmt: skip


def _marker(look: Look, theme: Theme, size: float) -> dict[str, Any]:
    """Filled ones have an edge of the ground's colour, so that they stand off from one another."""
    # All but circles and squares have less ink at their size.
    scale = {"o": 1.0, "s": 0.95, "*": 1.5, "D": 0.95}.get(look.marker, 1.25)
    return {
        "color": look.colour,
        "marker": look.marker,
        "markersize": size * scale,
        "markerfacecolor": theme.ground if look.hollow else look.colour,
        "markeredgecolor": look.colour if look.hollow else theme.ground,
        "markeredgewidth": 1.0 if look.hollow else 0.5,
    }


def _side_by_side(ax: Axes, panel: Panel, looks: Mapping[str, Look], theme: Theme) -> None:
    """Lone points with their intervals, and the frontier through them.

    Those of nearly equal x stand side by side, the best first; a leader runs from each to its own x on the axis.
    """
    import numpy as np

    shown = sorted((s for s in panel.drawn if s.y[0] is not None), key=lambda s: (s.x[0], -(s.y[0] or 0.0)))
    costs = np.array([s.x[0] for s in shown])
    scale = np.log10(costs) if panel.log_x else costs
    # Costs count from nothing, unless they are of several magnitudes: else a hundredth more would look like much.
    reach = float(np.ptp(scale) if panel.log_x else scale.max()) or 1.0
    at = spread(scale, ASIDE * reach)
    if panel.log_x:
        at = 10**at
    else:
        ax.set_xlim(min(0.0, at.min()) - ASIDE * reach, at.max() + ASIDE * reach)
    for s, x in zip(shown, at, strict=True):
        ax.plot([s.x[0], x, x], [0, 0.06, 0.1], color=theme.faint, linewidth=0.6, zorder=1,
                transform=ax.get_xaxis_transform())  # fmt: skip
        y, low, high = _gaps(s.y), _gaps(s.low), _gaps(s.high)
        ax.errorbar([x], y, [y - low, high - y], linestyle="", elinewidth=1, capsize=2, label=s.name, zorder=3,
                    **_marker(looks[s.name], theme, 4.5))  # fmt: skip
    best = frontier([(s.x[0], s.y[0] or 0.0) for s in shown])
    line = [(x, s.y[0] or 0.0) for s, x, keep in zip(shown, at, best, strict=True) if keep]
    if len(line) > 1:
        x, y = zip(*line, strict=True)
        ax.step(x, y, where="post", color=theme.faint, linewidth=1, linestyle=(0, (4, 2)), zorder=1)


def spread(values: Any, least: float) -> Any:
    """Growing values moved as little as possible, by least squares, so that neighbours are `least` apart."""
    import numpy as np
    from scipy.optimize import isotonic_regression

    steps = least * np.arange(len(values))
    return isotonic_regression(np.asarray(values, dtype=float) - steps).x + steps


def _stirred(y: Any) -> Any:
    """Moved up and down evenly, the same every time: equal values do not hide each other."""
    import numpy as np

    golden = (5**0.5 - 1) / 2
    return y + STIR * (np.nanmax(y) - np.nanmin(y) or 1.0) * ((np.arange(len(y)) * golden) % 1 - 0.5)


def _gaps(values: Sequence[float | None]) -> Any:
    """As an array, not a number where nothing was measured."""
    import numpy as np

    return np.array([float("nan") if v is None else v for v in values])
