"""Finished episodes as an Inspect `.eval` log, which `inspect view`, `read_eval_log` and `samples_df` read.

The episodes were played by the harness's own runner, at a hundred times the pace of `inspect eval`; the log has
what that would have logged, but for the events of each model call. Imports Inspect: seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import inspect_ai
from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalLog,
    EvalMetric,
    EvalResults,
    EvalSample,
    EvalScore,
    EvalSpec,
    EvalStats,
    write_eval_log,
)
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, ModelOutput, ModelUsage
from inspect_ai.scorer import (
    CORRECT,
    INCORRECT,
    Metric,
    MetricProtocol,
    SampleScore,
    Score,
    accuracy,
    ci_wilson,
    grouped,
    mean_score,
)
from inspect_ai.util import registry_info

from skillevo.envs.base import Episode, Panel, SkillevoError, TaskInstance, Verdict
from skillevo.harness.journal import Played
from skillevo.harness.redaction import is_private

SCORE = "verdict"
"""The score's name, in either driver's log."""


def metrics(group_by: str) -> list[Metric]:
    """What is computed from the verdicts: accuracy with Wilson's 95 % interval, and accuracy by group."""
    return [accuracy(), ci_wilson(), grouped(accuracy(), group_by, all=False)]


def episode_messages(episode: Episode, model: str) -> list[ChatMessage]:
    """The episode as a chat: observations from the user, whole completions (or actions) from the model.

    It is the course of events, not what the model was sent: a prompt is built anew for every turn.
    """
    chat: list[ChatMessage] = []
    for turn in episode.turns:
        said = turn.calls[-1].completion if turn.calls else turn.action
        chat += [ChatMessageUser(content=turn.observation), ChatMessageAssistant(content=said, model=model)]
    if not episode.turns or episode.turns[-1].sent or episode.turns[-1].observation != episode.final:
        chat.append(ChatMessageUser(content=episode.final))
    return chat


def verdict_score(episode: Episode, verdict: Verdict) -> Score:
    """The verdict as Inspect's score: success is its value, all else its metadata."""
    why = episode.error or (episode.turns[-1].note if episode.turns else "")
    return Score(
        value=CORRECT if verdict.success else INCORRECT,
        answer=episode.turns[-1].action if episode.turns else None,
        explanation=f"{episode.stop_reason}: {why}" if why else str(episode.stop_reason),
        metadata={"reward": verdict.reward, **verdict.parts, "stop_reason": episode.stop_reason.value},
    )


