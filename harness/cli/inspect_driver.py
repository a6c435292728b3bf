"""`skillevo eval --driver inspect`: the same episodes, each played inside an Inspect sample."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Episode, EpisodeKey, SkillevoError, StopReason, Verdict
from skillevo.harness.cli.methods import FEWSHOT
from skillevo.harness.cli.progress import EpisodeBar
from skillevo.harness.cli.setup import Setup
from skillevo.harness.journal import Journal, Played
from skillevo.harness.policies import EMBEDDED
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.rollouts import Meter
from skillevo.harness.rows import EpisodeRow

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog

PHASE = "eval"


def play_inspect(
    setup: Setup, journal: Journal, meter: Meter, bar: EpisodeBar, workers: int, logs: Path
) -> Sequence[EpisodeRow]:
    """Play what the journal lacks with `inspect eval`; its live log goes to `logs`.

    Returns:
        All rows in panel order.

    Raises:
        SkillevoError: Inspect could not run the evaluation, or the journal could not be read or written.
    """
    from inspect_ai import eval as inspect_eval
    from inspect_ai.model import GenerateConfig, get_model

    from skillevo.tasks._agent import Keep, keeping

    # The task as Inspect knows it by name, so that the log says which task with which arguments it was.
    make = getattr(import_module(f"skillevo.tasks.{setup.benchmark.name}"), setup.benchmark.name)
    meter.follow(journal)
    keep = Keep(journal, meter, bar.advance)
    with keeping(keep):
        task = make(**task_arguments(setup, make))
    name = setup.policy.name
    with redirect_stdout(sys.stderr):  # what is said of images; standard output is for results
        ended = inspect_eval(
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
            model_roles={"grader": setup.judge.name} if setup.judge else None,
        )
    if keep.mistakes:
        raise keep.mistakes[0]
    if not ended or ended[0].status == "cancelled":  # Inspect keeps an interrupt to itself
        raise KeyboardInterrupt
    (log,) = ended
    if log.status != "success":
        why = f": {log.error.message}" if log.error else ""
        raise SkillevoError(
            f"inspect eval ended with status {log.status}{why}; {len(journal):,} episodes are kept, and the same "
            f"command with --name {logs.parent.name} goes on"
        )
    errors = sample_errors(log)
    rows = []
    for instance in setup.panel:
        for k in range(setup.rollouts):
            key = EpisodeKey(instance.id, rollout=k)
            played = journal.get(PHASE, key) or _not_played(setup, key, meter, errors)
            rows.append(EpisodeRow.of(instance, played, setup.method.name))
    return rows


def task_arguments(setup: Setup, make: Any) -> dict[str, Any]:
    """What `inspect eval -T ...` would be given for this setup: what is not the task's default."""
    skills = [str(path) for path in setup.skill_paths]
    default_prompt = PromptOptions.of(setup.prompt.preset, None)
    history = "all" if setup.prompt.history is None else setup.prompt.history
    wanted = {
        "panel": setup.panel_name,
        "root": setup.root,
        "limit": setup.limit,
        "skill": (skills[0] if len(skills) == 1 else skills) if skills else None,
        "skill_mode": setup.skill_mode,
        **asdict(setup.options),
        **asdict(setup.rules),
        "prompt": setup.prompt.preset,
        "history": None if setup.prompt == default_prompt else history,
        "seed": setup.seed,
    }
    if setup.prompt.preset == FEWSHOT:
        wanted["examples"] = setup.examples
    parameters = signature(make).parameters
    return {name: value for name, value in wanted.items() if value != parameters[name].default}


def sample_errors(log: EvalLog) -> dict[EpisodeKey, str]:
    """Why samples have no episode, as Inspect has it: an error, or a limit of its own."""
    found = {}
    for sample in log.samples or ():
        key = EpisodeKey(str(sample.id), rollout=sample.epoch - 1)
        if sample.error is not None:
            found[key] = sample.error.message
        elif sample.limit is not None:
            found[key] = f"Inspect's {sample.limit.type} limit ended the sample"
    return found


def _not_played(setup: Setup, key: EpisodeKey, meter: Meter, errors: dict[EpisodeKey, str]) -> Played:
    """The row of an episode that the journal lacks; a resume plays it.

    What a world or a model does wrong ends in an episode of its own. So if there is none, either the budget is spent
    or something around the episode failed.
    """
    error = errors.get(key, "" if meter.exhausted else "Inspect left no episode of it")
    reason = StopReason.ENV_ERROR if error else StopReason.BUDGET
    episode = Episode(key, key.seed(setup.seed), [], "", reason, error)
    return Played(episode, Verdict(0.0, False), PHASE, tuple(s.id for s in setup.skills))
