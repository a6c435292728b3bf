"""How much a rewriting changed against what it gained."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from skillevo.harness.report.figure import Figure, Panel, Series, Style
from skillevo.harness.report.lineage import Edit

TENTHS, FIFTHS = 10, 5
LEAST = 8
"""Edits that a mean is taken over, at least; of fewer the mean is mostly chance."""
X, Y = "words changed, share of both texts", "gain in mean reward"
NO_GAIN = {"no gain": 0.0}


def edits_figure(edits: Sequence[tuple[str, Edit]], total: int) -> Figure | None:
    """A point per edit, and where there are enough of them their means by size; None for fewer than two.

    Args:
        edits: with the label of the arm that made them.
        total: edits that there were, of which these are a sample.
    """
    if len(edits) < 2:
        return None
    by_arm: dict[str, list[Edit]] = {}
    for label, edit in edits:
        by_arm.setdefault(label, []).append(edit)
    if len(edits) < LEAST * TENTHS:
        panels = [Panel("", X, Y, _points(by_arm, "points"), lines=NO_GAIN)]
    else:
        means = _means("mean of each tenth", [e for _, e in edits], TENTHS, "mean")
        panels = [Panel("Every edit", X, Y, (*_points(by_arm, "cloud"), means), lines=NO_GAIN)]
    of_arms = [
        _means(label, own, min(FIFTHS, len(own) // LEAST), "line")
        for label, own in by_arm.items()
        if len(own) >= 2 * LEAST
    ]
    if len(panels[0].series) > 2 and of_arms:
        panels.append(Panel("Means by method", X, Y, tuple(of_arms), lines=NO_GAIN))
    sample = f" {len(edits):,} of {total:,} edits are shown." if len(edits) < total else ""
    return Figure(
        "edits",
        "Edit size against gain",
        tuple(panels),
        "Each point is one rewriting: words removed and added over those of both texts, against the mean reward under "
        "the child minus that under its parent on the same instance. Many points are drawn a little above or below "
        "their gain, so that equal ones do not hide each other. Means are over a method's edits sorted by size, in up "
        f"to {FIFTHS} equal parts of {LEAST} edits or more.{sample} Rollouts under one skill are few: single gains are "
        "noise, and a parent that did badly by chance is followed by a gain.",
    )


def _points(by_arm: dict[str, list[Edit]], style: Style) -> tuple[Series, ...]:
    return tuple(
        Series(
            label,
            tuple(e.size for e in own),
            tuple(e.gain for e in own),
            style=style,
            labels=tuple(f"{e.run}/{e.instance}/{e.generation}.{e.candidate}" for e in own),
        )
        for label, own in by_arm.items()
    )


def _means(name: str, edits: Sequence[Edit], parts: int, style: Style) -> Series:
    """Mean size and gain of the smallest edits, of the next ones, and so on, in parts of equally many."""
    ordered = sorted(edits, key=lambda e: (e.size, e.run, e.instance, e.generation, e.candidate))
    cut = [ordered[i * len(ordered) // parts : (i + 1) * len(ordered) // parts] for i in range(parts)]
    x, y = (tuple(fmean(getattr(e, of) for e in part) for part in cut) for of in ("size", "gain"))
    return Series(name, x, y, style=style)
