"""Many episodes at once: `Play`, which a method spends, and the budget that it spends from.

Every episode is keyed by (phase, instance, generation, candidate, rollout); its seed follows from
the key, so the number of workers, their order and any interruption change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from skillevo.envs.base import Call, CallRole, Env, Episode, EpisodeKey, StopReason, TaskInstance, Verdict, Verifier
from skillevo.harness.journal import Journal, Played
from skillevo.harness.play import (
    Action,
    Conditioning,
    PlayFailed,
    PlayRules,
    Policy,
    SpendStop,
    TurnContext,
    play,
)

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 2
"""An episode whose world or model failed is played once more, then recorded as failed."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend; None for no limit.

    Attributes:
        cost: US dollars, as far as prices are known.
        tokens: input and output tokens together.
        rollouts: episodes.
    """

    cost: float | None = None
    tokens: int | None = None
    rollouts: int | None = None


@dataclass(slots=True)
class Meter:
    """What a run has spent. Cached completions cost nothing and count no tokens."""

    budget: Budget = field(default_factory=Budget)
    rollouts: int = 0
    turns: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced_tokens: int = 0

    def add(self, call: Call) -> None:
        if call.cached:
            return
        self.input_tokens += call.input_tokens
        self.output_tokens += call.output_tokens
        self.cost += call.cost or 0.0
        if call.cost is None:
            self.unpriced_tokens += call.input_tokens + call.output_tokens

    @property
    def overspent(self) -> str:
        """Which limit of cost or tokens is reached, in words; empty while none is. Stops episodes under way."""
        b = self.budget
        if b.cost is not None and self.cost >= b.cost:
            return f"cost ${self.cost:.4f} of ${b.cost:.4f}"
        spent = self.input_tokens + self.output_tokens
        if b.tokens is not None and spent >= b.tokens:
            return f"{spent:,} of {b.tokens:,} tokens"
        return ""

    @property
    def exhausted(self) -> str:
        """As `overspent`, the limit of rollouts included. Stops new episodes."""
        most = self.budget.rollouts
        if most is not None and self.rollouts >= most:
            return f"{self.rollouts:,} of {most:,} rollouts"
        return self.overspent


class Metered:
    """A policy whose calls are counted, and which stops the episode when the run's budget is spent."""

    def __init__(self, policy: Policy, meter: Meter) -> None:
        self._policy = policy
        self._meter = meter
        self.notes = policy.notes

    @property
    def name(self) -> str:
        return self._policy.name

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        meter = self._meter
        if meter.overspent:
            raise SpendStop(meter.overspent)
        actions = await self._policy.act_many(turns)
        meter.turns += len(actions)
        for action in actions:
            for call in action.calls:
                meter.add(call)
        return actions

    def describe(self) -> Mapping[str, Any]:
        return self._policy.describe()


