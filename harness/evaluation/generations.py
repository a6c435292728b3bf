"""An evolving method generation by generation, as Skill-R1's figure shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillevo.harness.rows import EpisodeRow


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation over all instances.

    Attributes:
        reward: mean reward over instances of the mean over the rollouts under all of its candidates.
        any_of: share of instances with a success among those rollouts (the figure's "accuracy").
        union: share of instances with a success in this generation or an earlier one.
        fresh: whether these are fresh rollouts of skills chosen from the generations before.
    """

    generation: int
    n: int
    reward: float
    any_of: float
    union: float
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class BestGeneration:
    """The best there was, by the very rollouts that are reported: too good to be true by what chance gave to the best.

    What is scored by fresh rollouts instead (`-T score=best`, `best_of_n`) is not.

    Attributes:
        generation: the generation with the highest mean reward over the panel; of equals, the earliest.
        reward: that mean.
        per_instance: mean over instances of the highest mean reward that one of its generations had.
    """

    generation: int
    reward: float
    per_instance: float


def generations(rows: Sequence[EpisodeRow], fresh: int | None = None) -> tuple[Generation, ...]:
    """The curve, from generation 0 (the initial skill) on. Unplayed episodes count as failures.

    Args:
        rows: of one phase.
        fresh: the generation that holds fresh rollouts of chosen skills, if there is one.
    """
    means, wins = _by_generation(rows)
    solved: set[str] = set()
    curve = []
    for g, of in means.items():
        solved |= wins[g]
        n = len(of)
        curve.append(Generation(g, n, sum(of.values()) / n, len(wins[g]) / n, len(solved) / n, g == fresh))
    return tuple(curve)


def best_generation(rows: Sequence[EpisodeRow], fresh: int | None = None) -> BestGeneration | None:
    """The best of the generations that were written; None where there is none."""
    means, _ = _by_generation(rows)
    written = {g: of for g, of in means.items() if g not in (0, fresh)}
    if not written:
        return None
    overall = {g: sum(of.values()) / len(of) for g, of in written.items()}
    best = max(overall, key=lambda g: (overall[g], -g))
    highest = [max(of[i] for of in written.values()) for i in written[best]]
    return BestGeneration(best, overall[best], sum(highest) / len(highest))


def _by_generation(
    rows: Sequence[EpisodeRow],
) -> tuple[Mapping[int, Mapping[str, float]], Mapping[int, set[str]]]:
    """Each instance's mean reward, and the instances with a success, by generation. Every instance is in each."""
    instances = sorted({r.instance for r in rows})
    found: dict[int, dict[str, list[EpisodeRow]]] = {
        g: {i: [] for i in instances} for g in sorted({r.generation for r in rows})
    }
    for r in rows:
        found[r.generation][r.instance].append(r)
    means = {
        g: {i: sum(r.reward for r in played) / len(played) if played else 0.0 for i, played in of.items()}
        for g, of in found.items()
    }
    return means, {g: {i for i, played in of.items() if any(r.success for r in played)} for g, of in found.items()}
