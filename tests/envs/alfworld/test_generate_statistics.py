"""Generated games beside the released ones: the same amounts of everything, within stated tolerances.

`MEANS`, `SPREAD` and `BY_TASK` sum up the 3,693 games of train and valid_seen. Where those are at hand
($ALFWORLD_DATA, or the archives in shared/), the tables and the vocabulary are held against them, too.
"""

from __future__ import annotations

import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from real_data import RealGames

from skillevo.envs.alfworld.gamefile import GAME_FILE, GameText, parse_game, read_game
from skillevo.envs.alfworld.generate import generate, plan_games
from skillevo.envs.alfworld.generate.vocabulary import (
    ALWAYS_OPENABLE,
    FIXED,
    FLAGS,
    HOLDS,
    KINDS,
    OPENABLE,
    PORTABLE,
    RECEPTACLES,
    TASK_KINDS,
    appliances,
)
from skillevo.envs.alfworld.problem import TASK_TYPES, Problem, Receptacle, parse_problem


class Game(NamedTuple):
    kind: str
    problem: Problem
    optimal: int


# -- what is measured


def measure(game: Game) -> dict[str, float]:
    """One game's numbers; truths count as 0 and 1."""
    problem = game.problem
    receptacles = {r.id: r for r in problem.receptacles}
    inside: dict[str, list[str]] = defaultdict(list)
    for o, r in problem.inside:
        inside[o].append(r)
    portable = [t for t in problem.things if "pickupable" in t.flags]
    wanted = [t for t in problem.things if t.type == problem.goal.object_type]
    poses = {r.location for r in problem.receptacles}
    filled = {r for t in portable for r in inside[t.id]}
    types = {t.type for t in problem.things}
    cool = sum("isCool" in t.flags for t in problem.things)
    twice = sum(len(rs) > 1 for rs in inside.values())
    return {
        "receptacles": len(receptacles),
        "receptacle types": len({r.type for r in problem.receptacles}),
        "objects": len(problem.things),
        "portable objects": len(portable),
        "object types": len(types),
        "poses": len(poses | {problem.start} | {p for t in problem.things for p in t.locations}),
        "openable share": statistics.mean(r.openable for r in problem.receptacles),
        "shared poses": 1 - len(poses) / len(receptacles),
        "empty share": 1 - len(filled) / len(receptacles),
        "on the floor": statistics.mean(not inside[t.id] for t in portable),
        "nested objects": len(problem.nested),
        "with nested objects": bool(problem.nested),
        "objects in two": twice,
        "with objects in two": bool(twice),
        "cool objects": cool,
        "with cool objects": bool(cool),
        "canContain facts": len(problem.can_contain),
        "canContain density": len(problem.can_contain) / (len({r.type for r in problem.receptacles}) * len(types)),
        "copies of the target": len(wanted),
        "targets shut away": statistics.mean(any(receptacles[r].openable for r in inside[t.id]) for t in wanted),
        "targets at the goal": statistics.mean(
            any(receptacles[r].type == problem.goal.target_type for r in inside[t.id]) for t in wanted
        ),
        "optimal plan": game.optimal,
    }


# Number of released games by kind of room, in the order of TASK_TYPES: means are taken over this mixture.
MIXTURE = {
    "kitchen": (83, 0, 520, 475, 558, 128),
    "livingroom": (220, 53, 0, 0, 0, 221),
    "bedroom": (245, 268, 0, 0, 0, 246),
    "bathroom": (277, 0, 157, 0, 0, 242),
}


class Row(NamedTuple):
    """Means of the released games by kind (in the order of KINDS), and how far off a generated mean may be."""

    released: tuple[float, float, float, float]
    relative: float
    absolute: float


MEANS = {
    "receptacles": Row((33.43, 14.69, 14.51, 14.38), 0.12, 0),
    "receptacle types": Row((10.89, 7.23, 6.40, 9.04), 0.1, 0.2),
    "objects": Row((54.13, 32.57, 32.93, 24.42), 0.06, 0),
    "portable objects": Row((44.80, 20.45, 24.42, 18.02), 0.06, 0),
    "object types": Row((29.14, 18.47, 20.62, 16.24), 0.05, 0),
    "poses": Row((38.01, 26.77, 23.05, 20.22), 0.12, 0),
    "openable share": Row((0.52, 0.26, 0.34, 0.28), 0, 0.06),
    "shared poses": Row((0.11, 0.03, 0.09, 0.06), 0, 0.03),
    "empty share": Row((0.48, 0.43, 0.41, 0.37), 0, 0.08),
    "on the floor": Row((0.02, 0.08, 0.11, 0.17), 0, 0.02),
    "nested objects": Row((0.47, 0.07, 0.03, 0.00), 0.3, 0.07),
    "with nested objects": Row((0.34, 0.07, 0.03, 0.00), 0, 0.08),
    "objects in two": Row((1.03, 0.00, 0.10, 0.16), 0.25, 0.1),
    "with objects in two": Row((0.69, 0.00, 0.07, 0.16), 0, 0.1),
    "cool objects": Row((0.23, 0.00, 0.00, 0.00), 0, 0.12),
    "with cool objects": Row((0.17, 0.00, 0.00, 0.00), 0, 0.1),
    "canContain facts": Row((114.76, 49.65, 49.11, 40.52), 0.12, 0),
    "canContain density": Row((0.36, 0.37, 0.37, 0.27), 0, 0.03),
    "copies of the target": Row((2.19, 2.47, 2.35, 2.48), 0, 0.3),
    "targets shut away": Row((0.21, 0.02, 0.06, 0.11), 0, 0.08),
    "targets at the goal": Row((0.25, 0.00, 0.00, 0.05), 0, 0.08),
    "optimal plan": Row((6.32, 5.80, 5.22, 6.18), 0.04, 0),
}

