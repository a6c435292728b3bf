"""What the pocket models are taught: plans, their words, those who follow them, and the writer's lessons."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache

import pytest

from skillevo.envs.alfworld import load_panel
from skillevo.envs.alfworld.generate import room_names
from skillevo.harness.methods import EditRules
from skillevo.harness.methods.generator import read_edit
from skillevo.harness.pocket.blur import complete, draw_plan
from skillevo.harness.pocket.demos import GameFacts, demonstrate, follow, habits_of, training_games
from skillevo.harness.pocket.guides import draw_guide
from skillevo.harness.pocket.lessons import lessons
from skillevo.harness.pocket.measure import wrong_order, wrong_plan
from skillevo.harness.pocket.names import forms, plural
from skillevo.harness.pocket.noise import disturb
from skillevo.harness.pocket.phrases import Style, Writer, expand, held_out
from skillevo.harness.pocket.plans import APPLIANCE, Find, Plan, Treat, right_plan
from skillevo.harness.pocket.teacher import Shown, revise, write
from skillevo.harness.pocket.templates import HELD_OUT, TRAINED
from skillevo.harness.policies.follower import parse
from skillevo.harness.skills import Provenance, Skill


@cache
def games() -> tuple[GameFacts, ...]:
    return tuple(training_games(0, 48))


def wins(make: Callable[[GameFacts], Plan]) -> float:
    rng = random.Random(0)
    return sum(follow(g, make(g), "", rng).won for g in games()) / len(games())


def test_training_games_are_in_no_panel() -> None:
    names = {g.game.name for g in games()}
    for panel in ("pocket-train", "pocket-val", "pocket-test"):
        for instance in load_panel(panel):
            kind, room, seed = str(instance.payload["source"]).removeprefix("pocket:").split("/")
            assert f"plan_{room.replace('-', '_')}_{kind}_{seed}" not in names
    rooms = {r.replace("-", "_") for r in room_names("train")}
    assert all(any(f"plan_{r}_" in name for r in rooms) for name in names)


def test_who_follows_the_right_plan_wins_and_a_wrong_one_loses() -> None:
    assert wins(lambda g: right_plan(g.facts)) > 0.85
    assert wins(lambda g: wrong_order(g.facts)) < 0.25
    assert wins(lambda g: wrong_plan(g.facts, random.Random(1))) < 0.5
    assert wins(lambda g: Plan()) < 0.1


def test_who_knows_the_household_fills_in_what_a_plan_leaves_out() -> None:
    habits, rng = habits_of(games()), random.Random(0)
    assert wins(lambda g: complete(Plan(), g.facts, habits, rng, 1.0)) > 0.6
    assert wins(lambda g: complete(Plan(), g.facts, habits, rng, 0.0)) < 0.1
    right = right_plan(games()[0].facts)
    assert complete(right, games()[0].facts, habits, rng, 1.0) == right


def test_demonstrations_follow_from_the_seed() -> None:
    def drawn() -> list[tuple[str, int, bool]]:
        rng = random.Random(3)
        return [(d.skill, len(d.turns), d.won) for d in (demonstrate(g, rng) for g in games())]

    assert drawn() == drawn()


def test_weights_of_a_turn_are_shares_of_its_commands() -> None:
    rng = random.Random(4)
    for g in games()[:12]:
        for turn, weights in demonstrate(g, rng).turns:
            assert len(weights) == len(turn.verbs)
            assert weights.sum() == pytest.approx(1.0, abs=1e-5)


def test_held_out_phrasings_are_not_among_those_of_training() -> None:
    for field in fields(TRAINED):
        trained = {expand(t, random.Random(s)) for t in getattr(TRAINED, field.name) for s in range(60)}
        kept = {expand(t, random.Random(s)) for t in getattr(HELD_OUT, field.name) for s in range(60)}
        assert not trained & kept, field.name


@pytest.mark.parametrize("say", ["trained", "held out"])
def test_a_text_names_what_its_plan_names(say: str) -> None:
    rng = random.Random(5)
    for g in games():
        plan = right_plan(g.facts)
        text = (held_out(rng, plan) if say == "held out" else Writer(rng, Style()).text(plan)).lower()
        steps = [s for s in plan.steps if isinstance(s, Find | Treat)]
        for name in [n for s in steps for n in (s.places if isinstance(s, Find) else (s.appliance,))]:
            assert any(f in text or plural(f) in text for f in forms(name)), (name, text)
        assert "[" not in text
        assert "{" not in text


def test_careless_wording_leaves_the_households_names_alone() -> None:
    text = "Find the remote control on the side table, then in the drawers, and put it in the garbage can."
    for seed in range(30):
        changed = disturb(text, random.Random(seed), 0.5)
        for name in ("remote control", "side table", "drawers", "garbage can"):
            assert all(word in changed for word in name.split())
    assert disturb(text, random.Random(0), 0.0) == text


def test_a_guide_says_of_a_game_only_what_is_meant_for_it() -> None:
    rng = random.Random(6)
    for g in games():
        guide = draw_guide(g.facts, rng, Style())
        assert all(s.how == g.facts.how for s in guide.plan.steps if isinstance(s, Treat))
        assert guide.text.strip()


@cache
def some_lessons() -> tuple[tuple[str, str], ...]:
    return tuple((x.prompt, x.answer) for x in lessons(iter(games()), 0))


def test_lessons_follow_from_the_seed_and_can_be_read() -> None:
    assert some_lessons() == tuple((x.prompt, x.answer) for x in lessons(iter(games()), 0))
    parent = Skill("household", "How to do household tasks.", "1. Try.")
    for prompt, answer in some_lessons():
        assert prompt.endswith("new skill:\n")
        edit = read_edit(answer, parent, Provenance(), EditRules())
        assert isinstance(edit, Skill)
        assert not parse(edit.body).unread


def test_the_teacher_knows_nothing_but_the_prompt() -> None:
    for prompt, _ in some_lessons():
        plan = revise(Shown.read(prompt), None, random.Random(1))
        for word in re.findall(r"[a-z]{3,}", write(plan, random.Random(1))):
            if word in {n for g in games() for n in (*g.facts.room, *g.facts.things)}:
                known = prompt.partition("\n")[0] + prompt.partition("room: ")[2].partition("\n")[0]
                assert word in known or word in ("microwave", "fridge", "sinkbasin")


def test_the_teacher_is_poor_but_not_hopeless() -> None:
    rng = random.Random(7)
    read = [(g, draw_plan(g.facts, rng)) for g in games()]
    assert len({p for _, p in read}) > 30
    taught = [revise(Shown.read(prompt), None, rng) for prompt, _ in some_lessons()]
    asked = [s for p in taught for s in p.steps if isinstance(s, Treat)]
    right = sum(s.appliance == APPLIANCE[s.how] for s in asked)
    assert 0.2 < right / len(asked) < 0.8
