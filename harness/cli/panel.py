"""`skillevo panel list|show|verify`: panels and their hashes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from skillevo.envs.base import Panel, SkillevoError
from skillevo.harness.cli.output import print_json

app = typer.Typer(help="Panels and their hashes.", no_args_is_help=True)
Root = Annotated[str | None, typer.Option(help="Folder of the released data; by default the benchmark's variable.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("list")
def list_(root: Root = None, as_json: AsJson = False) -> None:
    """All panels, with size and hash where their data is at hand."""
    from rich.console import Console
    from rich.table import Table

    from skillevo.envs.benchmark import benchmark_names, get_benchmark

    rows: list[dict[str, Any]] = []
    for task in benchmark_names():
        benchmark = get_benchmark(task)
        for name in benchmark.panels:
            try:
                panel = benchmark.load_panel(name, root, benchmark.options())
            except SkillevoError as e:
                rows.append({"task": task, "panel": name, "n": None, "hash": None, "missing": str(e)})
            else:
                rows.append({"task": task, "panel": panel.name, "n": len(panel), "hash": panel.hash, "missing": None})
    if as_json:
        print_json(rows)
        return
    table = Table("task", "panel", "n", "hash", "")
    for r in rows:
        n = "" if r["n"] is None else f"{r['n']:,}"
        table.add_row(
            str(r["task"]), str(r["panel"]), n, str(r["hash"] or ""), "data not at hand" if r["missing"] else ""
        )
    console = Console()
    console.print(table)
    if reasons := {r["missing"] for r in rows if r["missing"]}:
        console.print(f"{min(reasons)}", style="dim", highlight=False)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The panel.")],
    task: Annotated[str, typer.Option(help="The benchmark.")] = "alfworld",
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """A panel's instances, in the order in which they are played."""
    panel = _load(task, name, root)
    if as_json:
        instances = [{"id": i.id, "split": i.split, "digest": i.digest, **i.tags} for i in panel]
        print_json({"panel": panel.name, "panel_hash": panel.hash, "n": len(panel), "instances": instances})
        return
    print(f"{panel.name}  {panel.hash}  {len(panel):,} instances  {panel.note}")
    for i in panel:
        print(f"{i.digest}  {i.id}  {' '.join(f'{k}={v}' for k, v in i.tags.items())}")


@app.command()
def verify(
    name: Annotated[str, typer.Argument(help="The panel.")],
    expected: Annotated[str, typer.Argument(help="The hash that it should have (as a run or a table states it).")],
    task: Annotated[str, typer.Option(help="The benchmark.")] = "alfworld",
    root: Root = None,
) -> None:
    """Check that a panel here is the panel of a table there."""
    panel = _load(task, name, root)
    if panel.hash != expected:
        raise SkillevoError(f"{panel.name} here is {panel.hash} ({len(panel):,} instances), not {expected}")
    print(f"{panel.name} is {panel.hash}: the same {len(panel):,} instances, in the same order")


def _load(task: str, name: str, root: str | None) -> Panel:
    from skillevo.envs.benchmark import get_benchmark

    benchmark = get_benchmark(task)
    return benchmark.load_panel(name, root, benchmark.options())
