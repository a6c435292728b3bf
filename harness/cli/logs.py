"""The Inspect logs of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from skillevo.harness.archive import stored
from skillevo.harness.cli.setup import Setup
from skillevo.harness.journal import Played
from skillevo.harness.redaction import is_private
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import RunDirectory


def write_log(setup: Setup, rows: Sequence[EpisodeRow], directory: RunDirectory) -> None:
    """Write logs/<task>.eval: `inspect view` and Inspect's data frames read it.

    A log knows instances and epochs, no skills: where a method wrote several, each place that a skill can have has a
    log of its own, <task>-g<generation>-m<candidate>.eval.
    """
    from skillevo.harness.report.inspect_log import write_inspect_log

    logs = directory.path / "logs"
    logs.mkdir(exist_ok=True)
    config = directory.config
    places: dict[tuple[int, int], list[Played]] = {}
    for row, played in stored(rows, directory.journal, {i.id for i in setup.pool if is_private(i)}):
        places.setdefault((row.generation, row.candidate), []).append(played)
    for (generation, candidate), found in sorted(places.items()):
        place = f"-g{generation}-m{candidate}" if len(places) > 1 else ""
        write_inspect_log(
            logs / f"{setup.benchmark.name}{place}.eval",
            found,
            task=f"skillevo/{setup.benchmark.name}",
            model=setup.policy.name,
            panel=setup.panel,
            group_by=setup.benchmark.group_by,
            created=datetime.fromisoformat(config["created"]),
            task_args={"method": setup.method.name, "seed": setup.seed, **config["protocol"]},
            metadata={
                "method": config["method"],
                "panel_hash": setup.panel.hash,
                "generation": generation,
                "candidate": candidate,
            },
        )