# First, fifth and ninth deciles by kind.
SPREAD = {
    "receptacles": {
        "kitchen": (22, 33, 51),
        "livingroom": (8, 14, 22),
        "bedroom": (8, 14, 22),
        "bathroom": (10, 14, 18),
    },
    "objects": {"kitchen": (46, 54, 63), "livingroom": (24, 31, 43), "bedroom": (28, 33, 39), "bathroom": (21, 24, 28)},
}

# Mean optimal plans and mean share of targets shut away, by task type in the order of TASK_TYPES.
BY_TASK = {
    "optimal plan": (4.15, 3.62, 6.26, 6.25, 6.16, 8.27),
    "targets shut away": (0.09, 0.05, 0.22, 0.25, 0.15, 0.07),
}


def means(games: Iterable[Game]) -> dict[str, dict[str, float]]:
    """Name -> kind -> mean over MIXTURE."""
    cells: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for game in games:
        cells[game.kind, game.problem.goal.task_type].append(measure(game))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for kind in KINDS:
        weights = {t: n for t, n in zip(TASK_TYPES, MIXTURE[kind], strict=True) if n}
        for name in next(iter(cells.values()))[0]:
            found[name][kind] = sum(
                n * statistics.mean(numbers[name] for numbers in cells[kind, t]) for t, n in weights.items()
            ) / sum(weights.values())
    return found


def deciles(games: Iterable[Game], name: str, kind: str) -> tuple[float, ...]:
    values = sorted(measure(g)[name] for g in games if g.kind == kind)
    return tuple(values[int(share * (len(values) - 1))] for share in (0.1, 0.5, 0.9))


# -- games to measure


@pytest.fixture(scope="module", params=[("train", 100), ("test", 60)], ids=["train", "test"])
def generated(request: pytest.FixtureRequest) -> list[Game]:
    return generated_games(*request.param)


def generated_games(split: str, per_type: int) -> list[Game]:
    texts = ((s, generate(s.task_type, s.room, s.seed)) for s in plan_games(split, per_type))
    return [Game(s.room.split("-")[0], parse_problem(g.problem), len(g.walkthrough)) for s, g in texts]


