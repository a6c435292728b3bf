"""From records to rows: what earns what, and what says nothing."""

from __future__ import annotations

import pytest

from skillevo.envs.base import Call, CallRole, Episode, EpisodeKey, StopReason, Verdict
from skillevo.harness.journal import Played
from skillevo.harness.methods import Record
from skillevo.harness.skills import Attempt, Place, Skill
from skillevo.harness.trainer import CreditConfig
from skillevo.harness.trainer.skill_credit import SkillCredit

START = Skill("start", "Something.", "Do it.")


def played(g: int, m: int, rewards: list[float], reason: StopReason = StopReason.DONE) -> tuple[Played, ...]:
    return tuple(
        Played(Episode(EpisodeKey("i", g, m, k), 0, [], "", reason), Verdict(r, r == 1), "train")
        for k, r in enumerate(rewards)
    )


def attempt(g: int, m: int, rewards: list[float], parent: tuple[int, int] | None = None, **more) -> Attempt:  # type: ignore[no-untyped-def]
    call = Call(CallRole.EDIT, "w", f"skill {g}.{m}", completion_ids=(1, 2)) if g else None
    place = None if parent is None else Place(*parent)
    return Attempt(g, m, START, more.pop("plays", played(g, m, rewards)), place, call, **more)


def record(*attempts: Attempt) -> Record:
    return Record("i", tuple(p for a in attempts for p in a.played), attempts)


def rows(config: CreditConfig, *attempts: Attempt) -> dict[str, tuple[float, ...]]:
    return {r.call.completion: r.advantages for r in SkillCredit(config)(record(*attempts))}


CANDIDATES = CreditConfig("candidates", lam=1.0)


def test_a_recurrence_becomes_rows_with_the_credit_of_its_mode() -> None:
    attempts = (
        attempt(0, 0, [0, 0]),
        attempt(1, 0, [0, 1], (0, 0)),
        attempt(1, 1, [1, 1], (0, 0)),
        attempt(2, 0, [1, 1], (1, 1)),
        attempt(2, 1, [0, 0], (1, 1)),
    )
    found = SkillCredit(CANDIDATES)(record(*attempts))
    assert {r.call.completion: (r.advantages, r.inter) for r in found} == {
        "skill 1.0": ((-0.25,), 0.0), "skill 1.1": ((0.25,), 0.0),
        "skill 2.0": ((0.5,), 0.0), "skill 2.1": ((-1.5,), -1.0),
    }  # fmt: skip
    assert rows(CreditConfig("rollouts"), *attempts[:2]) == {"skill 1.0": (-0.5, 0.5)}


def test_what_is_no_skill_earns_nothing_though_its_parents_text_did() -> None:
    first, good, bad = attempt(0, 0, [1]), attempt(1, 0, [1], (0, 0)), attempt(1, 1, [1], (0, 0), readable=False)
    assert rows(CANDIDATES, first, good, bad) == {"skill 1.0": (0.5,), "skill 1.1": (-0.5,)}


def test_what_is_rewritten_from_no_skill_is_compared_with_the_text_that_was_rewritten() -> None:
    chain = (
        attempt(0, 0, [0]),
        attempt(1, 0, [1], (0, 0)),
        attempt(2, 0, [1], (1, 0), readable=False),
        attempt(3, 0, [1], (2, 0)),
    )
    found = rows(CreditConfig("rollouts"), *chain)
    assert found["skill 2.0"] == (-1.0,), "it lost what its parent had"
    assert found["skill 3.0"] == (0.0,), "no gain over the text that was in force"


@pytest.mark.parametrize("reason", [StopReason.MODEL_ERROR, StopReason.ENV_ERROR])
def test_failures_of_others_say_nothing_of_a_skill(reason: StopReason) -> None:
    half = (*played(1, 0, [1]), *played(1, 0, [0], reason))
    first, other = attempt(0, 0, [0]), attempt(1, 1, [0], (0, 0))
    assert rows(CANDIDATES, first, attempt(1, 0, [], (0, 0), plays=half), other)["skill 1.0"] == (0.5,)
    lost = attempt(1, 0, [], (0, 0), plays=played(1, 0, [0, 0], reason))
    assert rows(CANDIDATES, first, lost, other) == {}
    metrics = SkillCredit(CANDIDATES).metrics([record(first, lost, other)])
    assert metrics["lost_instances"] == 1 and metrics["lost_rollouts"] == 2


def test_a_time_limit_counts_as_played() -> None:
    slow = attempt(1, 0, [], (0, 0), plays=played(1, 0, [0], StopReason.TIME_LIMIT))
    attempts = (attempt(0, 0, [0]), slow, attempt(1, 1, [1], (0, 0)))
    assert rows(CANDIDATES, *attempts)["skill 1.0"] == (-0.5,)
    assert SkillCredit(CANDIDATES).metrics([record(*attempts)])["timed_out"] == 1


def test_what_the_budget_cut_short_gives_no_rows() -> None:
    cut = attempt(1, 0, [], (0, 0), plays=played(1, 0, [0], StopReason.BUDGET))
    assert rows(CANDIDATES, attempt(0, 0, [0]), cut, attempt(1, 1, [1], (0, 0))) == {}


def test_metrics_say_rewards_by_generation_and_unreadable_answers() -> None:
    found = SkillCredit(CANDIDATES).metrics(
        [record(attempt(0, 0, [0, 1]), attempt(1, 0, [1, 1], (0, 0)), attempt(1, 1, [1, 1], (0, 0), readable=False))]
    )
    assert (found["reward_gen0"], found["reward_gen1"], found["unreadable"]) == (0.5, 0.5, 0.5)
