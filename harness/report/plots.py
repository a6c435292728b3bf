"""Figures drawn with matplotlib: PNG and PDF for papers, SVG in light and dark for the page.

Colours are Okabe and Ito's (2008), told apart by readers with any colour vision; markers and dashes differ as well, for
print without colour. Every file is the same, byte for byte, for the same data under the same matplotlib.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from skillevo.harness.report.figure import Figure, Panel, Series
from skillevo.harness.report.tables.costs import frontier

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#6A51A3")
MARKERS = ("o", "s", "^", "D", "v", "p", "<", "h")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
MOST = 12
"""Series of a panel that are drawn; beyond it a figure is a tangle, and the plotted data has them all."""
WIDTH, HEIGHT = 3.35, 2.75
"""Inches of one panel: two of them fill a page's text width."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of everything but the data, none of them used by it: a dark SVG is the light one with these exchanged."""

    ink: str
    faint: str
    grid: str
    ground: str
    published: str


LIGHT = Theme("#1a1a1a", "#5f6368", "#e3e5e8", "#ffffff", "#6b6f76")
DARK = Theme("#e8e8e8", "#a5abb3", "#33383f", "#16191d", "#b4b9c0")
_METADATA: Mapping[str, Mapping[str, Any]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    "svg": {"Date": None, "Creator": None},
}
"""Nothing of when or by what a file was made."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as files; `dark` is the SVG for dark pages."""

    png: bytes
    pdf: bytes
    svg: bytes
    dark: bytes

    def _repr_png_(self) -> bytes:
        """In a notebook."""
        return self.png


def draw(figure: Figure) -> Picture:
    """Draw a figure: laid out once, saved in every form."""
    with _style(LIGHT, figure.id):
        canvas = _compose(figure, LIGHT)
        canvas.draw_without_rendering()
        canvas.set_layout_engine(None)  # a placeholder for it would have every form laid out again
        png, pdf, svg = (_save(canvas, kind) for kind in _METADATA)
    return Picture(png, pdf, svg, _recoloured(svg))


def _save(canvas: Canvas, kind: str) -> bytes:
    out = io.BytesIO()
    canvas.savefig(out, format=kind, dpi=200, metadata=dict(_METADATA[kind]), facecolor=LIGHT.ground)
    return out.getvalue()


def _recoloured(svg: bytes) -> bytes:
    """The dark theme: text, axes and ground change colour, the data keep theirs."""
    text = svg.decode()
    for f in fields(Theme):
        text = text.replace(getattr(LIGHT, f.name), getattr(DARK, f.name))
    return text.encode()


@contextmanager
def _style(theme: Theme, salt: str) -> Iterator[None]:
    import matplotlib as mpl

    settings: Any = {
        "font.family": "DejaVu Sans",
        "font.size": 8,
        "axes.titlesize": 9,
        "axes.labelsize": 8,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 7.5,
        "axes.edgecolor": theme.faint,
        "axes.labelcolor": theme.ink,
        "axes.titlecolor": theme.ink,
        "axes.facecolor": theme.ground,
        "text.color": theme.ink,
        "xtick.color": theme.faint,
        "ytick.color": theme.faint,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": theme.grid,
        "grid.linewidth": 0.7,
        "lines.linewidth": 1.6,
        "lines.markersize": 4.5,
        "pdf.fonttype": 42,
        "svg.hashsalt": salt,
        "svg.fonttype": "path",
    }
    with mpl.rc_context(settings):
        yield


