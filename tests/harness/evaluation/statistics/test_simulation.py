"""Error rates by simulation, small enough for every run; `tools/coverage.py` prints the large tables.

Bounds leave four standard errors of the simulation's own noise.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from skillevo.harness.evaluation.statistics import (
    FEW_CLUSTERS,
    bootstrap_interval,
    mcnemar,
    mean_interval,
    paired_difference,
    paired_permutation,
    seeded_mean,
    seeded_test,
)
from skillevo.harness.evaluation.statistics.simulation import (
    EqualMethods,
    PairWorld,
    SeededWorld,
    World,
    coverage,
    difference_coverage,
    rejections,
)

REPEATS = 400
NOISE = 4 * sqrt(0.05 * 0.95 / REPEATS)
WORLDS = [
    World("four unequal rooms", (80, 20, 20, 14), 0.6),
    World("four unequal rooms, near 1", (80, 20, 20, 14), 0.9),
    World("four equal rooms", (20,) * 4, 0.5),
    World("twelve sites", (5,) * 12, 0.2, rollouts=2),
    World("alone, rare", chance=0.05, alone=60),
]


@pytest.mark.parametrize("world", WORLDS, ids=lambda w: w.name)
def test_mean_intervals_cover(world: World) -> None:
    found = coverage(world, {"ours": mean_interval}, REPEATS, seed=0)["ours"]
    assert found.share >= 0.95 - NOISE
    assert found.width < 0.75


def test_the_percentile_bootstrap_fails_with_four_rooms() -> None:
    """Why tables do not print it."""
    found = coverage(WORLDS[0], {"boot": lambda s: bootstrap_interval(s, resamples=400)}, REPEATS, seed=0)["boot"]
    assert found.share < 0.92


@pytest.mark.parametrize(
    "world",
    [
        PairWorld(World("alone", chance=0.5, alone=60), 0.5, 0.3),
        PairWorld(World("alone, seldom different", chance=0.9, alone=50), 0.95, 0.5),
        PairWorld(World("four unequal rooms", (80, 20, 20, 14), 0.6), 0.5, 0.4),
        PairWorld(World("twenty sites", (4,) * 20, 0.3, rollouts=2), 0.5, 0.4),
    ],
    ids=lambda w: w.world.name,
)
def test_difference_intervals_cover(world: PairWorld) -> None:
    assert difference_coverage(world, paired_difference, REPEATS, seed=0).share >= 0.95 - NOISE


@pytest.mark.parametrize(
    "world", [SeededWorld(World("alone", alone=80), 3, 0.1), SeededWorld(World("rooms", (20,) * 4), 3, 0.05)]
)
def test_intervals_over_seeds_cover(world: SeededWorld) -> None:
    assert coverage(world, {"ours": seeded_mean}, REPEATS, seed=0)["ours"].share >= 0.95 - NOISE


def test_seeds_of_equal_methods_are_no_difference() -> None:
    """Three seeds a side; a test of the instances alone takes the better seeds for a better method."""
    equal = EqualMethods(SeededWorld(World("alone", alone=60), 3, 0.1))
    assert rejections(equal, seeded_test, REPEATS, seed=0) <= 0.05 + NOISE
    assert rejections(equal, paired_permutation, 100, seed=0) > 0.15


def test_instances_alone_forget_the_seeds() -> None:
    world = SeededWorld(World("alone", alone=80), 3, 0.1)
    assert coverage(world, {"instances": mean_interval}, REPEATS, seed=0)["instances"].share < 0.92


@pytest.mark.parametrize("n", [12, 40])
@pytest.mark.parametrize("test", [mcnemar, paired_permutation], ids=["mcnemar", "permutation"])
def test_exact_tests_hold_their_size(test: object, n: int) -> None:
    same = PairWorld(World("alone", chance=0.5, between_instances=0.0, alone=n), 0.3, 0.5)
    assert rejections(same, test, REPEATS, seed=1) <= 0.05 + NOISE  # type: ignore[arg-type]


def test_clusters_flipped_as_one_hold_their_size_where_mcnemar_does_not() -> None:
    """Sixteen rooms in which the first method is good or bad at all instances alike."""
    rooms = PairWorld(World("rooms", (6,) * 16, 0.5, between_clusters=0.7, between_instances=0.0), 0.2, 0.5)
    assert rejections(rooms, paired_permutation, REPEATS, seed=2) <= 0.05 + NOISE
    assert rejections(rooms, mcnemar, REPEATS, seed=2) > 0.1


def test_a_real_difference_is_found() -> None:
    other = PairWorld(World("alone", chance=0.8, alone=60), 0.2, 0.3)
    assert rejections(other, paired_permutation, 100, seed=3) > 0.9


def test_worlds_have_the_chance_and_likeness_that_they_say() -> None:
    world = World("w", (10,) * 200, 0.3, between_clusters=0.25, between_instances=0.0)
    rng = np.random.default_rng(0)
    by_room = np.array([s.value for s in world.draw(rng)]).reshape(200, 10)
    assert by_room.mean() == pytest.approx(0.3, abs=0.08)
    pairs = [np.corrcoef(by_room[:, i], by_room[:, j])[0, 1] for i in range(10) for j in range(i)]
    assert np.mean(pairs) == pytest.approx(0.25 / 1.25, abs=0.07)


@pytest.mark.parametrize("clusters", [2, 9, 10, 30])
def test_under_ten_clusters_every_result_is_flagged(clusters: int) -> None:
    rng = np.random.default_rng(0)
    first, second = PairWorld(World("w", (3,) * clusters)).draw(rng)
    results = [mean_interval(first), paired_difference(first, second), paired_permutation(first, second)]
    flagged = [any("fewer than 10" in w for w in r.warnings) for r in results]
    assert flagged == [clusters < FEW_CLUSTERS] * 3
