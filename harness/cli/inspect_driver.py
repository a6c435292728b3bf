"""`skillevo eval --driver inspect`: the same episodes, each played inside an Inspect sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.base import EpisodeKey, SkillevoError
from skillevo.harness.cli.progress import EpisodeBar
from skillevo.harness.cli.setup import Setup
from skillevo.harness.journal import Journal
from skillevo.harness.policies import EMBEDDED
from skillevo.harness.rollouts import Meter, unplayed
from skillevo.harness.rows import EpisodeRow


def play_inspect(
    setup: Setup, journal: Journal, meter: Meter, bar: EpisodeBar, workers: int, logs: Path
) -> Sequence[EpisodeRow]:
    """Play what the journal lacks with `inspect eval`; its live log goes to `logs`.

    Returns:
        All rows in panel order.

    Raises:
        SkillevoError: Inspect could not run the evaluation.
    """
    from inspect_ai import eval as inspect_eval
    from inspect_ai.model import GenerateConfig, get_model

    from skillevo.tasks._agent import Keep
    from skillevo.tasks._task import make_task

    task = make_task(
        setup.benchmark,
        panel=setup.panel_name,
        root=setup.root,
        limit=setup.limit,
        options=setup.options,
        rules=setup.rules,
        prompt=setup.prompt,
        skills=setup.skills,
        skill_mode=setup.skill_mode,
        examples=setup.examples,
        seed=setup.seed,
        keep=Keep(journal, meter, bar.advance),
    )
    name = setup.policy.name
    (log,) = inspect_eval(
        task,
        model=get_model(
            f"pocket/{name.removeprefix('pocket/')}" if name in EMBEDDED else name,
            config=GenerateConfig.model_validate(dict(setup.generation)),
        ),
        epochs=setup.rollouts,
        max_samples=workers,
        log_dir=str(logs),
        display="none",
        fail_on_error=False,
    )
    if log.status != "success":
        raise SkillevoError(f"inspect eval ended with status {log.status}: {log.error.message if log.error else ''}")
    rows = []
    for instance in setup.panel:
        for k in range(setup.rollouts):
            key = EpisodeKey(instance.id, rollout=k)
            played = journal.get("eval", key) or unplayed(instance, key, setup.seed, "eval", ())
            rows.append(EpisodeRow.of(instance, played, setup.method.name))
    return rows
