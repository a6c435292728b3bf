"""A problem as the text that both engines read, laid out as in the released games."""

from __future__ import annotations

from collections.abc import Iterable

from skillevo.envs.alfworld.generate.vocabulary import FIXED, PORTABLE, RECEPTACLES
from skillevo.envs.alfworld.problem import OBJECT_FLAGS, Goal, Problem

_PLACE = """
                (exists (?r - receptacle)
                    (exists (?o - object)
                        (and
                            {conditions}
                        )
                    )
                )"""

_PLACED = ("(objectType ?o {o}Type)", "(receptacleType ?r {t}Type)")
_IN = "(inReceptacle ?o ?r)"


def _place(*conditions: str) -> str:
    return _PLACE.format(conditions=f"\n{' ' * 28}".join(conditions))


_GOALS = {
    "pick_and_place_simple": _place(_IN, *_PLACED),
    "pick_clean_then_place_in_recep": _place("(cleanable ?o)", *_PLACED, "(isClean ?o)", _IN),
    "pick_heat_then_place_in_recep": _place("(heatable ?o)", *_PLACED, "(isHot ?o)", _IN),
    "pick_cool_then_place_in_recep": _place("(coolable ?o)", *_PLACED, "(isCool ?o)", _IN),
    "pick_two_obj_and_place": """
                (exists (?r - receptacle)
                    (exists (?o1 - object)
                        (and
                            (objectType ?o1 {o}Type)
                            (receptacleType ?r {t}Type)
                            (inReceptacle ?o1 ?r)
                            (exists (?o2 - object)
                                (and
                                    (not (= ?o1 ?o2))
                                    (objectType ?o2 {o}Type)
                                    (receptacleType ?r {t}Type)
                                    (inReceptacle ?o2 ?r)
                                )
                            )
                        )
                    )
                )""",
    "look_at_obj_in_light": """
                (exists (?ot - object ?r - receptacle ?a - agent ?l - location)
                    (and
                        (objectType ?ot {t}Type)
                        (toggleable ?ot)
                        (isToggled ?ot)
                        (receptacleAtLocation ?r ?l)
                        (atLocation ?a ?l)
                        (inReceptacle ?ot ?r)
                    )
                )
                (exists (?o - object ?a - agent)
                    (and
                        (objectType ?o {o}Type)
                        (holds ?a ?o)
                    )
                )""",
}

SENTENCES = {
    "pick_and_place_simple": ("put a {o} in {t}", "put some {o} on {t}"),
    "look_at_obj_in_light": ("look at {o} under the {t}", "examine the {o} with the {t}"),
    "pick_clean_then_place_in_recep": ("put a clean {o} in {t}", "clean some {o} and put it in {t}"),
    "pick_heat_then_place_in_recep": ("put a hot {o} in {t}", "heat some {o} and put it in {t}"),
    "pick_cool_then_place_in_recep": ("put a cool {o} in {t}", "cool some {o} and put it in {t}"),
    "pick_two_obj_and_place": ("put two {o} in {t}", "find two {o} and put them in {t}"),
}
"""By task type, the two sentences that a goal is told in."""


def task_line(goal: Goal, sentence: str) -> str:
    """The whole task line, from one of `SENTENCES`."""
    return f"Your task is to: {sentence.format(o=goal.object_type.lower(), t=goal.target_type.lower())}."


def write_problem(problem: Problem) -> str:
    """The problem's text: equal for equal problems, read back by `parse_problem`, played by the official engine."""
    receptacles = sorted(problem.receptacles, key=lambda r: r.id)
    things = sorted(problem.things, key=lambda t: t.id)
    locations = {
        problem.start,
        *(r.location for r in receptacles if r.location),
        *(p for t in things for p in t.locations),
    }
    otypes = {*PORTABLE, *FIXED, *(t.type for t in things)}
    rtypes = {*RECEPTACLES, *(r.type for r in receptacles)}
    objects = [
        "agent1 - agent",
        *_declare("otype", (f"{t}Type" for t in otypes)),
        *_declare("rtype", (f"{t}Type" for t in rtypes)),
        *_declare("object", (t.id for t in things)),
        *_declare("receptacle", (r.id for r in receptacles)),
        *_declare("location", locations),
    ]
    facts = [
        *(f"(receptacleType {r.id} {r.type}Type)" for r in receptacles),
        *(f"(objectType {t.id} {t.type}Type)" for t in things),
        *(f"(canContain {r}Type {o}Type)" for r, o in sorted(problem.can_contain)),
        *(f"({flag} {t.id})" for flag in OBJECT_FLAGS for t in things if flag in t.flags),
        *(f"(openable {r.id})" for r in receptacles if r.openable),
        *(f"(opened {r.id})" for r in receptacles if r.opened),
        f"(atLocation agent1 {problem.start})",
        *(f"(inReceptacle {o} {r})" for o, r in sorted(problem.inside)),
        *(f"(inReceptacleObject {inner} {outer})" for inner, outer in sorted(problem.nested)),
        *(f"(receptacleAtLocation {r.id} {r.location})" for r in receptacles if r.location),
        *(f"(objectAtLocation {t.id} {p})" for t in things for p in t.locations),
    ]
    goal = _GOALS[problem.goal.task_type].format(o=problem.goal.object_type, t=problem.goal.target_type)
    return (
        f"\n(define (problem {problem.name})\n    (:domain alfred)\n    (:objects{_lines(objects)}\n    )\n"
        f"    (:init{_lines(facts)}\n    )\n    (:goal\n            (and{goal}\n            )\n    )\n)\n"
    )


def _declare(kind: str, names: Iterable[str]) -> list[str]:
    return [f"{name} - {kind}" for name in sorted(names)]


def _lines(items: list[str]) -> str:
    return "".join(f"\n        {item}" for item in items)
