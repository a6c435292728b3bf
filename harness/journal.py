"""The journal: every finished episode as it happens, in SQLite. The truth that a resume reads.

One process at a time writes a run's journal; a killed one loses at most the episodes that had not
finished, and nothing of those that had. What completions cost is kept call by call, that of episodes
which were cut short or dropped included: a run's account only grows.
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
);
CREATE TABLE IF NOT EXISTS calls (
    instance TEXT NOT NULL, phase TEXT NOT NULL,
    generation INTEGER NOT NULL, candidate INTEGER NOT NULL, rollout INTEGER NOT NULL, role TEXT NOT NULL,
    call BLOB NOT NULL,
    PRIMARY KEY (instance, phase, generation, candidate, rollout, role)
);
CREATE TABLE IF NOT EXISTS spent (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    dropped INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost REAL NOT NULL, unpriced_tokens INTEGER NOT NULL
);
INSERT OR IGNORE INTO spent VALUES (1, 0, 0, 0, 0.0, 0);
"""
_EPISODE = "SELECT instance, generation, candidate, rollout, phase, skills, verdict, episode FROM episodes"
_CALL = "SELECT call FROM calls"
_AT = "WHERE instance=? AND phase=? AND generation=? AND candidate=? AND rollout=?"

ERRORS = (StopReason.MODEL_ERROR, StopReason.ENV_ERROR, StopReason.JUDGE_ERROR)
"""Stop reasons that `--retry-errors` plays again."""

