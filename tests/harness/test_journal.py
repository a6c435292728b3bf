"""What is kept is given back as it was."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import Call, CallRole, Episode, EpisodeKey, StopReason, Turn, Verdict
from skillevo.harness.journal import (
    Journal,
    JournalBusy,
    JournalError,
    Played,
    Spent,
    decode_episode,
    encode_episode,
)

text = st.text(st.characters(codec="utf-8"), max_size=40)
calls = st.builds(
    Call,
    role=st.sampled_from(CallRole),
    model=text,
    completion=text,
    prompt=text,
    prompt_ids=st.none() | st.lists(st.integers(0, 10**6), max_size=5).map(tuple),
    completion_ids=st.none() | st.lists(st.integers(0, 10**6), max_size=5).map(tuple),
    logprobs=st.none() | st.lists(st.floats(-50, 0), max_size=5).map(tuple),
    policy_version=st.integers(0, 9),
    sampling=st.dictionaries(text, st.integers() | st.floats(0, 2) | text, max_size=3),
    input_tokens=st.integers(0, 10**6),
    output_tokens=st.integers(0, 10**6),
    cost=st.none() | st.floats(0, 10),
    cached=st.booleans(),
)
turns = st.builds(
    Turn,
    observation=text,
    actions=st.lists(text, max_size=4).map(tuple),
    action=text,
    reward=st.floats(0, 1),
    done=st.booleans(),
    sent=st.booleans(),
    valid=st.booleans(),
    state_key=text,
    note=text,
    calls=st.lists(calls, max_size=2).map(tuple),
)
KEY = EpisodeKey("a/b", 1, 2, 3)
episodes = st.builds(
    Episode,
    key=st.just(KEY),
    seed=st.integers(0, 2**63 - 1),
    turns=st.lists(turns, max_size=4),
    final=text,
    stop_reason=st.sampled_from(StopReason),
    error=text,
    attempt=st.integers(1, 2),
    seconds=st.floats(0, 1e6),
    notes=st.lists(text, max_size=2).map(tuple),
    lost=st.lists(calls, max_size=1).map(tuple),
)


@given(episodes)
def test_an_episode_survives_its_encoding(episode: Episode) -> None:
    assert decode_episode(KEY, encode_episode(episode)) == episode


def test_a_lone_surrogate_does_not_lose_an_episode() -> None:
    episode = Episode(KEY, 1, [Turn("seen", (), "\ud83d", 0.0, False)], "end", StopReason.STEP_CAP)
    assert decode_episode(KEY, encode_episode(episode)) == episode


def played(key: EpisodeKey = KEY, reason: StopReason = StopReason.DONE) -> Played:
    turn = Turn("seen", ("a", "b"), "a", 1.0, True)
    return Played(Episode(key, 4, [turn], "end", reason), Verdict(0.5, False, {"x": 1.5}), "eval", ("s@1", "t@2"))


def test_the_journal_gives_back_what_it_got_across_processes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add(played())
    journal.close()
    again = Journal(tmp_path / "j.db")
    assert again.get("eval", KEY) == played()
    assert again.get("train", KEY) is None and again.get("eval", EpisodeKey("a/b")) is None
    assert len(again) == 1


def test_an_episode_is_kept_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add(played())
    with pytest.raises(Exception, match="UNIQUE"):
        journal.add(played())


def test_only_one_process_writes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add(played())
    with pytest.raises(JournalBusy, match="another process"):
        Journal(tmp_path / "j.db")
    journal.close()
    Journal(tmp_path / "j.db").close()


def test_kill_9_leaves_no_lock_and_loses_nothing_finished(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from skillevo.harness.journal import Journal, Played\n"
        "from skillevo.envs.base import *\n"
        "j = Journal(Path(sys.argv[1]))\n"
        "for k in range(7):\n"
        "    e = Episode(EpisodeKey('i', rollout=k), k, [], 'end', StopReason.DONE)\n"
        "    j.add(Played(e, Verdict(1.0, True), 'eval'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path / "j.db"), ""], check=False)
    assert run.returncode == -9
    assert len(Journal(tmp_path / "j.db")) == 7


def paid(cost: float | None = 0.5) -> Call:
    return Call(CallRole.ACT, "m", "text", input_tokens=10, output_tokens=3, cost=cost)


def test_the_account_grows_whatever_becomes_of_the_episodes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    assert journal.spent() == Spent() and journal.is_new
    journal.charge(paid())
    journal.charge(paid(None))
    assert journal.spent() == Spent(0, 20, 6, 0.5, 13) and not journal.is_new
    journal.add(played())
    journal.add(played(EpisodeKey("b"), StopReason.ENV_ERROR))
    assert journal.spent().rollouts == 2
    assert journal.forget_errors() == 1 and len(journal) == 1
    journal.close()
    spent = Journal(tmp_path / "j.db").spent()
    assert spent == Spent(2, 20, 6, 0.5, 13) and spent.tokens == 26, "a dropped episode was played all the same"


def test_a_call_alone_makes_a_journal_that_is_not_new(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add_call("eval", KEY, paid())
    assert not journal.is_new and journal.get_call("eval", KEY, CallRole.ACT) == paid()
    assert journal.get_call("eval", KEY, CallRole.EDIT) is None


def test_a_damaged_journal_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(JournalError, match="damaged"):
        Journal(tmp_path / "j.db")


def test_another_programs_database_is_no_journal(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "j.db") as db:
        db.execute("CREATE TABLE episodes (show TEXT, season INTEGER)")
    with pytest.raises(JournalError, match="no journal of this version"):
        Journal(tmp_path / "j.db")


def test_only_a_lock_is_another_process(tmp_path: Path) -> None:
    (tmp_path / "j.db").mkdir()
    with pytest.raises(JournalError, match="cannot be written") as error:
        Journal(tmp_path / "j.db")
    assert not isinstance(error.value, JournalBusy)
    journal = Journal(tmp_path / "k.db")
    journal._db.execute("PRAGMA query_only=ON")  # as on a read-only disk; root may write where nobody else may
    with pytest.raises(JournalError, match="cannot be written") as error:
        journal.add(played())
    assert not isinstance(error.value, JournalBusy)


def test_a_full_disk_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal._db.execute("PRAGMA max_page_count=24")
    kept = 0
    with pytest.raises(JournalError, match=r"full.*what was finished is kept"):
        for k in range(10_000):
            journal.add(played(EpisodeKey("i", rollout=k)))
            kept += 1
    journal.close()
    assert 0 < kept == len(Journal(tmp_path / "j.db"))


@pytest.mark.parametrize(
    ("column", "value"),
    [(c, v) for c in ("episode", "verdict", "skills") for v in (b"junk", b"\xff\xfe", "", "{", 5)]
    + [("verdict", "[2.0, true, {}]"), ("verdict", "[0.5]"), ("episode", b"x\x9c\x03\x00\x00\x00\x00\x01")],
)
def test_a_damaged_row_names_its_episode(column: str, value: object, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add(played())
    journal._db.execute(f"UPDATE episodes SET {column}=?", (value,))
    with pytest.raises(JournalError, match=r"episode of a/b \(generation 1, candidate 2, rollout 3\) is damaged"):
        journal.get("eval", KEY)


def test_a_damaged_call_names_its_place(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add_call("eval", KEY, paid())
    journal._db.execute("UPDATE calls SET call=x'00'")
    with pytest.raises(JournalError, match="act call of a/b"):
        journal.get_call("eval", KEY, CallRole.ACT)


def test_a_text_that_is_none_is_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.add(played())
    journal._db.execute("UPDATE episodes SET verdict=CAST(x'ff' AS TEXT)")
    with pytest.raises(JournalError, match="damaged"):
        journal.get("eval", KEY)


def test_a_lost_account_is_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal._db.execute("DELETE FROM spent")
    with pytest.raises(JournalError, match="its account is missing"):
        journal.spent()
