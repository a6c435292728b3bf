"""Generated games: the same everywhere, playable, solvable, and what they claim to be."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_data import RealGames

from skillevo.envs.alfworld.engine import NOTHING, World
from skillevo.envs.alfworld.gamefile import GameText, Shell, parse_game
from skillevo.envs.alfworld.generate import GameSpec, games, generate, plan_games, room_names, rooms_for
from skillevo.envs.alfworld.generate.furniture import PLANS
from skillevo.envs.alfworld.generate.habits import FLOOR, HABITS
from skillevo.envs.alfworld.generate.rooms import make_room
from skillevo.envs.alfworld.generate.text import SENTENCES, task_line, write_problem
from skillevo.envs.alfworld.generate.vocabulary import FLAGS, KINDS, TAKEN_BY, TASK_KINDS, appliances
from skillevo.envs.alfworld.official import PYTHON_VARIABLE, OfficialEnv
from skillevo.envs.alfworld.problem import TASK_TYPES, parse_problem
from skillevo.envs.alfworld.solver import solve
from skillevo.envs.base import SkillevoError

SPLITS = ("train", "val", "test")
SOME = plan_games("test", 8)


def make(spec: GameSpec) -> GameText:
    return generate(spec.task_type, spec.room, spec.seed)


@st.composite
def any_game(draw: st.DrawFn) -> tuple[str, str, int]:
    task_type = draw(st.sampled_from(TASK_TYPES))
    room = draw(st.sampled_from([r for split in SPLITS for r in rooms_for(task_type, split)]))
    return task_type, room, draw(st.integers(0, 10**9))


# -- the same game on every machine


PINNED = {
    ("pick_and_place_simple", "bathroom-01", 0): "b1db9db291f763c3",
    ("look_at_obj_in_light", "bedroom-33", 1): "2473fcff853bc1d4",
    ("pick_clean_then_place_in_recep", "kitchen-07", 2): "021c324087a9afa3",
    ("pick_heat_then_place_in_recep", "kitchen-25", 3): "c1f9f162abf2cbe7",
    ("pick_cool_then_place_in_recep", "kitchen-48", 4): "2d45829db64c9e40",
    ("pick_two_obj_and_place", "livingroom-12", 2**40): "e6f415f0e6c789bc",
}


@pytest.mark.parametrize(("arguments", "digest"), PINNED.items(), ids=[a[0] for a in PINNED])
def test_games_do_not_drift(arguments: tuple[str, str, int], digest: str) -> None:
    """A change here changes every pocket panel: raise GENERATOR_VERSION and pin the new digests."""
    assert generate(*arguments).digest == digest


DIGESTS = """
import json, sys
from skillevo.envs.alfworld.generate import generate, plan_games
specs = plan_games("val", 3)
games = [generate(s.task_type, s.room, s.seed) for s in specs]
json.dump([[s.id, g.digest, g.walkthrough] for s, g in zip(specs, games)], sys.stdout)
"""


def test_other_processes_make_the_same_games() -> None:
    said = []
    for seed in ("0", "1", "4711"):
        run = subprocess.run(
            [sys.executable, "-c", DIGESTS], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        said.append(json.loads(run.stdout))
    here = [[s.id, g.digest, list(g.walkthrough)] for s in plan_games("val", 3) for g in [make(s)]]
    assert said == [here] * 3


def test_a_game_does_not_depend_on_what_was_made_before_it() -> None:
    specs = list(SOME[:12])
    forwards = [make(s).digest for s in specs]
    make_room.cache_clear()
    games._goals.cache_clear()
    assert [make(s).digest for s in reversed(specs)] == forwards[::-1]


# -- playable


@given(any_game(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_game_can_be_read_won_and_walked_about_in(arguments: tuple[str, str, int], rng: random.Random) -> None:
    game = generate(*arguments)
    problem = parse_problem(game.problem)
    assert problem.goal.task_type == arguments[0]
    assert problem.start not in {r.location for r in problem.receptacles}
    world = World(game.compile())
    assert not world.won
    for command in game.walkthrough:
        assert not world.won
        assert command in world.actions
        world.step(command)
    assert world.won
    world.reset()
    for _ in range(40):
        assert world.step(rng.choice(world.actions)) != NOTHING


@pytest.mark.parametrize("spec", SOME, ids=[s.id for s in SOME])
def test_the_walkthrough_is_the_solvers_plan_for_the_text(spec: GameSpec) -> None:
    game = make(spec)
    assert game.walkthrough == solve(game.compile())
    assert 3 <= len(game.walkthrough) <= 10


def test_a_game_is_about_what_its_plan_says() -> None:
    for spec in SOME:
        game = make(spec)
        goal = parse_problem(game.problem).goal
        assert (goal.object_type, goal.target_type) == (spec.params["object"], spec.params["target"])
        assert game.task in {task_line(goal, sentence) for sentence in SENTENCES[spec.task_type]}


def test_both_sentences_of_every_task_are_told() -> None:
    said = {t: set[str]() for t in TASK_TYPES}
    for spec in plan_games("train", 12):
        goal = parse_problem(make(spec).problem).goal
        lines = [task_line(goal, sentence) for sentence in SENTENCES[spec.task_type]]
        said[spec.task_type].add(SENTENCES[spec.task_type][lines.index(make(spec).task)])
    assert {t: len(sentences) for t, sentences in said.items()} == dict.fromkeys(TASK_TYPES, 2)


# -- what lies where


@pytest.mark.parametrize("spec", SOME, ids=[s.id for s in SOME])
def test_households_keep_the_rules_of_the_released_games(spec: GameSpec) -> None:
    problem = parse_problem(make(spec).problem)
    goal, kinds = problem.goal, {r.id: r.type for r in problem.receptacles}
    types = {t.id: t.type for t in problem.things}
    assert len(types) == len(problem.things)
    for thing in problem.things:
        inside = {kinds[r] for o, r in problem.inside if o == thing.id}
        assert len(thing.locations) == 1
        assert thing.flags - {"isCool"} == FLAGS[thing.type]
        wanted = thing.type == goal.object_type
        assert ("isCool" in thing.flags) == (wanted and "Fridge" in inside)
        if wanted:
            assert not inside & appliances(goal.task_type)
            if goal.task_type in ("pick_and_place_simple", "pick_two_obj_and_place"):
                assert goal.target_type not in inside
        if "pickupable" in thing.flags and inside:
            assert inside & HABITS[spec.room.split("-")[0]][thing.type].places.keys()
    assert problem.can_contain == {(r, o) for r in kinds.values() for o in types.values() if r in TAKEN_BY.get(o, ())}
    assert all(inner != outer for inner, outer in problem.nested)
    lying = {o for o, _ in problem.inside}
    assert all(inner in lying and outer in lying for inner, outer in problem.nested)


def test_habits_name_only_what_their_rooms_can_have() -> None:
    for kind in KINDS:
        for t, habit in HABITS[kind].items():
            assert habit.places.keys() <= PLANS[kind].receptacles.keys() | {FLOOR}, (kind, t)
            assert min(habit.places.values()) > 0
            assert 0 < habit.share <= 100


def test_a_room_stays_as_it_is_and_its_household_does_not() -> None:
    problems = [parse_problem(generate("pick_two_obj_and_place", "livingroom-05", seed).problem) for seed in range(6)]
    assert len({p.receptacles for p in problems}) == 1
    assert len({p.inside for p in problems}) == 6
    assert len({p.start for p in problems}) > 1


# -- rooms and plans


def test_rooms_are_enough_and_in_one_split_each() -> None:
    rooms = {split: room_names(split) for split in SPLITS}
    for split, least in (("train", 48), ("val", 16), ("test", 32)):
        assert len(rooms[split]) == len(set(rooms[split])) >= least
        assert len({Counter(r.split("-")[0] for r in rooms[split])[kind] for kind in KINDS}) == 1
    assert not set(rooms["train"]) & set(rooms["test"])
    assert not set(rooms["val"]) & {*rooms["train"], *rooms["test"]}


def test_no_room_is_another_one_under_a_new_name() -> None:
    rooms = {name: make_room(name) for split in SPLITS for name in room_names(split)}
    assert len({tuple(f.receptacle for f in room) for room in rooms.values()}) == len(rooms)
    furniture = {name: tuple((t, len(found)) for t, found in room.fixtures.items()) for name, room in rooms.items()}
    seen = {furniture[name] for name in room_names("train")}
    assert sum(furniture[name] in seen for name in room_names("test")) <= 0.05 * len(room_names("test"))


@pytest.mark.parametrize("split", SPLITS)
def test_every_task_has_rooms_in_every_split(split: str) -> None:
    for task_type in TASK_TYPES:
        rooms = rooms_for(task_type, split)
        assert len(rooms) >= 4
        assert {r.split("-")[0] for r in rooms} == set(TASK_KINDS[task_type])


@pytest.mark.parametrize(("split", "per_type"), [("train", 60), ("val", 20), ("test", 40)])
def test_a_plan_is_balanced_and_repeats_nothing(split: str, per_type: int) -> None:
    specs = plan_games(split, per_type)
    assert [s.task_type for s in specs] == [*TASK_TYPES] * per_type
    assert {s.room for s in specs} <= set(room_names(split))
    assert len({s.id for s in specs}) == len({(s.task_type, s.room, s.seed) for s in specs}) == len(specs)
    asked = Counter((s.task_type, s.room, s.params["object"], s.params["target"]) for s in specs)
    assert max(asked.values()) == 1
    for task_type in TASK_TYPES:
        mine = [s for s in specs if s.task_type == task_type]
        rooms = Counter(s.room for s in mine)
        for kind in TASK_KINDS[task_type]:
            counts = [rooms[r] for r in rooms_for(task_type, split) if r.startswith(kind)]
            assert max(counts) - min(counts) <= 1
        possible = {
            (o, target)
            for room in rooms_for(task_type, split)
            for target, objects in games._goals(task_type, room).items()
            for o in objects
        }
        pairs = {(s.params["object"], s.params["target"]) for s in mine}
        assert pairs <= possible
        assert len(pairs) >= 0.75 * min(per_type, len(possible))


def test_a_longer_plan_goes_on_from_a_shorter_one() -> None:
    assert plan_games("val", 9)[: 6 * 4] == plan_games("val", 4)


def test_a_plan_generates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(games, "Household", None)
    monkeypatch.setattr(games, "solve", None)
    assert len(plan_games("test", 5)) == 30


ERRORS = {
    "heating in a bedroom": (
        ("pick_heat_then_place_in_recep", "bedroom-01", 0),
        "bedroom-01: that task needs a kitchen",
    ),
    "no such room": (("pick_and_place_simple", "kitchen-99", 0), "no generated room 'kitchen-99'.*kitchen-01"),
    "a room's name written otherwise": (("pick_and_place_simple", "kitchen-1", 0), "no generated room 'kitchen-1'"),
    "no such task": (("pick_and_throw", "kitchen-01", 0), "no task type 'pick_and_throw'.*pick_and_place_simple"),
    "a negative seed": (("pick_and_place_simple", "kitchen-01", -1), "seed is 0 or more, not -1"),
}


@pytest.mark.parametrize(("arguments", "message"), ERRORS.values(), ids=ERRORS)
def test_what_cannot_be_made_is_said(arguments: tuple[str, str, int], message: str) -> None:
    with pytest.raises(SkillevoError, match=message):
        generate(*arguments)


def test_a_room_without_a_lamp_is_no_place_to_look_at_things() -> None:
    lit = rooms_for("look_at_obj_in_light", "train")
    dark = next(r for r in room_names("train") if r.startswith("livingroom") and r not in lit)
    with pytest.raises(SkillevoError, match=f"{dark}: the room has not the things for it"):
        generate("look_at_obj_in_light", dark, 0)


def test_unknown_splits_and_empty_plans_are_refused() -> None:
    for ask in (
        room_names,
        lambda split: rooms_for("pick_and_place_simple", split),
        lambda split: plan_games(split, 1),
    ):
        with pytest.raises(SkillevoError, match="train, val, test, not 'valid_seen'"):
            ask("valid_seen")
    with pytest.raises(SkillevoError, match="at least 1 game of each type, not 0"):
        plan_games("train", 0)


def test_households_that_do_not_do_are_drawn_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    spec, tried = SOME[0], 0

    def too_long(_: object) -> tuple[str, ...]:
        nonlocal tried
        tried += 1
        return ("look",) * 11

    monkeypatch.setattr(games, "solve", too_long)
    with pytest.raises(SkillevoError, match="take another seed"):
        make(spec)
    assert tried == games.ATTEMPTS


def test_a_game_takes_a_few_milliseconds() -> None:
    for spec in SOME:
        make(spec)
    took = []
    for _ in range(3):
        start = time.process_time()
        for spec in SOME:
            make(spec)
        took.append((time.process_time() - start) / len(SOME))
    assert min(took) < 0.005


# -- the text


def test_a_text_is_read_back_as_the_problem_it_was_written_from() -> None:
    for spec in SOME:
        text = make(spec).problem
        problem = parse_problem(text)
        assert write_problem(problem) == text
        assert parse_problem(write_problem(replace(problem, name="another"))) == replace(problem, name="another")


def test_released_problems_survive_being_written_anew(real_games: RealGames) -> None:
    names = real_games.names()[::40]
    for name in names:
        game = parse_game(real_games.read(name), name)
        problem = parse_problem(game.problem)
        assert parse_problem(write_problem(problem)) == problem
        assert game.task in {task_line(problem.goal, s) for s in SENTENCES[problem.goal.task_type]}
        ours, theirs = World(GameText(write_problem(problem), game.task).compile()), World(game.compile())
        assert (ours.reset(), ours.actions) == (theirs.reset(), theirs.actions)


# -- the official engine


@pytest.mark.official
@pytest.mark.parametrize("spec", plan_games("val", 1), ids=TASK_TYPES)
def test_the_official_engine_plays_them_alike(spec: GameSpec, tmp_path: Path) -> None:
    game = make(spec)
    find = "import importlib.util as u; print(u.find_spec('alfworld').submodule_search_locations[0])"
    python = os.environ.get(PYTHON_VARIABLE, sys.executable)
    package = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    path = tmp_path / "game.tw-pddl"
    path.write_text(Shell.from_alfworld(Path(package)).wrap(game), "utf-8")

    async def play() -> None:
        theirs, ours = OfficialEnv(path), World(game.compile())
        try:
            seen = await theirs.reset()
            assert (seen.text, seen.actions) == (ours.reset(), ours.actions)
            for command in game.walkthrough:
                step = await theirs.step(command)
                assert (step.observation.text, step.observation.actions) == (ours.step(command), ours.actions)
            assert step.done
            assert step.reward == 1.0
        finally:
            await theirs.close()

    asyncio.run(play())
