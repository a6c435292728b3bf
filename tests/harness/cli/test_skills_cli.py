"""Banks, transfer, sharing and trained generators on the command line, with a generator that writes what it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from skillevo.envs.alfworld import load_panel
from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.harness.cli import generators, methods
from skillevo.harness.cli.demo import GOOD_SKILL, WRONG_SKILL
from skillevo.harness.cli.main import app
from skillevo.harness.methods import Recurrence, RecurrenceOptions, SkillR1, Training
from skillevo.harness.skills import Guard, load_skill, load_skills

GOOD = load_skill(GOOD_SKILL).body
BANK = "".join(
    f"<skill>\n---\nname: {name}\ndescription: {about}\n---\n\n{GOOD}\n</skill>\n"
    for name, about in (("Find And Put", "Find an object and put it in its place."), ("look", "Look at it, in light."))
)


class Writer:
    """Writes one text, always; each answer costs a cent."""

    name = "writer"

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked = 0

    async def write(self, prompts: Sequence[str], decoding: str, seeds: Sequence[int]) -> Sequence[Call]:
        self.asked += len(prompts)
        return [Call(CallRole.EDIT, self.name, self.text, p, input_tokens=10, cost=0.01) for p in prompts]

    def describe(self) -> Mapping[str, Any]:
        return {"kind": "test"}


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Writer:
    made = Writer(GOOD)
    monkeypatch.setattr(generators, "make_generator", lambda *given: made)
    monkeypatch.setattr(methods, "make_generator", lambda *given: made)
    monkeypatch.chdir(tmp_path)
    return made


def call(*args: str | Path) -> dict[str, Any]:
    run = CliRunner().invoke(app, [*map(str, args), "--json"], catch_exceptions=True)
    if isinstance(run.exception, SkillevoError):
        raise run.exception
    assert run.exit_code == 0, (run.output, run.exception)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def evolve(method: str, *args: str | Path) -> dict[str, Any]:
    return call("eval", "alfworld", "--method", method, "--model", "pocket/follower", "--generator", "told/writer",
                "--skill", WRONG_SKILL, "--generations", "1", "--rollouts", "1", "--no-log", *args)  # fmt: skip


def build(*args: str | Path) -> dict[str, Any]:
    return call("skills", "build", "--panel", "pocket-train", "--model", "pocket/follower", "--writer", "told/writer",
                "--out", "bank", "--limit", "6", "--rollouts", "2", "--name", "b", *args)  # fmt: skip


def test_a_bank_is_built_resumed_and_evaluated_with(writer: Writer, tmp_path: Path) -> None:
    writer.text = BANK
    made = build()
    assert (made["seeds"], made["episodes"], made["answers"], made["played"]) == (6, 12, 1, 12)
    assert made["panel"] == "pocket-train[6 seeds]" and made["cost"] == pytest.approx(0.01)
    bank = load_skills(tmp_path / "bank")
    assert [s.name for s in bank] == ["find-and-put", "look"]
    assert len(bank[0].provenance.instances) == 6 and bank[0].provenance.splits == ("pocket-train",)
    again = build()
    assert again["played"] == again["tokens"] == 0 and again["skills"] == made["skills"] and writer.asked == 1
    with pytest.raises(SkillevoError, match="holds something else"):
        build("--seed", "1", "--name", "c")
    writer.text = GOOD
    result = evolve("skill_r1_inference", "--skill", "bank", "--limit", "2", "-T", "selector=first", "--name", "e")
    assert result["generations"][1]["reward"] == 1.0


def test_what_is_no_bank_is_said(writer: Writer) -> None:
    writer.text = "no skill"
    with pytest.raises(SkillevoError, match=r"wrote no skill.*unreadable \(2\)"):
        build()
    with pytest.raises(SkillevoError, match="needs prices"):
        build("--max-cost", "1")


def test_transfer_stands_beside_the_generations(writer: Writer, tmp_path: Path) -> None:
    result = evolve("skill_r1_inference", "--limit", "6", "--transfer", "2", "--name", "t")
    assert result["played"] == 12, "transfer is counted apart"
    moved = result["transfer"]
    assert (moved["siblings"], moved["n"], moved["episodes"], moved["played"], moved["short"]) == (2, 6, 12, 12, 0)
    assert moved["success"] == 1.0 > result["generations"][0]["reward"]
    assert result["best_generation"]["generation"] == 1
    rows = pq.read_table(tmp_path / "runs" / "t" / "transfer.parquet").to_pylist()
    own = pq.read_table(tmp_path / "runs" / "t" / "episodes.parquet").to_pylist()
    assert len(rows) == 12 and len(own) == 12 and {r["phase"] for r in rows} == {"transfer"}
    assert {r["skill_source"] for r in rows} == {"other"} and {r["skill_source"] for r in own} == {"same"}
    assert not {r["tag.transferred_from"] for r in rows} & {r["instance"] for r in rows}
    again = evolve("skill_r1_inference", "--limit", "6", "--transfer", "2", "--name", "t")
    assert again["played"] == again["transfer"]["played"] == 0
    assert {**again["transfer"], "played": 12} == moved | {"cost": again["transfer"]["cost"]}
    with pytest.raises(SkillevoError, match="transfer"):
        evolve("skill_r1_inference", "--limit", "6", "--transfer", "1", "--name", "t")
    with pytest.raises(SkillevoError, match="hands on the skills that a method writes"):
        call("eval", "alfworld", "--method", "no_skill", "--model", "random", "--limit", "1", "--transfer", "1")


def test_shared_skills_reach_the_next_instance(writer: Writer) -> None:
    apart = evolve("skill_r1_inference", "--limit", "6")
    shared = evolve("skill_r1_inference", "--limit", "6", "-T", "share=run", "-T", "barrier=3")
    assert apart["generations"][0]["reward"] < shared["generations"][0]["reward"] < 1.0
    assert shared["generations"][1]["reward"] == 1.0


def test_bad_answers_are_counted_in_the_summary(writer: Writer) -> None:
    writer.text = ""
    notes = evolve("skill_r1_inference", "--limit", "3")["method_notes"]
    assert notes == {"the generator's answer was no skill: empty": 3}


def test_fresh_rollouts_of_the_best_are_marked_and_paid_for(writer: Writer) -> None:
    result = evolve("skill_r1_inference", "--limit", "3", "-T", "score=best")
    assert [g["fresh"] for g in result["generations"]] == [False, False, True]
    assert result["played"] == 3 * 3 and result["best_generation"]["generation"] == 1
    with pytest.raises(SkillevoError, match="score is one of last, best"):
        evolve("skill_r1_inference", "--limit", "3", "-T", "score=first")


def checkpoint(at: Path, method: str, instances: tuple[str, ...]) -> Path:
    at.mkdir()
    Training(method, "pocket-train", "0" * 16, instances).write(at)
    return at


@pytest.mark.parametrize("method", ["skill_r1", "grpo"])
def test_a_trained_generator_is_scored_on_unseen_instances_or_says_so(
    method: str, writer: Writer, tmp_path: Path
) -> None:
    scored = load_panel("pocket-test").instances
    clean = checkpoint(tmp_path / "clean", method, ("pocket-train/x",))
    seen = checkpoint(tmp_path / "seen", method, (scored[1].id, scored[40].id))
    result = evolve(method, "--generator", clean, "--limit", "3", "--name", "c")
    assert result["weights"] == "unseen" and result["generations"][1]["reward"] == 1.0
    assert evolve(method, "--generator", seen, "--limit", "3", "--name", "s")["weights"] == "seen"
    rows = pq.read_table(tmp_path / "runs" / "s" / "episodes.parquet").to_pylist()
    assert {r["weights"] for r in rows} == {"seen"}
    assert evolve(method, "--generator", seen, "--limit", "1")["weights"] == "unseen", "the first was not trained on"
    with pytest.raises(SkillevoError, match=r"no training.json"):
        evolve(method, "--limit", "1")


def test_siblings_that_were_trained_on_are_marked_though_the_scored_instances_are_not(
    writer: Writer, tmp_path: Path
) -> None:
    first, *others = load_panel("pocket-test").instances
    sibling = next(i for i in others if i.tags["type"] == first.tags["type"])
    seen = checkpoint(tmp_path / "seen", "skill_r1", (sibling.id,))
    result = evolve("skill_r1", "--generator", seen, "--limit", "1", "--transfer", "1", "--name", "s")
    assert result["weights"] == "unseen" and result["transfer"]["weights"] == "seen"
    (row,) = pq.read_table(tmp_path / "runs" / "s" / "transfer.parquet").to_pylist()
    assert (row["instance"], row["weights"], row["skill_source"]) == (sibling.id, "seen", "other")


def test_what_a_person_should_know_of_a_trained_generator_is_said(writer: Writer) -> None:
    scored = load_panel("pocket-test").take(3)
    training = Training("grpo", "pocket-train", "0" * 16, (scored.instances[2].id,))
    method = SkillR1(Recurrence(writer, RecurrenceOptions(), Guard("same")), lambda i: load_skill(GOOD_SKILL))  # type: ignore[arg-type]
    notes = generators.mark_weights(method, training, scored)
    assert notes[0] == "the generator was trained by grpo and is evaluated as skill_r1"
    assert "trained on 1 of these 3 instances" in notes[1] and method.axes["weights"] == "seen"
    assert generators.mark_weights(method, None, scored) == []


def test_one_shot_spends_what_the_recurrence_spends(writer: Writer, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "trained", "grpo", ())
    size = ("--generator", folder, "--generations", "3", "--candidates", "2", "--rollouts", "2", "--limit", "2")
    many, once = evolve("skill_r1", *size), evolve("grpo", *size)
    assert many["played"] == once["played"] == 2 * 2 * 7
    assert len(many["generations"]) == 4 and len(once["generations"]) == 2
    assert once["episodes"] == 2 * 2 * 6, "scored by all of its candidates"


def test_each_place_that_a_skill_can_have_has_a_log(writer: Writer, tmp_path: Path) -> None:
    evolve("skill_r1_inference", "--limit", "1", "--candidates", "2", "--transfer", "1", "--log", "--name", "l")
    logs = sorted(p.name for p in (tmp_path / "runs" / "l" / "logs").iterdir())
    assert logs == ["alfworld-g0-m0.eval", "alfworld-g1-m0.eval", "alfworld-g1-m1.eval"]


def test_a_price_is_asked_for_before_money_is_spent(writer: Writer) -> None:
    with pytest.raises(SkillevoError, match="generator's price"):
        evolve("skill_r1_inference", "--limit", "1", "--max-cost", "1")
    result = evolve("skill_r1_inference", "--limit", "3", "--max-cost", "0.02", "-G", "price_in=1", "-G", "price_out=1")
    assert writer.asked == 2 and "cost" in result["stopped_by"]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["-T", "selector=best"], "words, by_type, first, random"),
        (["-T", "share=all"], "none, run"),
        (["-T", "barrier=2"], "share=run"),
        (["-T", "past=0"], "past"),
        (["--transfer", "-1"], "--transfer"),
    ],
)
def test_what_does_not_fit_is_refused(args: list[str], complaint: str, writer: Writer) -> None:
    with pytest.raises(SkillevoError, match=complaint):
        evolve("skill_r1_inference", *args)
