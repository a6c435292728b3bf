"""`skillevo train --dry-run`: what would be trained, on what, and what it will cost."""

from __future__ import annotations

from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli.estimate import Line, estimate
from skillevo.harness.cli.output import print_json
from skillevo.harness.cli.plan import TrainPlan
from skillevo.harness.pocket import check_writer
from skillevo.harness.trainer import learns_nothing


def dry_run(plan: TrainPlan, as_json: bool) -> None:
    """Print the plan. Loads panels where their data is here, and no model."""
    check_writer(plan.generator)
    trained, note = _count(plan, plan.panel, plan.limit)
    validated, val_note = _count(plan, plan.val_panel, plan.val_limit) if plan.val_panel else (0, "")
    size = plan.size(trained, validated)
    lines = estimate(size, plan.assumptions) if plan.assumptions is not None else []
    warning = learns_nothing(plan.credit, plan.recurrence.generations, plan.recurrence.candidates)
    top = {
        "method": plan.method,
        "task": plan.benchmark.name,
        "generator": plan.generator,
        "model": plan.model,
        "panel": f"{plan.panel}, {trained:,} instances{note}",
        "validation": f"{plan.val_panel}, {validated:,} instances{val_note}" if plan.val_panel else "none",
        "steps": plan.steps,
        "episodes": size.episodes,
        "edits": size.edits,
    }
    if as_json:
        figures = {line.name: line.value for line in lines}
        print_json({**top, "options": plan.sections(), "estimate": figures, "warning": warning})
    else:
        _print(top, plan, lines, warning)


def _count(plan: TrainPlan, name: str, limit: int | None) -> tuple[int, str]:
    """How many instances a panel has, and what is to be said of that.

    Raises:
        SkillevoError: there is no such panel.
    """
    try:
        return len(plan.benchmark.load_panel(name, plan.root, plan.world).take(limit)), ""
    except SkillevoError:
        if name not in plan.benchmark.panels and "@" not in name:
            raise
        return limit or plan.loop.instances, " (its data is not here: so many are taken for granted)"


def _print(top: dict[str, Any], plan: TrainPlan, lines: list[Line], warning: str) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for name, value in top.items():
        console.print(f"{name:<11} {value:,}" if isinstance(value, int) else f"{name:<11} {value}", highlight=False)
    for name, options in plan.sections().items():
        told = ", ".join(f"{k} {v}" for k, v in options.items() if v is not None and not isinstance(v, dict))
        console.print(f"{name:<11} {told}", style="dim", highlight=False)
    if lines:
        table = Table("estimate", title=r"from what the preset assumes in \[estimate]; not measured", title_style="dim")
        table.add_column("", justify="right", no_wrap=True)
        table.add_column("reckoned as")
        for line in lines:
            table.add_row(line.name, line.shown, line.how)
        console.print(table)
    if warning:
        console.print(f"warning: {warning}", style="yellow", highlight=False)
