"""What a run leaves: rows as they came, turns in shards, nothing stale."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from worlds import Counter, Scripted, count_then_win, panel, won

from skillevo.harness import archive
from skillevo.harness.evaluation import evaluate
from skillevo.harness.journal import Journal
from skillevo.harness.methods import NoSkill
from skillevo.harness.play import PlayRules
from skillevo.harness.rollouts import Play


def test_turns_come_in_shards_and_no_old_shard_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "TURNS_PER_SHARD", 7)
    journal = Journal(tmp_path / "j.db")
    play = Play(make_env=Counter, verify=won, policy=Scripted(count_then_win), rules=PlayRules(), journal=journal)
    rows = asyncio.run(evaluate(NoSkill(), panel(5), play))
    archive.write_turns(tmp_path / "turns", rows, journal)
    shards = sorted((tmp_path / "turns").iterdir())
    assert [pq.read_table(s).num_rows for s in shards] == [7, 7, 6]
    turns = [t for s in shards for t in pq.read_table(s).to_pylist()]
    assert [(t["instance"], t["turn"]) for t in turns] == [(f"c{k}", n) for k in range(5) for n in range(4)]
    assert turns[0]["result"] == turns[1]["observation"] == "1 of them." and turns[3]["result"] == "4 of them."
    archive.write_turns(tmp_path / "turns", rows[:1], journal)
    assert [pq.read_table(s).num_rows for s in (tmp_path / "turns").iterdir()] == [4]


def test_rows_become_columns(tmp_path: Path) -> None:
    play = Play(make_env=Counter, verify=won, policy=Scripted(count_then_win), rules=PlayRules())
    rows = asyncio.run(evaluate(NoSkill(), panel(3), play))
    archive.write_episodes(tmp_path / "e.parquet", rows, {"panel_hash": "abc"})
    table = pq.read_table(tmp_path / "e.parquet").to_pylist()
    assert [r["instance"] for r in table] == ["c0", "c1", "c2"]
    assert table[1]["tag.type"] == "odd" and table[1]["part.steps"] == 4.0 and table[1]["panel_hash"] == "abc"
    assert table[0]["success"] and table[0]["scored"] and table[0]["stop_reason"] == "done"
