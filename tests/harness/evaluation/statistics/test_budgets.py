from __future__ import annotations

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import rollouts, scores

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    Curve,
    Point,
    area_scores,
    area_under,
    pass_at_k,
    pass_curve,
    scores_at,
    success_at,
)


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_subsets_with_a_success(case: tuple[int, int, int]) -> None:
    n, wins, k = case
    hits = sum(any(i < wins for i in chosen) for chosen in combinations(range(n), k))
    assert pass_at_k(wins, n, k) == pytest.approx(hits / comb(n, k))


def test_pass_at_k_wants_enough_rollouts() -> None:
    with pytest.raises(SkillevoError, match="pass@5 of 1 successes in 4"):
        pass_at_k(1, 4, 5)
    with pytest.raises(SkillevoError, match="pass@k wants successes"):
        pass_curve(rollouts([[0.5, 1]]))


def test_sampling_as_a_curve() -> None:
    curve = pass_curve(rollouts([[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]]))
    assert [p.spent for p in curve.points] == [1, 2, 3, 4]
    values = [sum(s.value for s in p.scores) / 3 for p in curve.points]
    assert values == pytest.approx([(0.25 + 1) / 3, 1.5 / 3, 1.75 / 3, 2 / 3])
    assert area_under(curve, 4).value == pytest.approx(sum(values[:3]) / 4)


def evolving() -> Curve:
    """Two instances, solved at generation 1 and 2, four rollouts each generation."""
    points = [(4.0, [0, 0]), (8.0, [1, 0]), (12.0, [1, 1])]
    return Curve(tuple(Point(spent, tuple(scores(values, seed=f"{spent}-"))) for spent, values in points))


def test_a_budget_buys_the_last_point_that_it_pays_for() -> None:
    assert [s.value for s in scores_at(evolving(), 11.9)] == [1.0, 0.0]
    found = success_at(evolving(), 10)
    assert found.value == 0.5 and "spent 8 of 10 rollouts per instance" in found.warnings
    assert not any("spent" in w for w in success_at(evolving(), 8).warnings)
    with pytest.raises(SkillevoError, match="3 rollouts do not pay for the first point, which cost 4"):
        scores_at(evolving(), 3)


def test_area_is_the_step_curves() -> None:
    areas = area_scores(evolving(), 12)
    assert [s.value for s in areas] == pytest.approx([4 / 12, 0])
    assert areas[0].ids == ("e4.0-0", "e8.0-0", "e12.0-0")
    assert [s.value for s in area_scores(evolving(), 9)] == pytest.approx([1 / 9, 0])
    with pytest.raises(SkillevoError, match="ends at 12 rollouts"):
        area_scores(evolving(), 16)


def test_curves_are_checked() -> None:
    for points, message in [
        ((), "without points"),
        ((Point(2, ()), Point(1, ())), "growing"),
        ((Point(1, tuple(scores([1]))), Point(2, tuple(scores([1, 0])))), "different instances"),
    ]:
        with pytest.raises(SkillevoError, match=message):
            Curve(points)
