"""Training runs: where they began, where they ended, what their last steps looked like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm
from skillevo.harness.report.runs import Run
from skillevo.harness.report.steps import Steps
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
    scores, steps, skipped = (Steps.of(run, name) for name in ("val_score", "step", "skipped_steps"))
    tail = len(run.metrics) - max(1, len(run.metrics) // 10)
    return (
        cells.text(arm.label),
        cells.text(run.name),
        cells.count(run.seed),
        _cell(run, steps[-1:], 0) if steps.places else cells.count(len(run.metrics)),
        _cell(run, scores[:1], 3),
        _cell(run, scores, 3, max),
        _cell(run, scores[-1:], 3),
        _cell(run, Steps.of(run, "zero_variance", tail), 1, lambda found: 100 * fmean(found)),
        _cell(run, Steps.of(run, "kl", tail), 4),
        _cell(run, Steps.of(run, "length", tail), 1),
        _cell(run, skipped[-1:], 0),
    )


def _cell(run: Run, steps: Steps, digits: int, of: Callable[[Sequence[float]], float] = fmean) -> Cell:
    """Nothing where the training logged no such number."""
    if not steps.places:
        return Cell()
    return replace(cells.count(of(steps.values(run)), digits), steps=steps)
