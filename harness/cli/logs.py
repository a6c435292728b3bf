"""The Inspect log of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from skillevo.harness.archive import stored
from skillevo.harness.cli.setup import Setup
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import RunDirectory


def write_log(setup: Setup, rows: Sequence[EpisodeRow], directory: RunDirectory) -> None:
    """Write logs/<task>.eval: `inspect view` and Inspect's data frames read it."""
    from skillevo.harness.report.inspect_log import write_inspect_log

    logs = directory.path / "logs"
    logs.mkdir(exist_ok=True)
    config = directory.config
    write_inspect_log(
        logs / f"{setup.benchmark.name}.eval",
        (played for _, played in stored(rows, directory.journal)),
        task=f"skillevo/{setup.benchmark.name}",
        model=setup.policy.name,
        panel=setup.panel,
        group_by=setup.benchmark.group_by,
        created=datetime.fromisoformat(config["created"]),
        task_args={"method": setup.method.name, "seed": setup.seed, **config["protocol"]},
        metadata={"method": config["method"], "panel_hash": setup.panel.hash},
    )
