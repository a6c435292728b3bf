"""What a method achieves for the rollouts that it spends.

A curve says, for growing budgets, what the method would answer on each instance if it had to stop there: generation by
generation for an evolving method, pass@k for plain sampling. All is reduced to scores per instance first, so that the
intervals and paired tests of the other modules apply unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics.means import mean_interval
from skillevo.harness.evaluation.statistics.outcomes import Estimate
from skillevo.harness.evaluation.statistics.scores import Score, Scores, by_instance, reduced


def pass_at_k(successes: int, n: int, k: int) -> float:
    """Chance that k of n rollouts, drawn without replacement, hold a success: 1 - C(n-c, k) / C(n, k).

    Unbiased for the chance that k fresh rollouts hold one (Chen et al. 2021, Codex).

    Raises:
        SkillevoError: k is over n, or the counts are none.
    """
    if not 1 <= k <= n or not 0 <= successes <= n:
        raise SkillevoError(f"pass@{k} of {successes} successes in {n} rollouts: it wants 1 <= k <= n")
    return 1 - comb(n - successes, k) / comb(n, k)


def pass_scores(scores: Sequence[Score], k: int) -> Scores:
    """pass@k of each instance (and seed) from its 0/1 scores: as many scores as instances.

    Raises:
        SkillevoError: an instance has fewer than k rollouts, or scores other than 0 and 1.
    """
    if odd := next((s for s in scores if s.value not in (0.0, 1.0)), None):
        raise SkillevoError(f"pass@k wants successes (0 or 1); {odd.instance} has {odd.value}")
    return reduced(scores, lambda values: pass_at_k(round(sum(values)), len(values), k))


@dataclass(frozen=True, slots=True)
class Point:
    """What a method answers after having spent this much.

    Attributes:
        spent: rollouts per instance until then, everything counted (mean where instances differ).
        scores: one or more per instance, of the answer that would be given.
    """

    spent: float
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A method's points by growing budget, all over the same instances."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise SkillevoError("a budget curve without points")
        spent = [p.spent for p in self.points]
        if spent != sorted(set(spent)) or spent[0] <= 0:
            raise SkillevoError(f"a budget curve wants points by growing positive budgets, not {spent}")
        panels = {frozenset(s.instance for s in p.scores) for p in self.points}
        if len(panels) > 1:
            raise SkillevoError("the points of a budget curve hold different instances")

    @property
    def budget(self) -> float:
        """The most that was spent."""
        return self.points[-1].spent


def pass_curve(scores: Sequence[Score], ks: Sequence[int] | None = None) -> Curve:
    """Plain sampling as a curve: pass@k at every k (default 1 to the rollouts that all instances have)."""
    if ks is None:
        counts: dict[tuple[str, str], int] = {}
        for s in scores:
            counts[s.instance, s.seed] = counts.get((s.instance, s.seed), 0) + 1
        ks = range(1, min(counts.values(), default=0) + 1)
    return Curve(tuple(Point(float(k), pass_scores(scores, k)) for k in ks))


def scores_at(curve: Curve, budget: float) -> tuple[Score, ...]:
    """The answers of the last point that the budget pays for: nothing is interpolated.

    Raises:
        SkillevoError: not even the first point is paid for.
    """
    paid = [p for p in curve.points if p.spent <= budget]
    if not paid:
        raise SkillevoError(f"{budget:g} rollouts do not pay for the first point, which cost {curve.points[0].spent:g}")
    return paid[-1].scores


def success_at(curve: Curve, budget: float, level: float = 0.95) -> Estimate:
    """Success at a budget that other methods are given as well, as `mean_interval` has it.

    Compare two methods by `paired_permutation(scores_at(a, budget), scores_at(b, budget))`.
    """
    found = mean_interval(scores_at(curve, budget), level)
    spent = max(p.spent for p in curve.points if p.spent <= budget)
    unspent = (f"spent {spent:g} of {budget:g} rollouts per instance",) if spent < budget else ()
    return replace(found, warnings=found.warnings + unspent)


def area_scores(curve: Curve, budget: float) -> list[Score]:
    """Each instance's area under its own step curve from 0 to `budget`, divided by the budget: in [0, 1].

    Until the first point is paid for there is nothing to answer with, which counts 0. The mean over instances is the
    area under the panel's curve.

    Raises:
        SkillevoError: the curve ends before the budget: its area would depend on who was played longer.
    """
    if budget > curve.budget:
        raise SkillevoError(f"the curve ends at {curve.budget:g} rollouts, before the budget of {budget:g}")
    ends = [*(p.spent for p in curve.points[1:]), budget]
    areas: dict[str, float] = {}
    for point, end in zip(curve.points, ends, strict=True):
        data = by_instance(point.scores)
        for name, value in zip(data.names, data.values, strict=True):
            areas[name] = areas.get(name, 0.0) + float(value) * max(0.0, min(end, budget) - point.spent) / budget
    clusters = {s.instance: s.cluster for s in curve.points[0].scores}
    behind: dict[str, dict[str, None]] = {name: {} for name in areas}
    for s in (s for p in curve.points for s in p.scores):
        behind[s.instance] |= dict.fromkeys(s.ids)
    return [Score(name, area, clusters[name], ids=tuple(behind[name])) for name, area in areas.items()]


def area_under(curve: Curve, budget: float, level: float = 0.95) -> Estimate:
    """Area under accuracy against rollouts spent, up to a common budget, with the interval of `mean_interval`."""
    return mean_interval(area_scores(curve, budget), level)
