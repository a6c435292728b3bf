"""`skillevo report RUN... --out DIR`: tables, figures and one HTML page from run directories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skillevo.harness.cli.output import print_json


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run directories, or folders that hold some.")],
    out: Annotated[Path, typer.Option(help="Folder of the report; an earlier report in it is replaced.")],
    baseline: Annotated[
        str, typer.Option(help="Method that others are tested against (no_skill where there is one, else the first).")
    ] = "",
    cluster: Annotated[
        str | None, typer.Option(help="Instance tag that clusters are made of; `none` for independent instances.")
    ] = None,
    across: Annotated[
        list[str] | None,
        typer.Option(help="Compare runs although they differ in this: skill_source, 'rollouts per instance', ..."),
    ] = None,
    published: Annotated[
        list[str] | None, typer.Option(help="Papers whose numbers stand beside, or `none` (skill-r1, skill1, skillrl).")
    ] = None,
    title: Annotated[str, typer.Option(help="Title of the page.")] = "skillevo report",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tables (md, csv, tex, json), figures (png, pdf) and one HTML page, from run directories alone."""
    from skillevo.harness.report.build import build_report
    from skillevo.harness.report.options import MAIN_PAPERS, ReportOptions, check_across, check_papers
    from skillevo.harness.report.write import write_report

    papers = MAIN_PAPERS if published is None else tuple(p for p in published if p != "none")
    options = ReportOptions(
        title=title,
        baseline=baseline,
        cluster="" if cluster == "none" else cluster,
        across=check_across(across or ()),
        papers=check_papers(papers),
    )
    made = build_report(runs, options)
    files = write_report(made, out)
    warnings = list(made.warnings())
    if as_json:
        print_json(
            {
                "out": str(out),
                "runs": [r.name for r in made.runs],
                "notices": warnings,
                "tables": [t.id for t in made.tables],
                "figures": [f.id for f in made.figures],
                "files": len(files),
            }
        )
        return
    for warning in warnings:
        print(f"note: {warning}")
    print(f"{len(made.runs):,} runs, {len(made.tables)} tables, {len(made.figures)} figures: {out / 'index.html'}")
