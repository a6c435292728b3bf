"""What is kept is given back as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import Call, CallRole, Episode, EpisodeKey, SkillevoError, StopReason, Turn, Verdict
from skillevo.harness.journal import Journal, JournalBusy, Played, decode_episode, encode_episode

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
    assert again.get("eval", KEY) == played() == next(iter(again))
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


def test_a_damaged_journal_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(SkillevoError, match="damaged"):
        Journal(tmp_path / "j.db")
