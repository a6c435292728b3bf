"""One method over one panel: every instance exactly once, rows in panel order."""

from __future__ import annotations

import random
from collections.abc import Sequence

from skillevo.envs.base import Panel, TaskInstance
from skillevo.harness.methods import Method, Phase
from skillevo.harness.rollouts import Play, run_in_order
from skillevo.harness.rows import EpisodeRow


async def evaluate(method: Method, panel: Panel, play: Play, workers: int = 1) -> list[EpisodeRow]:
    """Run a method on every instance of a panel.

    Args:
        workers: instances under way at once; changes nothing but the time it takes.

    Returns:
        The rows of all episodes, instance by instance in panel order.
    """

    async def work(instance: TaskInstance) -> Sequence[EpisodeRow]:
        rng = random.Random(f"{play.seed}/{method.name}/{instance.id}")
        record = await method.run(instance, play, Phase.EVAL, rng)
        return [EpisodeRow.of(instance, played, method.name) for played in record.played]

    return [row for rows in await run_in_order(panel, work, workers) for row in rows]
