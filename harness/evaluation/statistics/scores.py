"""What statistics are made of: one value per rollout, with the instance, cluster and seed that it belongs to.

Instances are weighed equally, however many rollouts each has: a score table is first averaged per instance, and what
is resampled, flipped or summed afterwards is clusters of instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import SkillevoError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Score:
    """One measured value of one rollout.

    Attributes:
        instance: the task instance's id.
        value: success as 0 or 1, reward, steps, cost: any finite number.
        cluster: what instances share (room, site, product); empty where each instance stands alone.
        seed: names the training run or evaluation that the rollout belongs to.
        ids: of the episodes that it came from, by which a figure is traced back; empty where there are none.
    """

    instance: str
    value: float
    cluster: str = ""
    seed: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instances:
    """Scores averaged per instance, instances gathered in clusters.

    Attributes:
        names: instance ids (n), in order of first appearance.
        values: mean score of each instance (n).
        cluster_of: index of each instance's cluster (n).
        clusters: cluster names (g); an instance that stands alone is a cluster of its own.
        scores: how many scores were averaged, over all instances.
        plain: one score of 0 or 1 per instance and one instance per cluster, the textbook's independent trials.
        seeds: different seeds among the scores.
        ids: of the episodes.
    """

    names: tuple[str, ...]
    values: Floats
    cluster_of: Ints
    clusters: tuple[str, ...]
    scores: int
    plain: bool
    seeds: int
    ids: tuple[str, ...]

    @property
    def sums(self) -> Floats:
        """Sum of the instances' values in each cluster (g)."""
        return np.bincount(self.cluster_of, weights=self.values, minlength=len(self.clusters)).astype(np.float64)

    @property
    def sizes(self) -> Floats:
        """Instances in each cluster (g), as floats."""
        return np.bincount(self.cluster_of, minlength=len(self.clusters)).astype(np.float64)


class Scores(tuple[Score, ...]):
    """Scores that several statistics are made of: what each of these begins with is computed once."""

    @cached_property
    def by_instance(self) -> Instances:
        return _averaged(self)


def by_instance(scores: Sequence[Score]) -> Instances:
    """Average the scores of each instance.

    Raises:
        SkillevoError: no scores, a value that is no finite number, or one instance in two clusters.
    """
    return scores.by_instance if isinstance(scores, Scores) else _averaged(scores)


def _averaged(scores: Sequence[Score]) -> Instances:
    if not scores:
        raise SkillevoError("no scores: a statistic of nothing was asked for")
    values = np.array([s.value for s in scores], dtype=np.float64)
    if not np.isfinite(values).all():
        s = scores[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise SkillevoError(
            f"{s.instance}: the score is {s.value}, not a finite number (episode {' '.join(s.ids) or '?'})"
        )
    homes = {s.instance: _home(s) for s in reversed(scores)}
    if len({(s.instance, s.cluster) for s in scores}) > len(homes):
        s = next(s for s in scores if _home(s) != homes[s.instance])
        raise SkillevoError(f"{s.instance} stands in two clusters: {homes[s.instance][1]!r} and {_home(s)[1]!r}")
    names = {name: i for i, name in enumerate(dict.fromkeys(s.instance for s in scores))}
    of = np.array([names[s.instance] for s in scores])
    index = {home: i for i, home in enumerate(dict.fromkeys(homes[name] for name in names))}
    alone = len(index) == len(names) == len(scores)
    return Instances(
        names=tuple(names),
        values=np.bincount(of, weights=values) / np.bincount(of),
        cluster_of=np.array([index[homes[name]] for name in names], dtype=np.int64),
        clusters=tuple(name for _, name in index),
        scores=len(scores),
        plain=alone and bool(np.isin(values, (0.0, 1.0)).all()),
        seeds=len({s.seed for s in scores}),
        ids=episodes(scores),
    )


def _home(s: Score) -> tuple[str, str]:
    """What the score's instance is drawn with: its cluster, or itself."""
    return ("cluster", s.cluster) if s.cluster else ("instance", s.instance)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two sides measured on the same instances.

    Attributes:
        first: one side, per instance.
        second: the other, its instances in the first side's order.
        difference: first minus second per instance, in the first side's clusters.
    """

    first: Instances
    second: Instances
    difference: Instances


def pair(first: Sequence[Score], second: Sequence[Score]) -> Pairs:
    """Match two sides by instance.

    Raises:
        SkillevoError: the sides hold different instances, or see an instance in different clusters.
    """
    a, b = by_instance(first), by_instance(second)
    if odd := sorted(set(a.names) ^ set(b.names)):
        side = "first" if odd[0] in a.names else "second"
        raise SkillevoError(
            f"no pairs: {len(odd)} instances are on one side only ({odd[0]} on the {side}); "
            "a paired statistic needs both sides on the same panel"
        )
    order = {name: i for i, name in enumerate(b.names)}
    at = np.array([order[name] for name in a.names])
    homes = [b.clusters[c] for c in b.cluster_of[at]]
    for name, c, home in zip(a.names, a.cluster_of, homes, strict=True):
        if a.clusters[c] != home:
            raise SkillevoError(f"{name} is in cluster {a.clusters[c]!r} on the first side and {home!r} on the second")
    aligned = replace(a, values=b.values[at], scores=b.scores, plain=b.plain, seeds=b.seeds, ids=b.ids)
    difference = replace(
        a,
        values=a.values - aligned.values,
        scores=a.scores + b.scores,
        plain=False,
        seeds=max(a.seeds, b.seeds),
        ids=a.ids + b.ids,
    )
    return Pairs(a, aligned, difference)


def episodes(scores: Iterable[Score]) -> tuple[str, ...]:
    """The ids of the episodes behind some scores, in their order."""
    return tuple(chain.from_iterable(s.ids for s in scores))


def reduced(scores: Sequence[Score], reduce: Callable[[Sequence[float]], float]) -> Scores:
    """One score per instance and seed: `reduce` of its values (`max` for any-of, the last, pass@k)."""
    groups: dict[tuple[str, str], list[Score]] = {}
    for s in scores:
        groups.setdefault((s.instance, s.seed), []).append(s)
    return Scores(
        Score(name, reduce([s.value for s in of]), of[0].cluster, seed, episodes(of))
        for (name, seed), of in groups.items()
    )
