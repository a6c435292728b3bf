"""Many episodes at once: `Play`, which a method spends, and the budget that it spends from.

Every episode is keyed by (phase, instance, generation, candidate, rollout); its seed follows from
the key, so the number of workers, their order and any interruption change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from skillevo.envs.base import (
    Call,
    CallRole,
    Env,
    Episode,
    EpisodeKey,
    SkillevoError,
    StopReason,
    TaskInstance,
    Verdict,
    Verifier,
)
from skillevo.envs.judging import JudgeError, Judging
from skillevo.harness.journal import Journal, JournalError, Played
from skillevo.harness.meter import Budget, Meter, Metered
from skillevo.harness.play import Conditioning, PlayFailed, PlayRules, Policy, SpendStop, play

__all__ = ["ATTEMPTS", "Budget", "Meter", "Play", "run_in_order"]

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 2
"""An episode whose world or model failed is played once more, then recorded as failed."""


class Judge(Protocol):
    """A model that judges answers, and how it is asked."""

    @property
    def judging(self) -> Judging: ...

    async def ask(self, prompt: str) -> Call:
        """Its completion.

        Raises:
            JudgeError: there is none.
        """
        ...


class Play:
    """Plays episodes for a method, exactly once each, and keeps them.

    Args:
        make_env: instance -> a fresh world.
        journal: where finished episodes are kept and found again; None keeps nothing.
        meter: counts what is spent, and stops the run when its budget is; it follows the journal.
        on_episode: told of each finished episode (progress bars).
        at_once: episodes under way at the same time, whoever asked for them; changes no result.
        judge: asked about each finished episode, after the verifier, where the benchmark's options say so.
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
        at_once: int = 16,
        judge: Judge | None = None,
    ) -> None:
        self.meter = meter or Meter()
        if journal is not None:
            self.meter.follow(journal)
        self.phase = phase
        self.seed = seed
        self.rules = rules
        self.policy = Metered(policy, self.meter)
        self._make_env = make_env
        self._verify = verify
        self._journal = journal
        self._on_episode = on_episode
        self._at_once = at_once
        self._free = asyncio.Semaphore(at_once)
        self._judge = judge

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

        Raises:
            SkillevoError: this key was played under other skills, or the journal cannot be read or written.
        """
        key = EpisodeKey(instance.id, generation, candidate, rollout)
        if self._journal is not None:
            kept = self._journal.get(self.phase, key)
            if kept is not None:
                _same_skills(kept, conditioning)
                return kept
        async with self._free:
            if self.meter.exhausted:
                return self.unplayed(instance, key, conditioning)
            self.meter.rollouts += 1  # now: the others must not start in its place
            played = await self._play(instance, key, conditioning)
        if played.episode.stop_reason is StopReason.BUDGET:
            self.meter.rollouts -= 1  # it is played again from its start
        elif self._journal is not None:
            self._journal.add(played)
        if self._on_episode is not None:
            self._on_episode(played, self.meter)
        return played

    async def rollouts(
        self, instance: TaskInstance, conditioning: Conditioning, n: int, *, generation: int = 0, candidate: int = 0
    ) -> list[Played]:
        """`n` rollouts of one instance under one conditioning, side by side; in order."""

        async def one(k: int) -> Played:
            return await self.episode(instance, conditioning, generation=generation, candidate=candidate, rollout=k)

        return await run_in_order(range(n), one, self._at_once)

    async def side_by_side(self, items: Sequence[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
        """Do pieces of work that play episodes as far as these may be under way together; results in order."""
        return await run_in_order(items, work, self._at_once)

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
        journal = self._journal
        found = {key: None if journal is None else journal.get_call(self.phase, key, role) for key in keys}
        missing = [key for key in keys if found[key] is None]
        if missing:
            if self.meter.exhausted:
                raise SpendStop(self.meter.exhausted)
            for key, made in zip(missing, await make(missing), strict=True):
                self.meter.add(made)
                if journal is not None:
                    journal.add_call(self.phase, key, made)
                found[key] = made
        return [call for key in keys if (call := found[key]) is not None]

    def unplayed(self, instance: TaskInstance, key: EpisodeKey, conditioning: Conditioning) -> Played:
        """The record of an episode that the budget did not allow: no success, and in the denominator."""
        episode = Episode(key, key.seed(self.seed), [], "", StopReason.BUDGET)
        return Played(episode, Verdict(0.0, False), self.phase, conditioning.skill_ids)

    async def _play(self, instance: TaskInstance, key: EpisodeKey, conditioning: Conditioning) -> Played:
        seed = key.seed(self.seed)
        lost: tuple[Call, ...] = ()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                env = self._make_env(instance)
                episode = await play(env, instance, key, seed, self.policy, conditioning, self.rules)
                episode.attempt, episode.lost = attempt, lost
                verdict = await self._verdict(instance, episode)
                return Played(episode, verdict, self.phase, conditioning.skill_ids)
            except PlayFailed as failure:
                if isinstance(failure.cause, JournalError):
                    raise failure.cause from None  # not the model's fault: it could not be put on the account
                episode = failure.episode
                episode.lost = lost
                lost = (*lost, *episode.calls)
            except Exception as e:
                episode = Episode(key, seed, [], "", StopReason.ENV_ERROR, f"{type(e).__name__}: {e}")
            episode.attempt = attempt
        return Played(episode, Verdict(0.0, False), self.phase, conditioning.skill_ids)

    async def _verdict(self, instance: TaskInstance, episode: Episode) -> Verdict:
        """What the verifier says, and where there is something to judge, the judge.

        A judge that fails leaves the episode as an error: neither solved nor failed, and in the denominator.
        """
        verdict, judge = self._verify(instance, episode), self._judge
        if judge is None:
            return verdict
        prompt = judge.judging.prompt(instance, episode)
        if prompt is None or verdict.success:
            return judge.judging.settle(verdict, verdict.success)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                call = await judge.ask(prompt)
                self.meter.add(call)
                episode.judged = (*episode.judged, call)
                return judge.judging.settle(verdict, judge.judging.read(call.completion))
            except JudgeError as e:
                if attempt == ATTEMPTS:
                    episode.stop_reason, episode.error = StopReason.JUDGE_ERROR, str(e)
        return Verdict(0.0, False, verdict.parts)


def _same_skills(kept: Played, asked: Conditioning) -> None:
    if kept.skill_ids == asked.skill_ids:
        return
    key = kept.episode.key
    raise SkillevoError(
        f"{key.instance} (generation {key.generation}, candidate {key.candidate}, rollout {key.rollout}) was played "
        f"under {_named(kept.skill_ids)}, and is now to be played under {_named(asked.skill_ids)}: give this run "
        "another --name, or the skills that the journal's episodes were played under"
    )


def _named(skill_ids: Sequence[str]) -> str:
    return f"the skills {', '.join(skill_ids)}" if skill_ids else "no skill"


async def run_in_order(items: Iterable[T], work: Callable[[T], Awaitable[R]], workers: int) -> list[R]:
    """Run `work` on each item, at most `workers` at once; results in the items' order.

    The first error ends it and is raised as it is, not in a group: those of the others follow from it, or repeat it.
    """
    queue = list(enumerate(items))
    results: dict[int, R] = {}
    pending = iter(queue)

    async def worker() -> None:
        for index, item in pending:
            results[index] = await work(item)
            await asyncio.sleep(0)  # policies that never wait must let signals and the others in

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(workers, len(queue)))):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        first = errors.exceptions[0]
        raise first from first.__cause__
    return [results[i] for i in range(len(queue))]
