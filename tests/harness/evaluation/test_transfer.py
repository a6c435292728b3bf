"""Transfer: what a skill is worth where it was not made, played in real games."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillevo.harness.cli
from skillevo.envs.alfworld import BENCHMARK, load_panel
from skillevo.envs.base import Call, CallRole, Panel, TaskInstance
from skillevo.harness.evaluation import evaluate, find_siblings, summarise_transfer, transfer
from skillevo.harness.evaluation.transfer import SOURCE_TAG, Transfer
from skillevo.harness.journal import Journal
from skillevo.harness.methods import InitialBank, Record, Recurrence, RecurrenceOptions, SkillR1Inference
from skillevo.harness.play import PlayRules
from skillevo.harness.policies.follower import Follower
from skillevo.harness.rollouts import Budget, Meter, Play
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Guard, Provenance, Skill, load_skill

DEMO = Path(skillevo.harness.cli.__file__).parent / "demo" / "skills"
GENERAL = load_skill(DEMO / "household-good")
OPTIONS = BENCHMARK.options()


@cache
def games() -> Panel:
    return load_panel("pocket-val").take(18)


def make_play(phase: str, **more: Any) -> Play:
    return Play(
        make_env=lambda i: BENCHMARK.make_env(i, OPTIONS),
        verify=BENCHMARK.verify,
        policy=Follower(),
        rules=PlayRules(step_cap=50),
        phase=phase,
        **more,
    )


def memory(instance: TaskInstance) -> str:
    """A skill that says where the things lie in this very game, and nothing else."""
    steps = []
    for command in BENCHMARK.plan(instance):
        if take := re.match(r"take (.+?) \d+ from (.+)", command):
            steps.append(f"Pick up the {take[1]}")
        elif move := re.match(r"move (.+?) \d+ to (.+)", command):
            steps.append(f"Put it in {move[2]}")
        elif change := re.match(r"(heat|cool|clean) (.+?) \d+ with (.+)", command):
            steps.append(f"{change[1].capitalize()} it with {change[3]}")
        elif use := re.match(r"use (.+)", command):
            steps.append(f"Turn on {use[1]}")
        else:
            steps.append(command.capitalize())
    return "\n".join(f"{k}. {s}." for k, s in enumerate(steps, 1))


class Writer:
    """Writes for each game what a function of the game says; it knows a game by what the prompt tells of it."""

    name = "writer"

    def __init__(self, write: Any) -> None:
        self._write = write

    async def write(self, prompts: Sequence[str], decoding: str, seeds: Sequence[int]) -> Sequence[Call]:
        return [Call(CallRole.EDIT, self.name, await self._answer(p), p) for p in prompts]

    async def _answer(self, prompt: str) -> str:
        for instance in games():
            if (await BENCHMARK.make_env(instance, OPTIONS).reset()).text.strip() in prompt:
                return str(self._write(instance))
        raise AssertionError("a prompt without a game")

    def describe(self) -> Mapping[str, Any]:
        return {}


@cache
def evolved(kind: str, siblings: int = 3) -> tuple[float, Transfer]:
    """Success on the own game after one rewriting, and transfer."""
    writer = Writer(memory if kind == "memory" else lambda instance: GENERAL.body)
    start = InitialBank([Skill("start", "Household tasks.", "1. Look around.")], BENCHMARK.task)
    method = SkillR1Inference(
        Recurrence(writer, RecurrenceOptions(generations=1, rollouts=1), Guard("same")),  # type: ignore[arg-type]
        start,
    )
    finals: dict[str, Skill] = {}

    def see(record: Record) -> None:
        assert record.final is not None
        finals[record.instance] = record.final.skill

    rows = asyncio.run(evaluate(method, games(), make_play("eval"), 4, on_record=see))
    moved, notes = asyncio.run(
        transfer(finals, games(), games(), make_play("transfer"), k=siblings, type_tag="type", method=method.name)
    )
    assert notes == {}, "nothing was refused: siblings are others"
    own = [r.success for r in rows if r.scored]
    return sum(own) / len(own), summarise_transfer(moved, rows, len(finals), siblings)


def test_a_skill_that_memorises_wins_its_own_game_and_no_other() -> None:
    own, moved = evolved("memory", 2)
    assert own == 1.0
    assert moved.success <= 0.1 and moved.episodes == 36 and moved.n == 18 and moved.short == 0


def test_a_general_skill_wins_its_siblings() -> None:
    own, moved = evolved("general", 2)
    assert own >= 0.9 and moved.success >= 0.9 and moved.initial == 0.0
    assert moved.interval[0] > evolved("memory", 2)[1].interval[1], "transfer tells the two apart"


def test_what_there_is_no_sibling_for_is_said() -> None:
    assert evolved("general", 3)[1].short == 18, "three games of a type: two siblings each"


def test_the_guard_stands_at_the_door() -> None:
    """From both sides: what holds a sibling's id is not shown to that sibling, and is to the others."""
    first, *rest = [i for i in games() if i.tags["type"] == games().instances[0].tags["type"]]
    leaky = replace(GENERAL, body=f"{GENERAL.body}\n\nAs in {rest[0].id}.", provenance=Provenance("w", (first.id,)))
    one = Panel("one", "alfworld", (first,))
    rows, notes = asyncio.run(
        transfer({first.id: leaky}, one, games(), make_play("transfer"), k=2, type_tag="type", method="m")
    )
    assert [(r.instance, r.skill_ids, r.success) for r in rows] == [
        (rest[0].id, (), False),
        (rest[1].id, (leaky.id,), True),
    ]
    assert notes == {"guard: it holds the instance's id": 1}
    assert [r.notes for r in rows] == [tuple(notes), ()]
    assert {r.tags[SOURCE_TAG] for r in rows} == {first.id} and not any(r.scored for r in rows)


