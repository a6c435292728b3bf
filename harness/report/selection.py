"""Which episodes a figure was computed from, in a form that a reader and a script can follow back.

A table over many runs rests on hundreds of thousands of episodes; what stands beside each of its cells is the rule that
picks them, and `Selection.ids` gives their names. Tests hold that these are the ids of the estimate itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skillevo.harness.report.run_files import EVAL
from skillevo.harness.report.runs import Run
from skillevo.harness.rows import EpisodeRow


@dataclass(frozen=True, slots=True)
class Selection:
    """A rule that picks episodes.

    Attributes:
        runs: names of the runs.
        scored: only those that the method is scored by; else all.
        first: the earliest generation; None for no limit. `last` likewise.
        tag: an instance tag that must hold `value`; empty for any instance.
    """

    runs: tuple[str, ...]
    scored: bool = True
    first: int | None = None
    last: int | None = None
    tag: str = ""
    value: str = ""
    phase: str = EVAL

    def holds(self, row: EpisodeRow) -> bool:
        """Whether it picks this episode of one of its runs."""
        return (
            row.phase == self.phase
            and (row.scored or not self.scored)
            and (self.first is None or row.generation >= self.first)
            and (self.last is None or row.generation <= self.last)
            and (not self.tag or row.tags.get(self.tag) == self.value)
        )

    def rows(self, runs: Iterable[Run]) -> Iterator[tuple[Run, EpisodeRow]]:
        """The episodes among those of the given runs, in their order."""
        wanted = frozenset(self.runs)
        for run in runs:
            if run.name in wanted:
                yield from ((run, row) for row in run.recorded if self.holds(row))

    def ids(self, runs: Iterable[Run]) -> tuple[str, ...]:
        """Their names, as `Run.episode_id` makes them."""
        return tuple(run.episode_id(row) for run, row in self.rows(runs))

    def as_dict(self) -> Mapping[str, Any]:
        """As JSON holds it; what is not limited is left out."""
        found: dict[str, Any] = {"runs": list(self.runs), "phase": self.phase}
        if self.scored:
            found["scored"] = True
        if self.first is not None:
            found["first"] = self.first
        if self.last is not None:
            found["last"] = self.last
        if self.tag:
            found |= {"tag": self.tag, "value": self.value}
        return found
