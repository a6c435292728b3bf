"""What reports read of a run, small enough to commit: no journal, no turns, no weights.

    NAME/run.toml  episodes.parquet  transfer.parquet  metrics.jsonl  training.json  skills.jsonl.gz

The same runs give the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.harness.methods.training import TRAINING_FILE
from skillevo.harness.redaction import is_marked_private
from skillevo.harness.rundir import CONFIG
from skillevo.harness.skills import PACKED, SKILL_FILE, load_skill, pack_skills
from skillevo.harness.suite.jobs import BEST

METRICS = "metrics.jsonl"
FILES = (CONFIG, "episodes.parquet", "transfer.parquet", METRICS)


def export_runs(runs: Path, names: Sequence[str], to: Path) -> list[Path]:
    """Copy these runs, in place of what stood there under their names; other folders stay.

    Args:
        to: a folder that holds runs; never the one that they come from.

    Returns:
        The copies, in order.

    Raises:
        SkillevoError: it cannot be written, or is where the runs are.
    """
    if to.resolve() == runs.resolve():
        raise SkillevoError(f"--export {to} is where the runs are: give it a folder of its own")
    try:
        for name in names:
            _export(runs / name, to / name)
    except OSError as e:
        raise SkillevoError(f"cannot export to {e.filename2 or e.filename or to}: {e.strerror or e}") from None
    return [to / name for name in names]


def _export(run: Path, to: Path) -> None:
    part = to.with_name(f".{to.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in FILES:
        if (run / name).exists():
            shutil.copyfile(run / name, part / name)
    # A training's skills are tens of thousands, and no report shows them. Those of a private run may quote its tasks.
    shown = not (run / METRICS).exists() and not is_marked_private(run)
    if shown and (skills := sorted((run / "skills").glob(f"*/*/{SKILL_FILE}"))):
        pack_skills(map(load_skill, skills), part / PACKED)
    told = run / BEST / TRAINING_FILE
    if told.exists():
        shutil.copyfile(told, part / TRAINING_FILE)
    shutil.rmtree(to, ignore_errors=True)
    part.rename(to)
