"""`skillevo bench ENV`: how fast, beside the official engine where it is installed."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(help="Throughput, against the official engine where it is installed.", no_args_is_help=True)


@app.command()
def alfworld(
    root: Annotated[str | None, typer.Option(help="Released games ($ALFWORLD_DATA); else pocket games.")] = None,
    games: Annotated[int, typer.Option(help="Games to measure on.")] = 134,
    official_steps: Annotated[int, typer.Option(help="Steps of the official engine; 0 leaves it out.")] = 40,
    inspect: Annotated[bool, typer.Option(help="Measure the Inspect driver, too (imports Inspect).")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Steps, loads, memory and the runner, in CPU seconds; medians of five."""
    from skillevo.harness.cli.benchmarks import alfworld as measure

    figures = measure.measure(root, games, official_steps, inspect=inspect)
    if as_json:
        print(json.dumps({f.name: f.value for f in figures}))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("figure", "measured", "unit", "target", "")
    for f in figures:
        verdict = "" if f.met is None else "[green]met[/]" if f.met else "[red]missed[/]"
        table.add_row(
            escape(f.name), f"{f.value:,.3g}" if f.value < 100 else f"{f.value:,.0f}", f.unit, f.target, verdict
        )
    Console().print(table)
