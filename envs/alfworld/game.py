"""A game compiled for play: immutable tables over small integers, shared by all worlds that play it.

Receptacles and objects are numbered in the official engine's listing order, which is the order of
their lower-cased ids. All sets of objects and receptacles are bit masks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from skillevo.envs.alfworld.problem import OBJECT_FLAGS, Goal, Problem, UnsupportedGame

KNIVES = frozenset({"Knife", "ButterKnife"})
APPLIANCES = {"clean": frozenset({"SinkBasin"}), "heat": frozenset({"Microwave"}), "cool": frozenset({"Fridge"})}
"""Which receptacle types each treatment needs, as the domain's preconditions say."""
GOAL_NEEDS = {
    "pick_and_place_simple": "",
    "look_at_obj_in_light": "",
    "pick_clean_then_place_in_recep": "cleanable",
    "pick_heat_then_place_in_recep": "heatable",
    "pick_cool_then_place_in_recep": "coolable",
    "pick_two_obj_and_place": "",
}
"""The static condition that a goal puts on its object."""


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """What never changes while a game is played.

    Attributes:
        task: the whole task line, "Your task is to: ...".
        receptacles, objects: display names ("drawer 3"), by index.
        places: location index of each receptacle.
        at: receptacle indices of each location.
        start: the agent's first location.
        masks: object bit masks by flag name; `knife` among them.
        can_hold: for each receptacle, the mask of objects that may be put there.
        uses: for `clean`, `heat`, `cool`: the mask of receptacles that do it.
        contents: objects in each receptacle at the start; an object may be in two at once.
        noted: objects at each location as the problem notes them (objectAtLocation).
        nested: for each object, what its text lists inside it.
        wanted, targets, lamps: masks of the objects, receptacles and lamps that the goal is about.
        overview: the room as the first observation lists it.
        goto: by location, the "go to" commands admissible there; one to a receptacle that is here
            changes nothing, and what changes nothing is never offered.
        facing: by location, the receptacles there as `look` lists them.
    """

    name: str
    task: str
    goal: Goal
    receptacles: tuple[str, ...]
    receptacle_types: tuple[str, ...]
    objects: tuple[str, ...]
    object_types: tuple[str, ...]
    receptacle_index: dict[str, int]
    object_index: dict[str, int]
    places: tuple[int, ...]
    at: tuple[tuple[int, ...], ...]
    start: int
    openable: int
    opened: int
    masks: dict[str, int]
    can_hold: tuple[int, ...]
    uses: dict[str, int]
    contents: tuple[tuple[int, ...], ...]
    noted: tuple[tuple[int, ...], ...]
    nested: tuple[tuple[int, ...], ...]
    wanted: int
    targets: int
    lamps: int
    overview: str
    goto: tuple[tuple[str, ...], ...]
    facing: tuple[str, ...]

    @property
    def task_type(self) -> str:
        return self.goal.task_type


def listing(items: list[str]) -> str:
    """The official engine's lists: a comma stands before every "and"."""
    if not items:
        return "nothing"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])}, and {items[-1]}"


def display_names(entities: frozenset[str]) -> dict[str, str]:
    """Names as players see them, from ids: the first id in order gets its type's highest number.

    An id with "basin" anywhere in it has "basin" appended to its type.
    """

    stems = {}
    for i in sorted({e.lower() for e in entities if "_bar_" in e}):
        stems[i] = i.split("_bar_", 1)[0] + ("basin" if "basin" in i else "")
    left = Counter(stems.values())
    names = {}
    for i, stem in stems.items():
        names[i] = f"{stem} {left[stem]}"
        left[stem] -= 1
    return names


