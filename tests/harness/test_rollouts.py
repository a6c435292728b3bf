"""Exactly once: keys, seeds, workers, retries, budgets, interruption."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import Counter, Scripted, by_seed, call, count_then_win, panel, won

from skillevo.envs.base import CallRole, EpisodeKey, Observation, SkillevoError, StopReason
from skillevo.harness.evaluation import evaluate
from skillevo.harness.journal import Journal, JournalError
from skillevo.harness.methods import NoSkill, StaticSkill
from skillevo.harness.play import Action, Conditioning, PlayRules, SpendStop
from skillevo.harness.rollouts import Budget, Meter, Play, run_in_order
from skillevo.harness.skills import Skill


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


@pytest.mark.parametrize("at_once", [1, 3, 8])
def test_rollouts_of_one_instance_are_played_side_by_side_and_no_more_than_may_be(at_once: int) -> None:
    under_way, most = 0, 0

    class Watched(Counter):
        async def reset(self) -> Observation:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            return await super().reset()

        async def close(self) -> None:
            nonlocal under_way
            under_way -= 1
            await super().close()

    play = make_play(Scripted(by_seed, wait=True), make_env=Watched, at_once=at_once)
    rows = asyncio.run(evaluate(NoSkill(6), panel(2), play, workers=2))
    assert most == at_once and under_way == 0
    alone = asyncio.run(evaluate(NoSkill(6), panel(2), make_play(Scripted(by_seed), at_once=1)))
    assert fingerprint(rows) == fingerprint(alone)


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


def run_under(budget: Budget, journal: Journal, n: int = 5, workers: int = 1) -> tuple[Scripted, Meter]:
    policy, meter = Scripted(spending), Meter(budget)
    asyncio.run(evaluate(NoSkill(), panel(n), make_play(policy, journal=journal, meter=meter), workers))
    return policy, meter


@pytest.mark.parametrize("budget", [Budget(cost=2.0), Budget(tokens=80), Budget(rollouts=2)])
def test_a_cap_holds_over_the_resumptions_of_a_run(budget: Budget, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    first, _ = run_under(budget, journal)
    journal.close()
    again, meter = run_under(budget, Journal(tmp_path / "j.db"))
    assert (first.asked, again.asked) == (8, 0) and meter.rollouts == 0
    assert meter.total.rollouts == 2 and meter.total.cost == 2.0 and meter.total.tokens == 80 and meter.exhausted


def test_what_a_cut_episode_cost_counts_against_the_next_cap(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    policy, meter = run_under(Budget(cost=0.75), journal)
    assert policy.asked == 3 and meter.rollouts == meter.total.rollouts == 0, "it is to be played again"
    assert len(journal) == 0 and journal.spent().cost == 0.75 and journal.spent().rollouts == 0
    assert run_under(Budget(cost=0.75), journal)[0].asked == 0, "nothing is left to start an episode with"
    assert run_under(Budget(cost=1.0), journal)[0].asked == 1
    policy, meter = run_under(Budget(), journal, n=1)
    assert policy.asked == 4 and meter.total.cost == journal.spent().cost == 2.0 and journal.spent().rollouts == 1


def test_what_a_killed_episode_cost_is_on_the_account(tmp_path: Path) -> None:
    class Kill(BaseException):
        pass

    def choose(turn):  # type: ignore[no-untyped-def]
        if turn.step == 2:
            raise Kill
        return spending(turn)

    journal = Journal(tmp_path / "j.db")
    with pytest.raises(Kill):
        asyncio.run(make_play(Scripted(choose), journal=journal).episode(panel(1).instances[0], Conditioning()))
    assert len(journal) == 0 and journal.spent().cost == 0.5
    policy, meter = run_under(Budget(cost=0.5), journal)
    assert policy.asked == 0 and meter.exhausted


@pytest.mark.parametrize("workers", [1, 3, 8])
def test_a_cap_is_overshot_by_one_turn_of_each_worker_at_most(workers: int, tmp_path: Path) -> None:
    journal, meter = Journal(tmp_path / "j.db"), Meter(Budget(cost=2.1))
    play = make_play(Scripted(spending, wait=True), journal=journal, meter=meter)
    asyncio.run(evaluate(NoSkill(), panel(20), play, workers))
    assert 2.1 <= journal.spent().cost < 2.1 + workers * 0.25


def test_workers_start_no_more_rollouts_than_are_allowed(tmp_path: Path) -> None:
    journal, meter = Journal(tmp_path / "j.db"), Meter(Budget(rollouts=5))
    play = make_play(Scripted(by_seed, wait=True), journal=journal, meter=meter)
    asyncio.run(evaluate(NoSkill(), panel(20), play, workers=8))
    assert len(journal) == meter.rollouts == 5


def test_a_completion_around_episodes_is_paid_for_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    key = EpisodeKey("c0", 1)

    async def write(missing):  # type: ignore[no-untyped-def]
        return [replace(call(9, cost=1.5), role=CallRole.EDIT) for _ in missing]

    def ask(budget: Budget, k: EpisodeKey) -> Meter:
        meter = Meter(budget)
        asyncio.run(make_play(Scripted(by_seed), journal=journal, meter=meter).calls([k], CallRole.EDIT, write))
        return meter

    assert ask(Budget(), key).cost == 1.5 and ask(Budget(cost=1.5), key).cost == 0 and journal.spent().cost == 1.5
    with pytest.raises(SpendStop, match=r"\$1.5000 of \$1.5000"):
        ask(Budget(cost=1.5), EpisodeKey("c1", 1))


def shown(body: str) -> StaticSkill:
    return StaticSkill([Skill("look", "Look.", body)])


def test_episodes_of_other_skills_are_not_taken_for_ones_own(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    asyncio.run(evaluate(shown("1. Look."), panel(3), make_play(Scripted(by_seed), journal=journal)))
    asyncio.run(evaluate(shown("1. Look."), panel(3), make_play(Scripted(by_seed), journal=journal)))
    policy = Scripted(by_seed)
    play = make_play(policy, journal=journal)
    with pytest.raises(SkillevoError, match=r"c0 .*under the skills look@\w+, and is now .*look@\w+: .*another --name"):
        asyncio.run(evaluate(shown("1. Run."), panel(3), play, workers=4))
    with pytest.raises(SkillevoError, match="now to be played under no skill"):
        asyncio.run(evaluate(NoSkill(), panel(3), play))
    assert policy.asked == 0 and len(journal) == 3


def test_an_account_that_cannot_be_kept_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "j.db")

    def full(call: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(journal, "charge", full)
    with pytest.raises(JournalError, match="full"):
        run_under(Budget(), journal, workers=4)
    assert len(journal) == 0, "it is not put down as the model's error"


def test_the_first_error_is_raised_as_it_is() -> None:
    async def work(k: int) -> int:
        await asyncio.sleep(k / 1000)
        raise ValueError(f"no {k}") from KeyError("cause")

    with pytest.raises(ValueError, match="no 0") as error:
        asyncio.run(run_in_order(range(6), work, workers=3))
    assert isinstance(error.value.__cause__, KeyError)


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
