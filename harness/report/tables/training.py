"""Training runs: where they began, where they ended, what their last steps looked like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm
from skillevo.harness.report.runs import Run
from skillevo.harness.report.table import Cell, Column, Section, Table

COLUMNS = (
    Column("method", "Method", "left"),
    Column("run", "Run", "left"),
    Column("seed", "Seed"),
    Column("steps", "Steps"),
    Column("start", "Validation, start", help="validation score before the first step"),
    Column("best", "best", help="highest validation score"),
    Column("end", "last", help="last validation score"),
    Column("zero_variance", "Zero variance %", help="groups without a learning signal, mean over the last tenth"),
    Column("kl", "KL", help="to the reference, mean over the last tenth"),
    Column("length", "Length", help="tokens written per skill, mean over the last tenth"),
    Column("skipped", "Skipped", help="updates that were not taken"),
)


def training_table(arms: Sequence[Arm]) -> Table | None:
    """One row per training run; None where there is none that took a step."""
    rows = tuple(_row(arm, run) for arm in arms for run in arm.runs if run.metrics)
    if not rows:
        return None
    caption = "From metrics.jsonl; a validation score is of few instances and is no result."
    return Table("training", "Training", COLUMNS, (Section(rows),), caption)


def _row(arm: Arm, run: Run) -> tuple[Cell, ...]:
    scores = [float(m["val_score"]) for m in run.metrics if isinstance(m.get("val_score"), int | float)]
    tail = run.metrics[-max(1, len(run.metrics) // 10) :]
    skipped = [m["skipped_steps"] for m in run.metrics if isinstance(m.get("skipped_steps"), int | float)]
    return (
        cells.text(arm.label),
        cells.text(run.name),
        cells.count(run.seed),
        cells.count(max((m["step"] for m in run.metrics if isinstance(m.get("step"), int)), default=len(run.metrics))),
        cells.count(scores[0] if scores else None, 3),
        cells.count(max(scores, default=None), 3),
        cells.count(scores[-1] if scores else None, 3),
        _mean(tail, "zero_variance", 100.0, 1),
        _mean(tail, "kl", 1.0, 4),
        _mean(tail, "length", 1.0, 1),
        cells.count(skipped[-1] if skipped else None),
    )


def _mean(steps: Sequence[Mapping[str, Any]], name: str, scale: float, digits: int) -> Cell:
    found = [float(m[name]) for m in steps if isinstance(m.get(name), int | float)]
    return cells.count(scale * fmean(found), digits) if found else Cell()
