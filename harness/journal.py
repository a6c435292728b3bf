"""The journal: every finished episode as it happens, in SQLite. The truth that a resume reads.

One process at a time writes a run's journal; a killed one loses at most the episodes that had not
finished, and nothing of those that had.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillevo.envs.base import Call, CallRole, Episode, EpisodeKey, SkillevoError, StopReason, Turn, Verdict

_SCHEMA = """
CREATE TABLE IF NOT EXISTS episodes (
    instance TEXT NOT NULL, phase TEXT NOT NULL,
    generation INTEGER NOT NULL, candidate INTEGER NOT NULL, rollout INTEGER NOT NULL,
    stop_reason TEXT NOT NULL, skills TEXT NOT NULL, verdict TEXT NOT NULL, episode BLOB NOT NULL,
    PRIMARY KEY (instance, phase, generation, candidate, rollout)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    instance TEXT NOT NULL, phase TEXT NOT NULL,
    generation INTEGER NOT NULL, candidate INTEGER NOT NULL, rollout INTEGER NOT NULL, role TEXT NOT NULL,
    call BLOB NOT NULL,
    PRIMARY KEY (instance, phase, generation, candidate, rollout, role)
) WITHOUT ROWID;
"""

ERRORS = (StopReason.MODEL_ERROR, StopReason.ENV_ERROR)
"""Stop reasons that `--retry-errors` plays again."""


@dataclass(frozen=True, slots=True)
class Played:
    """An episode with its verdict, and what it was played under."""

    episode: Episode
    verdict: Verdict
    phase: str
    skill_ids: tuple[str, ...] = ()

    @property
    def input_tokens(self) -> int:
        return sum(c.input_tokens for c in self._paid)

    @property
    def output_tokens(self) -> int:
        return sum(c.output_tokens for c in self._paid)

    @property
    def cost(self) -> float:
        return sum(c.cost or 0.0 for c in self._paid)

    @property
    def _paid(self) -> Iterator[Call]:
        yield from self.episode.calls
        yield from self.episode.lost


class JournalBusy(SkillevoError):
    """Another process is writing this run."""

    code = "busy"


class Journal:
    """Append-only store of a run's episodes, keyed by phase and episode key."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        try:
            # Exclusive for the life of the process: the kernel lets go of it even on kill -9.
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as e:
            self._db.close()
            raise JournalBusy(f"{path} is being written by another process ({e}); let it finish or end it") from None
        except sqlite3.DatabaseError as e:
            self._db.close()
            raise SkillevoError(f"{path} is damaged ({e}); start the run anew under another name") from None

    def add(self, played: Played) -> None:
        """Keep one finished episode. On disk when this returns, but for a power cut."""
        e = played.episode
        verdict = json.dumps([played.verdict.reward, played.verdict.success, dict(played.verdict.parts)])
        self._db.execute(
            "INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                e.key.instance,
                played.phase,
                e.key.generation,
                e.key.candidate,
                e.key.rollout,
                e.stop_reason.value,
                json.dumps(played.skill_ids),
                verdict,
                encode_episode(e),
            ),
        )

    def get(self, phase: str, key: EpisodeKey) -> Played | None:
        row = self._db.execute(
            "SELECT * FROM episodes WHERE instance=? AND phase=? AND generation=? AND candidate=? AND rollout=?",
            (key.instance, phase, key.generation, key.candidate, key.rollout),
        ).fetchone()
        return None if row is None else _played(row)

    def add_call(self, phase: str, key: EpisodeKey, call: Call) -> None:
        """Keep one completion made around episodes (an edit, a distillation): a resume does not pay for it again."""
        blob = zlib.compress(json.dumps(_call_row(call)).encode(), 1)
        where = (key.instance, phase, key.generation, key.candidate, key.rollout, call.role.value)
        self._db.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", (*where, blob))

    def get_call(self, phase: str, key: EpisodeKey, role: CallRole) -> Call | None:
        row = self._db.execute(
            "SELECT call FROM calls "
            "WHERE instance=? AND phase=? AND generation=? AND candidate=? AND rollout=? AND role=?",
            (key.instance, phase, key.generation, key.candidate, key.rollout, role.value),
        ).fetchone()
        return None if row is None else _call(json.loads(zlib.decompress(row[0])))

    def __iter__(self) -> Iterator[Played]:
        return map(_played, self._db.execute("SELECT * FROM episodes"))

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM episodes").fetchone()[0])

    def forget_errors(self) -> int:
        """Drop episodes that failed by no fault of the task model, so that a resume plays them again.

        Returns:
            How many were dropped.
        """
        marks = ",".join("?" * len(ERRORS))
        return self._db.execute(f"DELETE FROM episodes WHERE stop_reason IN ({marks})", ERRORS).rowcount

    def close(self) -> None:
        self._db.close()


def _played(row: tuple[Any, ...]) -> Played:
    instance, phase, generation, candidate, rollout, _, skills, verdict, blob = row
    reward, success, parts = json.loads(verdict)
    episode = decode_episode(EpisodeKey(instance, generation, candidate, rollout), blob)
    return Played(episode, Verdict(reward, success, parts), phase, tuple(json.loads(skills)))


def encode_episode(e: Episode) -> bytes:
    """An episode, all but its key, as compressed JSON."""
    turns = [
        (t.observation, t.actions, t.action, t.reward, t.done, t.sent, t.valid, t.state_key, t.note)
        + ((tuple(map(_call_row, t.calls)),) if t.calls else ())
        for t in e.turns
    ]
    head = (e.seed, e.final, e.stop_reason.value, e.error, e.attempt, e.seconds, e.notes, tuple(map(_call_row, e.lost)))
    return zlib.compress(
        json.dumps((head, turns), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass"), 1
    )


def decode_episode(key: EpisodeKey, blob: bytes) -> Episode:
    head, rows = json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass"))
    seed, final, stop_reason, error, attempt, seconds, notes, lost = head
    turns = [_turn(row) for row in rows]
    return Episode(
        key, seed, turns, final, StopReason(stop_reason), error, attempt, seconds, tuple(notes), tuple(map(_call, lost))
    )


def _call_row(c: Call) -> tuple[Any, ...]:
    return (
        c.role.value, c.model, c.completion, c.prompt, c.prompt_ids, c.completion_ids, c.logprobs,
        c.policy_version, dict(c.sampling), c.input_tokens, c.output_tokens, c.cost, c.cached,
    )  # fmt: skip


def _turn(row: list[Any]) -> Turn:
    observation, actions, action, reward, done, sent, valid, state_key, note, *calls = row
    kept = tuple(map(_call, calls[0])) if calls else ()
    return Turn(observation, tuple(actions), action, reward, done, sent, valid, state_key, note, kept)


def _call(row: list[Any]) -> Call:
    role, model, completion, prompt, *arrays = row[:7]
    ids, out, logprobs = (None if a is None else tuple(a) for a in arrays)
    return Call(CallRole(role), model, completion, prompt, ids, out, logprobs, *row[7:])
