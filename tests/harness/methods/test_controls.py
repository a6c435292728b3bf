"""Budget controls: as many rollouts as the method that they stand beside, and no flattery."""

from __future__ import annotations

import asyncio

import pytest
from worlds import panel
from writers import Writer, make_play, skill

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation import evaluate, summarise
from skillevo.harness.methods import BestOfN, PassAtN, Recurrence, RecurrenceOptions, SkillR1Inference
from skillevo.harness.methods.base import Method
from skillevo.harness.rollouts import Meter
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Guard


def play_all(method: Method, n: int = 6) -> tuple[list[EpisodeRow], Meter]:
    meter = Meter()
    return asyncio.run(evaluate(method, panel(n, length=0), make_play(meter=meter))), meter


@pytest.mark.parametrize(("g", "m", "n"), [(5, 1, 4), (3, 2, 2), (3, 1, 1)])
def test_every_control_spends_what_the_method_spends(g: int, m: int, n: int) -> None:
    options = RecurrenceOptions(generations=g, candidates=m, rollouts=n)
    recurrence = Recurrence(Writer(lambda p, s: str(s % 100)), options, Guard("same"))
    start = skill(20)
    methods = [
        SkillR1Inference(recurrence, lambda i: start),
        BestOfN(recurrence, lambda i: start),
        PassAtN(lambda i: start, options, Guard("same")),
    ]
    for method in methods:
        rows, meter = play_all(method)
        assert len(rows) == meter.rollouts == 6 * options.episodes() == 6 * n * (1 + g * m), method.name


def test_best_of_n_is_scored_by_fresh_rollouts_of_the_best_draft() -> None:
    drafts = iter([5, 95, 50] * 6)
    recurrence = Recurrence(
        Writer(lambda p, s: str(next(drafts))), RecurrenceOptions(generations=4, rollouts=20), Guard("same")
    )
    rows, _ = play_all(BestOfN(recurrence, lambda i: skill(0)))
    fresh = [r for r in rows if r.scored]
    assert {r.generation for r in fresh} == {2} and len(fresh) == 6 * 20
    assert {r.skill_ids for r in fresh} == {(skill(95).id,)}
    assert not {r.seed for r in fresh} & {r.seed for r in rows if not r.scored}
    assert 0.85 < summarise(rows, "type").overall.success < 1.0


def test_drafts_are_written_from_the_first_history_alone() -> None:
    writer = Writer(lambda p, s: str(s % 100))
    play_all(BestOfN(Recurrence(writer, RecurrenceOptions(generations=4), Guard("same")), lambda i: skill(0)), 1)
    assert len(writer.asked) == 3 and len({p for p, _, _ in writer.asked}) == 1


def test_best_of_n_without_a_choice_is_refused() -> None:
    recurrence = Recurrence(Writer(lambda p, s: ""), RecurrenceOptions(generations=2), Guard("same"))
    with pytest.raises(SkillevoError, match="at least 3"):
        BestOfN(recurrence, lambda i: skill(0))


def test_pass_at_n_counts_an_instance_once() -> None:
    rows, _ = play_all(PassAtN(lambda i: skill(20), RecurrenceOptions(generations=5), Guard("same")), 20)
    overall = summarise(rows, "type", "any").overall
    assert overall.n == 20 and overall.success > summarise(rows, "type").overall.success
