"""Worlds with a known truth, to try intervals and tests on: what `tools/coverage.py` prints and tests hold to bounds.

An instance's chance of success is drawn around its cluster's, that around the world's, both from beta distributions:
beta(m/s, (1-m)/s) has mean m and, between two trials that share the draw, correlation s/(1+s).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skillevo.harness.evaluation.statistics.outcomes import Estimate, Significance
from skillevo.harness.evaluation.statistics.scores import Score

Interval = Callable[[Sequence[Score]], Estimate]
PairInterval = Callable[[Sequence[Score], Sequence[Score]], Estimate]
PairTest = Callable[[Sequence[Score], Sequence[Score]], Significance]


@dataclass(frozen=True, slots=True)
class World:
    """A panel and how alike its scores are.

    Attributes:
        name: for the printed table.
        sizes: instances in each cluster; () with `alone` instances that stand alone.
        chance: the true success rate.
        between_clusters: spread of clusters' rates, the beta's s; 0 for none.
        between_instances: the same of instances within a cluster.
        rollouts: per instance.
        alone: instances without a cluster, besides `sizes`.
    """

    name: str
    sizes: tuple[int, ...] = ()
    chance: float = 0.5
    between_clusters: float = 0.1
    between_instances: float = 0.5
    rollouts: int = 1
    alone: int = 0

    def draw(self, rng: np.random.Generator) -> list[Score]:
        """One panel's scores."""
        return [
            Score(name, float(win), home)
            for name, home, p in self.instances(rng)
            for win in rng.random(self.rollouts) < p
        ]

    def instances(self, rng: np.random.Generator) -> list[tuple[str, str, float]]:
        """Name, cluster and chance of success of each instance of one panel."""
        found: list[tuple[str, str, float]] = []
        homes = [(f"cluster-{c}", n) for c, n in enumerate(self.sizes)] + [("", 1)] * self.alone
        for home, size in homes:
            (rate,) = _beta(rng, self.chance, self.between_clusters if home else 0.0, 1)
            for p in _beta(rng, rate, self.between_instances, size):
                found.append((f"instance-{len(found)}", home, p))
        return found


@dataclass(frozen=True, slots=True)
class SeededWorld:
    """A world in which a method was trained several times, better or worse.

    Attributes:
        world: the panel and the method's mean success.
        seeds: training runs.
        sd: of a training run's success on an instance of chance one half; less towards 0 and 1.
    """

    world: World
    seeds: int = 3
    sd: float = 0.05

    @property
    def chance(self) -> float:
        return self.world.chance

    def draw(self, rng: np.random.Generator) -> list[Score]:
        """All seeds' scores on one panel."""
        return self._train(self.world.instances(rng), rng)

    def _train(self, instances: list[tuple[str, str, float]], rng: np.random.Generator) -> list[Score]:
        scores = []
        for seed, shift in enumerate(rng.normal(0.0, self.sd, self.seeds)):
            for name, home, p in instances:
                wins = rng.random(self.world.rollouts) < p + 4 * p * (1 - p) * shift
                scores += [Score(name, float(win), home, str(seed)) for win in wins]
        return scores


@dataclass(frozen=True, slots=True)
class EqualMethods:
    """Two methods, equally good but for their seeds, on one panel: a test that rejects them errs."""

    trained: SeededWorld

    def draw(self, rng: np.random.Generator) -> tuple[list[Score], list[Score]]:
        instances = self.trained.world.instances(rng)
        return self.trained._train(instances, rng), self.trained._train(instances, rng)


def _beta(rng: np.random.Generator, mean: float, s: float, n: int) -> list[float]:
    if s == 0 or mean in (0.0, 1.0):
        return [mean] * n
    return [float(x) for x in rng.beta(mean / s, (1 - mean) / s, n)]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often an interval held the truth, and how wide it was on average."""

    share: float
    width: float


def coverage(
    world: World | SeededWorld, intervals: Mapping[str, Interval], repeats: int, seed: int
) -> dict[str, Coverage]:
    """Draw the world `repeats` times and try each interval on the same draws."""
    rng = np.random.default_rng(seed)
    hits = dict.fromkeys(intervals, 0)
    widths = dict.fromkeys(intervals, 0.0)
    for _ in range(repeats):
        scores = world.draw(rng)
        for name, interval in intervals.items():
            found = interval(scores)
            hits[name] += found.low - 1e-12 <= world.chance <= found.high + 1e-12
            widths[name] += found.high - found.low
    return {name: Coverage(hits[name] / repeats, widths[name] / repeats) for name in intervals}


@dataclass(frozen=True, slots=True)
class PairWorld:
    """Two methods on one panel: the second repeats the first's outcome, or else has a chance of its own.

    Attributes:
        world: the panel and the first method.
        repeats: chance that the second does on a rollout what the first did.
        other: the second's chance of success otherwise.
    """

    world: World
    repeats: float = 0.5
    other: float = 0.5

    @property
    def difference(self) -> float:
        """The true first minus second."""
        return (1 - self.repeats) * (self.world.chance - self.other)

    def draw(self, rng: np.random.Generator) -> tuple[list[Score], list[Score]]:
        first = self.world.draw(rng)
        same, own = rng.random(len(first)) < self.repeats, rng.random(len(first)) < self.other
        second = [
            Score(s.instance, s.value if again else float(win), s.cluster)
            for s, again, win in zip(first, same, own, strict=True)
        ]
        return first, second


def difference_coverage(world: PairWorld, interval: PairInterval, repeats: int, seed: int) -> Coverage:
    """How often a paired interval holds the true difference."""
    rng = np.random.default_rng(seed)
    hits, width = 0, 0.0
    for _ in range(repeats):
        found = interval(*world.draw(rng))
        hits += found.low - 1e-12 <= world.difference <= found.high + 1e-12
        width += found.high - found.low
    return Coverage(hits / repeats, width / repeats)


def rejections(world: PairWorld | EqualMethods, test: PairTest, repeats: int, seed: int, level: float = 0.05) -> float:
    """How often a test rejects at a level: its size where the true difference is 0, else its power."""
    rng = np.random.default_rng(seed)
    return sum(test(*world.draw(rng)).p <= level for _ in range(repeats)) / repeats
