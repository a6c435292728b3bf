"""One method over one panel: every instance exactly once, rows in panel order."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from skillevo.envs.base import Panel, TaskInstance
from skillevo.harness.methods import Method, Phase, Record
from skillevo.harness.rollouts import Play, run_in_order
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Place, Skill

UNREADABLE = "played under its parent's skill: the generator's answer was no skill"
"""On the rows of such an attempt, so that a table can say how many there were."""


async def evaluate(
    method: Method,
    panel: Panel,
    play: Play,
    workers: int = 1,
    on_skill: Callable[[Skill], None] = lambda skill: None,
    on_record: Callable[[Record], None] = lambda record: None,
) -> list[EpisodeRow]:
    """Run a method on every instance of a panel.

    Where the method shares what it writes, instances wait for each other at its barriers, and it commits there.

    Args:
        workers: instances under way at once; changes nothing but the time it takes.
        on_skill: told of each skill that was served.
        on_record: told of each instance's record as it is done, in any order.

    Returns:
        The rows of all episodes, instance by instance in panel order.
    """

    async def work(instance: TaskInstance) -> tuple[Sequence[EpisodeRow], Record | None]:
        rng = random.Random(f"{play.seed}/{method.name}/{instance.id}")
        record = await method.run(instance, play, Phase.EVAL, rng)
        for attempt in record.attempts:
            on_skill(attempt.skill)
        on_record(record)
        # A record holds every turn of its episodes: kept no longer than until the commit that wants it.
        return _rows(method, instance, record), record if method.barrier else None

    rows: list[EpisodeRow] = []
    step = method.barrier or len(panel)
    for at in range(0, len(panel), max(step, 1)):
        done = await run_in_order(panel.instances[at : at + step], work, workers)
        rows += [row for found, _ in done for row in found]
        if method.barrier:
            method.commit([record for _, record in done if record is not None])
    return rows


def _rows(method: Method, instance: TaskInstance, record: Record) -> list[EpisodeRow]:
    attempts = {a.place: a for a in record.attempts}
    rows = []
    for p in record.played:
        attempt = attempts.get(Place(p.episode.key.generation, p.episode.key.candidate))
        parent = attempt.skill.parent if attempt else ""
        row = EpisodeRow.of(instance, p, method.name, parent, record.scored in (None, p.episode.key.generation))
        unreadable = attempt is not None and not attempt.readable
        rows.append(replace(row, notes=(*row.notes, UNREADABLE)) if unreadable else row)
    return rows
