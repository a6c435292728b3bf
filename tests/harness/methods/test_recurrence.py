"""The recurrence: what is written from what, what is played, what is scored, what a resume repeats."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from worlds import Scripted, panel
from writers import Writer, make_play, obey, skill

from skillevo.envs.base import Call, Panel, TaskInstance
from skillevo.harness.evaluation import evaluate, generations, summarise
from skillevo.harness.evaluation.runner import UNREADABLE
from skillevo.harness.journal import Journal
from skillevo.harness.methods import EditRules, Record, Recurrence, RecurrenceOptions, SkillR1Inference
from skillevo.harness.methods.recurrence import choose_parent
from skillevo.harness.rollouts import Budget, Meter
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Attempt, Guard, History, Place


def method(writer: Writer, **options: Any) -> SkillR1Inference:
    given = RecurrenceOptions(**{"generations": 3, "rollouts": 4, **options})
    return SkillR1Inference(Recurrence(writer, given, Guard("same")), lambda instance: skill(0))


def run(
    writer: Writer, instances: Panel | None = None, workers: int = 1, play: Any = None, **options: Any
) -> list[EpisodeRow]:
    played = evaluate(method(writer, **options), instances or panel(4, length=0), play or make_play(), workers)
    return asyncio.run(played)


def better(prompt: str, seed: int) -> str:
    """Adds 40 to the newest skill."""
    newest = int(prompt.split("The skill:\n\n")[1].split("\n")[0])
    return str(newest + 40)


def test_each_generation_is_written_from_the_one_before() -> None:
    writer = Writer(better)
    rows = run(writer)
    assert [(r.generation, r.rollout) for r in rows[:16]] == [(g, k) for g in range(4) for k in range(4)]
    curve = generations(rows)
    assert curve[0].reward == 0 and curve[3].reward == 1.0, "0, 40, 80, 120 percent"
    assert curve[0].reward < curve[1].reward < curve[2].reward <= curve[3].reward
    assert len(writer.asked) == 12 and {d for _, d, _ in writer.asked} == {"sample"}
    assert "Generation 0" in writer.asked[1][0] and "Generation 1" in writer.asked[1][0]


def test_it_is_scored_by_its_last_generation() -> None:
    rows = run(Writer(better))
    assert [r.generation for r in rows if r.scored] == [3] * 16
    assert summarise(rows, "type").overall.success == 1.0 and summarise(rows, "type").overall.episodes == 16


def test_skills_carry_their_line_of_descent() -> None:
    kept = []
    rows = asyncio.run(evaluate(method(Writer(better)), panel(2, length=0), make_play(), 1, kept.append))
    first, second, third, fourth = kept[:4]
    assert (second.parent, third.parent, fourth.parent) == (first.id, second.id, third.id)
    assert [s.version for s in kept[:4]] == [1, 2, 3, 4]
    assert fourth.provenance.author == "writer" and fourth.provenance.instances == ("c0",)
    assert len(fourth.provenance.rewards) == 3 and fourth.provenance.rewards[0] == 0.0
    assert first.provenance.instances == ()
    assert {r.parent_skill for r in rows if r.instance == "c0" and r.generation == 3} == {third.id}


def test_candidates_come_from_one_history_with_seeds_of_their_own() -> None:
    writer = Writer(lambda prompt, seed: str(seed % 100))
    rows = run(writer, panel(1, length=0), candidates=5, generations=1)
    assert len({p for p, _, _ in writer.asked}) == 1 and len({s for _, _, s in writer.asked}) == 5
    assert [(r.candidate, r.rollout) for r in rows if r.generation == 1] == [(m, k) for m in range(5) for k in range(4)]


def attempts(*rewards: tuple[int, int, float]) -> History:
    class Fixed(Attempt):
        __slots__ = ("value",)

        @property
        def reward(self) -> float:
            return {(g, m): r for g, m, r in rewards}[self.generation, self.candidate]

    return History(tuple(Fixed(g, m, skill(g), ()) for g, m, _ in rewards))


def test_parent_rules() -> None:
    history = attempts((0, 0, 0.5), (1, 0, 1.0), (1, 1, 0.25), (2, 0, 0.25), (2, 1, 0.75), (2, 2, 0.75))
    rng = random.Random(0)
    key = [
        (a.generation, a.candidate) for a in (choose_parent(history, "last", rng), choose_parent(history, "best", rng))
    ]
    assert key == [(2, 1), (1, 0)], "of equals, the earliest"
    drawn = {choose_parent(history, "random", rng).candidate for _ in range(50)}
    assert drawn == {0, 1, 2}


def test_a_bad_parent_is_left_behind_under_best_and_followed_under_last() -> None:
    for rule, expected in (("best", "100\n"), ("last", "10\n")):
        writer = Writer(lambda prompt, seed: "10")
        given = RecurrenceOptions(generations=2, rollouts=8, parent=rule)  # type: ignore[arg-type]
        start = SkillR1Inference(Recurrence(writer, given, Guard("same")), lambda instance: skill(100))
        asyncio.run(evaluate(start, panel(1, length=0), make_play(), 1))
        assert f"The skill:\n\n{expected}" in writer.asked[1][0].split("###")[0]


def test_the_prompt_holds_the_task_and_the_history_and_nothing_else() -> None:
    writer = Writer(better)
    hidden = {"length": 0, "answer": "SECRET", "source": "HIDDEN"}
    marked = (TaskInstance(i.id, i.env, i.split, payload=hidden, tags={"type": "TAG"}) for i in panel(2))
    instances = Panel("p", "counter", tuple(marked))
    run(writer, instances)
    for prompt, _, _ in writer.asked:
        assert "0 of them." in prompt
        assert not any(word in prompt for word in ("SECRET", "HIDDEN", "TAG", "c0", "c1"))


@pytest.mark.parametrize(
    ("answer", "reason"), [("", "empty"), ("x" * 9000, "too long"), ("---\nname: x", "unreadable")]
)
def test_an_answer_that_is_no_skill_leaves_the_parents_in_force(answer: str, reason: str) -> None:
    writer = Writer(lambda prompt, seed: answer)
    recurrence = Recurrence(writer, RecurrenceOptions(generations=2, rollouts=4), Guard("same"))
    play = make_play()
    record = asyncio.run(recurrence.evolve(panel(1, length=0).instances[0], skill(100), play, random.Random(0)))
    assert record.notes == {f"the generator's answer was no skill: {reason}": 2}
    assert {a.skill.id for a in record.attempts} == {skill(100).id}
    assert [a.readable for a in record.attempts] == [True, False, False]
    assert all(p.verdict.success for p in record.played), "the parent's text was shown"
    assert record.attempts[-1].skill.provenance.instances == ("c0",), "it was chosen by this instance's verdicts"


def test_workers_change_nothing() -> None:
    rows = []
    for workers in (1, 4, 16):
        play = make_play(policy=Scripted(obey, wait=True))
        rows.append(run(Writer(lambda p, s: str(s % 120)), panel(12, length=0), workers, play, candidates=2))
    plain = [[(r.key, r.seed, r.success, r.skill_ids) for r in found] for found in rows]
    assert plain[0] == plain[1] == plain[2]


def test_a_resume_pays_for_nothing_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    whole = run(Writer(better), play=make_play())
    meter = Meter(Budget(cost=3.0))
    first = Writer(better)
    broken = run(first, play=make_play(journal=journal, meter=meter))
    assert [r.stop_reason for r in broken if r.scored].count("budget") > 0
    assert sum(r.scored for r in broken) == 16, "what the budget did not allow stays in the denominator"
    second = Writer(better)
    again = run(second, play=make_play(journal=journal))
    assert len(first.asked) + len(second.asked) == 12 and first.asked and second.asked
    strip = [(r.key, r.seed, r.success, r.skill_ids, r.stop_reason) for r in again]
    assert strip == [(r.key, r.seed, r.success, r.skill_ids, r.stop_reason) for r in whole]


def test_what_the_generator_costs_is_metered() -> None:
    meter = Meter()
    run(Writer(better), panel(1, length=0), play=make_play(meter=meter))
    assert meter.cost == 1.5 and meter.input_tokens == 300


def test_a_run_records_everything_that_decides_it() -> None:
    described = method(Writer(better), parent="best", decoding="greedy").describe()
    assert described["parent"] == "best" and described["decoding"] == "greedy" and described["generations"] == 3
    assert described["generator"] == {"name": "writer", "kind": "test", "prompt": "full"}
    assert described["prompt_version"] and described["history_version"] and described["score"] == "last"
    assert method(Writer(better)).axes == {"weights": "unseen", "skill_source": "same", "test_feedback": "verdict"}


def test_the_history_can_be_cut_to_the_newest_generations() -> None:
    writer = Writer(better)
    run(writer, panel(1, length=0), edit=EditRules(past=1))
    assert "Generation 1" in writer.asked[1][0] and "Generation 0" not in writer.asked[1][0]
    assert "0 of them." in writer.asked[2][0], "the task is always told"


def test_the_best_can_be_scored_by_fresh_rollouts() -> None:
    answers = iter(["30", "95", "0"] * 4)
    rows = run(Writer(lambda p, s: next(answers)), score="best", rollouts=10)
    fresh = [r for r in rows if r.scored]
    assert {r.generation for r in fresh} == {4} and len(fresh) == 4 * 10, "one more than the last"
    assert {r.skill_ids for r in fresh} == {(skill(95).id,)}, "what the last generation came to does not matter"
    assert not {r.seed for r in fresh} & {r.seed for r in rows if not r.scored}
    assert len(rows) == 4 * RecurrenceOptions(generations=3, rollouts=10, score="best").episodes()
    assert [g.fresh for g in generations(rows, fresh=4)] == [False, False, False, False, True]


def test_the_initial_skill_is_never_the_best_that_was_written() -> None:
    given = RecurrenceOptions(generations=2, rollouts=4, score="best")
    recurrence = Recurrence(Writer(lambda p, s: "0"), given, Guard("same"))
    record = asyncio.run(recurrence.evolve(panel(1, length=0).instances[0], skill(100), make_play(), random.Random(0)))
    assert record.final is not None and record.final.skill.body == "0" and record.final.parent == Place(1, 0)


def test_what_is_handed_on_is_the_best_of_the_last_generation() -> None:
    answers = iter(["100", "20", "90", "40"])
    given = RecurrenceOptions(generations=2, candidates=2, rollouts=10)
    recurrence = Recurrence(Writer(lambda p, s: next(answers)), given, Guard("same"))
    record = asyncio.run(recurrence.evolve(panel(1, length=0).instances[0], skill(0), make_play(), random.Random(0)))
    assert record.final is not None and record.final.skill.body == "90" and record.final.place == Place(2, 0)


def test_rows_say_that_their_skill_could_not_be_read() -> None:
    rows = run(Writer(lambda p, s: ""), panel(1, length=0), generations=1)
    assert [bool(r.notes) for r in rows] == [False] * 4 + [True] * 4
    assert UNREADABLE in summarise(rows, "type").notes


class Cut(Writer):
    """A generator whose answers are cut at its limit."""

    async def write(self, prompts: Any, decoding: Any, seeds: Any) -> list[Call]:
        calls = await super().write(prompts, decoding, seeds)
        return [replace(c, sampling={"truncated": True}) for c in calls]


def test_what_is_odd_about_answers_is_counted_and_found_again(tmp_path: Path) -> None:
    def records(writer: Writer, journal: Journal) -> Any:
        found: list[Record] = []
        play = make_play(journal=journal)
        asyncio.run(evaluate(method(writer, generations=2), panel(1, length=0), play, on_record=found.append))
        return found[0].notes

    for k, (writer, expected) in enumerate(
        [
            (Cut(lambda p, s: "50"), {"the generator's answer was cut at its token limit": 2,
                                      "the generator's answer left the skill as it was": 1}),
            (Writer(lambda p, s: "0"), {"the generator's answer left the skill as it was": 2}),
            (Writer(lambda p, s: "```md\n50"), {"the generator's answer was no skill: a fence without an end": 2}),
            (Writer(lambda p, s: "Sure:\n```md\n50\n```"), {"the generator's answer left the skill as it was": 1}),
            (Writer(lambda p, s: "<think>50"), {"the generator's answer was no skill: a thought without an end": 2}),
            (Writer(lambda p, s: "\ud83d"), {"the generator's answer left the skill as it was": 1}),
        ]
    ):  # fmt: skip
        journal = Journal(tmp_path / f"{k}.db")
        assert records(writer, journal) == expected
        asked = len(writer.asked)
        assert records(writer, journal) == expected, "a resume finds it"
        assert len(writer.asked) == asked, "and asks nothing"