def _compose(figure: Figure, theme: Theme) -> Canvas:
    from matplotlib.figure import Figure as Canvas

    n, columns = len(figure.panels), columns_of(figure)
    rows = -(-n // columns)
    names = _names(figure)
    legend_rows = -(-len(names) // _legend_columns(names, columns))
    extra = 0.1 + 0.165 * legend_rows
    width = WIDTH * columns if n > 1 else WIDTH * 1.35
    canvas = Canvas(figsize=(width, HEIGHT * rows + extra), layout="constrained")
    canvas.get_layout_engine().set(w_pad=0.08, h_pad=0.06)  # type: ignore[union-attr, call-arg]
    styles = _styles(figure, theme)
    axes = [canvas.add_subplot(rows, columns, i + 1) for i in range(n)]
    for ax, panel in zip(axes, figure.panels, strict=True):
        _panel(ax, panel, styles, theme)
    handles = {label: h for ax in axes for h, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    if len(names) > 1 or len(figure.order) > 1 or any(s.published for p in figure.panels for s in p.series):
        canvas.legend(
            [handles[n] for n in names if n in handles],
            [_clip(n) for n in names if n in handles],
            loc="outside lower center",
            ncols=_legend_columns(names, columns),
            frameon=False,
            handlelength=2.6,
            columnspacing=1.6,
        )
    return canvas


def columns_of(figure: Figure) -> int:
    """Panels that stand side by side."""
    n = len(figure.panels)
    return n if n <= 3 else 2 if n == 4 else 3


def _names(figure: Figure) -> list[str]:
    """All series' names: in the figure's own order, measured before published."""
    series = [s for p in figure.panels for s in _shown(p)]
    found = sorted(series, key=lambda s: (s.published, figure.order.index(s.name) if s.name in figure.order else 999))
    return list(dict.fromkeys(s.name for s in found))


def _legend_columns(names: Sequence[str], panels: int) -> int:
    longest = max((len(_clip(n)) for n in names), default=1)
    return max(1, min(len(names), int((panels if panels > 1 else 1.35) * 54 / (longest + 8)) or 1))


def _clip(name: str, most: int = 60) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _shown(panel: Panel) -> list[Series]:
    """The series that are drawn: all published ones, and the first ones measured."""
    measured = [s for s in panel.series if not s.published][:MOST]
    return [s for s in panel.series if s.published or s in measured]


def _styles(figure: Figure, theme: Theme) -> Mapping[str, Mapping[str, Any]]:
    """Each name's look, the same in all panels."""
    found: dict[str, Mapping[str, Any]] = {}
    order = list(dict.fromkeys((*figure.order, *_names(figure))))
    for series in (s for p in figure.panels for s in _shown(p)):
        if series.name in found:
            continue
        i = order.index(series.name)
        if series.published:
            look = {"color": theme.published, "marker": "o", "linestyle": (0, (2, 2))}
        elif series.style == "mean":
            look = {"color": theme.ink, "marker": "o", "linestyle": "-"}
        else:
            # Where colours begin again, markers and dashes are others.
            lap = i // len(COLOURS)
            look = {
                "color": COLOURS[i % len(COLOURS)],
                "marker": MARKERS[(i + lap) % len(MARKERS)],
                "linestyle": DASHES[(i // 2 + lap) % len(DASHES)],
            }
        found[series.name] = look
    return found


def _panel(ax: Axes, panel: Panel, styles: Mapping[str, Mapping[str, Any]], theme: Theme) -> None:
    from matplotlib.ticker import EngFormatter, MaxNLocator, PercentFormatter

    for label, y in panel.lines.items():
        ax.axhline(y, color=theme.faint, linewidth=0.8, zorder=1)
        ax.annotate(
            label, (1, y), xycoords=("axes fraction", "data"), xytext=(-2, 2), textcoords="offset points",
            ha="right", va="bottom", fontsize=6.5, color=theme.faint,
        )  # fmt: skip
    if panel.frontier:
        _frontier(ax, panel, theme)
    for series in _shown(panel):
        _series(ax, series, styles[series.name], theme, crowded=len(series.x) > 60)
    ax.set_title(panel.title, loc="left", fontweight="bold")
    ax.set_xlabel(panel.x_label)
    ax.set_ylabel(panel.y_label)
    if panel.log_x:
        ax.set_xscale("log")
    if panel.frontier and not panel.log_x:
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=panel.whole_x))
    if max((max(s.x, default=0) for s in panel.series), default=0) >= 10_000:
        ax.xaxis.set_major_formatter(EngFormatter(sep=""))
    if panel.whole_x and not panel.frontier:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if panel.percent:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if panel.unit:
        _unit_range(ax, panel)
    ax.tick_params(length=2.5, width=0.7)


def _unit_range(ax: Axes, panel: Panel) -> None:
    """From 0 to the next round step over the largest value, 1 at the most: low rates fill the panel as well."""
    tops = [v for s in _shown(panel) for v in (*s.y, *s.high) if v is not None]
    top = next((t for t in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if max(tops, default=1) <= t * 0.96), 1.0)
    ax.set_ylim(-0.03 * top, top * 1.04)


def _series(ax: Axes, s: Series, look: Mapping[str, Any], theme: Theme, crowded: bool) -> None:
    y, low, high = (_gaps(values) for values in (s.y, s.low, s.high))
    style = {"color": look["color"], "zorder": 2 if s.published else 5 if s.style == "mean" else 3}
    if s.published:
        ax.plot(s.x, y, linestyle=look["linestyle"], marker=look["marker"], markerfacecolor=theme.ground,
                linewidth=1.2, label=s.name, **style)  # fmt: skip
    elif s.style == "points" and s.low:
        error = [y - low, high - y]
        ax.errorbar(s.x, y, error, fmt=look["marker"], elinewidth=1, capsize=2, markersize=6, label=s.name, **style)
    elif s.style == "points":
        ax.plot(s.x, y, look["marker"], markersize=3 if crowded else 6, alpha=0.45 if crowded else 1.0,
                markeredgewidth=0, label=s.name, rasterized=crowded, **style)  # fmt: skip
    else:
        if s.low:
            ax.fill_between(s.x, low, high, color=look["color"], alpha=0.16, linewidth=0, zorder=1)
        ax.plot(s.x, y, linestyle=look["linestyle"], marker="" if crowded else look["marker"], label=s.name,
                markeredgecolor=theme.ground, markeredgewidth=0.6, **style)  # fmt: skip


def _gaps(values: Sequence[float | None]) -> Any:
    """As an array, not a number where nothing was measured."""
    import numpy as np

    return np.array([float("nan") if v is None else v for v in values])


def _frontier(ax: Axes, panel: Panel, theme: Theme) -> None:
    points = [(s.x[0], s.y[0]) for s in panel.series if s.x and s.y[0] is not None]
    kept = sorted(p for p, best in zip(points, frontier(points), strict=True) if best)
    if len(kept) > 1:
        x, y = zip(*kept, strict=True)
        ax.step(x, y, where="post", color=theme.faint, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
