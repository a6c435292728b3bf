"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from skillevo.harness.evaluation import Cell, Summary


def success_table(summaries: Mapping[str, Summary], labels: Mapping[str, str]) -> Table:
    """Success by group, one column per summary, with Wilson's 95 % intervals; n, the instances, in the first column.

    The summaries are of the same panel, so that a row's n is one number.

    Args:
        labels: short names of the groups, in the order of the rows; a group without one keeps its own.
    """
    table = Table(caption="success in %, with Wilson's 95 % interval over the n instances")
    table.add_column("", no_wrap=True)
    table.add_column("n", justify="right")
    for name in summaries:
        table.add_column(name, justify="right", no_wrap=True)
    first = next(iter(summaries.values()))
    groups = [g for g in labels if g in first.by_group] + [g for g in first.by_group if g not in labels]
    for group in groups:
        cell = first.by_group[group]
        cells = (_percent(s.by_group[group]) for s in summaries.values())
        table.add_row(labels.get(group, group), f"{cell.n:,}", *cells)
    table.add_section()
    table.add_row("all", f"{first.overall.n:,}", *(_percent(s.overall) for s in summaries.values()), style="bold")
    return table


def generation_table(curve: Sequence[Mapping[str, float]]) -> Table:
    """An evolving method generation by generation: mean reward, any success, any success so far."""
    said = "; the last row: fresh rollouts of the best skill" if any(g.get("fresh") for g in curve) else ""
    table = Table(caption=f"generation 0 is the initial skill; shares of instances in %{said}")
    for name in ("generation", "reward", "any success", "so far"):
        table.add_column(name, justify="right", no_wrap=True)
    for g in curve:
        shares = (f"{100 * g[k]:.1f}" for k in ("any_of", "union"))
        table.add_row(str(g["generation"]), f"{g['reward']:.3f}", *shares)
    return table


def _percent(cell: Cell) -> str:
    low, high = cell.interval
    return f"{100 * cell.success:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
