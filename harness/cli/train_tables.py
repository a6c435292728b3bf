"""What a training run leaves besides its checkpoints: every episode as a row, and the turns, as an evaluation does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from skillevo.envs.base import EpisodeKey
from skillevo.harness.archive import write_episodes, write_turns
from skillevo.harness.methods import RecurrenceOptions
from skillevo.harness.redaction import is_private
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import RunDirectory

if TYPE_CHECKING:
    from skillevo.harness.cli.training import Assembled
    from skillevo.harness.trainer.loop import Loop


def close(assembled: Assembled, loop: Loop, directory: RunDirectory) -> None:
    """Write episodes.parquet and turns/: training steps in their order, then validations."""
    rows = list(_rows(assembled, loop, directory))
    constant = {
        "task": assembled.plan.benchmark.name,
        "panel": assembled.panel.name,
        "panel_hash": assembled.panel.hash,
    }
    write_episodes(directory.path / "episodes.parquet", rows, constant | dict(loop.parts.method.axes))
    panels = (*assembled.panel, *(assembled.val_panel or ()))
    write_turns(directory.path / "turns", rows, directory.journal, {i.id for i in panels if is_private(i)})


def _rows(assembled: Assembled, loop: Loop, directory: RunDirectory) -> Iterator[EpisodeRow]:
    plan, parents = assembled.plan, _parents(directory.path / "skills")
    validated = plan.validation.of(plan.recurrence)
    visits = [(f"train/{s}", i, plan.recurrence) for s in range(1, loop.progress.step + 1) for i in loop.instances(s)]
    for v in loop.progress.validations:
        visits += [(f"val/{v.step}", i, validated) for i in assembled.val_panel or ()]
    for phase, instance, shape in visits:
        for key in _keys(instance.id, shape):
            played = directory.journal.get(phase, key)
            if played is not None:
                parent = parents.get(played.skill_ids[0], "") if played.skill_ids else ""
                scored = key.generation == shape.scored
                yield EpisodeRow.of(instance, played, plan.method, parent, scored)


def _keys(instance: str, shape: RecurrenceOptions) -> Iterator[EpisodeKey]:
    for g in range(shape.scored + 1):
        for m in range(shape.candidates if 0 < g <= shape.generations else 1):
            for k in range(shape.rollouts):
                yield EpisodeKey(instance, g, m, k)


def _parents(skills: Path) -> dict[str, str]:
    """Each kept skill's parent, by id."""
    lineages = (json.loads(f.read_text("utf-8")) for f in skills.glob("*/*/lineage.json"))
    return {lineage["id"]: lineage["parent"] for lineage in lineages}