class Play:
    """Plays episodes for a method, exactly once each, and keeps them.

    Args:
        make_env: instance -> a fresh world.
        journal: where finished episodes are kept and found again; None keeps nothing.
        on_episode: told of each finished episode (progress bars).
    """

    def __init__(
        self,
        *,
        make_env: Callable[[TaskInstance], Env],
        verify: Verifier,
        policy: Policy,
        rules: PlayRules,
        seed: int = 0,
        journal: Journal | None = None,
        meter: Meter | None = None,
        phase: str = "eval",
        on_episode: Callable[[Played, Meter], None] | None = None,
    ) -> None:
        self.meter = meter or Meter()
        self.phase = phase
        self.seed = seed
        self.rules = rules
        self.policy = Metered(policy, self.meter)
        self._make_env = make_env
        self._verify = verify
        self._journal = journal
        self._on_episode = on_episode

    async def episode(
        self,
        instance: TaskInstance,
        conditioning: Conditioning,
        *,
        generation: int = 0,
        candidate: int = 0,
        rollout: int = 0,
    ) -> Played:
        """Play one episode, or give back the one that was played under this key.

        An episode that the budget did not allow comes back with stop reason BUDGET and is not kept: a
        resume with a larger budget plays it.
        """
        key = EpisodeKey(instance.id, generation, candidate, rollout)
        if self._journal is not None:
            kept = self._journal.get(self.phase, key)
            if kept is not None:
                return kept
        if self.meter.exhausted:
            return unplayed(instance, key, self.seed, self.phase, conditioning.skill_ids)
        self.meter.rollouts += 1
        played = await self._play(instance, key, conditioning)
        if played.episode.stop_reason is not StopReason.BUDGET and self._journal is not None:
            self._journal.add(played)
        if self._on_episode is not None:
            self._on_episode(played, self.meter)
        return played

    async def rollouts(
        self, instance: TaskInstance, conditioning: Conditioning, n: int, *, generation: int = 0, candidate: int = 0
    ) -> list[Played]:
        """`n` rollouts of one instance under one conditioning, in order."""
        return [
            await self.episode(instance, conditioning, generation=generation, candidate=candidate, rollout=k)
            for k in range(n)
        ]

    async def calls(
        self,
        keys: Sequence[EpisodeKey],
        role: CallRole,
        make: Callable[[Sequence[EpisodeKey]], Awaitable[Sequence[Call]]],
    ) -> list[Call]:
        """Completions around episodes, one per key: those that are kept, and new ones for the others.

        Args:
            make: makes the completions for the keys that it is given, in one batch.

        Raises:
            SpendStop: the budget is spent and a completion is missing.
        """
        found = {key: self._journal.get_call(self.phase, key, role) if self._journal else None for key in keys}
        missing = [key for key in keys if found[key] is None]
        if missing:
            if self.meter.exhausted:
                raise SpendStop(self.meter.exhausted)
            for key, made in zip(missing, await make(missing), strict=True):
                self.meter.add(made)
                if self._journal is not None:
                    self._journal.add_call(self.phase, key, made)
                found[key] = made
        return [call for key in keys if (call := found[key]) is not None]

    def unplayed(self, instance: TaskInstance, key: EpisodeKey, conditioning: Conditioning) -> Played:
        """The record of an episode that the budget did not allow: no success, and in the denominator."""
        return unplayed(instance, key, self.seed, self.phase, conditioning.skill_ids)

    async def _play(self, instance: TaskInstance, key: EpisodeKey, conditioning: Conditioning) -> Played:
        seed = key.seed(self.seed)
        lost: tuple[Call, ...] = ()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                env = self._make_env(instance)
                episode = await play(env, instance, key, seed, self.policy, conditioning, self.rules)
                episode.attempt, episode.lost = attempt, lost
                return Played(episode, self._verify(instance, episode), self.phase, conditioning.skill_ids)
            except PlayFailed as failure:
                episode = failure.episode
                episode.lost = lost
                lost = (*lost, *episode.calls)
            except Exception as e:
                episode = Episode(key, seed, [], "", StopReason.ENV_ERROR, f"{type(e).__name__}: {e}")
            episode.attempt = attempt
        return Played(episode, Verdict(0.0, False), self.phase, conditioning.skill_ids)


def unplayed(instance: TaskInstance, key: EpisodeKey, seed: int, phase: str, skill_ids: tuple[str, ...]) -> Played:
    """The record of an episode that the budget did not allow: no success, and in the denominator."""
    episode = Episode(key, key.seed(seed), [], "", StopReason.BUDGET)
    return Played(episode, Verdict(0.0, False), phase, skill_ids)


async def run_in_order(items: Iterable[T], work: Callable[[T], Awaitable[R]], workers: int) -> list[R]:
    """Run `work` on each item, at most `workers` at once; results in the items' order."""
    queue = list(enumerate(items))
    results: dict[int, R] = {}
    pending = iter(queue)

    async def worker() -> None:
        for index, item in pending:
            results[index] = await work(item)
            await asyncio.sleep(0)  # policies that never wait must let signals and the others in

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, min(workers, len(queue)))):
            group.create_task(worker())
    return [results[i] for i in range(len(queue))]
