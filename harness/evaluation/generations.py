"""An evolving method generation by generation, as Skill-R1's figure shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skillevo.harness.rows import EpisodeRow


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation over all instances.

    Attributes:
        reward: mean reward over instances of the mean over the rollouts under all of its candidates.
        any_of: share of instances with a success among those rollouts (the figure's "accuracy").
        union: share of instances with a success in this generation or an earlier one.
    """

    generation: int
    n: int
    reward: float
    any_of: float
    union: float


def generations(rows: Sequence[EpisodeRow]) -> tuple[Generation, ...]:
    """The curve, from generation 0 (the initial skill) on. Unplayed episodes count as failures."""
    instances = sorted({r.instance for r in rows})
    solved: set[str] = set()
    curve = []
    for g in sorted({r.generation for r in rows}):
        of: dict[str, list[EpisodeRow]] = {i: [] for i in instances}
        for r in rows:
            if r.generation == g:
                of[r.instance].append(r)
        wins = {i for i, found in of.items() if any(r.success for r in found)}
        solved |= wins
        means = [sum(r.reward for r in found) / len(found) if found else 0.0 for found in of.values()]
        n = len(instances)
        curve.append(Generation(g, n, sum(means) / n, len(wins) / n, len(solved) / n))
    return tuple(curve)
