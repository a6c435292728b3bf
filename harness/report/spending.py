"""What a method answers for the rollouts spent: its curve, from which figures and the budget table are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import Curve, Point, Scores, pass_curve
from skillevo.harness.report.arms import Arm, Family
from skillevo.harness.report.measures import Measures


def _once(make: Callable[[Arm, Measures], Curve | None]) -> Callable[[Arm, Measures], Curve | None]:
    """A table and a figure ask for the same curves: the measures keep them."""

    @wraps(make)
    def made(arm: Arm, measures: Measures) -> Curve | None:
        key = (make.__name__, arm)
        if key not in measures.curves:
            measures.curves[key] = make(arm, measures)
        return measures.curves[key]

    return made


def answer_curve(arm: Arm, measures: Measures, until: float = 0.0) -> Curve | None:
    """Success of what the method would answer with after each generation.

    A method that evolves nothing answers with its first rollout, and as well with any other one: it has no use for a
    larger budget, and its level line may be drawn on to one. A method that is scored by fresh rollouts of a chosen
    skill answers only when all is spent: one point.

    Args:
        until: the budget to which a level line is drawn on.
    """
    if arm.any_of:
        return None
    if not arm.evolves:
        scores = measures.scores(arm, "success", measures.select(arm))
        end = max(arm.rollouts, until) if is_level(arm) else arm.rollouts
        return _curve([(1.0, scores)] * (is_level(arm) and end > 1) + [(end, scores)])
    points = []
    for g in arm.generations:
        here = measures.select(arm, scored=False, first=g, last=g)
        points.append((_spent(arm, g), measures.scores(arm, "success", here, any_of=False)))
    return _curve(points)


@_once
def any_curve(arm: Arm, measures: Measures) -> Curve | None:
    """Share of instances with any success so far: union over generations, pass@k for plain sampling.

    None where a method's rollouts are neither (it chooses among skills).
    """
    if arm.evolves:
        points = []
        for g in arm.generations:
            until = measures.select(arm, scored=False, last=g)
            points.append((_spent(arm, g), measures.scores(arm, "success", until, any_of=True)))
        return _curve(points)
    if arm.final > 0:
        return None
    try:
        return pass_curve(measures.scores(arm, "success", measures.select(arm), any_of=False))
    except SkillevoError:
        return None


def is_level(arm: Arm) -> bool:
    """Whether it writes and chooses nothing: however much it may spend, it answers the same."""
    return not arm.any_of and not arm.evolves and arm.final == 0


def common_budget(family: Family) -> float:
    """Rollouts per instance that every arm that evolves spent; where none does, that every arm spent.

    What evolves nothing is played as often as its rate is to be known, which is no budget that it needs.
    """
    evolving = [arm.rollouts for arm in family.arms if arm.evolves]
    return min(evolving or (arm.rollouts for arm in family.arms))


def _spent(arm: Arm, generation: int) -> float:
    """Episodes per instance and seed until the end of a generation."""
    n = sum(r.generation <= generation for run in arm.runs for r in run.episodes)
    return n / (arm.instances * len(arm.runs))


def _curve(points: Sequence[tuple[float, Scores]]) -> Curve | None:
    kept = [Point(spent, scores) for spent, scores in points if scores]
    return Curve(tuple(kept)) if kept else None
