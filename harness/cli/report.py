"""`skillevo report RUN... --out DIR`: tables, figures and one HTML page from run directories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.harness.report.options import ReportOptions


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run directories, or folders that hold some.")],
    out: Annotated[Path, typer.Option(help="Folder of the report; an earlier report in it is replaced.")],
    baseline: Annotated[
        str | None,
        typer.Option(help="Method that others are tested against (no_skill where there is one, or the first)."),
    ] = None,
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
    title: Annotated[str | None, typer.Option(help="Title of the page.")] = None,
    suite: Annotated[
        Path | None,
        typer.Option(help=r"SUITE.toml that the runs were played for: its order, title and \[report] hold here."),
    ] = None,
    page: Annotated[bool, typer.Option(help="With the HTML page and its episodes, or tables and figures only.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tables (md, csv, tex, json), figures (png, pdf) and one HTML page, from run directories alone."""
    from skillevo.harness.report.build import build_report, find_runs
    from skillevo.harness.report.options import ReportOptions, check_across, check_papers
    from skillevo.harness.report.write import write_report

    options, paths, absent = ReportOptions(), runs, list[str]()
    if suite is not None:
        options, paths, absent = _as_planned(suite, find_runs(runs))
    told: dict[str, Any] = {
        "title": title,
        "baseline": baseline,
        "cluster": "" if cluster == "none" else cluster,
        "across": None if across is None else check_across(across),
        "papers": None if published is None else check_papers([p for p in published if p != "none"]),
    }
    made = build_report(paths, replace(options, **{k: v for k, v in told.items() if v is not None}))
    written = write_report(made, out, page=page)
    warnings = list(written.warnings)
    if absent:
        warnings.insert(0, f"{len(absent)} runs of {suite} are not here: {', '.join(absent)}")
    if as_json:
        print_json(
            {
                "out": str(out),
                "runs": [r.name for r in made.runs],
                "notices": warnings,
                "tables": [t.id for t in made.tables],
                "figures": [f.id for f in made.figures],
                "files": len(written.files),
            }
        )
        return
    for warning in warnings:
        print(f"note: {warning}")
    entrance = out / ("index.html" if page else "report.md")
    print(f"{len(made.runs):,} runs, {len(made.tables)} tables, {len(made.figures)} figures: {entrance}")


def _as_planned(suite: Path, found: Sequence[Path]) -> tuple[ReportOptions, list[Path], list[str]]:
    """What a suite says of its report, the runs in its order with others behind, and its runs that are not there."""
    from skillevo.harness.cli.compare import report_options
    from skillevo.harness.suite import plan_jobs, read_suite

    planned = read_suite(suite)
    names = [job.name for job in plan_jobs(planned, suite.parent)]
    here = {path.name: path for path in found}
    ordered = [here[n] for n in names if n in here] + [p for p in found if p.name not in names]
    return report_options(planned), ordered, [n for n in names if n not in here]
