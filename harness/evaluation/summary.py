"""One run in numbers: what `skillevo eval` prints and a script reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import mean
from typing import Any

from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.methods import Reducer
from skillevo.harness.rows import EpisodeRow


@dataclass(frozen=True, slots=True)
class Cell:
    """Successes among episodes, with Wilson's 95 % interval."""

    n: int
    successes: int
    success: float
    interval: tuple[float, float]
    reward: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of playing a panel. Unfinished and failed episodes stay in every denominator.

    Attributes:
        by_group: cells by the panel's grouping tag (ALFWorld: task type), in alphabetical order.
        steps: mean number of actions that the world received.
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

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def summarise(all_rows: Sequence[EpisodeRow], group_by: str, reducer: Reducer = "mean") -> Summary:
    """Cells over the scored episodes, all of them and by the instance tag `group_by`.

    With reducer `any` an instance counts once, as a success if any of its scored episodes is one.

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
        steps=mean(r.steps for r in rows) if rows else 0.0,
        parts={name: mean(values) for name, values in sorted(parts.items())},
        stop_reasons=dict(sorted(Counter(r.stop_reason for r in rows).items())),
        notes=dict(Counter(n for r in rows for n in r.notes).most_common(20)),
        errors=dict(Counter(r.error for r in all_rows if r.error).most_common(5)),
    )


def cell(rows: Sequence[EpisodeRow], reducer: Reducer = "mean") -> Cell:
    if reducer == "any":
        best: dict[str, EpisodeRow] = {}
        for r in rows:
            best[r.instance] = max(best.get(r.instance, r), r, key=lambda x: x.reward)
        rows = list(best.values())
    n = len(rows)
    k = sum(r.success for r in rows)
    return Cell(n, k, k / n if n else 0.0, wilson(k, n), mean(r.reward for r in rows) if n else 0.0)
