"""`skillevo bench ENV`: how fast, beside the official engine where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json
from skillevo.harness.pocket import WRITER

if TYPE_CHECKING:
    from skillevo.harness.cli.benchmarks.figure import Figure

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

    _show(measure.measure(root, games, official_steps, inspect=inspect), as_json)


@app.command()
def webshop(
    root: Annotated[str | None, typer.Option(help="A shop or WebShop's own files; by default $WEBSHOP_DATA.")] = None,
    full: Annotated[bool, typer.Option(help="Also 1.18 million products: minutes, and 3 GB, the first time.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Start, memory, steps and searches, at the catalogue's size and at 100,000 products made from it.

    Without a catalogue: at 1,000 and 100,000 products of our own generator's making.

    The original is measured beside it where $WEBSHOP_OFFICIAL names a checkout of it, under $WEBSHOP_PYTHON.
    """
    from skillevo.envs.webshop.varied import FULL_SIZE
    from skillevo.harness.cli.benchmarks import webshop as measure

    _show(measure.measure(root, (100_000, FULL_SIZE) if full else (100_000,)), as_json)


@app.command()
def webwalker(
    pages: Annotated[int, whole("--pages", "Pages of the archive that is opened.")] = 10_000,
    recorded: Annotated[int, whole("--recorded", "Local pages that are recorded.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """A step of a replay, opening a large archive, and recording pages of median size from a local server."""
    from skillevo.harness.cli.benchmarks import webwalker as measure

    _show(measure.measure(pages, recorded), as_json)


@app.command()
def skills(
    episodes: Annotated[int, whole("--episodes", "Episodes of each row; the ranker plays a quarter.")] = 2000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Skill evaluations (one skill, one episode) on one core: of skills read before, and of new ones."""
    from skillevo.harness.cli.benchmarks import skills as measure

    _show(measure.measure(episodes), as_json)


@app.command()
def trainer(
    generator: Annotated[str, typer.Option(help="What is trained: a model's folder, or pocket/writer.")] = WRITER,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """An optimisation step and the writing of texts, beside bare loops on the library that do the same."""
    from skillevo.harness.cli.training import check_torch

    check_torch()
    from skillevo.harness.cli.benchmarks import trainer as measure

    _show(measure.measure(generator), as_json)


@app.command()
def report(
    runs: Annotated[int, whole("--runs", "Runs to make up.")] = 100,
    episodes: Annotated[int, whole("--episodes", "Episodes of each.")] = 1000,
    keep: Annotated[Path | None, typer.Option(help="Where the made-up runs and the report stay.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """`skillevo report` over many made-up runs: time, memory, the page's size and how soon it is there."""
    from skillevo.harness.cli.benchmarks import report as measure

    _show(measure.measure(runs, episodes, keep), as_json)


def _show(figures: Sequence[Figure], as_json: bool) -> None:
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
