"""From arms to estimates and tests: the one place where the report calls the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import (
    UNIT,
    Curve,
    Estimate,
    Score,
    Scores,
    Significance,
    by_instance,
    mcnemar,
    mean_interval,
    paired_difference,
    paired_permutation,
    reduced,
    seeded_difference,
    seeded_mean,
    seeded_test,
)
from skillevo.harness.report.arms import Arm
from skillevo.harness.report.runs import Run
from skillevo.harness.report.selection import Selection
from skillevo.harness.rows import EpisodeRow

CLUSTER_TAGS = ("room", "site", "product")
"""What instances share that are not independent of each other; the first of these that a panel has is respected."""
RESAMPLES = 10_000
"""Random sign patterns where the permutation distribution cannot be tabulated: p is known to some 0.005."""


class Measures:
    """Scores of arms and their estimates, each made once however many tables and figures ask.

    Args:
        cluster: the instance tag that clusters are made of; None for the benchmark's own, empty for none.

    Attributes:
        curves: of arms, by kind; `spending` makes them.
    """

    def __init__(self, cluster: str | None = None) -> None:
        self._cluster = cluster
        self.curves: dict[tuple[str, Arm], Curve | None] = {}
        self._of_runs: dict[tuple[str, str, str], list[tuple[EpisodeRow, Score]]] = {}
        self._scores: dict[tuple[str, Selection, bool], Scores] = {}
        self._estimates: dict[tuple[str, Selection, bool], Estimate] = {}

    def cluster_of(self, run: Run) -> str:
        """The tag by which a run's instances are clustered."""
        return self.own_cluster(run) if self._cluster is None else self._cluster

    @staticmethod
    def own_cluster(run: Run) -> str:
        """The tag by which a benchmark's own instances hang together, whatever a person asked for."""
        tags = run.episodes[0].tags if run.episodes else {}
        return next((t for t in CLUSTER_TAGS if t in tags), "")

    def select(self, arm: Arm, **rule: Any) -> Selection:
        """The episodes of an arm under a rule, as `Selection` takes it."""
        return Selection(arm.names, **rule)

    def select_all(self, *arms: Arm, **rule: Any) -> Selection:
        """The episodes of several arms under one rule: what a difference between them rests on."""
        return Selection(tuple(dict.fromkeys(name for arm in arms for name in arm.names)), **rule)

    def scores(self, arm: Arm, metric: str, selection: Selection, any_of: bool | None = None) -> Scores:
        """One score per episode picked; of methods that count any success, one per instance and seed.

        Args:
            metric: `success`, `reward` or `steps`.
            any_of: reduce to the best of each instance's episodes; None for what the method wants.
        """
        best = arm.any_of if any_of is None else any_of
        found = self._scores.get((metric, selection, best))
        if found is None:
            of_runs = (pair for run in arm.runs for pair in self._of(run, metric, selection.phase))
            picked = [score for row, score in of_runs if selection.holds(row)]
            found = reduced(picked, max) if best else Scores(picked)
            self._scores[metric, selection, best] = found
        return found

    def estimate(self, arm: Arm, metric: str, selection: Selection, any_of: bool | None = None) -> Estimate:
        """The mean of those scores, as `estimate` has it."""
        key = (metric, selection, arm.any_of if any_of is None else any_of)
        if key not in self._estimates:
            self._estimates[key] = estimate(self.scores(arm, metric, selection, any_of), metric)
        return self._estimates[key]

    def _of(self, run: Run, metric: str, phase: str) -> list[tuple[EpisodeRow, Score]]:
        known = self._of_runs.get((run.name, metric, phase))
        if known is None:
            cluster = self.cluster_of(run)
            rows = [r for r in run.episodes if r.phase == phase]
            if cluster and (odd := next((r for r in rows if cluster not in r.tags), None)):
                raise SkillevoError(
                    f"{odd.instance} of {run.name} has no tag {cluster!r} to cluster by: {', '.join(odd.tags)}"
                )
            seed = str(run.seed)
            known = [
                (r, Score(r.instance, float(getattr(r, metric)), r.tags.get(cluster, ""), seed, (run.episode_id(r),)))
                for r in rows
            ]
            self._of_runs[run.name, metric, phase] = known
        return known


def estimate(scores: Sequence[Score], metric: str = "success") -> Estimate:
    """The mean with its interval: over seeds and instances where there are several seeds."""
    bounds = None if metric == "steps" else UNIT
    if len({s.seed for s in scores}) > 1:
        try:
            return seeded_mean(scores, bounds=bounds)
        except SkillevoError as e:
            found = mean_interval(scores, bounds=bounds)
            return replace(found, warnings=(*found.warnings, f"seeds taken together: {e}"))
    return mean_interval(scores, bounds=bounds)


def difference(first: Sequence[Score], second: Sequence[Score]) -> Estimate:
    """First minus second on the same instances, with its interval."""
    return seeded_difference(first, second) if _seeded(first, second) else paired_difference(first, second)


def significance(first: Sequence[Score], second: Sequence[Score], metric: str = "success") -> Significance:
    """The test of no difference that fits the data.

    Several training runs on both sides: t over seeds and clusters. One 0/1 score per instance, instances independent:
    McNemar's exact test. Else the paired permutation of clusters.
    """
    if _seeded(first, second):
        return seeded_test(first, second)
    if metric == "success" and by_instance(first).plain and by_instance(second).plain:
        return mcnemar(first, second)
    return paired_permutation(first, second, RESAMPLES)


def tags_to_group_by(runs: Iterable[Run], cluster: str, most: int = 24) -> Mapping[str, tuple[str, ...]]:
    """The instance tags that a breakdown can be made by, each with its values in order.

    Those that all instances have, with at least two and not too many values, the clusters' own left out.
    """
    found: dict[str, dict[str, None]] | None = None
    instances = set()
    for run in runs:
        for row in run.episodes:
            if row.instance in instances:
                continue
            instances.add(row.instance)
            if found is None:
                found = {tag: {} for tag in row.tags}
            for tag in [t for t in found if t not in row.tags]:
                del found[tag]
            for tag, values in found.items():
                values[row.tags[tag]] = None
    return {
        tag: tuple(sorted(values))
        for tag, values in (found or {}).items()
        if tag != cluster and 2 <= len(values) <= most
    }


def _seeded(first: Sequence[Score], second: Sequence[Score]) -> bool:
    return all(len({s.seed for s in side}) > 1 for side in (first, second))