def compile_game(problem: Problem, task: str, *, sink_cleans: bool = True) -> Game:
    """Turn a parsed problem and its task line into tables.

    Args:
        sink_cleans: whether a receptacle of type Sink cleans too, as the data set's domain has it
            (the domain inside the alfworld 0.4.2 wheel has only SinkBasin).

    Raises:
        UnsupportedGame: names that the text could not tell apart.
    """
    names = display_names(problem.entities)
    rs = sorted(problem.receptacles, key=lambda r: r.id.lower())
    os = sorted(problem.things, key=lambda o: o.id.lower())
    for i in (*(r.id for r in rs), *(o.id for o in os)):
        if i.lower() not in names:
            raise UnsupportedGame(f"{i} has no position in its id, so it has no number in its name")
    r_index = {r.id: i for i, r in enumerate(rs)}
    o_index = {o.id: i for i, o in enumerate(os)}
    r_names = tuple(names[r.id.lower()] for r in rs)
    o_names = tuple(names[o.id.lower()] for o in os)
    if len({*r_names, *o_names}) < len(rs) + len(os):
        raise UnsupportedGame("two things share one name")

    where = sorted({problem.start, *(r.location for r in rs if r.location), *(p for o in os for p in o.locations)})
    spot = {p: i for i, p in enumerate(where)}
    at = _groups(((spot[r.location], i) for i, r in enumerate(rs) if r.location), len(where))
    masks = dict.fromkeys(OBJECT_FLAGS, 0)
    of_type: dict[str, int] = {}
    for bit, o in ((1 << k, o) for k, o in enumerate(os)):
        of_type[o.type] = of_type.get(o.type, 0) | bit
        for f in o.flags:
            masks[f] |= bit
    masks["knife"] = sum(of_type.get(t, 0) for t in KNIVES)
    takes: dict[str, int] = {}
    for r_type, o_type in problem.can_contain:
        takes[r_type] = takes.get(r_type, 0) | of_type.get(o_type, 0)
    cleaners = APPLIANCES["clean"] | ({"Sink"} if sink_cleans else set())
    goto = sorted((f"go to {r_names[i]}", p) for p, here in enumerate(at) for i in here)
    goal = problem.goal
    need = GOAL_NEEDS[goal.task_type]
    look = goal.task_type == "look_at_obj_in_light"
    return Game(
        name=problem.name,
        task=task,
        goal=goal,
        receptacles=r_names,
        receptacle_types=tuple(r.type for r in rs),
        objects=o_names,
        object_types=tuple(o.type for o in os),
        receptacle_index={n: i for i, n in enumerate(r_names)},
        object_index={n: i for i, n in enumerate(o_names)},
        places=tuple(spot.get(r.location, -1) for r in rs),
        at=at,
        start=spot[problem.start],
        openable=_mask(r.openable for r in rs),
        opened=_mask(r.opened for r in rs),
        masks=masks,
        can_hold=tuple(takes.get(r.type, 0) for r in rs),
        uses={v: _mask(r.type in (cleaners if v == "clean" else t) for r in rs) for v, t in APPLIANCES.items()},
        contents=_groups(((r_index[r], o_index[o]) for o, r in problem.inside), len(rs)),
        noted=_groups(((spot[p], i) for i, o in enumerate(os) for p in o.locations), len(where)),
        nested=_groups(((o_index[outer], o_index[inner]) for inner, outer in problem.nested), len(os)),
        wanted=_mask(o.type == goal.object_type and (not need or need in o.flags) for o in os),
        targets=_mask(r.type == goal.target_type for r in rs) if not look else 0,
        lamps=_mask(o.type == goal.target_type and "toggleable" in o.flags for o in os) if look else 0,
        overview=listing([f"a {n}" for n, r in zip(r_names, rs, strict=True) if r.location]),
        goto=tuple(tuple(command for command, there in goto if there != here) for here in range(len(where))),
        facing=tuple(listing([r_names[i] for i in here]) for here in at),
    )


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << i for i, bit in enumerate(bits) if bit)


def _groups(pairs: Iterable[tuple[int, int]], n: int) -> tuple[tuple[int, ...], ...]:
    """Members by group, each group in order: ((group, member), ...) -> (members of 0, members of 1, ...)."""
    groups: list[list[int]] = [[] for _ in range(n)]
    for group, member in pairs:
        groups[group].append(member)
    return tuple(tuple(sorted(g)) for g in groups)
