"""Playing as the harness's own runner does it: journal and verdicts included."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import process_time

from skillevo.harness.cli.setup import Setup
from skillevo.harness.evaluation import evaluate
from skillevo.harness.journal import Journal
from skillevo.harness.methods import Method
from skillevo.harness.rollouts import Play


def play_panel(setup: Setup, method: Method, journal: Path) -> tuple[float, int]:
    """Play a setup's panel by a method, into a new journal.

    Returns:
        CPU seconds, and turns.
    """
    kept = Journal(journal)
    play = Play(
        make_env=lambda i: setup.benchmark.make_env(i, setup.options),
        verify=setup.benchmark.verify,
        policy=setup.policy,
        rules=setup.rules,
        journal=kept,
    )
    started = process_time()
    asyncio.run(evaluate(method, setup.panel, play, workers=16))
    seconds = process_time() - started
    kept.close()
    return seconds, play.meter.turns