# ASCII with escapes: the quickest to write, and a lone surrogate in a model's answer does no harm.
_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_DAMAGE = (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What reading a row raises whose contents are not what was written."""


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


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has spent so far, all its resumptions together.

    Attributes:
        rollouts: episodes played to their end; one that the budget or a kill cut short is played again and counts
            once, one that `forget_errors` dropped counts each time.
        input_tokens, output_tokens: of all completions but cached ones, whatever became of their episodes.
        cost: US dollars, as far as prices are known.
        unpriced_tokens: those for which they are not.
    """

    rollouts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


class JournalError(SkillevoError):
    """The journal cannot be read or written."""


class JournalBusy(JournalError):
    """Another process is writing this run."""


class Journal:
    """Append-only store of a run's episodes, keyed by phase and episode key.

    Every method raises `JournalError` where the file cannot be read or written; what was kept stays kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        except sqlite3.Error as e:
            raise _mistake(path, e) from None
        try:
            # Exclusive for the life of the process: the kernel lets go of it even on kill -9.
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
            for columns in (_EPISODE, _CALL):
                self._db.execute(f"{columns} LIMIT 1").fetchone()
        except sqlite3.Error as e:
            self._db.close()
            raise _mistake(path, e) from None

    def add(self, played: Played) -> None:
        """Keep one finished episode. On disk when this returns, but for a power cut."""
        e = played.episode
        row = (
            e.key.instance,
            played.phase,
            e.key.generation,
            e.key.candidate,
            e.key.rollout,
            e.stop_reason.value,
            json.dumps(played.skill_ids),
            json.dumps([played.verdict.reward, played.verdict.success, dict(played.verdict.parts)]),
            encode_episode(e),
        )
        self._write("INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, phase: str, key: EpisodeKey) -> Played | None:
        row = self._first(f"{_EPISODE} {_AT}", (key.instance, phase, key.generation, key.candidate, key.rollout))
        try:
            return None if row is None else _played(row)
        except _DAMAGE as e:
            raise self._damaged("episode", key, e) from None

    def add_call(self, phase: str, key: EpisodeKey, call: Call) -> None:
        """Keep one completion made around episodes (an edit, a distillation): a resume does not pay for it again."""
        blob = zlib.compress(_to_json(_call_row(call)).encode(), 1)
        where = (key.instance, phase, key.generation, key.candidate, key.rollout, call.role.value)
        self._write("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", (*where, blob))

    def get_call(self, phase: str, key: EpisodeKey, role: CallRole) -> Call | None:
        where = (key.instance, phase, key.generation, key.candidate, key.rollout, role.value)
        row = self._first(f"{_CALL} {_AT} AND role=?", where)
        try:
            return None if row is None else _call(json.loads(zlib.decompress(row[0])))
        except _DAMAGE as e:
            raise self._damaged(f"{role} call", key, e) from None

    def charge(self, call: Call) -> None:
        """Put one paid completion on the run's account, before anything else is done with it."""
        tokens = call.input_tokens + call.output_tokens
        self._write(
            "UPDATE spent SET input_tokens=input_tokens+?, output_tokens=output_tokens+?, cost=cost+?, "
            "unpriced_tokens=unpriced_tokens+?",
            (call.input_tokens, call.output_tokens, call.cost or 0.0, tokens if call.cost is None else 0),
        )

    def spent(self) -> Spent:
        """The run's account."""
        row = self._first("SELECT dropped, input_tokens, output_tokens, cost, unpriced_tokens FROM spent")
        if row is None:
            raise JournalError(f"{self._path} is damaged (its account is missing); {_ANEW}")
        return Spent(len(self) + row[0], *row[1:])

    def __len__(self) -> int:
        (n,) = self._first("SELECT count(*) FROM episodes") or (0,)
        return int(n)

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever kept in it."""
        return self._first("SELECT 1 FROM calls") is None and self.spent() == Spent()

    def forget_errors(self) -> int:
        """Drop episodes that failed by no fault of the task model, so that a resume plays them again.

        Returns:
            How many were dropped.
        """
        marks = ",".join("?" * len(ERRORS))
        self._write("BEGIN IMMEDIATE")
        dropped = self._write(f"DELETE FROM episodes WHERE stop_reason IN ({marks})", ERRORS)
        self._write("UPDATE spent SET dropped=dropped+?", (dropped,))
        self._write("COMMIT")
        return dropped

    def close(self) -> None:
        self._db.close()

    def _write(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as e:
            raise _mistake(self._path, e) from None

    def _first(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
            return row
        except sqlite3.Error as e:
            raise _mistake(self._path, e) from None

    def _damaged(self, what: str, key: EpisodeKey, e: Exception) -> JournalError:
        where = f"generation {key.generation}, candidate {key.candidate}, rollout {key.rollout}"
        return JournalError(f"{self._path}: the {what} of {key.instance} ({where}) is damaged ({e}); {_ANEW}")


_ANEW = "start the run anew under another name; this one is left as it is"


def _mistake(path: Path, e: sqlite3.Error) -> Exception:
    """What an error of SQLite's means to whoever runs this; the error itself where it is a mistake of ours."""
    code = getattr(e, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalBusy(f"{path} is being written by another process ({e}); let it finish or end it")
    if code == sqlite3.SQLITE_FULL:
        return JournalError(f"{path}: {e}; what was finished is kept: make room, then resume the run")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return JournalError(f"{path} cannot be written ({e}); see who may write it and its folder")
    if code == sqlite3.SQLITE_IOERR:
        return JournalError(f"{path}: {e}; what was finished is kept: see to the disk, then resume the run")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return JournalError(f"{path} is damaged ({e}); {_ANEW}")
    if code == 0 and isinstance(e, sqlite3.OperationalError):  # Python's own, of a text that is none
        return JournalError(f"{path} is damaged ({e}); {_ANEW}")
    if code == sqlite3.SQLITE_ERROR:  # tables of another shape: some other program's file
        return JournalError(f"{path} is no journal of this version ({e}); {_ANEW}")
    return e


def _played(row: tuple[Any, ...]) -> Played:
    *key, phase, skills, verdict, blob = row
    reward, success, parts = json.loads(verdict)
    return Played(
        decode_episode(EpisodeKey(*key), blob), Verdict(reward, success, parts), phase, tuple(json.loads(skills))
    )


def encode_episode(e: Episode) -> bytes:
    """An episode, all but its key, as compressed JSON."""
    turns = [
        (t.observation, t.actions, t.action, t.reward, t.done, t.sent, t.valid, t.state_key, t.note)
        + ((tuple(map(_call_row, t.calls)),) if t.calls else ())
        for t in e.turns
    ]
    lost, judged = tuple(map(_call_row, e.lost)), tuple(map(_call_row, e.judged))
    known = (e.seed, e.final, e.stop_reason.value, e.error, e.attempt, e.seconds, e.notes, lost)
    head = (*known, judged) if judged else known
    return zlib.compress(_to_json((head, turns)).encode(), 1)


def decode_episode(key: EpisodeKey, blob: bytes) -> Episode:
    head, rows = json.loads(zlib.decompress(blob))
    seed, final, stop_reason, error, attempt, seconds, notes, lost, *more = head
    turns = [_turn(row) for row in rows]
    judged = map(_call, more[0]) if more else ()
    return Episode(
        key, seed, turns, final, StopReason(stop_reason), error, attempt, seconds,
        tuple(notes), tuple(map(_call, lost)), tuple(judged),
    )  # fmt: skip


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
