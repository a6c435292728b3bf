"""How much a rewriting changed against what it gained."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from skillevo.harness.report.figure import Figure, Panel, Series
from skillevo.harness.report.lineage import Edit

TENTHS = 10


def edits_figure(edits: Sequence[tuple[str, Edit]], total: int) -> Figure | None:
    """A point per edit; None for fewer than two.

    Args:
        edits: with the label of the arm that made them.
        total: edits that there were, of which these are a sample.
    """
    if len(edits) < 2:
        return None
    series = []
    for label in dict.fromkeys(name for name, _ in edits):
        own = [e for name, e in edits if name == label]
        series.append(
            Series(
                label,
                tuple(e.size for e in own),
                tuple(e.gain for e in own),
                style="points",
                labels=tuple(f"{e.run}/{e.instance}/{e.generation}.{e.candidate}" for e in own),
            )
        )
    if len(edits) >= 4 * TENTHS:
        series.append(_means([e for _, e in edits]))
    sample = f" {len(edits):,} of {total:,} edits are shown." if len(edits) < total else ""
    return Figure(
        "edits",
        "Edit size against gain",
        (
            Panel(
                "",
                "words changed, share of both texts",
                "gain in mean reward",
                tuple(series),
                lines={"no gain": 0.0},
            ),
        ),
        "Each point is one rewriting: words removed and added over those of both texts, against the mean reward under "
        f"the child minus that under its parent on the same instance.{sample} Rollouts under one skill are few: single "
        "gains are noise, and a parent that did badly by chance is followed by a gain.",
    )


def _means(edits: Sequence[Edit]) -> Series:
    """Mean gain of the smallest tenth of the edits, the next one, and so on."""
    ordered = sorted(edits, key=lambda e: (e.size, e.run, e.instance, e.generation, e.candidate))
    parts = [ordered[i * len(ordered) // TENTHS : (i + 1) * len(ordered) // TENTHS] for i in range(TENTHS)]
    x, y = (tuple(fmean(getattr(e, name) for e in part) for part in parts) for name in ("size", "gain"))
    return Series("mean of each tenth", x, y, style="mean")
