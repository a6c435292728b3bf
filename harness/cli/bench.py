"""`skillevo bench ENV`: how fast, beside the official engine where it is installed."""

from __future__ import annotations

from typing import Annotated

import typer

from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json

app = typer.Typer(help="Throughput, against the official engine where it is installed.", no_args_is_help=True)


@app.command()
def alfworld(
    root: Annotated[str | None, typer.Option(help="Released games ($ALFWORLD_DATA); else pocket games.")] = None,
    games: Annotated[int, whole("--games", "Games to measure on.")] = 134,
    official_steps: Annotated[int, whole("--official-steps", "Steps of the official engine; 0 leaves it out.", 0)] = 40,
    inspect: Annotated[bool, typer.Option(help="Measure the Inspect driver, too (imports Inspect).")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Steps, loads, memory, the runner and the drivers; each row says how it was measured."""
    from skillevo.harness.cli.benchmarks import alfworld as measure

    figures = measure.measure(root, games, official_steps, inspect=inspect)
    if as_json:
        print_json({f.name: f.value for f in figures})
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("figure")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("target", no_wrap=True)
    table.add_column("how")
    for f in figures:
        if f.value is not None:
            verdict = "" if f.met is None else " [green]met[/]" if f.met else " [red]missed[/]"
            table.add_row(escape(f.name), f"{f.number} {f.unit}", f.target + verdict, escape(f.how))
    console = Console()
    console.print(table)
    for f in figures:
        if f.value is None:
            console.print(f"{f.name}: not measured: {f.how}", highlight=False, markup=False, soft_wrap=True)
