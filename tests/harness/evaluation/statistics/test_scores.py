from __future__ import annotations

import numpy as np
import pytest
from panels import rollouts, scores

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import Score, by_instance, pair, reduced


def test_instances_weigh_the_same_however_many_rollouts_they_have() -> None:
    data = by_instance(rollouts([[1, 1, 1, 1], [0], [1, 0]]))
    assert data.values.tolist() == [1.0, 0.0, 0.5]
    assert (data.scores, len(data.names), len(data.clusters), data.plain) == (7, 3, 3, False)


def test_clusters_gather_instances() -> None:
    data = by_instance(scores([1, 0, 1, 1], ["kitchen", "", "bath", "kitchen"]))
    assert data.clusters == ("kitchen", "i1", "bath")
    assert (data.sums.tolist(), data.sizes.tolist()) == ([2.0, 0.0, 1.0], [2.0, 1.0, 1.0])


def test_a_cluster_named_like_an_instance_is_another_unit() -> None:
    data = by_instance([Score("kitchen", 1.0), Score("a", 0.0, "kitchen")])
    assert data.sizes.tolist() == [1.0, 1.0]


def test_every_episode_can_be_traced() -> None:
    a, b = rollouts([[1, 0], [0, 0]], seed="a"), rollouts([[1, 1], [0, 1]], seed="b")
    assert pair(a, b).difference.ids == tuple(id for s in a + b for id in s.ids)
    assert [s.ids for s in reduced(a, max)] == [("ea0.0", "ea0.1"), ("ea1.0", "ea1.1")]


def test_pairs_are_matched_by_instance_and_not_by_place() -> None:
    a = scores([1, 0, 1], ["x", "x", "y"])
    pairs = pair(a, list(reversed(scores([0, 0, 1], ["x", "x", "y"]))))
    assert pairs.difference.values.tolist() == [1.0, 0.0, 0.0]
    np.testing.assert_array_equal(pairs.second.values, [0.0, 0.0, 1.0])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([], "no scores"),
        ([Score("a", float("nan"))], "a: the score is nan"),
        ([Score("a", 1.0, "x"), Score("a", 1.0, "y")], "a stands in two clusters: 'x' and 'y'"),
        ([Score("a", 1.0, "x"), Score("a", 1.0)], "two clusters"),
    ],
)
def test_bad_scores_are_refused(bad: list[Score], message: str) -> None:
    with pytest.raises(SkillevoError, match=message):
        by_instance(bad)


def test_sides_of_different_panels_are_refused() -> None:
    with pytest.raises(SkillevoError, match=r"1 instances are on one side only \(i2 on the second\)"):
        pair(scores([1, 0]), scores([1, 0, 1]))
    with pytest.raises(SkillevoError, match="i0 is in cluster 'x' on the first side and 'y' on the second"):
        pair(scores([1, 0], ["x", "x"]), scores([1, 0], ["y", "x"]))
