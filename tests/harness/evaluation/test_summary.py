"""An instance counts once, however often it was played."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import Episode, EpisodeKey, StopReason, TaskInstance, Verdict
from skillevo.harness.evaluation import summarise, wilson
from skillevo.harness.evaluation.summary import cell
from skillevo.harness.journal import Played
from skillevo.harness.rows import EpisodeRow


def row(instance: str, rollout: int, success: bool, reward: float | None = None, kind: str = "a") -> EpisodeRow:
    episode = Episode(
        EpisodeKey(instance, rollout=rollout), 1, [], "", StopReason.DONE if success else StopReason.STEP_CAP
    )
    verdict = Verdict(float(success) if reward is None else reward, success)
    return EpisodeRow.of(
        TaskInstance(instance, "toy", "test", tags={"type": kind}), Played(episode, verdict, "eval"), "m"
    )


def test_n_is_instances_and_episodes_are_counted_apart() -> None:
    rows = [row("i", 0, True), row("i", 1, False), row("j", 0, True), row("j", 1, True)]
    whole = summarise(rows, "type").overall
    assert (whole.n, whole.episodes, whole.success, whole.reward) == (2, 4, 0.75, 0.75)
    assert whole.interval == wilson(1.5, 2)


def test_an_instance_weighs_the_same_however_often_it_was_played() -> None:
    rows = [row("i", k, False) for k in range(9)] + [row("j", 0, True)]
    whole = cell(rows)
    assert (whole.n, whole.episodes, whole.success) == (2, 10, 0.5)


def test_one_episode_an_instance_is_the_binomial_interval() -> None:
    whole = cell([row(f"i{k}", 0, k < 3) for k in range(10)])
    assert (whole.n, whole.episodes, whole.success, whole.interval) == (10, 10, 0.3, wilson(3, 10))


def test_any_success_of_an_instance() -> None:
    rows = [row("i", 0, False, 0.2), row("i", 1, True, 0.9), row("j", 0, False, 0.4), row("j", 1, False, 0.6)]
    whole = cell(rows, "any")
    assert (whole.n, whole.episodes, whole.success, whole.reward) == (2, 4, 0.5, 0.75)
    assert whole.interval == wilson(1, 2)


def test_groups_and_unscored_episodes() -> None:
    rows = [row("i", 0, True), row("i", 1, False), row("j", 0, True, kind="b"), row("k", 0, False, kind="b")]
    rows.append(replace(row("i", 2, False), scored=False))
    summary = summarise(rows, "type")
    assert list(summary.by_group) == ["a", "b"]
    assert [(c.n, c.episodes, c.success) for c in summary.by_group.values()] == [(1, 2, 0.5), (2, 2, 0.5)]
    assert summary.stop_reasons == {"done": 2, "step_cap": 2}


def test_nothing_played_is_no_division_by_zero() -> None:
    whole = summarise([], "type").overall
    assert (whole.n, whole.episodes, whole.success, whole.interval) == (0, 0, 0.0, (0.0, 1.0))


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=7), min_size=1, max_size=9))
def test_the_interval_holds_the_mean_and_is_never_narrower_than_one_of_all_episodes(played: list[list[bool]]) -> None:
    whole = cell([row(f"i{i}", k, won) for i, episodes in enumerate(played) for k, won in enumerate(episodes)])
    low, high = whole.interval
    assert 0.0 <= low <= whole.success + 1e-12 and whole.success - 1e-12 <= high <= 1.0
    as_if = wilson(whole.success * whole.episodes if whole.success < 1 else whole.episodes, whole.episodes)
    assert high - low >= as_if[1] - as_if[0] - 1e-12


@pytest.mark.parametrize("reducer", ["mean", "any"])
def test_the_order_of_rows_changes_nothing(reducer) -> None:  # type: ignore[no-untyped-def]
    rows = [row(f"i{k % 3}", k // 3, k % 2 == 0, k / 12) for k in range(12)]
    assert cell(rows, reducer) == cell(rows[::-1], reducer)
