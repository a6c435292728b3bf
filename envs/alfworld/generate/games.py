"""Games: a task set in a room, its household around it, proven solvable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from skillevo.envs.alfworld.game import GOAL_NEEDS
from skillevo.envs.alfworld.gamefile import GameText
from skillevo.envs.alfworld.generate.households import Household, kept_out, space_for
from skillevo.envs.alfworld.generate.ids import location_id
from skillevo.envs.alfworld.generate.inventory import GENERATOR_VERSION, room_names
from skillevo.envs.alfworld.generate.rooms import Room, make_room
from skillevo.envs.alfworld.generate.text import SENTENCES, task_line, write_problem
from skillevo.envs.alfworld.generate.vocabulary import FLAGS, HOLDS, TAKEN_BY, TASK_KINDS, appliances
from skillevo.envs.alfworld.problem import TASK_TYPES, Goal, Problem
from skillevo.envs.alfworld.solver import Unsolvable, solve
from skillevo.envs.base import SkillevoError
from skillevo.envs.draw import Draw

NEVER_TARGETS = frozenset(
    {"BathtubBasin", "HandTowelHolder", "LaundryHamper", "SinkBasin", "TVStand", "Toaster", "TowelHolder"}
)
"""Receptacle types that no released task asks to put anything into."""

ATTEMPTS = 20
"""Households drawn for one game before it is given up; about one game in a hundred needs a second one."""

LONGEST = 10
"""The longest optimal plan of a released game; longer ones are drawn again."""

CANDIDATES = 6
"""Seeds that a plan looks at for each of its games."""


@dataclass(frozen=True, slots=True)
class GameSpec:
    """A game to generate, and what it will be about.

    Attributes:
        id: unique among all games of the generator: type, object, target, room and seed.
        params: the goal's `object` and `target`.
    """

    task_type: str
    room: str
    seed: int
    id: str
    params: Mapping[str, str] = field(hash=False)


def generate(task_type: str, room: str, seed: int) -> GameText:
    """The game of that task type in that room; each seed gives another household, goal and sentence.

    The walkthrough is an optimal plan. The same arguments give the same game on every machine.

    Raises:
        SkillevoError: no such task type or room, or a task that the room has not the things for.
    """
    goal = choose_goal(task_type, room, seed)
    made = make_room(room)
    for attempt in range(ATTEMPTS):
        draw = Draw(GENERATOR_VERSION, "game", task_type, room, seed, attempt)
        line = task_line(goal, draw.pick(SENTENCES[task_type]))
        name = f"plan_{room.replace('-', '_')}_{task_type}_{seed}"
        text = write_problem(_problem(name, made, goal, draw))
        try:
            plan = solve(GameText(text, line).compile())
        except Unsolvable:
            continue
        if 0 < len(plan) <= LONGEST:
            return GameText(text, line, plan)
    raise SkillevoError(
        f"no household in {ATTEMPTS} made {task_type} in {room} with seed {seed} solvable; take another seed"
    )


def choose_goal(task_type: str, room: str, seed: int) -> Goal:
    """What the game of these arguments is about; cheap, and what `generate` makes.

    Raises:
        SkillevoError: as `generate`.
    """
    if seed < 0:
        raise SkillevoError(f"a game's seed is 0 or more, not {seed}")
    goals = _goals(task_type, room)
    if not goals:
        kinds = TASK_KINDS[task_type]
        kind = make_room(room).kind
        why = f"that task needs a {' or '.join(kinds)}" if kind not in kinds else "the room has not the things for it"
        raise SkillevoError(
            f"{task_type} cannot be set in {room}: {why}; rooms_for({task_type!r}, split) lists those that do"
        )
    draw = Draw(GENERATOR_VERSION, "goal", task_type, room, seed)
    target = draw.pick(tuple(goals))
    return Goal(task_type, draw.pick(goals[target]), target)


@lru_cache(maxsize=4096)
def _goals(task_type: str, room: str) -> Mapping[str, tuple[str, ...]]:
    """By target type, the object types that the task could be about in this room: in reach, enough, and taken there."""
    if task_type not in TASK_TYPES:
        raise SkillevoError(f"there is no task type {task_type!r}; there are {', '.join(TASK_TYPES)}")
    made, need = make_room(room), GOAL_NEEDS[task_type]
    if made.kind not in TASK_KINDS[task_type]:
        return {}
    copies = 2 if task_type == "pick_two_obj_and_place" else 1
    able = [o for o in made.owns if TAKEN_BY[o] and (not need or need in FLAGS[o])]
    look = task_type == "look_at_obj_in_light"
    if look:
        targets = {t.type for t in made.fixed} & {"DeskLamp"}
    else:
        targets = made.fixtures.keys() - NEVER_TARGETS - appliances(task_type)
    goals = {}
    for target in sorted(targets):
        closed = kept_out(task_type, target)
        taken = (o for o in able if look or target in TAKEN_BY[o])
        if objects := tuple(o for o in taken if space_for(made, o, closed) >= copies):
            goals[target] = objects
    return goals


def _problem(name: str, room: Room, goal: Goal, draw: Draw) -> Problem:
    household = Household(room, goal, draw)
    things = (*room.fixed, *household.things)
    receptacles = tuple(f.receptacle for f in room)
    types = {t.type for t in things}
    taken = {r.location for r in receptacles}
    while (start := location_id(*room.floor.cell(draw), draw.below(4), 30)) in taken:
        pass
    return Problem(
        name=name,
        start=start,
        receptacles=receptacles,
        things=things,
        inside=frozenset((*room.standing, *household.inside)),
        nested=frozenset(household.nested),
        can_contain=frozenset((r, o) for r in room.fixtures for o in HOLDS[r] if o in types),
        goal=goal,
        entities=frozenset(),  # what numbers names is read from the text
    )


def rooms_for(task_type: str, split: str) -> tuple[str, ...]:
    """The rooms of a split in which that task can be set.

    Raises:
        SkillevoError: no such task type or split.
    """
    return tuple(room for room in room_names(split) if _goals(task_type, room))


def plan_games(split: str, per_type: int) -> tuple[GameSpec, ...]:
    """A balanced list of games: `per_type` of each task type, in turn, over as many rooms and goals as there are.

    Kinds of room come as often as in the released games, rooms of a kind in turn, and of a few seeds the one
    whose object and receptacle have come up least. Nothing is generated yet.

    Raises:
        SkillevoError: no such split, or a number below 1.
    """
    if per_type < 1:
        raise SkillevoError(f"a plan has at least 1 game of each type, not {per_type}")
    columns = [_plan(task_type, split, per_type) for task_type in TASK_TYPES]
    return tuple(spec for row in zip(*columns, strict=True) for spec in row)


def _plan(task_type: str, split: str, count: int) -> list[GameSpec]:
    draw = Draw(GENERATOR_VERSION, "plan", split, task_type)
    rooms: dict[str, list[str]] = {}
    for room in draw.shuffled(rooms_for(task_type, split)):
        rooms.setdefault(make_room(room).kind, []).append(room)
    shares = {kind: share for kind, share in TASK_KINDS[task_type].items() if kind in rooms}
    had: Counter[str] = Counter()
    seeds: Counter[str] = Counter()
    seen: Counter[tuple[str, ...]] = Counter()
    specs = []
    for _ in range(count):
        kind = min(shares, key=lambda k: ((2 * had[k] + 1) / shares[k], k))
        room = rooms[kind][had[kind] % len(rooms[kind])]
        had[kind] += 1
        options = range(seeds[room], seeds[room] + CANDIDATES)
        seeds[room] += CANDIDATES
        goals = [(choose_goal(task_type, room, seed), seed) for seed in options]
        goal, seed = min(goals, key=lambda g: (*(seen[key] for key in _keys(g[0], room)), g[1]))
        seen.update(_keys(goal, room))
        o, t = goal.object_type, goal.target_type
        specs.append(GameSpec(task_type, room, seed, f"{task_type}-{o}-{t}-{room}-{seed}", {"object": o, "target": t}))
    return specs


def _keys(goal: Goal, room: str) -> tuple[tuple[str, ...], ...]:
    """What should not come up twice, the worst first."""
    o, t = goal.object_type, goal.target_type
    return (o, t, room), (o, t), (o,), ("", t)
