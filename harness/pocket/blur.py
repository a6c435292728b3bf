"""Plans that are right, partial, vague or wrong: what the ranker learns to obey, whatever it reads."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from skillevo.harness.pocket.plans import APPLIANCE, Again, Facts, Find, Light, Plan, Put, Step, Take, Treat, right_plan

HOWS = tuple(APPLIANCE)


@dataclass(frozen=True, slots=True)
class Rates:
    """How often something is amiss in a plan, each drawn by itself.

    Attributes:
        nothing: the plan is empty.
        right: nothing is amiss.
    """

    nothing: float = 0.12
    right: float = 0.3
    no_place: float = 0.15
    wrong_places: float = 0.25
    everywhere: float = 0.08
    no_treatment: float = 0.15
    wrong_appliance: float = 0.2
    no_appliance: float = 0.1
    needless_treatment: float = 0.05
    generic_target: float = 0.25
    wrong_target: float = 0.18
    no_put: float = 0.1
    no_lamp: float = 0.15
    lamp_anywhere: float = 0.15
    lamp_elsewhere: float = 0.25
    once: float = 0.45
    swapped: float = 0.1
    wrong_thing: float = 0.05
    shut: float = 0.3


RATES = Rates()


def draw_plan(facts: Facts, rng: random.Random, rates: Rates = RATES) -> Plan:
    """A plan for a game, as good as chance has it."""
    if rng.random() < rates.nothing:
        return Plan()
    places = list(facts.where[: 2 if facts.two else 1])
    others = [r for r in facts.room if r not in places]
    places += rng.sample(others, min(len(others), rng.choice((0, 0, 1, 1, 2, 3))))
    rng.shuffle(places)
    lamps = list(facts.lamps[:1])
    lamps += rng.sample([r for r in facts.room if r not in lamps], rng.choice((0, 0, 1, 2))) if lamps else []
    rng.shuffle(lamps)
    plan = right_plan(facts, places)
    opening = rng.random() >= rates.shut
    steps: list[Step] = []
    for s in plan.steps:
        if isinstance(s, Find):
            s = replace(s, opening=opening)
        elif isinstance(s, Light):
            s = replace(s, places=tuple(lamps))
        elif isinstance(s, Put) and rng.random() < rates.generic_target:
            s = Put()
        steps.append(s)
    if rng.random() >= rates.right:
        steps = [b for s in steps for b in _blur(s, facts, rng, rates)]
        if not facts.how and rng.random() < rates.needless_treatment:
            how = rng.choice(HOWS)
            steps.insert(min(2, len(steps)), Treat(how, APPLIANCE[how]))
        if rng.random() < rates.swapped:
            _swap(steps, rng)
    return Plan(tuple(steps))


def _blur(step: Step, facts: Facts, rng: random.Random, r: Rates) -> list[Step]:
    chance = rng.random()
    match step:
        case Find():
            if rng.random() < r.wrong_thing:
                step = replace(step, thing=rng.choice(facts.things))
            if chance < r.no_place:
                return [replace(step, places=(), opening=False)]
            if chance < r.no_place + r.everywhere:
                return [replace(step, places=(), everywhere=True)]
            if chance < r.no_place + r.everywhere + r.wrong_places:
                wrong = [p for p in facts.room if p not in facts.where] or list(facts.room)
                return [replace(step, places=tuple(rng.sample(wrong, min(len(wrong), rng.choice((1, 1, 2, 3))))))]
        case Treat():
            if chance < r.no_treatment:
                return []
            if chance < r.no_treatment + r.wrong_appliance:
                return [Treat(step.how, rng.choice([p for p in facts.room if p != step.appliance]))]
            if chance < r.no_treatment + r.wrong_appliance + r.no_appliance:
                return [Treat(step.how, "")]
        case Put():
            if chance < r.no_put:
                return []
            if chance < r.no_put + r.wrong_target:
                return [Put(rng.choice(facts.room))]
        case Light():
            if chance < r.no_lamp:
                return []
            if chance < r.no_lamp + r.lamp_anywhere:
                return [replace(step, places=())]
            if chance < r.no_lamp + r.lamp_anywhere + r.lamp_elsewhere:
                return [replace(step, places=tuple(rng.sample(facts.room, 1)))]
        case Again():
            return [] if chance < r.once else [step]
        case Take():
            pass
    return [step]


def _swap(steps: list[Step], rng: random.Random) -> None:
    """Two steps that belong the other way round: the treatment after the putting down, or the lamp before all."""
    kinds = [type(s) for s in steps]
    if Treat in kinds and Put in kinds:
        i, j = kinds.index(Treat), kinds.index(Put)
        steps[i], steps[j] = steps[j], steps[i]
    elif Light in kinds and kinds[0] is not Light:
        steps.insert(0, steps.pop(kinds.index(Light)))


Habits = Mapping[str, Mapping[str, float]]
"""By kind of thing, how often it lies in each kind of place."""


def complete(plan: Plan, facts: Facts, habits: Habits, rng: random.Random, knows: float) -> Plan:
    """What somebody makes of a plan who knows the household: each thing that the plan leaves out is filled in.

    Args:
        knows: the chance, for each thing left out, that it is known.
    """
    steps = list(plan.steps)

    def known() -> bool:
        return rng.random() < knows

    if not any(isinstance(s, Find) for s in steps) and known():
        steps[:0] = [Find(facts.thing), Take()]
    thing = next((s.thing for s in steps if isinstance(s, Find) and s.thing), facts.thing)
    for i, s in enumerate(steps):
        if isinstance(s, Find) and not s.places and known():
            steps[i] = replace(s, places=usual_places(thing, facts, habits), opening=True, everywhere=False)
        elif isinstance(s, Treat) and not s.appliance and known():
            steps[i] = Treat(s.how, APPLIANCE[s.how])
        elif isinstance(s, Light) and not s.places and known():
            steps[i] = replace(s, places=usual_places(s.lamp, facts, habits))
    kinds = [type(s) for s in steps]
    if facts.how and Treat not in kinds and known():
        steps.insert(kinds.index(Take) + 1 if Take in kinds else len(steps), Treat(facts.how, APPLIANCE[facts.how]))
    if facts.lamp and Light not in kinds and known():
        steps.append(Light(facts.lamp, usual_places(facts.lamp, facts, habits)))
    if not facts.lamp and Put not in kinds and known():
        steps.append(Put(facts.target))
    if facts.two and Again not in kinds and known():
        steps.append(Again())
    return Plan(tuple(steps))


def usual_places(thing: str, facts: Facts, habits: Habits, most: int = 4) -> tuple[str, ...]:
    """The kinds of place in this room where such a thing is usually found, the likeliest first."""
    usual = habits.get(thing, {})
    return tuple(sorted((p for p in facts.room if usual.get(p)), key=lambda p: (-usual[p], p))[:most])
