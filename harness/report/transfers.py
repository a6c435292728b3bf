"""Transfer where a run recorded it: final skills, unchanged, on other instances of their type."""

from __future__ import annotations

from skillevo.harness.evaluation import Transfer, summarise_transfer
from skillevo.harness.evaluation.transfer import SOURCE_TAG
from skillevo.harness.report.runs import Run


def transfer_of(run: Run) -> Transfer | None:
    """A run's transfer in numbers; None where it played none, or its file could not be used."""
    if not run.transferred:
        return None
    handed_on = len({r.tags[SOURCE_TAG] for r in run.transferred})
    return summarise_transfer(run.transferred, run.episodes, handed_on, int(run.config["transfer"]["siblings"]))
