"""What a run leaves when it closes: episodes.parquet and the turns, from the journal.

Both can be made again at any time; the journal stays the truth.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.journal import Journal, Played
from skillevo.harness.redaction import redacted
from skillevo.harness.rows import EpisodeRow

if TYPE_CHECKING:
    import pyarrow as pa

TURNS_PER_SHARD = 50_000


def write_episodes(path: Path, rows: Sequence[EpisodeRow], constant: Mapping[str, str]) -> None:
    """Write episodes.parquet: one row per episode, in the order given.

    Tags become columns `tag.*`, the verdict's parts `part.*` (null where an episode lacks one).

    Args:
        constant: columns equal in all rows (panel, panel_hash, protocol axes, ...).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = [f.name for f in fields(EpisodeRow) if f.name not in ("tags", "parts")]
    columns: dict[str, Any] = {name: [_cell(getattr(r, name)) for r in rows] for name in plain}
    for name in sorted({k for r in rows for k in r.tags}):
        columns[f"tag.{name}"] = [r.tags.get(name) for r in rows]
    for name in sorted({k for r in rows for k in r.parts}):
        columns[f"part.{name}"] = [r.parts.get(name) for r in rows]
    columns |= {name: [value] * len(rows) for name, value in constant.items()}
    _write_table(pq, path, pa.table(columns))


def write_turns(
    folder: Path, rows: Iterable[EpisodeRow], journal: Journal, private: Container[str] = frozenset()
) -> None:
    """Write the turns of these episodes as parquet shards, in order, some 50,000 turns each.

    Args:
        private: instances whose texts are left out.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _written(folder):
        folder.mkdir(exist_ok=True)
    written = set()
    for number, turns in enumerate(_batches(_turn_rows(rows, journal, private))):
        path = folder / f"{number:05d}.parquet"
        _write_table(pq, path, pa.Table.from_pylist(turns, schema=_schema(pa)))
        written.add(path)
    for stale in set(folder.glob("*.parquet")) - written:
        with _written(stale):
            stale.unlink()


def stored(
    rows: Iterable[EpisodeRow], journal: Journal, private: Container[str] = frozenset()
) -> Iterator[tuple[EpisodeRow, Played]]:
    """The rows whose episodes were played, with the episodes; those of `private` instances without their texts."""
    for row in rows:
        played = journal.get(row.phase, row.key)
        if played is not None:
            yield row, replace(played, episode=redacted(played.episode)) if row.instance in private else played


def _turn_rows(rows: Iterable[EpisodeRow], journal: Journal, private: Container[str]) -> Iterator[dict[str, Any]]:
    for row, played in stored(rows, journal, private):
        after = [t.observation for t in played.episode.turns[1:]] + [played.episode.final]
        for index, (turn, seen) in enumerate(zip(played.episode.turns, after, strict=False)):
            yield {
                "instance": row.instance,
                "phase": row.phase,
                "generation": row.generation,
                "candidate": row.candidate,
                "rollout": row.rollout,
                "turn": index,
                "observation": turn.observation,
                "actions": list(turn.actions),
                "action": turn.action,
                "result": seen,
                "reward": turn.reward,
                "done": turn.done,
                "sent": turn.sent,
                "valid": turn.valid,
                "state_key": turn.state_key,
                "note": turn.note,
                "completions": [c.completion for c in turn.calls],
            }


def _schema(pa: Any) -> pa.Schema:
    text, number = pa.string(), pa.int32()
    kinds = {"generation": number, "candidate": number, "rollout": number, "turn": number, "reward": pa.float64()}
    kinds |= {name: pa.bool_() for name in ("done", "sent", "valid")}
    kinds |= {name: pa.list_(text) for name in ("actions", "completions")}
    names = "instance phase generation candidate rollout turn observation actions action result reward done sent valid"
    return pa.schema([(n, kinds.get(n, text)) for n in (*names.split(), "state_key", "note", "completions")])


def _batches(turns: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for turn in turns:
        batch.append(turn)
        if len(batch) == TURNS_PER_SHARD:
            yield batch
            batch = []
    if batch:
        yield batch


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, tuple) else value


def _write_table(pq: Any, path: Path, table: Any) -> None:
    part = path.with_name(path.name + ".part")
    with _written(path):
        pq.write_table(table, part, compression="zstd", write_page_checksum=True)
        part.replace(path)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Within this, what the disk refuses is one clear error."""
    try:
        yield
    except OSError as e:
        raise SkillevoError(
            f"cannot write {path}: {e.strerror or e}; the journal has every episode: repeat the command when it can be"
        ) from None
