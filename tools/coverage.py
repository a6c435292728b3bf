"""Print how well the intervals and tests of `skillevo.harness.evaluation.statistics` hold, by simulation.

    .venv/bin/python tools/coverage.py [--repeats 2000] [--seed 0]

Coverage is asked at 95 %, test size at 5 %; both in percent, with the mean width of the intervals. A share's own
standard error is about 0.5 points at 2,000 repeats. Takes minutes; the tests hold a small part of it to bounds.
"""

from __future__ import annotations

import argparse
from math import sqrt
from statistics import fmean, stdev

from scipy import stats

from skillevo.harness.evaluation.statistics import (
    Estimate,
    Score,
    bootstrap_interval,
    cluster_means_interval,
    mcnemar,
    mean_interval,
    paired_difference,
    paired_permutation,
    seeded_mean,
    seeded_test,
    two_way_bootstrap,
)
from skillevo.harness.evaluation.statistics.means import interval_of, wilson
from skillevo.harness.evaluation.statistics.scores import by_instance
from skillevo.harness.evaluation.statistics.seeds import seed_means
from skillevo.harness.evaluation.statistics.simulation import (
    EqualMethods,
    Interval,
    PairInterval,
    PairTest,
    PairWorld,
    SeededWorld,
    World,
    coverage,
    difference_coverage,
    rejections,
)


def symmetric(scores: list[Score]) -> Estimate:
    return interval_of(by_instance(scores), bounds=None)


def naive(scores: list[Score]) -> Estimate:
    """Wilson's interval as if all rollouts were independent."""
    solved, n = round(sum(s.value for s in scores)), len(scores)
    return Estimate(solved / n, *wilson(solved, n), 0.95, "naive", n, n, n)


def over_seeds(scores: list[Score]) -> Estimate:
    """What papers print: Student's t interval on the seeds' panel means."""
    means = list(seed_means(scores).values())
    center, error = fmean(means), stdev(means) / sqrt(len(means))
    half = float(stats.t.ppf(0.975, len(means) - 1)) * error
    return Estimate(center, center - half, center + half, 0.95, "t over seeds", len(scores), 0, 0)


ROOMS = (80, 20, 20, 14)
MEANS: dict[str, Interval] = {
    "mean_interval": mean_interval,
    "t, CR2": symmetric,
    "t on means": cluster_means_interval,
    "bootstrap": lambda s: bootstrap_interval(s, resamples=500),
    "naive Wilson": naive,
}
WORLDS = [
    World("4 equal rooms of 34", (34,) * 4, 0.5),
    World("4 equal rooms of 34", (34,) * 4, 0.9),
    World("4 rooms of 80/20/20/14", ROOMS, 0.5),
    World("4 rooms of 80/20/20/14", ROOMS, 0.9),
    World("the same, rooms alike", ROOMS, 0.7, between_clusters=0.02),
    World("the same, rooms unlike", ROOMS, 0.7, between_clusters=0.3),
    World("10 clusters of 1 to 60", (60, 20, 10, 8, 6, 5, 4, 3, 2, 1), 0.4),
    World("12 clusters of 5", (5,) * 12, 0.1),
    World("76 rooms of 1 to 5", (5, 2, 1, 1) * 19, 0.9),
    World("30 sites of 4, 4 rollouts", (4,) * 30, 0.06, rollouts=4),
    World("165 alone", chance=0.42, alone=165),
    World("50 alone", chance=0.05, alone=50),
    World("50 alone, 4 rollouts", chance=0.05, between_instances=1.0, rollouts=4, alone=50),
]
SEEDED: dict[str, Interval] = {
    "seeded_mean": seeded_mean,
    "two-way bootstrap": lambda s: two_way_bootstrap(s, resamples=500),
    "instances only": mean_interval,
    "seeds only": over_seeds,
}
TRAINED = [
    SeededWorld(World("134 alone", chance=0.5, alone=134), 3, 0.0),
    SeededWorld(World("134 alone", chance=0.5, alone=134), 3, 0.03),
    SeededWorld(World("134 alone", chance=0.5, alone=134), 3, 0.1),
    SeededWorld(World("500 alone", chance=0.5, alone=500), 5, 0.05),
    SeededWorld(World("4 rooms of 80/20/20/14", ROOMS, 0.5), 3, 0.05),
    SeededWorld(World("20 sites of 5", (5,) * 20, 0.85), 5, 0.05),
]
DIFFERENCES: dict[str, PairInterval] = {
    "paired_difference": paired_difference,
    "t without bounds": lambda a, b: paired_difference(a, b, bounds=None),
}
PAIRS = [
    PairWorld(World("50 alone, seldom different", chance=0.9, alone=50), 0.95, 0.5),
    PairWorld(World("134 alone, near 1", chance=0.97, alone=134), 0.8, 0.9),
    PairWorld(World("134 alone", chance=0.5, alone=134), 0.5, 0.3),
    PairWorld(World("4 rooms of 80/20/20/14", ROOMS, 0.5), 0.5, 0.5),
    PairWorld(World("4 rooms of 80/20/20/14", ROOMS, 0.9), 0.8, 0.5),
    PairWorld(World("40 sites of 3", (3,) * 40, 0.3), 0.6, 0.1),
    PairWorld(World("12 sites of 5, 4 rollouts", (5,) * 12, 0.3, rollouts=4), 0.3, 0.5),
]
TESTS: dict[str, PairTest] = {
    "McNemar": mcnemar,
    "mid-p": lambda a, b: mcnemar(a, b, mid_p=True),
    "permutation": paired_permutation,
}
EQUAL = [
    PairWorld(World("20 alone", chance=0.5, between_instances=0.0, alone=20), 0.3, 0.5),
    PairWorld(World("134 alone", chance=0.5, between_instances=0.0, alone=134), 0.3, 0.5),
    PairWorld(World("4 rooms, alike", ROOMS, 0.5, 0.0, 0.0), 0.3, 0.5),
    PairWorld(World("16 rooms of 6, unlike", (6,) * 16, 0.5, 0.7, 0.0), 0.2, 0.5),
    PairWorld(World("60 sites of 3, unlike", (3,) * 60, 0.5, 0.7, 0.0), 0.2, 0.5),
]

