"""Exactly once: keys, seeds, workers, retries, budgets, interruption."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from worlds import Counter, Scripted, by_seed, call, count_then_win, panel, won

from skillevo.envs.base import EpisodeKey, StopReason
from skillevo.harness.evaluation import evaluate
from skillevo.harness.journal import Journal
from skillevo.harness.methods import NoSkill
from skillevo.harness.play import Action, Conditioning, PlayRules
from skillevo.harness.rollouts import Budget, Meter, Play


def make_play(policy: Scripted, **more: object) -> Play:
    return Play(**{"make_env": Counter, "verify": won, "policy": policy, "rules": PlayRules(step_cap=20), **more})  # type: ignore[arg-type]


def fingerprint(rows):  # type: ignore[no-untyped-def]
    return [(r.key, r.seed, r.steps, r.success, r.stop_reason) for r in rows]


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_workers_change_nothing(workers: int) -> None:
    policy = Scripted(by_seed, wait=True)
    rows = asyncio.run(evaluate(NoSkill(3), panel(20), make_play(policy, seed=5), workers))
    alone = asyncio.run(evaluate(NoSkill(3), panel(20), make_play(Scripted(by_seed), seed=5), 1))
    assert fingerprint(rows) == fingerprint(alone)
    assert [(r.instance, r.rollout) for r in rows] == [(f"c{k}", r) for k in range(20) for r in range(3)]
    assert [r.seed for r in rows] == [r.key.seed(5) for r in rows]
    assert len({r.seed for r in rows}) == 60 and len({r.steps for r in rows}) > 2


def test_seeds_follow_from_the_run_and_the_key() -> None:
    key = EpisodeKey("c1", 2, 1, 3)
    assert key.seed(0) == 4043878908278798690
    others = [
        EpisodeKey("c1", 2, 1, 4),
        EpisodeKey("c1", 2, 2, 3),
        EpisodeKey("c1", 1, 1, 3),
        EpisodeKey("c2", 2, 1, 3),
    ]
    assert len({key.seed(0), key.seed(1), *(o.seed(0) for o in others)}) == 6


def test_what_is_in_the_journal_is_not_played_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    first = Scripted(by_seed)
    rows = asyncio.run(evaluate(NoSkill(2), panel(6), make_play(first, journal=journal)))
    second = Scripted(by_seed)
    again = asyncio.run(evaluate(NoSkill(2), panel(6), make_play(second, journal=journal)))
    assert first.asked > 12 and second.asked == 0
    assert again == rows
    more = asyncio.run(evaluate(NoSkill(3), panel(6), make_play(second, journal=journal)))
    assert [r for r in more if r.rollout < 2] == rows and len(journal) == 18


def test_a_crash_is_retried_once_with_the_same_seed() -> None:
    made: list[Counter] = []

    def make(instance):  # type: ignore[no-untyped-def]
        made.append(Counter(instance, crash_at=1 if len(made) == 0 else None))
        return made[-1]

    (row,) = asyncio.run(evaluate(NoSkill(), panel(1), make_play(Scripted(count_then_win), make_env=make)))
    assert row.success and row.attempt == 2 and len(made) == 2 and all(e.closed for e in made)


def test_what_crashes_twice_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")

    def make(instance):  # type: ignore[no-untyped-def]
        if instance.id == "c2":
            raise OSError("no such game")
        return Counter(instance, crash_at=0 if instance.id == "c1" else None)

    play = make_play(Scripted(count_then_win), make_env=make, journal=journal)
    rows = asyncio.run(evaluate(NoSkill(), panel(4), play))
    assert [r.stop_reason for r in rows] == ["done", "env_error", "env_error", "done"]
    assert [r.success for r in rows] == [True, False, False, True]
    assert "the world broke" in rows[1].error and "no such game" in rows[2].error
    assert len(journal) == 4, "failures are kept, too"
    assert journal.forget_errors() == 2 and len(journal) == 2


def test_a_failing_model_is_a_failed_episode() -> None:
    def choose(turn):  # type: ignore[no-untyped-def]
        raise ConnectionError("rate limit")

    rows = asyncio.run(evaluate(NoSkill(), panel(2), make_play(Scripted(choose))))
    assert [(r.stop_reason, r.attempt) for r in rows] == [("model_error", 2)] * 2


def spending(turn):  # type: ignore[no-untyped-def]
    return Action(count_then_win(turn), calls=(call(9, cost=0.25),))


@pytest.mark.parametrize(
    ("budget", "finished"), [(Budget(cost=2.0), 2), (Budget(tokens=80), 2), (Budget(rollouts=2), 2), (Budget(), 5)]
)
def test_a_budget_stops_the_run_and_the_rest_stays_in_the_denominator(
    budget: Budget, finished: int, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "j.db")
    meter = Meter(budget)
    rows = asyncio.run(evaluate(NoSkill(), panel(5), make_play(Scripted(spending), journal=journal, meter=meter)))
    assert len(rows) == 5 and sum(r.success for r in rows) == finished
    assert [r.stop_reason for r in rows[finished:]] == ["budget"] * (5 - finished)
    assert bool(meter.exhausted) == (finished < 5)
    # with more money the same run goes on where it stopped
    policy = Scripted(spending)
    rows = asyncio.run(evaluate(NoSkill(), panel(5), make_play(policy, journal=journal)))
    assert all(r.success for r in rows) and policy.asked == 4 * (5 - finished)


def test_a_budget_ends_an_episode_under_way(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    play = make_play(Scripted(spending), meter=Meter(Budget(cost=0.6)), journal=journal)
    rows = asyncio.run(evaluate(NoSkill(), panel(2), play))
    assert len(journal) == 0, "what was cut short is played again"
    assert [(r.stop_reason, r.steps) for r in rows] == [("budget", 3), ("budget", 0)]


def test_what_a_failed_attempt_cost_is_kept_with_the_episode() -> None:
    asked = []

    def choose(turn):  # type: ignore[no-untyped-def]
        asked.append(turn.step)
        if len(asked) == 3:
            raise ConnectionError("reset by peer")
        return Action(count_then_win(turn), calls=(call(9, cost=1.0),))

    meter = Meter()
    (row,) = asyncio.run(evaluate(NoSkill(), panel(1), make_play(Scripted(choose), meter=meter)))
    assert row.success and row.attempt == 2 and row.steps == 4
    assert row.cost == meter.cost == 6.0, "two turns of the first attempt and four of the second"
    assert row.input_tokens + row.output_tokens == meter.input_tokens + meter.output_tokens == 60


def test_cached_answers_cost_nothing() -> None:
    meter = Meter(Budget(tokens=5))
    policy = Scripted(lambda t: Action(count_then_win(t), calls=(call(10, cost=1.0, cached=True),)))
    rows = asyncio.run(evaluate(NoSkill(), panel(3), make_play(policy, meter=meter)))
    assert all(r.success for r in rows) and meter.cost == 0 and not meter.exhausted


def test_tokens_without_a_price_are_told_apart() -> None:
    meter = Meter()
    policy = Scripted(lambda t: Action(count_then_win(t), calls=(call(10),)))
    asyncio.run(evaluate(NoSkill(), panel(1), make_play(policy, meter=meter)))
    assert meter.unpriced_tokens == meter.input_tokens + meter.output_tokens == 44


def test_generations_and_candidates_are_episodes_of_their_own() -> None:
    play = make_play(Scripted(by_seed))
    instance = panel(1).instances[0]

    async def all_keys() -> list[int]:
        return [
            (await play.episode(instance, Conditioning(), generation=g, candidate=c, rollout=r)).episode.seed
            for g in range(2)
            for c in range(2)
            for r in range(2)
        ]

    assert len(set(asyncio.run(all_keys()))) == 8


def test_order_of_instances_does_not_matter() -> None:
    instances = list(panel(10))
    shuffled = random.Random(1).sample(instances, 10)

    async def play_all(order):  # type: ignore[no-untyped-def]
        play = make_play(Scripted(by_seed))
        return {i.id: (await play.episode(i, Conditioning())).episode.turns for i in order}

    assert asyncio.run(play_all(instances)) == asyncio.run(play_all(shuffled))


def test_stop_reasons_all_have_a_meaning() -> None:
    assert {r.value for r in StopReason} >= {"done", "step_cap", "gave_up", "budget", "model_error", "env_error"}
