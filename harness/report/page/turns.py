"""The turns of a run's episodes, read from its turns/ a few at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillevo.harness.report.notices import Notice, Problem
from skillevo.harness.report.runs import Run
from skillevo.harness.rows import EpisodeRow

_KEY = ("phase", "instance", "generation", "candidate", "rollout")
_SHOWN = ("observation", "action", "result", "note", "completions")
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
        self._at: dict[Key, range] = {}
        self._table: Any = None
        folder = run.path / "turns"
        files = sorted(folder.glob("*.parquet"))
        if not files:
            return
        try:
            tables = [
                pq.read_table(f, columns=[*_KEY, *_SHOWN], partitioning=None, page_checksum_verification=True)
                for f in files
            ]
            self._table = _checked(pa.concat_tables(tables))
            self._at = _spans(self._table)
        except (pa.ArrowException, OSError, ValueError, KeyError) as e:
            text = f"{' '.join(str(e).split())}; its episodes are shown without turns"
            self.notice = Notice(run.name, "turns", Problem.DAMAGED, text, False)

    def part(self, rows: Sequence[EpisodeRow]) -> tuple[Any, list[range]]:
        """The turns of some episodes: an Arrow table with `_SHOWN`'s columns, and where in it each one's turns are.

        None for the table where there are no turns at all; the range of an episode that was not played is empty.
        """
        import pyarrow as pa

        spans = [self._at.get((r.phase, r.instance, r.generation, r.candidate, r.rollout), range(0)) for r in rows]
        known = [s for s in spans if s]
        if not known:
            return None, [range(0)] * len(rows)
        first, end, n = min(s.start for s in known), max(s.stop for s in known), sum(map(len, known))
        # Episodes that follow each other in a run do so in its turns: one slice, and nothing is copied.
        if end - first <= 4 * n + 1000:
            return self._table.slice(first, end - first), [range(s.start - first, s.stop - first) for s in spans]
        found = pa.concat_tables([self._table.slice(s.start, len(s)) for s in known])
        at, places = 0, []
        for s in spans:
            places.append(range(at, at := at + len(s)))
        return found, places

    def of(self, rows: Sequence[EpisodeRow]) -> list[list[Turn]]:
        """The turns of some episodes, in their order; none for one that was not played."""
        part, places = self.part(rows)
        if part is None:
            return [[] for _ in rows]
        columns = [part.column(name).to_pylist() for name in _SHOWN]
        turns = [
            Turn(opening, action, result, note, said if (said := "\n".join(completions)) != action else "")
            for opening, action, result, note, completions in zip(*columns, strict=True)
        ]
        return [turns[p.start : p.stop] for p in places]


def _checked(table: Any) -> Any:
    import pyarrow as pa

    kinds = {"completions": pa.list_(pa.string()), **dict.fromkeys(_KEY[2:], pa.int64())}
    table = table.cast(pa.schema([(name, kinds.get(name, pa.string())) for name in table.column_names]))
    if odd := [name for name in table.column_names if table.column(name).null_count]:
        raise ValueError(f"column {odd[0]} has gaps")
    return table


def _spans(table: Any) -> dict[Key, range]:
    """Where each episode's turns are: rows that follow each other and have one key."""
    import numpy as np
    import pyarrow.compute as pc

    if not len(table):
        return {}
    first = np.zeros(len(table), dtype=bool)
    first[0] = True
    for name in _KEY:
        column = table.column(name)
        first[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy()
    starts = np.flatnonzero(first)
    keys = zip(*(table.column(name).take(starts).to_pylist() for name in _KEY), strict=True)
    ends = [*starts[1:].tolist(), len(table)]
    return {key: range(a, b) for key, a, b in zip(keys, starts.tolist(), ends, strict=True)}