def write_inspect_log(
    path: Path,
    played: Iterable[Played],
    *,
    task: str,
    model: str,
    panel: Panel,
    group_by: str,
    created: datetime | None = None,
    task_args: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write one log of a finished evaluation.

    Args:
        path: where to; its name ends in `.eval`. It appears only when it is whole.
        played: the episodes, in any order, of any number of rollouts; of one generation and candidate.
        task: `alfworld`, ...
        model: who acted, as in `--model`.
        panel: whose instances were played; its name and hash go into the log.
        group_by: the tag that accuracy is grouped by.
        created: when the run began; now, if not given.
        task_args: the task's options, as Inspect shows them.
        metadata: what else should be known of the run.

    Returns:
        The path.

    Raises:
        SkillevoError: the name does not end in `.eval`, or there are no episodes.
    """
    if path.suffix != ".eval":
        raise SkillevoError(f"an Inspect log's name ends in .eval; {path.name!r} does not")
    instances = {i.id: i for i in panel}
    order = {name: k for k, name in enumerate(instances)}
    samples = [_sample(instances[p.episode.key.instance], p, model) for p in played]
    samples.sort(key=lambda s: (order[str(s.id)], s.epoch))
    if not samples:
        raise SkillevoError("there are no episodes to write to an Inspect log")
    if len({(s.id, s.epoch) for s in samples}) < len(samples):
        raise ValueError("two episodes of one instance and rollout: a log holds one generation and one candidate")
    log = EvalLog(
        status="success",
        eval=_spec(samples, task, model, panel, created or datetime.now(UTC), task_args or {}, metadata or {}),
        results=_results(samples, metrics(group_by)),
        stats=EvalStats(model_usage={model: _total(s.model_usage.get(model) for s in samples)}),
        samples=samples,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    write_eval_log(log, str(part), format="eval")
    part.replace(path)
    return path


def _sample(instance: TaskInstance, played: Played, model: str) -> EvalSample:
    episode = played.episode
    messages = episode_messages(episode, model)
    return EvalSample(
        id=instance.id,
        epoch=episode.key.rollout + 1,
        input=instance.id if is_private(instance) else instance.prompt or messages[0].text,
        target="",
        messages=messages,
        output=ModelOutput.from_content(model, episode.turns[-1].action if episode.turns else ""),
        scores={SCORE: verdict_score(episode, played.verdict)},
        metadata={
            **instance.tags,
            "stop_reason": episode.stop_reason.value,
            "steps": episode.steps,
            "seed": episode.seed,
            "attempt": episode.attempt,
            "phase": played.phase,
            "generation": episode.key.generation,
            "candidate": episode.key.candidate,
            "skill_ids": list(played.skill_ids),
            "notes": list(episode.notes),
        },
        model_usage={model: _usage(played)},
        total_time=episode.seconds,
        working_time=episode.seconds,
    )


def _usage(played: Played) -> ModelUsage:
    tokens_in, tokens_out = played.input_tokens, played.output_tokens
    return ModelUsage(
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        total_tokens=tokens_in + tokens_out,
        total_cost=played.cost or None,
    )


def _total(usages: Iterable[ModelUsage | None]) -> ModelUsage:
    total = ModelUsage()
    for usage in usages:
        if usage is not None:
            total += usage
    return total


def _spec(
    samples: Sequence[EvalSample],
    task: str,
    model: str,
    panel: Panel,
    created: datetime,
    task_args: Mapping[str, Any],
    metadata: Mapping[str, Any],
) -> EvalSpec:
    # One run has one id, however often its log is written.
    text = "\x1f".join((task, model, panel.name, panel.hash, created.isoformat()))
    ident = hashlib.sha256(text.encode()).hexdigest()[:22]
    return EvalSpec(
        eval_id=ident,
        run_id=ident,
        task_id=ident,
        created=created.astimezone(UTC).isoformat(timespec="seconds"),
        task=task,
        task_args=dict(task_args),
        task_args_passed=dict(task_args),
        dataset=EvalDataset(
            name=panel.name,
            samples=len(panel),
            sample_ids=list(dict.fromkeys(str(s.id) for s in samples)),
            shuffled=False,
        ),
        model=model,
        config=EvalConfig(epochs=max(s.epoch for s in samples)),
        packages={"inspect_ai": inspect_ai.__version__, "skillevo": version("skillevo")},
        metadata={"panel": panel.name, "panel_hash": panel.hash, "driver": "skillevo", **metadata},
    )


def _results(samples: Sequence[EvalSample], computed: Sequence[Metric]) -> EvalResults:
    """The metrics as `inspect eval` computes them: over samples, each the mean of its epochs."""
    by_id: dict[int | str, list[EvalSample]] = {}
    for s in samples:
        by_id.setdefault(s.id, []).append(s)
    reduce = mean_score()
    scores = [
        SampleScore(
            score=reduce([e.scores[SCORE] for e in epochs if e.scores]),
            sample_id=name,
            sample_metadata=epochs[0].metadata,
        )
        for name, epochs in by_id.items()
    ]
    named: dict[str, EvalMetric] = {}
    for metric in computed:
        name = registry_info(metric).name.rpartition("/")[2]
        value = cast(MetricProtocol, metric)(scores)
        if isinstance(value, Mapping):
            named.update({k: EvalMetric(name=k, group=name, value=cast(float, v)) for k, v in value.items()})
        else:
            named[name] = EvalMetric(name=name, value=cast(float, value))
    return EvalResults(
        total_samples=len(samples),
        completed_samples=len(samples),
        scores=[EvalScore(name=SCORE, scorer=SCORE, scored_samples=len(scores), metrics=named)],
    )
