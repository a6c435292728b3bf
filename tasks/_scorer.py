"""The scorer: the world's own verifier, and the episode as a sample's store keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from inspect_ai.model import get_model
from inspect_ai.scorer import INCORRECT, Score, Scorer, Target, accuracy, ci_wilson, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import StoreModel
from pydantic import Field

from skillevo.envs.base import Episode, EpisodeKey, Panel, SkillevoError, StopReason, TaskInstance, Turn, Verdict
from skillevo.envs.benchmark import get_benchmark
from skillevo.envs.judging import Judging
from skillevo.harness.policies.inspect_judge import InspectJudge
from skillevo.harness.report.inspect_log import SCORE, verdict_score

_TURN_FIELDS = ("observation", "action", "reward", "done", "sent", "valid", "note")
_EPISODE_FIELDS = ("seed", "final", "error", "attempt")


class EpisodeRecord(StoreModel):
    """The finished episode in a sample's store, as far as a verifier needs it: a log can be scored again.

    Not so one without its texts (redaction.py), which brings its verdict along.
    """

    episode: dict[str, Any] = Field(default_factory=dict)
    verdict: dict[str, Any] = Field(default_factory=dict)


def pack_episode(episode: Episode) -> dict[str, Any]:
    return {
        **{name: getattr(episode, name) for name in _EPISODE_FIELDS},
        "stop_reason": episode.stop_reason.value,
        "notes": list(episode.notes),
        "judgements": [call.completion for call in episode.judged],
        "turns": [{name: getattr(t, name) for name in _TURN_FIELDS} for t in episode.turns],
    }


def unpack_episode(key: EpisodeKey, packed: Mapping[str, Any]) -> Episode:
    """The episode without what only its player needed: admissible actions, state keys and calls."""
    return Episode(
        key=key,
        turns=[Turn(actions=(), **t) for t in packed["turns"]],
        stop_reason=StopReason(packed["stop_reason"]),
        notes=tuple(packed["notes"]),
        **{name: packed[name] for name in _EPISODE_FIELDS},
    )


@lru_cache(maxsize=4)
def find_panel(benchmark: str, panel: str, root: str | None, limit: int | None, options: Any) -> Panel:
    """The panel, loaded once for the task, its agent and its scorer."""
    return get_benchmark(benchmark).load_panel(panel, root, options).take(limit)


@scorer(metrics=[accuracy(), ci_wilson()], name=SCORE)
def verdict(
    benchmark: str,
    panel: str,
    root: str | None = None,
    limit: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> Scorer:
    """Success by the benchmark's verifier; reward, parts and stop reason go to the score's metadata.

    A sample that Inspect ended before its episode was (time limit, error) counts as not solved.

    Args:
        benchmark: `alfworld`, ...
        panel: the panel that the samples were made of.
        root: where its data lies, if it is not generated.
        limit: how many of its instances were taken.
        options: how the world presented itself, as far as it was not the default.
    """
    world = get_benchmark(benchmark)

    world_options = world.options(**(options or {}))

    async def score(state: TaskState, target: Target) -> Score:
        of = find_panel(benchmark, panel, root, limit, world_options)
        instance = next((i for i in of if i.id == state.sample_id), None)
        if instance is None:
            raise SkillevoError(f"sample {state.sample_id!r} is not of the panel {of.name!r}")
        record = state.store_as(EpisodeRecord)
        packed = record.episode
        if not packed:
            return Score(value=INCORRECT, explanation="no finished episode", metadata={"reward": 0.0})
        episode = unpack_episode(EpisodeKey(instance.id, rollout=state.epoch - 1), packed)
        if record.verdict:
            return verdict_score(episode, Verdict(**record.verdict))
        found = world.verify(instance, episode)
        if world.judging is not None and world.judging.wanted(world_options):
            found = await _judged(world.judging, instance, episode, found, packed.get("judgements", ()))
        return verdict_score(episode, found)

    return score


async def _judged(
    judging: Judging, instance: TaskInstance, episode: Episode, verdict: Verdict, said: Sequence[str]
) -> Verdict:
    """The verdict after the judge: by what it said when the episode was played, else by the role `grader` now.

    Raises:
        JudgeError: the judge failed; the sample is an error then, and not a wrong answer.
    """
    prompt = judging.prompt(instance, episode)
    if prompt is None or verdict.success:
        return judging.settle(verdict, verdict.success)
    completion = said[-1] if said else (await InspectJudge(get_model(role="grader"), judging).ask(prompt)).completion
    return judging.settle(verdict, judging.read(completion))
