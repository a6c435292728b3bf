"""`skillevo data ENV`: check and convert a benchmark's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from skillevo.envs.base import DataError, SkillevoError

app = typer.Typer(help="Check and convert a benchmark's data.", no_args_is_help=True)


@app.command()
def alfworld(
    root: Annotated[Path | None, typer.Option(help="An ALFWorld data tree or pack; by default $ALFWORLD_DATA.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Write its games to this pack (5 KB a game instead of 85).")] = None,
    export: Annotated[Path | None, typer.Option(help="Write official game files below this folder.")] = None,
    panel: Annotated[str | None, typer.Option(help="Export this panel (pocket-* for generated games).")] = None,
    shell: Annotated[
        Path | None,
        typer.Option(help="Where export takes domain and grammar: a game.tw-pddl, or the alfworld package's folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check ALFWorld's games: which splits are here, whole and readable; pack or export them."""
    from skillevo.envs.alfworld import tools

    if export is not None:
        n = tools.export_panel(panel or "pocket-test", root, export, shell)
        print(f"{n:,} official game files below {export}")
        return
    report = tools.check_tree(root)
    if as_json:
        print(json.dumps(report.as_dict()))
    else:
        print(f"{report.root}")
        for split in report.splits:
            print(f"  {split.name:13} {split.found:6,} games of {split.expected:,}; {len(split.damaged):,} unreadable")
            for complaint in split.damaged[:10]:
                print(f"    {complaint}")
    if any(s.damaged for s in report.splits):
        raise DataError("some games are damaged; fetch them again with alfworld-download -f")
    if pack is not None:
        if pack.exists():
            raise SkillevoError(f"{pack} is there already; remove it first")
        n = tools.pack_tree(report.root, pack)
        print(f"{n:,} games in {pack} ({pack.stat().st_size / max(n, 1) / 1024:.1f} KB a game); use it as --root")
