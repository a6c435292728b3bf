"""`skillevo compare`: the runs of a suite, planned, played where they are missing, and reported on."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.harness.cli.compare_size import Sized
    from skillevo.harness.cli.estimate import Line
    from skillevo.harness.report.build import Report
    from skillevo.harness.suite import Job, Outcome, Records, Suite


def compare(
    suite: Annotated[Path, typer.Argument(metavar="SUITE.toml", help="What is compared; results/suites has some.")],
    runs: Annotated[Path | None, typer.Option(help="Where its runs are kept (runs/NAME-OF-THE-SUITE).")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report (RUNS/report).")] = None,
    export: Annotated[
        Path | None, typer.Option(help="Then copy here what reports read of each run, and write the report from that.")
    ] = None,
    workers: Annotated[int | None, whole("--workers", "Runs at once (one per core).")] = None,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Play failed episodes again, those of finished runs, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and what it will cost, and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Compare methods, models, panels and seeds. Killed or failed, the same command goes on where it stood."""
    from skillevo.harness.cli.compare_size import estimate_all, size_all
    from skillevo.harness.cli.compare_view import print_plan
    from skillevo.harness.suite import Records, fingerprints, plan_jobs, read_suite

    planned = read_suite(suite)
    options = report_options(planned)
    jobs = plan_jobs(planned, suite.parent, files_of)
    prints = fingerprints(jobs)
    sized = size_all(planned, jobs, suite.parent, strict=not dry_run)
    records = Records(runs or Path("runs") / suite.stem)
    at_once = workers or os.cpu_count() or 1
    states = {j.name: _state(records, j, prints[j.name]) for j in jobs}
    missing = [s for s in sized if states[s.job.name] != "done"]
    lines = estimate_all(planned, missing, at_once)
    if dry_run:
        return print_json(_as_plan(sized, states, lines, records)) if as_json else print_plan(sized, states, lines)
    for warning in dict.fromkeys(s.warning for s in sized if s.warning):
        print(f"note: {warning}", file=sys.stderr)
    outcomes = _play(records, sized, prints, at_once, retry_errors, quiet=as_json)
    _finish(planned, outcomes, records, out or records.runs / "report", export, options, as_json)


def report_options(suite: Suite) -> Any:
    """What the suite says of its report, checked before anything is played.

    Raises:
        SkillevoError: a facet or a paper that there is none of.
    """
    from skillevo.harness.report.options import ReportOptions, check_across, check_papers

    told = suite.report
    return ReportOptions(
        title=suite.title,
        baseline=told.baseline,
        cluster=told.cluster,
        across=check_across(told.across),
        papers=check_papers(told.published),
        trainings={arm.name: arm.training for arm in suite.arms if arm.training},
    )


def files_of(name: str) -> Path | None:
    """The files behind the name of a preset, an embedded model or a local generator; None where there are none."""
    from skillevo.harness.cli.plan import PRESETS, preset_file
    from skillevo.harness.pocket import generator_path
    from skillevo.harness.policies.ranker.storage import SHIPPED

    if name in PRESETS:
        return preset_file(name)
    if (weights := SHIPPED / f"{name.removeprefix('pocket/')}.npz").is_file():
        return weights
    folder = Path(generator_path(name)).expanduser()
    return folder if folder.is_dir() else None


def _state(records: Records, job: Job, fingerprint: str) -> str:
    if records.finished(job, fingerprint):
        return "done"
    return "begun" if records.has_begun(job) else "to play"


