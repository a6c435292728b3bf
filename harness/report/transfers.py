"""Transfer where a run recorded it: final skills, unchanged, on other instances of their type."""

from __future__ import annotations

from skillevo.harness.evaluation import Transfer, summarise_transfer
from skillevo.harness.evaluation.transfer import SOURCE_TAG
from skillevo.harness.report.notices import Notice, RunError
from skillevo.harness.report.run_files import read_episodes
from skillevo.harness.report.runs import Run

TRANSFER = "transfer.parquet"


def read_transfer(run: Run, notices: list[Notice]) -> Transfer | None:
    """A run's transfer in numbers; None where it played none, or its file cannot be used, which becomes a notice."""
    told = run.config.get("transfer")
    if not isinstance(told, dict) or not (run.path / TRANSFER).exists():
        return None
    try:
        rows = read_episodes(run.path, run.config, TRANSFER)
    except RunError as e:
        notices.append(Notice(run.name, TRANSFER, e.notice.problem, f"{e.notice.text}; no transfer is shown", False))
        return None
    handed_on = len({r.tags[SOURCE_TAG] for r in rows})
    return summarise_transfer(rows, run.episodes, handed_on, int(told["siblings"]))
