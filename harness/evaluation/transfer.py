"""Transfer: an instance's final skill, unchanged, on other instances of its type.

A skill that only remembers where things lie in its own game wins that game and no other; one that says how to go
about the task wins its siblings too. Siblings are other instances of the same type in the same panel, none of them
among those that the skill was made from: the guard serves under skill_source = other, and nothing is written from what
they show.
These episodes are a phase of their own, and counted apart from the method's budget.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from statistics import fmean

from skillevo.envs.base import Panel, TaskInstance
from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.rollouts import Play, run_in_order
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Guard, Skill

PHASE = "transfer"
SOURCE_TAG = "transferred_from"
"""The tag that says, on a sibling's row, whose skill it was played under."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """How final skills did on siblings. A skill counts once, by its mean over its siblings.

    Skills that are played on one and the same sibling hang together: the interval, which takes them as independent, is
    too narrow by that much.

    Attributes:
        siblings: K, wanted for each skill.
        n: skills that were handed on.
        short: those of them with fewer than K siblings, or none.
        episodes: all told.
        success: mean over skills of the share of siblings that they solved.
        interval: Wilson's 95 % interval around it, over skills.
        initial: mean reward of initial skills on the same siblings, by the siblings' own first rollouts; None where
            none of them was itself evolved from.
    """

    siblings: int
    n: int
    short: int
    episodes: int
    success: float
    interval: tuple[float, float]
    reward: float
    initial: float | None


def find_siblings(
    instance: TaskInstance, pool: Sequence[TaskInstance], type_tag: str, made_from: Sequence[str], k: int
) -> list[tuple[int, TaskInstance]]:
    """The next `k` instances of its type after it in the pool, round its end, that a skill was not made from.

    Returns:
        Each with how many places of its type it stands after the instance: of two skills that are played on one
        sibling, no two stand equally far from it.
    """
    kin = [i for i in pool if i.tags.get(type_tag) == instance.tags.get(type_tag)]
    at = next(place for place, i in enumerate(kin) if i.id == instance.id)
    after = [(d, kin[(at + d) % len(kin)]) for d in range(1, len(kin))]
    return [(d, i) for d, i in after if i.id not in made_from][:k]


async def transfer(
    finals: Mapping[str, Skill],
    panel: Panel,
    pool: Panel,
    play: Play,
    *,
    k: int,
    type_tag: str,
    method: str,
    workers: int = 1,
) -> tuple[list[EpisodeRow], Mapping[str, int]]:
    """Play each instance's final skill once on each of its siblings.

    Args:
        finals: instance id -> its final skill; an instance without one has nothing to hand on.
        panel: the instances, in the order of the rows.
        pool: where siblings are found; holds the panel's instances.
        play: of phase "transfer", with a meter of its own.

    Returns:
        The rows (not scored), and what the guard found and how often.
    """
    notes: Counter[str] = Counter()
    guard = Guard("other")

    async def work(instance: TaskInstance) -> list[EpisodeRow]:
        skill = finals.get(instance.id)
        if skill is None:
            return []
        made_from = (*skill.provenance.instances, instance.id)
        rows = []
        for distance, sibling in find_siblings(instance, pool.instances, type_tag, made_from, k):
            shown, findings = guard.serve([skill], sibling)
            found = [f"guard: {f.reason}" for f in findings]
            notes.update(found)
            # Several skills are played on one sibling: the distance tells their episodes, and their seeds, apart.
            played = await play.episode(sibling, shown, candidate=distance)
            row = EpisodeRow.of(sibling, played, method, skill.parent, scored=False)
            rows.append(replace(row, tags={**row.tags, SOURCE_TAG: instance.id}, notes=(*row.notes, *found)))
        return rows

    by_instance = await run_in_order(panel, work, workers)
    return [row for rows in by_instance for row in rows], dict(sorted(notes.items()))


def summarise_transfer(
    transferred: Sequence[EpisodeRow], own: Sequence[EpisodeRow], handed_on: int, siblings: int
) -> Transfer:
    """Transfer in numbers.

    Args:
        transferred: rows of the phase "transfer".
        own: the method's own rows, for what the initial skills did on the same siblings.
        handed_on: skills that there were to hand on.
        siblings: K.
    """
    start: dict[str, list[float]] = {}
    for r in own:
        if r.generation == 0:
            start.setdefault(r.instance, []).append(r.reward)
    of: dict[str, list[EpisodeRow]] = {}
    for r in transferred:
        of.setdefault(r.tags[SOURCE_TAG], []).append(r)
    solved = [fmean(r.success for r in rows) for rows in of.values()]
    initial = [fmean(start[r.instance]) for r in transferred if r.instance in start]
    return Transfer(
        siblings=siblings,
        n=len(of),
        short=handed_on - sum(len(rows) == siblings for rows in of.values()),
        episodes=len(transferred),
        success=fmean(solved) if solved else 0.0,
        interval=wilson(fsum(solved), len(of)),
        reward=fmean(fmean(r.reward for r in rows) for rows in of.values()) if of else 0.0,
        initial=fmean(initial) if initial else None,
    )
