"""The turns of a run's episodes, read from its turns/ a few at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillevo.harness.report.notices import Notice, Problem
from skillevo.harness.report.runs import Run
from skillevo.harness.rows import EpisodeRow

_KEY = ("phase", "instance", "generation", "candidate", "rollout")
_SHOWN = ("action", "result", "note", "completions")
Key = tuple[str, str, int, int, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as it is shown.

    Attributes:
        observation: of an episode's first turn; a later one's is the result before it.
        said: the whole completion, where it is more than the action.
    """

    observation: str
    action: str
    result: str
    note: str
    said: str


class Turns:
    """Turns by episode. Arrow's columns stay as they are until an episode is asked for.

    Attributes:
        notice: why there are none, if there should be.
    """

    def __init__(self, run: Run) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.notice: Notice | None = None
        self._at: dict[Key, tuple[int, int]] = {}
        self._table: Any = None
        folder = run.path / "turns"
        files = sorted(folder.glob("*.parquet"))
        if not files:
            return
        try:
            tables = [pq.read_table(f, columns=[*_KEY, "observation", *_SHOWN], partitioning=None) for f in files]
            self._table = pa.concat_tables(tables)
            columns = [self._table.column(name).to_pylist() for name in _KEY]
        except (pa.ArrowException, OSError, ValueError, KeyError) as e:
            text = f"{' '.join(str(e).split())}; its episodes are shown without turns"
            self.notice = Notice(run.name, "turns", Problem.DAMAGED, text, False)
            return
        last: Key | None = None
        for row, key in enumerate(zip(*columns, strict=True)):
            if key == last:
                start, _ = self._at[key]
                self._at[key] = (start, row + 1)
            else:
                self._at[key] = (row, row + 1)
                last = key

    def of(self, rows: Sequence[EpisodeRow]) -> list[list[Turn]]:
        """The turns of some episodes, in their order; none for one that was not played."""
        spans = [self._at.get((r.phase, r.instance, r.generation, r.candidate, r.rollout)) for r in rows]
        known = [s for s in spans if s]
        if not known:
            return [[] for _ in rows]
        first, end = min(a for a, _ in known), max(b for _, b in known)
        # Episodes that follow each other in a run do so in its turns: one slice, not one for each.
        if end - first > 4 * sum(b - a for a, b in known) + 1000:
            return [self._read(*span, [span[0]]) if span else [] for span in spans]
        read = self._read(first, end, [a for a, _ in known])
        return [read[s[0] - first : s[1] - first] if s else [] for s in spans]

    def _read(self, start: int, end: int, firsts: Sequence[int]) -> list[Turn]:
        """The turns in these rows, of which `firsts` begin an episode."""
        opening = dict(zip(firsts, self._table.column("observation").take(list(firsts)).to_pylist(), strict=True))
        part = self._table.slice(start, end - start)
        columns = [part.column(name).to_pylist() for name in _SHOWN]
        return [
            Turn(opening.get(row, ""), a, r, n, said if (said := "\n".join(c)) != a else "")
            for row, (a, r, n, c) in enumerate(zip(*columns, strict=True), start)
        ]
