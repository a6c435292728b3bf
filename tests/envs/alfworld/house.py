"""Small households for tests, written as the PDDL that both engines read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.gamefile import GameText

FLAGS = {
    "pickupable": "Apple Mug Knife ButterKnife Plate Lettuce Book Pan Bowl Cloth CellPhone",
    "cleanable": "Apple Mug Plate Lettuce Cloth Knife Bowl",
    "heatable": "Apple Mug Plate",
    "coolable": "Apple Mug Lettuce Pan Bowl",
    "toggleable": "DeskLamp FloorLamp CellPhone",
    "sliceable": "Apple Lettuce",
    "isReceptacleObject": "Plate Pan Bowl",
}
FLAGS_OF = {
    kind: [f for f, kinds in FLAGS.items() if kind in kinds.split()]
    for kind in {k for kinds in FLAGS.values() for k in kinds.split()}
}
OPENABLE = ["Fridge", "Microwave", "Cabinet", "Drawer", "Safe"]

GOALS = {
    "simple": (
        "(exists (?r - receptacle) (exists (?o - object) (and (inReceptacle ?o ?r) "
        "(objectType ?o {o}Type) (receptacleType ?r {t}Type))))"
    ),
    "clean": (
        "(exists (?r - receptacle) (exists (?o - object) (and (cleanable ?o) (objectType ?o {o}Type) "
        "(receptacleType ?r {t}Type) (isClean ?o) (inReceptacle ?o ?r))))"
    ),
    "heat": (
        "(exists (?r - receptacle) (exists (?o - object) (and (heatable ?o) (objectType ?o {o}Type) "
        "(receptacleType ?r {t}Type) (isHot ?o) (inReceptacle ?o ?r))))"
    ),
    "cool": (
        "(exists (?r - receptacle) (exists (?o - object) (and (coolable ?o) (objectType ?o {o}Type) "
        "(receptacleType ?r {t}Type) (isCool ?o) (inReceptacle ?o ?r))))"
    ),
    "two": (
        "(exists (?r - receptacle) (exists (?o1 - object) (and (objectType ?o1 {o}Type) (receptacleType ?r {t}Type) "
        "(inReceptacle ?o1 ?r) (exists (?o2 - object) (and (not (= ?o1 ?o2)) (objectType ?o2 {o}Type) "
        "(receptacleType ?r {t}Type) (inReceptacle ?o2 ?r))))))"
    ),
    "look": (
        "(exists (?ot - object ?r - receptacle ?a - agent ?l - location) (and (objectType ?ot {t}Type) "
        "(toggleable ?ot) (isToggled ?ot) (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r))) "
        "(exists (?o - object ?a - agent) (and (objectType ?o {o}Type) (holds ?a ?o)))"
    ),
}


def at(number: int) -> str:
    """An id's position. They sort as their numbers do."""
    return f"_bar__plus_0{number}_dot_00_bar__plus_01_dot_00_bar__plus_00_dot_00"


