"""One run in numbers: what `skillevo eval` prints and a script reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from statistics import fmean

from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.methods import Reducer
from skillevo.harness.rows import EpisodeRow


@dataclass(frozen=True, slots=True)
class Cell:
    """How often instances were solved.

    An instance that was played several times counts once, by its mean: its episodes are no independent instances.

    Attributes:
        n: instances.
        episodes: of these instances, all told.
        success: mean over instances of the share of their episodes that succeeded.
        interval: Wilson's 95 % interval around it, over instances.
        reward: mean over instances of their episodes' mean reward.
    """

    n: int
    episodes: int
    success: float
    interval: tuple[float, float]
    reward: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of playing a panel. Unfinished and failed episodes stay in every denominator.

    Attributes:
        by_group: cells by the panel's grouping tag (ALFWorld: task type), in alphabetical order.
        steps: mean number of actions that the world received, over episodes.
        parts: mean of each of the verdict's parts, over the episodes that have it.
        stop_reasons: how many episodes ended how.
    """

    overall: Cell
    by_group: Mapping[str, Cell]
    steps: float
    parts: Mapping[str, float]
    stop_reasons: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)


def summarise(all_rows: Sequence[EpisodeRow], group_by: str, reducer: Reducer = "mean") -> Summary:
    """Cells over the scored episodes, all of them and by the instance tag `group_by`.

    With reducer `any` an instance is a success if any of its scored episodes is one, not by their mean.

    `notes` counts what policies reported of their episodes (unread sentences), the twenty most frequent;
    `errors` what made episodes fail, the five most frequent.
    """
    rows = [r for r in all_rows if r.scored]
    groups: dict[str, list[EpisodeRow]] = {}
    parts: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(row.tags.get(group_by, ""), []).append(row)
        for name, value in row.parts.items():
            parts.setdefault(name, []).append(value)
    return Summary(
        overall=cell(rows, reducer),
        by_group={name: cell(groups[name], reducer) for name in sorted(groups)},
        steps=fmean(r.steps for r in rows) if rows else 0.0,
        parts={name: fmean(values) for name, values in sorted(parts.items())},
        stop_reasons=dict(sorted(Counter(r.stop_reason for r in rows).items())),
        notes=dict(Counter(n for r in rows for n in r.notes).most_common(20)),
        errors=dict(Counter(r.error for r in all_rows if r.error).most_common(5)),
    )


def cell(rows: Sequence[EpisodeRow], reducer: Reducer = "mean") -> Cell:
    of: dict[str, list[EpisodeRow]] = {}
    for row in rows:
        of.setdefault(row.instance, []).append(row)
    reduce: Callable[[list[float]], float] = max if reducer == "any" else fmean
    n = len(of)
    solved = fsum(reduce([float(r.success) for r in played]) for played in of.values())
    reward = fsum(reduce([r.reward for r in played]) for played in of.values())
    return Cell(n, len(rows), solved / n if n else 0.0, wilson(solved, n), reward / n if n else 0.0)