SEEDED_TESTS: dict[str, PairTest] = {"seeded_test": seeded_test, "permutation, seeds averaged": paired_permutation}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    print("| mean of | true | " + " | ".join(MEANS) + " |\n|---" + "|---" * (len(MEANS) + 1) + "|")
    for world in WORLDS:
        found = coverage(world, MEANS, args.repeats, args.seed)
        cells = [f"{100 * c.share:.1f} ({c.width:.2f})" for c in found.values()]
        print(f"| {world.name} | {world.chance:g} | {' | '.join(cells)} |", flush=True)

    print("\n| mean over seeds of | seeds, sd | " + " | ".join(SEEDED) + " |\n|---" + "|---" * (len(SEEDED) + 1) + "|")
    for trained in TRAINED:
        found = coverage(trained, SEEDED, args.repeats, args.seed)
        cells = [f"{100 * c.share:.1f} ({c.width:.2f})" for c in found.values()]
        print(f"| {trained.world.name} | {trained.seeds}, {trained.sd:g} | {' | '.join(cells)} |", flush=True)

    print("\n| difference | true | " + " | ".join(DIFFERENCES) + " |\n|---" + "|---" * (len(DIFFERENCES) + 1) + "|")
    for pair in PAIRS:
        tried = [difference_coverage(pair, f, args.repeats, args.seed) for f in DIFFERENCES.values()]
        cells = [f"{100 * c.share:.1f} ({c.width:.2f})" for c in tried]
        print(f"| {pair.world.name} | {pair.difference:+.3f} | {' | '.join(cells)} |", flush=True)

    print("\n| size of tests | " + " | ".join(TESTS) + " |\n|---" + "|---" * len(TESTS) + "|")
    for pair in EQUAL:
        sizes = [f"{100 * rejections(pair, t, args.repeats, args.seed):.1f}" for t in TESTS.values()]
        print(f"| {pair.world.name} | {' | '.join(sizes)} |", flush=True)

    print("\n| size over seeds | seeds, sd | " + " | ".join(SEEDED_TESTS) + " |\n|---" + "|---" * 3 + "|")
    for trained in TRAINED:
        equal = EqualMethods(trained)
        sizes = [f"{100 * rejections(equal, t, args.repeats // 4, args.seed):.1f}" for t in SEEDED_TESTS.values()]
        print(f"| {trained.world.name} | {trained.seeds}, {trained.sd:g} | {' | '.join(sizes)} |", flush=True)


if __name__ == "__main__":
    main()