def make_game(
    receptacles: Sequence[tuple[str, int, str]],
    things: Sequence[tuple[str, int, Sequence[int]]],
    goal: tuple[str, str, str],
    *,
    start: str = "loc_bar_0",
    extra: Iterable[str] = (),
    nested: Iterable[tuple[int, int]] = (),
    noted: Iterable[tuple[int, str]] | None = None,
    cannot: Iterable[tuple[str, str]] = (),
    task: str = "Your task is to: do it.",
) -> GameText:
    """A game.

    Args:
        receptacles: (type, position number, location); a Sink's basin is written SinkBasin.
        things: (type, position number, indices of the receptacles that it lies in).
        goal: (simple | clean | heat | cool | two | look, object type, target type).
        extra: further init facts, `{0}` standing for the id of thing 0.
        nested: (inner, outer) indices of things.
        noted: (thing index, location) for objectAtLocation; by default where its receptacles are.
        cannot: (receptacle type, object type) pairs that are left out of canContain.
    """
    r_ids = [
        (t.removesuffix("Basin") + at(n) + "_bar_" + t if t.endswith("Basin") else t + at(n)) for t, n, _ in receptacles
    ]
    o_ids = [t + at(n) for t, n, _ in things]
    r_types, o_types = sorted({t for t, _, _ in receptacles}), sorted({t for t, _, _ in things})
    if noted is None:
        noted = [(i, receptacles[r][2]) for i, (_, _, rs) in enumerate(things) for r in rs]
    noted = sorted(set(noted))
    locations = sorted({start, *(p for _, _, p in receptacles), *(p for _, p in noted)})
    goal_types = {f"{goal[1]}Type - otype", f"{goal[2]}Type - {'otype' if goal[0] == 'look' else 'rtype'}"}
    objects = ["agent1 - agent", *(f"{p} - location" for p in locations)]
    objects += [f"{i} - receptacle" for i in r_ids] + [f"{i} - object" for i in o_ids]
    # Types that the domain names must exist, whether or not the household has any.
    appliances = {"SinkType", "SinkBasinType", "MicrowaveType", "FridgeType", *(f"{t}Type" for t in r_types)}
    kinds = {"KnifeType", "ButterKnifeType", *(f"{t}Type" for t in o_types)}
    objects += sorted({*(f"{t} - rtype" for t in appliances), *(f"{t} - otype" for t in kinds), *goal_types})
    facts = [f"(atLocation agent1 {start})"]
    for (t, _, place), i in zip(receptacles, r_ids, strict=True):
        facts += [f"(receptacleType {i} {t}Type)", f"(receptacleAtLocation {i} {place})"]
        facts += [f"(openable {i})"] if t in OPENABLE else []
    for (t, _, rs), i in zip(things, o_ids, strict=True):
        facts += [f"(objectType {i} {t}Type)", *(f"({f} {i})" for f in FLAGS_OF.get(t, ()))]
        facts += [f"(inReceptacle {i} {r_ids[r]})" for r in rs]
    facts += [f"(objectAtLocation {o_ids[i]} {p})" for i, p in noted]
    facts += [f"(inReceptacleObject {o_ids[a]} {o_ids[b]})" for a, b in nested]
    facts += [f"(isReceptacleObjectFull {o_ids[b]})" for _, b in nested]
    facts += [f"(canContain {r}Type {o}Type)" for r in r_types for o in o_types if (r, o) not in set(cannot)]
    facts += [f.format(*o_ids) for f in extra]
    problem = (
        "(define (problem test)\n(:domain alfred)\n(:objects\n" + "\n".join(objects) + "\n)\n(:init\n"
        "" + "\n".join(facts) + "\n)\n(:goal (and " + GOALS[goal[0]].format(o=goal[1], t=goal[2]) + "))\n)\n"
    )
    return GameText(problem, task)


def world(*args: object, **kwargs: object) -> World:
    return World(make_game(*args, **kwargs).compile())  # type: ignore[arg-type]


KITCHEN = {
    "receptacles": [
        ("CounterTop", 1, "loc_bar_1"),
        ("Cabinet", 2, "loc_bar_2"),
        ("Cabinet", 3, "loc_bar_2"),
        ("Fridge", 4, "loc_bar_4"),
        ("Microwave", 5, "loc_bar_5"),
        ("SinkBasin", 6, "loc_bar_6"),
        ("SideTable", 7, "loc_bar_7"),
    ],
    "things": [
        ("Apple", 1, [0]),
        ("Apple", 2, [3]),
        ("Mug", 3, [1]),
        ("Knife", 4, [0]),
        ("Plate", 5, [0]),
        ("Lettuce", 6, [3]),
        ("DeskLamp", 7, [6]),
        ("CellPhone", 8, [6]),
    ],
    "extra": ["(isCool {1})", "(isCool {5})"],
    "nested": [(3, 4)],
}


def kitchen(goal: tuple[str, str, str] = ("heat", "Apple", "SideTable"), **more: object) -> World:
    """Seven receptacles and eight things: cabinets share a place, the fridge's content is cool."""
    return world(**{**KITCHEN, "goal": goal, **more})