def _play(
    records: Records, sized: Sequence[Sized], prints: Mapping[str, str], workers: int, retry_errors: bool, quiet: bool
) -> list[Outcome]:
    from skillevo.harness.cli.compare_view import PoolView
    from skillevo.harness.suite import Pool

    jobs = [s.job for s in sized]
    # -P: else the folder that one stands in would be searched first, and a file there could pass for a module.
    child = [sys.executable, "-P", "-m", "skillevo.harness.cli.compare_child"]
    with records.lock() as handle:
        done = sum(records.finished(j, prints[j.name]) is not None for j in jobs)
        if done and not quiet:
            print(f"{done:,} of {len(jobs):,} runs are done", file=sys.stderr)
        pool = Pool(records, child, workers, handle, retry_errors)
        try:
            with PoolView(records, len(jobs), done, quiet=quiet) as view:
                return pool.play(jobs, prints, view.ended, lambda: view.tick(pool.running))
        except KeyboardInterrupt:
            print("interrupted: what was played is kept, and the same command goes on", file=sys.stderr)
            raise


def _finish(
    suite: Suite,
    outcomes: Sequence[Outcome],
    records: Records,
    out: Path,
    export: Path | None,
    options: Any,
    as_json: bool,
) -> None:
    """Report and export what is done; the exit status says whether that is all."""
    from skillevo.harness.report.build import build_report
    from skillevo.harness.report.write import write_report
    from skillevo.harness.suite.export import export_runs

    done = [o.job for o in outcomes if o.status == "done"]
    report, notices = None, tuple[str, ...]()
    if any(j.verb == "eval" for j in done):
        report = build_report([records.runs / j.name for j in done], options)
        notices = write_report(report, out).warnings
    if export is not None:
        exported = export_runs(records.runs, [j.name for j in done], export / "runs")
        if report:
            write_report(build_report(exported, options), export / "report", page=False)
    rest = [o for o in outcomes if o.status != "done"]
    if as_json:
        print_json({**_as_result(outcomes, records, out if report else None, export), "notices": list(notices)})
    else:
        _print(suite, outcomes, report, notices, out, export)
    if rest:
        raise typer.Exit(1)


def _print(
    suite: Suite,
    outcomes: Sequence[Outcome],
    report: Report | None,
    notices: Sequence[str],
    out: Path,
    export: Path | None,
) -> None:
    from rich.console import Console

    from skillevo.harness.cli.compare_closing import closing_tables

    console = Console()
    if report is not None:
        for table in closing_tables(report, suite.report.metric):
            console.print(table)
        for warning in notices:
            console.print(f"note: {warning}", style="dim", highlight=False, markup=False)
    rest = [o for o in outcomes if o.status != "done"]
    for outcome in rest:
        console.print(
            f"{outcome.status}: {outcome.job.name}: {outcome.said}", style="red", markup=False, soft_wrap=True
        )
    if rest:
        console.print(f"{len(rest):,} of {len(outcomes):,} runs are not done; the same command goes on", style="red")
    if report is not None:
        console.print(f"report  {out / 'index.html'}", highlight=False, soft_wrap=True)
    if export is not None:
        console.print(f"export  {export}", highlight=False, soft_wrap=True)


def _as_plan(
    sized: Sequence[Sized], states: Mapping[str, str], lines: Sequence[Line], records: Records
) -> dict[str, Any]:
    return {
        "runs": [
            {
                "name": s.job.name,
                "arm": s.job.arm,
                "args": s.job.argv(records.runs),
                "needs": s.job.needs,
                "state": states[s.job.name],
                "episodes_per_instance": s.per_instance,
                "episodes": s.size.episodes,
                "edits": s.size.edits,
            }
            for s in sized
        ],
        "estimate": {line.name: line.value for line in lines},
        "warnings": list(dict.fromkeys(s.warning for s in sized if s.warning)),
    }


def _as_result(
    outcomes: Sequence[Outcome], records: Records, report: Path | None, export: Path | None
) -> dict[str, Any]:
    return {
        "runs": [
            {
                "name": o.job.name,
                "arm": o.job.arm,
                "status": o.status,
                "seconds": o.seconds,
                "said": o.said,
                "result": dict(o.result),
            }
            for o in outcomes
        ],
        "folder": str(records.runs),
        "report": None if report is None else str(report),
        "export": None if export is None else str(export),
    }