@pytest.fixture(scope="module")
def released(request: pytest.FixtureRequest) -> list[Game]:
    """Every third game of train and valid_seen."""
    texts: Iterable[tuple[str, GameText]]
    if given := os.environ.get("ALFWORLD_DATA"):
        paths = [
            p for split in ("train", "valid_seen") for p in Path(given).glob(f"json_2.1.*/{split}/*/*/{GAME_FILE}")
        ]
        if len(paths) < 3693:
            pytest.skip(f"{len(paths)} of 3,693 games in $ALFWORLD_DATA")
        texts = [(p.parts[-3], read_game(p)) for p in sorted(paths)[::3]]
    else:
        games: RealGames = request.getfixturevalue("real_games")
        texts = [(name.split("/")[-3], parse_game(games.read(name), name)) for name in games.names()[::3]]
    kinds = {0: "kitchen", 2: "livingroom", 3: "bedroom", 4: "bathroom"}
    return [
        Game(kinds[int(folder.rsplit("-", 1)[1]) // 100], parse_problem(g.problem), len(g.walkthrough))
        for folder, g in texts
    ]


# -- generated games are like the released ones


def test_means_are_close(generated: list[Game]) -> None:
    found = means(generated)
    off = [
        f"{name} in a {kind}: {found[name][kind]:.2f} for {row.released[i]}"
        for name, row in MEANS.items()
        for i, kind in enumerate(KINDS)
        if abs(found[name][kind] - row.released[i]) > row.relative * row.released[i] + row.absolute
    ]
    assert off == []
    assert found.keys() == MEANS.keys()


def test_some_rooms_are_small_and_some_large(generated: list[Game]) -> None:
    for name, kinds in SPREAD.items():
        for kind, expected in kinds.items():
            for ours, theirs in zip(deciles(generated, name, kind), expected, strict=True):
                assert abs(ours - theirs) <= max(3, 0.22 * theirs), (name, kind, ours, theirs)


def test_tasks_are_as_hard(generated: list[Game]) -> None:
    for name, released_means in BY_TASK.items():
        for task_type, theirs in zip(TASK_TYPES, released_means, strict=True):
            ours = statistics.mean(measure(g)[name] for g in generated if g.problem.goal.task_type == task_type)
            assert abs(ours - theirs) <= (0.2 if name == "optimal plan" else 0.11), (name, task_type, ours, theirs)


def test_goals_are_about_many_things(generated: list[Game]) -> None:
    """No object and no receptacle is what most games of a task are about, but for the lamp to look at things by."""
    for task_type in TASK_TYPES:
        goals = [g.problem.goal for g in generated if g.problem.goal.task_type == task_type]
        assert max(Counter(g.object_type for g in goals).values()) <= 0.25 * len(goals)
        if task_type != "look_at_obj_in_light":
            assert max(Counter(g.target_type for g in goals).values()) <= 0.25 * len(goals)


# -- what is learnt in some rooms holds in others


def search_ratio(seen: Iterable[Game], new: Iterable[Game]) -> float:
    """Receptacles to look into till the goal's object is found: in the order learnt from `seen` games over at random.

    A learnt order goes by how often one receptacle of a type held an object of the type, in that kind of room.
    """
    held: Counter[tuple[str, str, str]] = Counter()
    there: Counter[tuple[str, str]] = Counter()
    for game in seen:
        types = {r.id: r.type for r in game.problem.receptacles}
        there.update((game.kind, t) for t in types.values())
        objects = {t.id: t.type for t in game.problem.things}
        held.update((game.kind, objects[o], types[r]) for o, r in game.problem.inside)
    learnt = chance = 0.0
    for kind, problem, _ in new:
        t = problem.goal.object_type
        wanted = {r for o, r in problem.inside if o.split("_bar_")[0] == t}

        def promise(r: Receptacle, kind: str = kind, t: str = t) -> float:
            return held[kind, t, r.type] / max(1, there[kind, r.type])

        # Equals are looked into in any order: with k of them full among n, the first full one is the (n+1)/(k+1)th.
        groups: dict[float, list[bool]] = defaultdict(list)
        for r in problem.receptacles:
            groups[promise(r)].append(r.id in wanted)
        passed = 0
        for value in sorted(groups, reverse=True):
            if any(groups[value]):
                learnt += passed + (len(groups[value]) + 1) / (sum(groups[value]) + 1)
                chance += (len(problem.receptacles) + 1) / (len(wanted) + 1)
                break
            passed += len(groups[value])
    return learnt / chance


def test_what_train_rooms_teach_helps_in_test_rooms() -> None:
    """In the released games, the odd rooms' habits bring the search in the even ones down to 0.28 of chance."""
    assert 0.2 < search_ratio(generated_games("train", 60), generated_games("test", 40)) < 0.36


# -- the tables above and the vocabulary, against the released games


def test_the_table_is_that_of_the_released_games(released: list[Game]) -> None:
    found = means(released)
    for name, row in MEANS.items():
        for i, kind in enumerate(KINDS):
            assert found[name][kind] == pytest.approx(row.released[i], rel=0.06, abs=0.03), (name, kind)
    for name, kinds in SPREAD.items():
        for kind, expected in kinds.items():
            assert deciles(released, name, kind) == pytest.approx(expected, abs=2)


def test_the_vocabulary_is_that_of_the_released_games(released: list[Game]) -> None:
    for kind, problem, _ in released:
        types, rtypes = {t.type for t in problem.things}, {r.type for r in problem.receptacles}
        assert types <= {*PORTABLE, *FIXED, "Footstool"}
        assert rtypes <= {*RECEPTACLES}
        assert problem.can_contain == {(r, o) for r in rtypes for o in HOLDS[r] if o in types}
        assert kind in TASK_KINDS[problem.goal.task_type]
        for thing in problem.things:
            if thing.type != "Footstool":  # sometimes portable, sometimes not
                assert thing.flags - {"isCool"} == FLAGS[thing.type]
        for r in problem.receptacles:
            assert r.openable or r.type not in ALWAYS_OPENABLE
            assert not r.openable or r.type in OPENABLE


def test_the_rules_of_households_are_those_of_the_released_games(released: list[Game]) -> None:
    """Where goals' objects never lie, and which objects are cool; nearly always, for there are a few odd games."""
    broken: Counter[str] = Counter()
    for _, problem, _ in released:
        goal, kinds = problem.goal, {r.id: r.type for r in problem.receptacles}
        placing = goal.task_type in ("pick_and_place_simple", "pick_two_obj_and_place")
        for thing in problem.things:
            inside = {kinds[r] for o, r in problem.inside if o == thing.id}
            wanted = thing.type == goal.object_type
            broken["cool"] += ("isCool" in thing.flags) != (wanted and "Fridge" in inside)
            broken["at the goal"] += wanted and placing and goal.target_type in inside
            broken["in the appliance"] += wanted and bool(inside & appliances(goal.task_type))
    assert max(broken.values()) <= 2, broken


def test_search_in_the_released_games(released: list[Game]) -> None:
    rooms = {g.problem.receptacles: i for i, g in enumerate({g.problem.receptacles: g for g in released}.values())}
    half = [[g for g in released if rooms[g.problem.receptacles] % 2 == side] for side in (0, 1)]
    assert search_ratio(*half) == pytest.approx(0.28, abs=0.03)
