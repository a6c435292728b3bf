"""Training step by step: reward, groups without a signal, KL, skill length."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from skillevo.harness.report.arms import Arm
from skillevo.harness.report.figure import Figure, Panel, Series

PANELS = (
    ("Reward", "reward of the last generation", r"reward_gen(\d+)\Z", False),
    ("Validation", "validation score", r"val_score\Z", False),
    ("No learning signal", "groups of zero variance", r"zero_variance\Z", True),
    ("Distance to the reference", "KL", r"kl\Z", False),
    ("Skill length", "tokens", r"length\Z", False),
    ("Entropy", "nats per token", r"entropy\Z", False),
)
LONGEST = 120
"""Points of a curve; longer ones are averaged over equal numbers of steps."""


def dynamics_figure(arms: Sequence[Arm]) -> Figure | None:
    """A panel for each quantity that any training run logged; None where there is no such run."""
    trained = [a for a in arms if any(r.metrics for r in a.runs)]
    panels = []
    for title, label, pattern, percent in PANELS:
        series = [s for a in trained if (s := _series(a, pattern))]
        if series:
            unit = percent or "reward" in label or "score" in label
            panels.append(Panel(title, "step", label, tuple(series), percent=percent, unit=unit, whole_x=True))
    if not panels:
        return None
    longest = max(len(run.metrics) for a in trained for run in a.runs)
    averaged = "; long curves are averaged over equal stretches" if longest > LONGEST else ""
    return Figure(
        "training",
        "Training dynamics",
        tuple(panels),
        "From metrics.jsonl, step by step; several seeds as their mean with a band from the lowest to the highest"
        f"{averaged}.",
    )


def _series(arm: Arm, pattern: str) -> Series | None:
    curves = [c for run in arm.runs if (c := _curve(run.metrics, pattern))]
    steps = sorted({step for c in curves for step in c})
    if not steps:
        return None
    found = [[c[s] for c in curves if s in c] for s in steps]
    width = -(-len(steps) // LONGEST)
    x, y, low, high = [], [], [], []
    for at in range(0, len(steps), width):
        stretch = found[at : at + width]
        x.append(fmean(steps[at : at + width]))
        y.append(fmean(fmean(v) for v in stretch))
        low.append(fmean(min(v) for v in stretch))
        high.append(fmean(max(v) for v in stretch))
    band = len(curves) > 1
    return Series(arm.label, tuple(x), tuple(y), tuple(low) if band else (), tuple(high) if band else ())


def _curve(metrics: Sequence[Mapping[str, Any]], pattern: str) -> dict[float, float]:
    """Step -> value of the quantity; of numbered ones (generations) the highest number's."""
    names = [n for n in dict.fromkeys(k for m in metrics for k in m) if re.match(pattern, n)]
    if not names:
        return {}
    name = max(names, key=lambda n: int(found[0]) if (found := re.findall(r"\d+", n)) else 0)
    return {
        float(m["step"]): float(m[name])
        for m in metrics
        if isinstance(m.get(name), int | float) and isinstance(m.get("step"), int | float)
    }
