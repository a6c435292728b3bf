"""A base bank: what the writer is shown, what of its answers is taken, and what a resume repeats."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import Scripted, panel
from writers import Writer, make_play

from skillevo.envs.base import CallRole, EpisodeKey, Panel, SkillevoError, TaskInstance
from skillevo.harness.journal import Journal
from skillevo.harness.methods.answers import BadEdit
from skillevo.harness.methods.base_bank import (
    BankRules,
    BaseBank,
    build_bank,
    choose_seeds,
    evidence_text,
    read_bank,
)
from skillevo.harness.play import TurnContext
from skillevo.harness.rollouts import Budget, Meter, Play
from skillevo.harness.skills import Skill, estimate_tokens, load_skills, write_bank

ONE = "<skill>\n---\nname: Count Up\ndescription: Count, then win.\n---\n\n1. Count to three.\n</skill>"
TWO = ONE + "\n\n<skill>\n---\nname: wait\ndescription: Wait for it.\n---\n\n1. Wait.\n</skill>"


def sometimes(turn: TurnContext) -> str:
    return "win" if turn.seed % 2 else "step"


def seeds(n: int = 4) -> Panel:
    return panel(n, length=0)


def play(**more: Any) -> Play:
    return make_play(policy=Scripted(sometimes), phase="seed", **more)


def built(writer: Writer, *, n: int = 4, workers: int = 1, given: Play | None = None, **rules: Any) -> BaseBank:
    making = build_bank(
        seeds(n), given or play(), writer, BankRules(**rules), rollouts=3, type_tag="type", workers=workers
    )
    return asyncio.run(making)


def test_one_request_over_all_seeds() -> None:
    writer = Writer(lambda prompt, seed: TWO)
    bank = built(writer)
    assert [s.name for s in bank.skills] == ["count-up", "wait"], "a name as the format wants it"
    assert len(writer.asked) == bank.answers == 1 and "at most 9 skills" in writer.asked[0][0]
    made_from = bank.skills[0].provenance
    assert made_from.instances == ("c0", "c1", "c2", "c3") and made_from.author == "writer" and made_from.known
    rewards = [p.verdict.reward for s in bank.seen for p in s.played]
    assert made_from.rewards == (sum(rewards) / 12,) and made_from.splits == ("test",)
    assert 0 < sum(rewards) < 12, "successes and failures"


def test_one_request_for_each_type() -> None:
    writer = Writer(lambda prompt, seed: TWO)
    bank = built(writer, by="type")
    assert len(writer.asked) == 2 and "Write one skill." in writer.asked[0][0]
    assert [(s.name, s.extra["metadata"]["task_type"]) for s in bank.skills] == [
        ("count-up", "even"),
        ("count-up-2", "odd"),
    ]
    assert bank.skills[0].provenance.instances == ("c0", "c2") and bank.skills[1].provenance.instances == ("c1", "c3")
    assert bank.notes == {"a name given twice, numbered": 1, "skills beyond the number asked for, left out": 2}


def test_the_writer_sees_what_the_agent_saw_and_nothing_else() -> None:
    hidden = {"length": 0, "answer": "SECRET", "source": "HIDDEN"}
    marked = Panel("p", "counter", tuple(TaskInstance(i.id, i.env, "SPLIT", payload=hidden) for i in panel(3)))
    writer = Writer(lambda prompt, seed: ONE)
    asyncio.run(build_bank(marked, play(), writer, BankRules(), rollouts=2, type_tag="type"))
    ((prompt, _, _),) = writer.asked
    assert "0 of them." in prompt and "> win" in prompt and "rollouts succeeded" in prompt
    assert not any(word in prompt for word in ("SECRET", "HIDDEN", "SPLIT", "c0", "c1"))


def test_a_bank_is_written_and_read_back(tmp_path: Path) -> None:
    bank = built(Writer(lambda prompt, seed: TWO), by="type")
    write_bank(bank.skills, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["count-up", "count-up-2"]
    assert load_skills(tmp_path) == bank.skills


def test_answers_without_a_skill_are_counted_and_asked_for_again(tmp_path: Path) -> None:
    answers = iter(["", "<skill>\n---\nname: x\n", ONE])
    writer, journal = Writer(lambda prompt, seed: next(answers)), Journal(tmp_path / "j.db")
    bank = built(writer, tries=3, given=play(journal=journal))
    assert bank.answers == 3 and len(bank.skills) == 1 and len({seed for _, _, seed in writer.asked}) == 3
    again = built(writer, tries=3, given=play(journal=journal))
    assert (again.skills, again.answers, again.notes) == (bank.skills, 3, bank.notes) and len(writer.asked) == 3
    assert bank.notes == {
        "the writer's answer was no skill: empty": 1,
        "the writer's answer was no skill: a skill without an end": 1,
    }
    with pytest.raises(SkillevoError, match=r"wrote no skill.*empty \(2\)"):
        built(Writer(lambda prompt, seed: ""))


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        ("", ["empty"]),
        ("no skill at all", ["unreadable"]),
        ("<skill>only a body</skill>", ["unreadable"]),
        ("<skill>---\nname: x\ndescription: d\n---\n</skill>", ["unreadable"]),
        (f"<skill>---\nname: x\ndescription: d\n---\n{'y' * 9000}</skill>", ["too long"]),
        (f"{ONE}<skill></skill>", ["empty"]),
        ("```\n" + ONE, ["a fence without an end"]),
    ],
)
def test_what_is_no_skill(answer: str, reasons: list[str]) -> None:
    assert [found.reason for found in read_bank(answer, BankRules()) if isinstance(found, BadEdit)] == reasons


@pytest.mark.parametrize("wrap", ["{}", "```markdown\n{}\n```", "<think>hm</think>\n{}", "Here:\n\n{}\n\nDone."])
def test_wrappings_do_not_matter(wrap: str) -> None:
    (found,) = read_bank(wrap.format(ONE), BankRules())
    assert isinstance(found, Skill) and found.name == "count-up" and found.body == "1. Count to three."
    bare = ONE.removeprefix("<skill>").removesuffix("</skill>")
    assert read_bank(bare, BankRules()) == [found], "one skill without its tags is one skill"


@given(st.text(max_size=200))
def test_no_answer_breaks_it(answer: str) -> None:
    assert all(isinstance(found, Skill | BadEdit) for found in read_bank(answer, BankRules()))


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_workers_and_interruptions_change_nothing(workers: int, tmp_path: Path) -> None:
    whole = built(Writer(lambda prompt, seed: TWO), by="type")
    journal = Journal(tmp_path / "j.db")
    for stop in (2, 7, 11):
        with pytest.raises(SkillevoError, match="same command with a larger budget"):
            built(Writer(lambda p, s: ""), workers=workers, by="type",
                  given=play(journal=journal, meter=Meter(Budget(rollouts=stop))))  # fmt: skip
    first = Writer(lambda prompt, seed: TWO)
    with pytest.raises(SkillevoError, match="before the bank is there"):  # the first answer is all that it can pay for
        built(first, workers=workers, by="type", given=play(journal=journal, meter=Meter(Budget(cost=0.5))))
    second = Writer(lambda prompt, seed: TWO)
    again = built(second, workers=workers, by="type", given=play(journal=journal))
    assert again.skills == whole.skills and again.notes == whole.notes
    assert len(first.asked) == len(second.asked) == 1, "no answer is paid for twice"


def test_the_writer_is_on_the_account(tmp_path: Path) -> None:
    meter, journal = Meter(), Journal(tmp_path / "j.db")
    built(Writer(lambda prompt, seed: ONE), given=play(meter=meter, journal=journal))
    assert meter.cost == 0.5 and meter.rollouts == 12
    assert journal.get_call("seed", EpisodeKey("bank/"), CallRole.DISTIL) is not None


@given(st.integers(1, 6), st.integers(0, 4000))
def test_evidence_keeps_its_budget_and_its_order(n: int, budget: int) -> None:
    seen = SEEN[:n]
    text = evidence_text(seen, budget)
    assert text == evidence_text(seen, budget)
    heads = sum(estimate_tokens(block) for block in text.split("\n\n") if not block.startswith("### "))
    assert estimate_tokens(text) <= max(budget, heads) + 3 * n + 5
    for block in text.split("# Task ")[1:]:
        outcomes = [line.split(": ")[1].split(" ")[0] for line in block.splitlines() if line.startswith("### Rollout")]
        assert outcomes == sorted(outcomes), "failures before successes"
    assert [f"# Task {k}: " in text for k in range(1, n + 1)] == [True] * n


SEEN = built(Writer(lambda prompt, seed: ONE), n=6).seen


def tagged(kinds: Sequence[str]) -> Panel:
    return Panel("p", "w", tuple(TaskInstance(f"i{k}", "w", "s", tags={"type": t}) for k, t in enumerate(kinds)))


def test_seeds_are_taken_from_types_in_turn() -> None:
    pool = tagged("aaaabbbbcc")
    assert [i.id for i in choose_seeds(pool, 5, "type")] == ["i0", "i1", "i4", "i5", "i8"], "in the panel's order"
    assert choose_seeds(pool, 99, "type").instances == pool.instances
    assert [i.id for i in choose_seeds(tagged("abcabc"), 4, "type")] == ["i0", "i1", "i2", "i3"]


def test_rules_are_recorded_and_checked() -> None:
    described: Mapping[str, Any] = BankRules(by="type").as_dict()
    assert described["by"] == "type" and described["skills"] == 9 and described["prompt_version"]
    with pytest.raises(SkillevoError, match="writer, type"):
        BankRules(by="chance")  # type: ignore[arg-type]
    with pytest.raises(SkillevoError, match="tries"):
        BankRules(tries=0)
