"""Whether a run's episodes are all there, each of them once: what is lost or doubled is averaged in no table.

An evaluation says in run.toml how many rows it wrote. One of an earlier version does not: there the journal is asked,
and without a journal (runs that were exported) the account of rollouts that it spent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skillevo.envs.base import StopReason
from skillevo.harness.methods import METHODS
from skillevo.harness.report.notices import Notice, Problem, left_out
from skillevo.harness.report.run_files import EPISODES, EVAL
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import CONFIG, JOURNAL, WRITTEN


def check_whole(path: Path, config: Mapping[str, Any], episodes: Sequence[EpisodeRow]) -> None:
    """An evaluation's every instance was played and scored, each episode once, by the method that run.toml names.

    Raises:
        RunError: not so.
    """
    keys = {(r.phase, r.key) for r in episodes}
    if len(keys) < len(episodes):
        twice = len(episodes) - len(keys)
        raise left_out(path, EPISODES, Problem.DAMAGED, f"{twice} episodes stand in it twice")
    played, wanted = len({r.instance for r in episodes}), config["panel"].get("n")
    if played != wanted:
        raise left_out(path, EPISODES, Problem.UNFINISHED, f"{played} of the panel's {wanted} instances are in it")
    if odd := {r.method for r in episodes} - {config["method"]["name"]}:
        raise left_out(path, EPISODES, Problem.DAMAGED, f"it holds episodes of {sorted(odd)[0]}, unlike {CONFIG}")
    unscored = len({r.instance for r in episodes}) - len({r.instance for r in episodes if r.scored})
    if unscored:
        text = f"of {unscored:,} of its {played:,} instances no episode is one that the method is scored by"
        raise left_out(path, EPISODES, Problem.DAMAGED, text)


def failures_of(path: Path, episodes: Sequence[EpisodeRow]) -> Iterator[Notice]:
    """What counts as failure and is none of the method's own: episodes that were not played, a run of errors."""
    scored = [r for r in episodes if r.scored]
    if all(r.error for r in scored):
        text = f"each of its {len(scored):,} scored episodes ended in an error, the first in {scored[0].error[:120]!r}"
        yield Notice(path.name, "", Problem.FAILED, text, False)
    if unplayed := sum(r.stop_reason == StopReason.BUDGET for r in episodes):
        text = f"its budget left {unplayed:,} of {len(episodes):,} episodes unplayed; they count as failures"
        yield Notice(path.name, EPISODES, Problem.UNFINISHED, text, False)


def check_counts(
    path: Path,
    config: Mapping[str, Any],
    episodes: Sequence[EpisodeRow],
    transferred: Sequence[EpisodeRow] | None,
    notices: list[Notice],
) -> None:
    """An evaluation has the episodes that it played, no fewer and no more.

    Args:
        transferred: those of its transfer, which an account of rollouts has as well; None where they cannot be read.
        notices: is told of a journal that cannot be read.

    Raises:
        RunError: there are fewer or more; the message has both numbers.
    """
    kept = _in_journal(path, notices)
    played = sum(r.stop_reason != StopReason.BUDGET for r in episodes)
    written, spent = (config.get(name, {}) for name in (WRITTEN, "spent"))
    if kept is not None and kept > played:
        again = f"repeat the run's command with --name {path.name}"
        text = f"{kept:,} episodes are in the journal and {played:,} in it: {again}"
        raise left_out(path, EPISODES, Problem.UNFINISHED, text)
    if kept is not None and kept < played:
        raise _miscounted(path, played, kept, "the journal has")
    if "episodes" in written:
        if len(episodes) != written["episodes"]:
            raise _miscounted(path, len(episodes), written["episodes"], f"{CONFIG} says")
    elif kept is None and transferred is not None and "rollouts" in spent:
        if (rows := played + len(transferred)) != spent["rollouts"]:
            # An account has episodes that failed and were played again, each time.
            doubt = ", unless failed ones were played again" * (rows < spent["rollouts"])
            raise _miscounted(path, rows, spent["rollouts"], f"the account of {CONFIG} has", doubt)
    elif kept is None and played == len(episodes):
        _check_even(path, episodes)
    if config["method"]["name"] in METHODS and played == len(episodes):
        _check_scored(path, episodes)


def _miscounted(path: Path, rows: int, counted: int, by: str, doubt: str = "") -> Exception:
    lost = "lost" if rows < counted else "too many"
    text = f"{rows:,} episodes are in it and {by} {counted:,}: {abs(counted - rows):,} {lost}{doubt}"
    way_out = f"put it back as it was, or repeat the run's command with --name {path.name}"
    return left_out(path, EPISODES, Problem.DAMAGED, f"{text}; {way_out}")


def _check_scored(path: Path, episodes: Sequence[EpisodeRow]) -> None:
    """Every instance is scored by the same rollouts: a row exchanged for another one leaves the number as it is."""
    of: dict[str, list[tuple[int, int]]] = {}
    for r in episodes:
        if r.scored:
            of.setdefault(r.instance, []).append((r.generation, r.rollout))
    usual = sorted(next(iter(of.values()), []))
    if odd := next((name for name, places in of.items() if sorted(places) != usual), None):
        text = f"{odd} is scored by other rollouts than the panel's first instance"
        raise left_out(path, EPISODES, Problem.DAMAGED, f"{text}; put it back as it was")


def _check_even(path: Path, episodes: Sequence[EpisodeRow]) -> None:
    """Where nothing says how many there were: every instance was played in the same places."""
    places: dict[str, set[tuple[str, int, int, int]]] = {}
    for r in episodes:
        places.setdefault(r.instance, set()).add((r.phase, r.generation, r.candidate, r.rollout))
    every = set().union(*places.values())
    if lost := {name: len(every - own) for name, own in places.items() if own != every}:
        first = next(iter(lost))
        text = f"{sum(lost.values()):,} episodes are lost that others of the panel have, {lost[first]:,} of {first}"
        raise left_out(path, EPISODES, Problem.DAMAGED, f"{text}; put it back as it was")


def _in_journal(path: Path, notices: list[Notice]) -> int | None:
    """Episodes of the method's own in the journal; None where there is no journal, or it cannot be read."""
    file = path / JOURNAL
    if not file.exists():
        return None  # exported runs come without
    # A journal that was closed has no -wal beside it and is read without leaving a trace; one that is being written,
    # or was killed, has.
    closed = not file.with_name(f"{JOURNAL}-wal").exists()
    try:
        mode = "immutable=1" if closed else "mode=ro"
        db = sqlite3.connect(f"{file.resolve().as_uri()}?{mode}", uri=True, timeout=0.2)
        try:
            (kept,) = db.execute("SELECT count(*) FROM episodes WHERE phase = ?", (EVAL,)).fetchone()
        finally:
            db.close()
    except sqlite3.Error as e:
        if "locked" in str(e):
            raise left_out(path, JOURNAL, Problem.UNFINISHED, "another process is writing the run") from None
        notices.append(Notice(path.name, JOURNAL, Problem.DAMAGED, f"{e}; its episodes are in {EPISODES}", False))
        return None
    return int(kept)
