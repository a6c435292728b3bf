"""Episodes that were lost or doubled: the run is left out, named, with both numbers."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from test_runs import edit_table, make, rewrite, set_column

from skillevo.harness.cli.main import app
from skillevo.harness.report.build import build_report
from skillevo.harness.report.notices import Problem, RunError
from skillevo.harness.report.page.turns import Turns
from skillevo.harness.report.runs import load_run, load_runs
from skillevo.harness.rundir import read_config

Damage = Callable[[Path], object]
lose_one = edit_table(lambda t: t.slice(1))


def add_two(path: Path) -> None:
    """Two more rollouts of instances that are there."""

    def further(t: pa.Table) -> pa.Table:
        more = t.slice(0, 2)
        return pa.concat_tables([t, more.set_column(t.column_names.index("rollout"), "rollout", pa.array([7, 8]))])

    edit_table(further)(path)


def exported(path: Path, *, written: bool) -> Path:
    """Without its journal; as this version closes runs or as earlier ones did."""
    (path / "journal.db").unlink()
    rows = pq.read_metadata(path / "episodes.parquet").num_rows
    if written:
        with (path / "run.toml").open("a") as toml:
            toml.write(f"\n[written]\nepisodes = {rows}\n")
    return path


@pytest.mark.parametrize(
    ("damage", "written", "told"),
    [
        (lose_one, True, "11 episodes are in it and run.toml says 12: 1 lost"),
        (add_two, True, "14 episodes are in it and run.toml says 12: 2 too many"),
        (lose_one, False, "11 episodes are in it and the account of run.toml has 12: 1 lost, unless failed ones were"),
        (add_two, False, "14 episodes are in it and the account of run.toml has 12: 2 too many"),
    ],
)
def test_an_exported_run_that_lost_or_gained_episodes_is_left_out(
    tmp_path: Path, damage: Damage, written: bool, told: str
) -> None:
    path = exported(make(tmp_path / "a", rollouts=2), written=written)
    assert load_run(path).notices == ()
    damage(path)
    with pytest.raises(RunError, match=told) as refused:
        load_run(path)
    assert refused.value.notice.problem is Problem.DAMAGED and "--name a" in refused.value.notice.text


def test_an_episode_in_anothers_place_is_noticed(tmp_path: Path) -> None:
    path = exported(make(tmp_path / "a", rollouts=2), written=True)

    def exchange(t: pa.Table) -> pa.Table:
        more = t.slice(0, 1)
        place = t.column_names.index("rollout")
        return pa.concat_tables([t.slice(0, len(t) - 1), more.set_column(place, "rollout", pa.array([7]))])

    edit_table(exchange)(path)
    with pytest.raises(RunError, match="is scored by other rollouts than the panel's first instance"):
        load_run(path)


def test_failures_taken_out_do_not_raise_a_rate(tmp_path: Path) -> None:
    """What an outside check did: it took the failed rows of a run, and the report said 53.8 % for 50.4."""
    exported(make(tmp_path / "b", rollouts=3, seed=1), written=False)
    path = exported(make(tmp_path / "a", rollouts=3), written=False)
    set_column("success", lambda v: [i % 2 == 0 for i in range(len(v))])(path)
    assert len(load_run(path).episodes) == 18
    edit_table(lambda t: t.filter(pc.field("success") | (pc.field("rollout") == 0)))(path)
    report = build_report([tmp_path])
    assert [r.name for r in report.runs] == ["b"]
    assert "lost" in report.warnings()[0] and all("Left out: a" in " ".join(t.notes) for t in report.tables)


def test_a_journal_that_knows_less_is_not_overlooked(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    add_two(path)
    with pytest.raises(RunError, match="8 episodes are in it and the journal has 6: 2 too many"):
        load_run(path)


def test_transfer_is_in_the_account(tmp_path: Path) -> None:
    """An account has all rollouts; an earlier run's lost ones may be of either file."""
    path = exported(make(tmp_path / "a", rollouts=2, transfer={"siblings": 1}), written=False)
    shutil.copy(path / "episodes.parquet", path / "transfer.parquet")
    edit_table(lambda t: t.filter(pc.field("rollout") == 0))(path)
    with pytest.raises(RunError, match="18 episodes are in it and the account of run.toml has 12"):
        load_run(path)
    rewrite("rollouts = 12", "rollouts = 18")(path)
    assert len(load_run(path).transferred) == 12


def test_a_lost_transfer_is_named(tmp_path: Path) -> None:
    path = exported(make(tmp_path / "a", transfer={"siblings": 1}), written=False)
    (notice,) = load_run(path).notices
    assert (notice.file, notice.problem, notice.left_out) == ("transfer.parquet", Problem.MISSING, False)
    # Then nothing says how many episodes the method's own should be, but that all instances have as many.
    add_two(path)
    with pytest.raises(RunError, match="10 episodes are lost that others of the panel have, 1 of c0"):
        load_run(path)


def test_transferred_episodes_are_counted(tmp_path: Path) -> None:
    path = make(tmp_path / "a", transfer={"siblings": 1})
    shutil.copy(path / "episodes.parquet", path / "transfer.parquet")
    (path / "run.toml").write_text((path / "run.toml").read_text() + "\n[written]\nepisodes = 6\ntransfer = 7\n")
    run = load_run(path)
    assert run.transferred == () and "6 episodes are in it and run.toml says 7" in run.notices[0].text


def test_what_the_budget_left_unplayed_is_not_lost(tmp_path: Path) -> None:
    path = exported(make(tmp_path / "a"), written=False)
    set_column("stop_reason", lambda v: ["budget", *v[1:]])(path)
    rewrite("rollouts = 6", "rollouts = 5")(path)
    assert len(load_runs([path]).runs) == 1


def test_an_evaluation_counts_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    played = ["eval", "alfworld", "--method", "no_skill", "--model", "pocket/follower", "--panel", "pocket-test"]
    command = [*played, "--limit", "2", "--rollouts", "2", "--name", "a", "--runs", str(tmp_path), "--json"]
    for _ in range(2):  # a resumption may write other counts than the run that it resumes
        app(command, standalone_mode=False)
        assert read_config(tmp_path / "a")["written"] == {"episodes": 4, "transfer": 0, "logs": 1}
    toml = tomllib.loads((tmp_path / "a" / "run.toml").read_text())
    assert json.dumps(toml["written"])
    assert load_run(tmp_path / "a").notices == ()


def test_a_byte_that_changed_inside_a_file_is_noticed(tmp_path: Path) -> None:
    run = load_run(make(tmp_path / "a", rollouts=2))

    def flipped(file: Path, column: str) -> None:
        whole, group = file.read_bytes(), pq.read_metadata(file).row_group(0)
        chunk = next(c for c in map(group.column, range(group.num_columns)) if c.path_in_schema.startswith(column))
        last = (chunk.dictionary_page_offset or chunk.data_page_offset) + chunk.total_compressed_size - 1
        file.write_bytes(whole[:last] + bytes([whole[last] ^ 1]) + whole[last + 1 :])

    for column in ("instance", "reward", "success", "rollout"):
        copy = shutil.copytree(run.path, tmp_path / column)
        flipped(copy / "episodes.parquet", column)
        with pytest.raises(RunError, match=r"episodes.parquet is damaged"):
            load_run(copy)
    (turns,) = (run.path / "turns").glob("*.parquet")
    flipped(turns, "result")
    notice = Turns(load_run(run.path)).notice
    assert notice is not None and notice.problem is Problem.DAMAGED
