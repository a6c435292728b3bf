"""Figures drawn with matplotlib: PNG and PDF for papers, SVG in light and dark for the page.

A figure is drawn at the size at which it is printed. Every file is the same, byte for byte, for the same data under the
same matplotlib.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from skillevo.harness.report.figure import Figure
from skillevo.harness.report.looks import Look, looks_of
from skillevo.harness.report.marks import DARK, LIGHT, Theme, draw_panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

WIDTHS, HEIGHTS = (4.5, 6.7, 7.0), (2.75, 2.75, 2.3)
"""Inches by the panels that stand side by side: a page's text is 7 inches wide. Heights are of one panel."""


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
        canvas.get_layout_engine().execute(canvas)  # type: ignore[union-attr]
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
    width, height = WIDTHS[columns - 1], HEIGHTS[columns - 1]
    names = _names(figure)
    legend_columns = _legend_columns(names, width)
    legend_rows = -(-len(names) // legend_columns)
    canvas = Canvas(figsize=(width, height * rows + 0.1 + 0.165 * legend_rows), layout="constrained")
    canvas.get_layout_engine().set(w_pad=0.06, h_pad=0.06)  # type: ignore[union-attr, call-arg]
    looks = _looks(figure)
    axes = [canvas.add_subplot(rows, columns, i + 1) for i in range(n)]
    for ax, panel in zip(axes, figure.panels, strict=True):
        draw_panel(ax, panel, looks, theme)
    handles = {label: h for ax in axes for h, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    if len(names) > 1 or len(figure.looks) > 1 or any(s.published for p in figure.panels for s in p.series):
        canvas.legend(
            [handles[n] for n in names],
            [_clip(n) for n in names],
            loc="outside lower center",
            ncols=legend_columns,
            frameon=False,
            handlelength=3.2,
            columnspacing=1.6,
        )
    return canvas


def columns_of(figure: Figure) -> int:
    """Panels that stand side by side."""
    n = len(figure.panels)
    return n if n <= 3 else 2 if n == 4 else 3


def _names(figure: Figure) -> list[str]:
    """What the legend has: arms in the looks' order, then what is no arm, then what was published."""
    order = {name: i for i, name in enumerate(figure.looks)}
    series = [s for p in figure.panels for s in p.drawn if s.style != "cloud"]
    found = sorted(series, key=lambda s: (s.published, order.get(s.name, len(order))))
    return list(dict.fromkeys(s.name for s in found))


def _legend_columns(names: Sequence[str], width: float) -> int:
    longest = max((len(_clip(n)) for n in names), default=1)
    return max(1, min(len(names), int(width * 16 / (longest + 8))))


def _clip(name: str, most: int = 60) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _looks(figure: Figure) -> Mapping[str, Look]:
    """The report's; names that it has none for get those of a figure that stands alone."""
    names = [s.name for p in figure.panels for s in p.series if not s.published]
    return {**looks_of([(n, n) for n in names]), **figure.looks}
