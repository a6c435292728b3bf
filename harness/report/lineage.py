"""How skills evolved: for each instance the line of descent that was played, edit by edit, with the rollouts between.

An edit is one attempt of a recurrence: the skill that was rewritten, the one that came of it, the rollouts under the
first that its author had seen, and those under the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from skillevo.harness.report.diff import Diff, diff_words
from skillevo.harness.report.run_files import EVAL
from skillevo.harness.report.runs import Run
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.skills import Skill

MOST_EDITS = 2_000
"""Edits that are compared word by word for the figure; of more, an even sample."""
MOST_LINEAGES = 24
"""Lines of descent that the report shows."""


@dataclass(frozen=True)
class Edit:
    """One rewriting.

    Attributes:
        before: rollouts of this instance under the parent, before the child was written: what caused it.
        after: rollouts under the child.
    """

    run: str
    instance: str
    generation: int
    candidate: int
    parent: Skill
    child: Skill
    before: tuple[EpisodeRow, ...]
    after: tuple[EpisodeRow, ...]

    @property
    def gain(self) -> float:
        """Mean reward under the child minus that under the parent, on this instance."""
        return fmean(r.reward for r in self.after) - fmean(r.reward for r in self.before)

    @cached_property
    def diff(self) -> Diff:
        return diff_words(_text(self.parent), _text(self.child))

    @property
    def size(self) -> float:
        return self.diff.size


@dataclass(frozen=True, slots=True)
class Lineage:
    """The edits that led to an instance's last skill, oldest first."""

    run: str
    instance: str
    edits: tuple[Edit, ...]

    @property
    def gain(self) -> float:
        return sum(e.gain for e in self.edits)


def edits_of(run: Run) -> list[Edit]:
    """Every rewriting of a run whose two skills are at hand and whose parent was played, in panel order.

    An answer that was no skill leaves its parent's text in force: that is no edit.
    """
    found = []
    for instance, rows in _by_instance(run).items():
        attempts: dict[tuple[int, int], list[EpisodeRow]] = {}
        for row in rows:
            attempts.setdefault((row.generation, row.candidate), []).append(row)
        for (g, c), after in sorted(attempts.items()):
            served, rewritten = _served(run, after[0]), after[0].parent_skill
            child, parent = run.skills.get(served), run.skills.get(rewritten)
            if g == 0 or child is None or parent is None or served == rewritten or child.parent != rewritten:
                continue
            before = tuple(r for r in rows if r.generation < g and rewritten in r.skill_ids)
            if before:
                found.append(Edit(run.name, instance, g, c, parent, child, before, tuple(after)))
    return found


def lineages_of(edits: Sequence[Edit]) -> list[Lineage]:
    """The line of descent of each instance's last skill; of several candidates the best one's."""
    of: dict[tuple[str, str], list[Edit]] = {}
    for e in edits:
        of.setdefault((e.run, e.instance), []).append(e)
    return [Lineage(run, instance, _line(own)) for (run, instance), own in of.items()]


def notable(lineages: Sequence[Lineage], most: int = MOST_LINEAGES) -> list[Lineage]:
    """Those to show: most gain first, half of the room for them; then most loss; ties by run and instance."""
    ordered = sorted(lineages, key=lambda x: (-x.gain, -len(x.edits), x.run, x.instance))
    if len(ordered) <= most:
        return ordered
    return [*ordered[: most // 2], *ordered[len(ordered) - (most - most // 2) :]]


def sample(edits: Sequence[tuple[str, Edit]], most: int = MOST_EDITS) -> list[tuple[str, Edit]]:
    """An even sample, the same every time."""
    if len(edits) <= most:
        return list(edits)
    return [edits[i * len(edits) // most] for i in range(most)]


def _line(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    last = max(e.generation for e in edits)
    at = max((e for e in edits if e.generation == last), key=lambda e: (fmean(r.reward for r in e.after), -e.candidate))
    line = [at]
    while True:
        parents = [e for e in edits if e.child.id == line[-1].parent.id and e.generation < line[-1].generation]
        if not parents:
            return tuple(reversed(line))
        line.append(max(parents, key=lambda e: (e.generation, -e.candidate)))


def _by_instance(run: Run) -> Mapping[str, list[EpisodeRow]]:
    found: dict[str, list[EpisodeRow]] = {}
    for row in run.episodes:
        if row.phase == EVAL:
            found.setdefault(row.instance, []).append(row)
    return found


def _served(run: Run, row: EpisodeRow) -> str:
    return next((i for i in row.skill_ids if i in run.skills), "")


def _text(skill: Skill) -> str:
    return f"{skill.description}\n\n{skill.body.strip()}\n"


def skills_in_order(lineage: Lineage) -> Iterator[Skill]:
    """The first parent, then every child."""
    yield lineage.edits[0].parent
    yield from (e.child for e in lineage.edits)
