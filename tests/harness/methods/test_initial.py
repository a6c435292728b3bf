"""The bank that recurrences begin with: what is chosen from it, and what a run writes to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Scripted, panel
from writers import Writer, make_play, obey, skill

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.evaluation import evaluate
from skillevo.harness.journal import Journal
from skillevo.harness.methods import (
    BankOptions,
    BestOfN,
    Grpo,
    InitialBank,
    Method,
    Recurrence,
    RecurrenceOptions,
    SkillR1,
    SkillR1Inference,
)
from skillevo.harness.rollouts import Budget, Meter
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Guard, Provenance, Skill

HEAT = Skill("heat-things", "Heat an apple or a mug.", "x", extra={"metadata": {"task_type": "heat"}})
CLEAN = Skill("clean-things", "Clean a mug or a plate.", "y", extra={"metadata": {"task_type": "clean"}})
COOL = Skill("cool-things", "Cool a plate.", "z")


def instance(task: str = "", kind: str = "", name: str = "i") -> TaskInstance:
    return TaskInstance(name, "counter", "test", prompt=task, tags={"type": kind})


def bank(*skills: Skill, seed: int = 0, **options: object) -> InitialBank:
    return InitialBank(skills or (HEAT, CLEAN, COOL), lambda i: i.prompt, BankOptions(**options), seed=seed)  # type: ignore[arg-type]


def test_words_chooses_the_skill_that_speaks_of_the_task() -> None:
    choose = bank()
    assert choose(instance("clean some plate and put it in shelf")) is CLEAN
    assert choose(instance("heat some apple")) is HEAT
    assert choose(instance("nothing of the kind")) is HEAT, "of equals, the first"


def test_by_type_goes_by_what_the_skills_declare() -> None:
    choose = bank(selector="by_type")
    assert choose(instance("heat some apple", "clean")) is CLEAN
    assert choose.of(instance(kind="clean")) == (CLEAN,)
    assert choose(instance("cool some plate", "cool")) is COOL, "none declares it: by words, among all"


def test_first_and_random() -> None:
    assert bank(selector="first")(instance("cool a plate")) is HEAT
    drawn = [bank(selector="random", seed=s)(instance(name=f"i{k}")).name for s in (0, 1) for k in range(40)]
    assert set(drawn) == {"heat-things", "clean-things", "cool-things"}
    assert drawn[:40] != drawn[40:], "the seed matters"
    assert drawn[:40] == [bank(selector="random")(instance(name=f"i{k}")).name for k in range(40)]


def test_what_is_recorded() -> None:
    described = bank(selector="by_type", share="run", barrier=4).describe()
    assert described["selector"] == "by_type" and described["share"] == "run" and described["barrier"] == 4
    assert described["skills"] == [HEAT.id, CLEAN.id, COOL.id] and described["selector_version"]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: InitialBank((), lambda i: ""), "begins with a skill"),
        (lambda: bank(HEAT, Skill("heat-things", "d", "other")), "same name"),
        (lambda: BankOptions(barrier=0), "barrier"),
        (lambda: BankOptions(barrier=3), "share=run"),
    ],
)
def test_what_makes_no_bank(make, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SkillevoError, match=complaint):
        make()


def test_a_bank_takes_rewritten_skills_in_their_forebears_places() -> None:
    shared = bank(share="run")
    first, second = (CLEAN.rewritten(body, "d", Provenance("w", (i,))) for body, i in (("one", "a"), ("two", "b")))
    shared.adopt([first, second])
    assert [s.body for s in shared.skills] == ["x", "two", "z"], "of two for one place, the later stays"
    again = bank(share="run")
    again.restore(shared.state())
    assert again.skills == shared.skills and again.skills[1].provenance.instances == ("b",)
    unshared = bank()
    unshared.adopt([first])
    assert unshared.skills[1] is CLEAN and unshared.barrier == 0


# One skill is a percentage, which each rewriting raises by 15: an instance's last one tells how many came before it.


def raise_it(prompt: str, seed: int) -> str:
    return str(int(prompt.split("The skill:\n\n")[1].split("\n")[0]) + 15)


def sharing(writer: Writer, share: str = "run", barrier: int = 1, kind: type = SkillR1Inference, **size: int) -> Method:
    options = BankOptions(share=share, barrier=barrier if share == "run" else 1)  # type: ignore[arg-type]
    start = InitialBank([skill(0)], lambda i: "", options)
    given = RecurrenceOptions(**{"generations": 1, "rollouts": 2, **size})  # type: ignore[arg-type]
    made: Method = kind(Recurrence(writer, given, Guard("same")), start)
    return made


def shown(rows: list[EpisodeRow], generation: int = 1) -> list[str]:
    return [r.skill_ids[0] for r in rows if r.generation == generation and r.rollout == 0]


def play_it(method: Method, n: int = 6, workers: int = 1, **more: object) -> list[EpisodeRow]:
    play = make_play(policy=Scripted(obey, wait=workers > 1), **more)
    return asyncio.run(evaluate(method, panel(n, length=0), play, workers))


@pytest.mark.parametrize("kind", [SkillR1Inference, SkillR1, Grpo])
def test_a_shared_skill_is_there_for_the_next_instance(kind: type) -> None:
    rows = play_it(sharing(Writer(raise_it), kind=kind))
    assert shown(rows, 0) == [skill(15 * k).id for k in range(6)]
    assert shown(rows, 1) == [skill(15 * (k + 1)).id for k in range(6)]


def test_an_unshared_one_is_not() -> None:
    rows = play_it(sharing(Writer(raise_it), share="none"))
    assert set(shown(rows, 0)) == {skill(0).id} and set(shown(rows, 1)) == {skill(15).id}


def test_a_barrier_lets_instances_run_beside_each_other() -> None:
    rows = play_it(sharing(Writer(raise_it), barrier=4))
    assert shown(rows, 0) == [skill(0).id] * 4 + [skill(15).id] * 2


def test_of_several_instances_before_a_barrier_the_last_ones_skill_stays() -> None:
    rows = play_it(sharing(Writer(lambda p, s: str(s % 100)), barrier=3), workers=4)
    start, end = shown(rows, 0), shown(rows, 1)
    assert len(set(end[:3])) == 3, "there is a choice"
    assert start == [skill(0).id] * 3 + [end[2]] * 3


def test_a_shared_skill_says_what_it_was_made_from() -> None:
    kept: list[Skill] = []
    method = sharing(Writer(raise_it))
    asyncio.run(evaluate(method, panel(3, length=0), make_play(), 1, kept.append))
    assert kept[-1].provenance.instances == ("c0", "c1", "c2") and kept[-1].version == 4


def plain(rows: list[EpisodeRow]) -> list[tuple[object, ...]]:
    return [(r.key, r.seed, r.success, r.skill_ids, r.parent_skill, r.stop_reason) for r in rows]


@settings(max_examples=15)
@given(st.integers(1, 5), st.booleans())
def test_workers_change_nothing(barrier: int, best: bool) -> None:
    """Also where rewritings depend on chance: the later in panel order stays, whoever was done first."""
    rows = [
        plain(
            play_it(
                sharing(Writer(lambda p, s: str(s % 100)), barrier=barrier, kind=BestOfN if best else SkillR1Inference,
                        generations=3, candidates=2), 9, workers)
        )
        for workers in (1, 4, 16)
    ]  # fmt: skip
    assert rows[0] == rows[1] == rows[2]


@pytest.mark.parametrize("workers", [1, 4])
def test_a_resume_ends_where_the_whole_run_does(workers: int, tmp_path: Path) -> None:
    whole = play_it(sharing(Writer(raise_it), barrier=2))
    for stop in (3, 7, 13, 18):
        journal = Journal(tmp_path / f"{stop}.db")
        broken = play_it(
            sharing(Writer(raise_it), barrier=2), workers=workers, journal=journal, meter=Meter(Budget(rollouts=stop))
        )
        assert any(r.stop_reason == "budget" for r in broken)
        assert plain(play_it(sharing(Writer(raise_it), barrier=2), workers=workers, journal=journal)) == plain(whole)


@pytest.mark.parametrize(
    ("answer", "budget"),
    [
        (raise_it, Budget(rollouts=2)),  # nothing was written
        (raise_it, Budget(cost=0.5)),  # one skill was, and never played
        (lambda prompt, seed: "", Budget()),  # no answer was a skill: their parent's text is no new one
    ],
)
def test_what_was_never_written_or_played_is_not_shared(answer: Callable[[str, int], str], budget: Budget) -> None:
    method = sharing(Writer(answer))
    play_it(method, meter=Meter(budget))
    assert method.state() == {"bank": {"skills": [skill(0).as_dict()]}}
