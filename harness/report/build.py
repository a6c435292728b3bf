"""From run directories to everything that a report says, as plain data: no file is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation import Transfer
from skillevo.harness.report.agreement import without_odd_ones
from skillevo.harness.report.arms import Arm, Family, families, make_arms, without_repetitions
from skillevo.harness.report.collector import uncollected
from skillevo.harness.report.figure import Figure
from skillevo.harness.report.figures import (
    dynamics_figure,
    edits_figure,
    frontier_figure,
    generation_figure,
    spent_figure,
)
from skillevo.harness.report.lineage import Lineage, edits_of, lineages_of, notable, sample
from skillevo.harness.report.looks import report_looks
from skillevo.harness.report.measures import Measures
from skillevo.harness.report.notices import Notice
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.run_files import EVAL, is_run
from skillevo.harness.report.runs import Loaded, Run, load_runs
from skillevo.harness.report.table import Table
from skillevo.harness.report.tables import (
    ablation_tables,
    budget_table,
    comparison_table,
    cost_table,
    generation_table,
    group_tables,
    methods_table,
    runs_table,
    training_table,
)
from skillevo.harness.report.tables.common import check_baseline
from skillevo.harness.report.trainings import full_settings
from skillevo.harness.report.transfers import transfer_of
from skillevo.harness.rundir import CONFIG


@dataclass(frozen=True, slots=True)
class Report:
    """A report's content.

    Attributes:
        runs: those that are in it; what `Selection` speaks of.
        arms: what they come to.
        notices: what a reader must see before anything else.
        lineages: of skills, those that are shown; `all_lineages` is how many there are.
    """

    options: ReportOptions
    runs: tuple[Run, ...]
    arms: tuple[Arm, ...]
    notices: tuple[Notice, ...]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    lineages: tuple[Lineage, ...]
    all_lineages: int

    def noticing(self, more: Iterable[Notice]) -> Report:
        """The same with further notices, of files of which nothing was told yet."""
        known = {(n.run, n.file) for n in self.notices}
        return replace(self, notices=(*self.notices, *(n for n in more if (n.run, n.file) not in known)))

    def warnings(self) -> tuple[str, ...]:
        """The notices, and what stands apart, as sentences."""
        tables = [t for t in self.tables if t.id.startswith("methods-")]
        apart = [note for t in tables for note in t.notes if note != _left_out(self.notices)]
        within = [f"{t.title}: {s.title}" for t in tables for s in t.sections if s.title and not s.published]
        return (*map(str, self.notices), *dict.fromkeys((*apart, *within)))


def find_runs(paths: Iterable[Path]) -> list[Path]:
    """Run directories among the paths given: each itself, or those that it holds, damaged ones with them.

    Raises:
        SkillevoError: none is given, one does not exist or holds no run, or two runs have one name.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            raise SkillevoError(f"there is no run {path}: a run is a directory with a {CONFIG} in it")
        inner = [] if (path / CONFIG).exists() else sorted(p for p in path.glob("[!.]*") if is_run(p))
        found |= dict.fromkeys(p.resolve() for p in inner or [path])
    if not found:
        raise SkillevoError("no run to report on: name run directories, or a folder that holds some")
    names: dict[str, Path] = {}
    for path in found:
        if (other := names.setdefault(path.name, path)) != path:
            raise SkillevoError(f"{other} and {path} have one name; copy one of them under another")
    return list(found)


def build_report(paths: Iterable[Path], options: ReportOptions | None = None) -> Report:
    """Read runs and compute everything.

    Raises:
        SkillevoError: there is no run, none of them can be used, or an option names what is not there.
    """
    given = find_runs(paths)
    with uncollected():
        loaded = load_runs(given)
        if not loaded.runs:
            more = f" (and {len(loaded.notices) - 1} more)" if len(loaded.notices) > 1 else ""
            raise SkillevoError(f"none of the {len(given)} runs can be used: {loaded.notices[0]}{more}")
        return assemble(loaded, options or ReportOptions())


def assemble(loaded: Loaded, options: ReportOptions) -> Report:
    """The report of runs that were read."""
    alike, odd = without_odd_ones(loaded.runs)
    runs, repeated = without_repetitions(alike)
    notices = [*loaded.notices, *odd, *repeated]
    measures = Measures(options.cluster)
    played = [r for r in runs if r.command == EVAL]
    found = families(played, options.across)
    check_baseline(found, options.baseline)
    trained = make_arms([r for r in runs if r.command != EVAL])
    evaluated = tuple(arm for family in found for arm in family.arms)
    transfers = {run.name: t for run in played if (t := transfer_of(run)) is not None}
    tables: list[Table | None] = []
    figures: list[Figure | None] = []
    shown: set[str] = set()
    for family in found:
        # Published rows stand beside a task's first panel; repeated under every other one they would only fill pages.
        own = replace(options, papers=()) if family.task in shown else options
        shown.add(family.task)
        tables += _tables(family, measures, own, transfers, trained)
        figures += [
            generation_figure(family, measures, own.papers),
            spent_figure(family, measures),
            frontier_figure(family, measures),
        ]
    edits = [(arm.label, e) for arm in evaluated for run in arm.runs for e in edits_of(run)]
    lineages = lineages_of([e for _, e in edits])
    tables += [training_table(trained), runs_table((*evaluated, *trained))]
    figures += [dynamics_figure(trained), edits_figure(sample(edits), len(edits))]
    missing = (_left_out(notices),) if _left_out(notices) else ()
    looks = report_looks(evaluated, trained, options.trainings)
    return Report(
        options,
        runs,
        (*evaluated, *trained),
        tuple(notices),
        tuple(replace(t, notes=(*t.notes, *missing)) for t in tables if t is not None),
        tuple(replace(f, looks=looks, notes=(*f.notes, *_undrawn(f), *missing)) for f in figures if f is not None),
        tuple(notable(lineages)),
        len(lineages),
    )


def _left_out(notices: Iterable[Notice]) -> str:
    """What every table and figure says of runs that are in none of them; empty where there are none."""
    names = [n.run for n in notices if n.left_out]
    return f"Left out: {', '.join(names)}; report.md says why." if names else ""


def _undrawn(figure: Figure) -> tuple[str, ...]:
    names = figure.undrawn
    return (f"Not drawn, but in the data: {', '.join(names)}.",) if names else ()


def _tables(
    family: Family,
    measures: Measures,
    options: ReportOptions,
    transfers: Mapping[str, Transfer],
    trained: Sequence[Arm],
) -> list[Table | None]:
    return [
        methods_table(family, measures, options),
        comparison_table(family, measures, options.baseline),
        *group_tables(family, measures, options),
        generation_table(family, measures, transfers),
        budget_table(family, measures),
        cost_table(family, measures),
        *ablation_tables(family, measures, full_settings(family.arms, options.trainings, trained)),
    ]
