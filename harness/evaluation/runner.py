"""One method over one panel: every instance exactly once, rows in panel order."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from skillevo.envs.base import Panel, TaskInstance
from skillevo.harness.methods import Method, Phase
from skillevo.harness.rollouts import Play, run_in_order
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Place, Skill


async def evaluate(
    method: Method,
    panel: Panel,
    play: Play,
    workers: int = 1,
    on_skill: Callable[[Skill], None] = lambda skill: None,
) -> list[EpisodeRow]:
    """Run a method on every instance of a panel.

    Args:
        workers: instances under way at once; changes nothing but the time it takes.
        on_skill: told of each skill that was served.

    Returns:
        The rows of all episodes, instance by instance in panel order.
    """

    async def work(instance: TaskInstance) -> Sequence[EpisodeRow]:
        rng = random.Random(f"{play.seed}/{method.name}/{instance.id}")
        record = await method.run(instance, play, Phase.EVAL, rng)
        for attempt in record.attempts:
            on_skill(attempt.skill)
        parents = {a.place: a.skill.parent for a in record.attempts}
        return [
            EpisodeRow.of(
                instance,
                p,
                method.name,
                parents.get(Place(p.episode.key.generation, p.episode.key.candidate), ""),
                record.scored in (None, p.episode.key.generation),
            )
            for p in record.played
        ]

    return [row for rows in await run_in_order(panel, work, workers) for row in rows]
