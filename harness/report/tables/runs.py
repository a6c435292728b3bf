"""The runs that a report was made from, and what is wrong with any of them."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.harness.report import cells
from skillevo.harness.report.arms import Arm
from skillevo.harness.report.run_files import EVAL
from skillevo.harness.report.selection import Selection
from skillevo.harness.report.table import Column, Section, Table

COLUMNS = (
    Column("run", "Run", "left"),
    Column("method", "Method", "left"),
    Column("model", "Task model", "left"),
    Column("generator", "Generator", "left"),
    Column("seed", "Seed"),
    Column("panel", "Panel", "left"),
    Column("hash", "Panel hash", "left"),
    Column("n", "n", help="instances"),
    Column("episodes", "Episodes"),
    Column("errors", "Errors", help="episodes that ended in an error; they count as failures"),
    Column("created", "Created", "left"),
    Column("version", "skillevo", "left"),
)


def runs_table(arms: Sequence[Arm]) -> Table:
    """One row per run, in the order of the arms."""
    rows = []
    for arm in arms:
        for run in arm.runs:
            generator = run.config.get("generator") or run.config["method"].get("generator") or {}
            name = generator.get("name") or generator.get("path", "") if isinstance(generator, dict) else str(generator)
            played = Selection((run.name,), scored=False) if run.command == EVAL else None
            failed = sum(bool(r.error) for r in run.episodes)
            rows.append(
                (
                    cells.text(run.name),
                    cells.text(arm.label),
                    cells.text(
                        run.model, *([str(run.config["model"]["kind"])] if "kind" in run.config["model"] else [])
                    ),
                    cells.text(name),
                    cells.count(run.seed),
                    cells.text(str(run.config["panel"].get("name", ""))),
                    cells.text(str(run.config["panel"]["hash"])),
                    cells.count(len({r.instance for r in run.episodes}), episodes=played),
                    cells.count(len(run.episodes), episodes=played),
                    cells.count(failed, episodes=played),
                    cells.text(str(run.config.get("created", ""))),
                    cells.text(str(run.config.get("versions", {}).get("skillevo", ""))),
                )
            )
    return Table("runs", "Runs", COLUMNS, (Section(tuple(rows)),), "What this report was made from.")
