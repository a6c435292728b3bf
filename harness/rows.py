"""One flat row per episode: what tables are made of, without the turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skillevo.envs.base import EpisodeKey, TaskInstance
from skillevo.harness.journal import Played
from skillevo.harness.redaction import error_kind, is_private, withheld


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """An episode as a row of episodes.parquet.

    Attributes:
        tags: the instance's tags (task type, room, ...), by which tables group and cluster.
        parts: the verdict's parts.
        scored: whether the method is scored by this episode (an evolving method is by its last generation's).
        seconds: wall time; the one column, with cost where a cache is used, that two equal runs may differ in.
    """

    instance: str
    split: str
    method: str
    phase: str
    generation: int
    candidate: int
    rollout: int
    seed: int
    attempt: int
    reward: float
    success: bool
    steps: int
    turns: int
    input_tokens: int
    output_tokens: int
    cost: float
    seconds: float
    stop_reason: str
    error: str
    skill_ids: tuple[str, ...]
    parent_skill: str
    policy_version: int
    scored: bool
    notes: tuple[str, ...]
    tags: Mapping[str, str]
    parts: Mapping[str, float]

    @property
    def key(self) -> EpisodeKey:
        return EpisodeKey(self.instance, self.generation, self.candidate, self.rollout)

    @classmethod
    def of(
        cls, instance: TaskInstance, played: Played, method: str, parent_skill: str = "", scored: bool = True
    ) -> EpisodeRow:
        e, key, private = played.episode, played.episode.key, is_private(instance)
        return cls(
            instance=instance.id,
            split=instance.split,
            method=method,
            phase=played.phase,
            generation=key.generation,
            candidate=key.candidate,
            rollout=key.rollout,
            seed=e.seed,
            attempt=e.attempt,
            reward=played.verdict.reward,
            success=played.verdict.success,
            steps=e.steps,
            turns=len(e.turns),
            input_tokens=played.input_tokens,
            output_tokens=played.output_tokens,
            cost=played.cost,
            seconds=e.seconds,
            stop_reason=e.stop_reason.value,
            error=error_kind(e.error) if private else e.error,
            skill_ids=played.skill_ids,
            parent_skill=parent_skill,
            policy_version=max((c.policy_version for c in e.calls), default=0),
            scored=scored,
            notes=tuple(map(withheld, e.notes)) if private else e.notes,
            tags=instance.tags,
            parts=dict(played.verdict.parts),
        )