def test_a_skill_is_never_played_on_what_it_was_made_from() -> None:
    first, second, third = [i for i in games() if i.tags["type"] == games().instances[0].tags["type"]]
    shared = replace(GENERAL, provenance=Provenance("w", (first.id, second.id)))
    one = Panel("one", "alfworld", (first,))
    rows, notes = asyncio.run(
        transfer({first.id: shared}, one, games(), make_play("transfer"), k=2, type_tag="type", method="m")
    )
    assert [r.instance for r in rows] == [third.id] and notes == {}, "not even asked of the guard"
    assert [i.id for _, i in find_siblings(first, games().instances, "type", (), 5)] == [second.id, third.id]
    assert [i.id for _, i in find_siblings(first, games().instances, "type", (second.id,), 5)] == [third.id]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(1, 4))
def test_siblings_are_of_one_type_others_and_evenly_used(kinds: list[str], k: int) -> None:
    pool = [TaskInstance(f"i{n}", "w", "s", tags={"type": kind}) for n, kind in enumerate(kinds)]
    met: dict[tuple[str, int], str] = {}
    used: dict[str, int] = {}
    for instance in pool:
        found = find_siblings(instance, pool, "type", (instance.id,), k)
        kin = [i for i in pool if i.tags == instance.tags]
        assert len(found) == min(k, len(kin) - 1)
        for distance, sibling in found:
            assert sibling.tags == instance.tags and sibling.id != instance.id
            assert met.setdefault((sibling.id, distance), instance.id) == instance.id, "two episodes under one key"
            used[sibling.id] = used.get(sibling.id, 0) + 1
    for kind in set(kinds):
        assert len({used.get(i.id, 0) for i in pool if i.tags["type"] == kind}) == 1


@pytest.mark.parametrize("stop", [1, 5])
def test_it_resumes_and_keeps_its_own_account(stop: int, tmp_path: Path) -> None:
    finals = {i.id: GENERAL for i in games()}

    def hand_on(workers: int, **more: Any) -> tuple[list[EpisodeRow], Meter]:
        play = make_play("transfer", **more)
        args = (finals, games(), games(), play)
        rows, _ = asyncio.run(transfer(*args, k=2, type_tag="type", method="m", workers=workers))
        return rows, play.meter

    whole, meter = hand_on(1)
    assert meter.rollouts == 36
    journal = Journal(tmp_path / "j.db")
    cut, _ = hand_on(4, journal=journal, meter=Meter(Budget(rollouts=stop)))
    assert sum(r.stop_reason == "budget" for r in cut) == 36 - stop and len(cut) == 36
    again, meter = hand_on(4, journal=journal)
    assert meter.rollouts == 36 - stop, "two skills on one sibling are two episodes"
    assert [(r.key, r.seed, r.success, r.skill_ids, r.tags) for r in again] == [
        (r.key, r.seed, r.success, r.skill_ids, r.tags) for r in whole
    ]
