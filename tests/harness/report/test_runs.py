"""Reading run directories: what is whole comes back as it was, and what is not is named and left out."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from worlds import Counter, Scripted, by_seed, panel, won

from skillevo.envs.base import SkillevoError
from skillevo.harness.archive import write_episodes, write_turns
from skillevo.harness.evaluation import evaluate
from skillevo.harness.evaluation.statistics import mean_interval
from skillevo.harness.methods import NoSkill
from skillevo.harness.play import PlayRules
from skillevo.harness.report.arms import families
from skillevo.harness.report.comparable import comparable, demand_comparable, differences
from skillevo.harness.report.notices import Problem, RunError
from skillevo.harness.report.runs import load_run, load_runs
from skillevo.harness.report.tables.common import protocol_of
from skillevo.harness.rollouts import Play
from skillevo.harness.rundir import RunDirectory
from skillevo.harness.skills import Skill


def config(n: int, **changes: Any) -> dict[str, Any]:
    played = panel(n)
    whole = {
        "command": "eval",
        "task": {"name": "counter", "version": "1-A"},
        "seed": 0,
        "panel": {"name": played.name, "hash": played.hash, "n": n, "note": ""},
        "method": {"name": "no_skill", "skills": []},
        "model": {"name": "scripted"},
        "protocol": {"step_cap": 50, "weights": "unseen", "skill_source": "other", "test_feedback": "none"},
    }
    for at, value in changes.items():
        section, _, key = at.partition("__")
        whole = {**whole, section: {**whole[section], key: value} if key else value}  # type: ignore[dict-item]
    return whole


def make(path: Path, n: int = 6, rollouts: int = 1, **changes: Any) -> Path:
    """A closed run of a scripted policy."""
    with RunDirectory(path, config(n, **changes)) as directory:
        play = Play(
            make_env=Counter, verify=won, policy=Scripted(by_seed), rules=PlayRules(), journal=directory.journal
        )
        rows = asyncio.run(evaluate(NoSkill(rollouts), panel(n), play))
        directory.keep_skill(Skill("counting", "How to count.", "Say a number, then the next."))
        write_episodes(path / "episodes.parquet", rows, {"panel_hash": panel(n).hash})
        write_turns(path / "turns", rows, directory.journal)
    return path


def test_a_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "whole"
    with RunDirectory(path, config(6)) as directory:
        play = Play(
            make_env=Counter, verify=won, policy=Scripted(by_seed), rules=PlayRules(), journal=directory.journal
        )
        rows = asyncio.run(evaluate(NoSkill(2), panel(6), play))
        write_episodes(path / "episodes.parquet", rows, {"panel_hash": panel(6).hash})
        write_turns(path / "turns", rows, directory.journal)
    run = load_run(path)
    assert run.episodes == tuple(rows)
    assert (run.name, run.method, run.model, run.seed, run.command) == ("whole", "no_skill", "scripted", 0, "eval")
    assert (run.metrics, run.skills, run.notices) == ((), {}, ())


def test_every_figure_leads_back_to_its_episodes(tmp_path: Path) -> None:
    run = load_run(make(tmp_path / "a", rollouts=3))
    found = mean_interval(run.scores(cluster="type"))
    assert found.value == pytest.approx(sum(r.success for r in run.episodes) / 18)
    assert (found.n, found.instances, found.clusters) == (18, 6, 2)
    assert found.ids == tuple(run.episode_id(r) for r in run.episodes)
    assert found.ids[4] == "a/eval/c1/0.0.1"
    assert {s.value for s in run.scores("steps")} == {float(r.parts["steps"]) for r in run.episodes}
    with pytest.raises(SkillevoError, match="a/eval/c0/0.0.0 has no 'score'"):
        run.scores("score")
    with pytest.raises(SkillevoError, match="c0 of a has no tag 'room' to cluster by: type"):
        run.scores(cluster="room")


def test_metrics_and_skills_come_along(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    (path / "metrics.jsonl").write_text('{"step": 1, "reward": 0.5}\n{"step": 2, "reward": 0.6}\n')
    run = load_run(path)
    assert [m["reward"] for m in run.metrics] == [0.5, 0.6]
    assert [s.name for s in run.skills.values()] == ["counting"] and run.notices == ()


def edit_table(change: Callable[[pa.Table], pa.Table]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        file = path / "episodes.parquet"
        pq.write_table(change(pq.read_table(file)), file)

    return damage


def set_column(name: str, values: Callable[[list[Any]], list[Any]]) -> Callable[[Path], None]:
    def change(table: pa.Table) -> pa.Table:
        at = table.column_names.index(name)
        return table.set_column(at, name, pa.array(values(table.column(name).to_pylist())))

    return edit_table(change)


def rewrite(old: str, new: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        text = (path / "run.toml").read_text()
        assert old in text
        (path / "run.toml").write_text(text.replace(old, new))

    return damage


LEFT_OUT: Mapping[str, tuple[Callable[[Path], object], Problem, str]] = {
    "no run": (lambda p: (p / "run.toml").unlink(), Problem.MISSING, "no run directory"),
    "damaged toml": (lambda p: (p / "run.toml").write_text("x = "), Problem.DAMAGED, "damaged"),
    "older format": (rewrite("format = 1", "format = 0"), Problem.OTHER_FORMAT, "is of format 0"),
    "no seed": (rewrite("seed = 0", "sead = 0"), Problem.DAMAGED, "it lacks seed"),
    "no hash": (rewrite("hash = ", "bash = "), Problem.DAMAGED, "it lacks panel.hash"),
    "never closed": (lambda p: (p / "episodes.parquet").unlink(), Problem.MISSING, "repeat its command with --name a"),
    "cut short": (
        lambda p: (p / "episodes.parquet").write_bytes((p / "episodes.parquet").read_bytes()[:-100]),
        Problem.DAMAGED,
        "arquet",
    ),
    "no parquet": (lambda p: (p / "episodes.parquet").write_text("hello"), Problem.DAMAGED, "arquet"),
    "older columns": (edit_table(lambda t: t.drop_columns(["scored"])), Problem.OTHER_FORMAT, "without scored"),
    "other type": (set_column("reward", lambda v: [str(x) for x in v]), Problem.DAMAGED, "reward holds '"),
    "not a number": (set_column("reward", lambda v: [float("nan"), *v[1:]]), Problem.DAMAGED, "nan in row 0"),
    "unscored": (
        set_column("scored", lambda v: [False] * len(v)),
        Problem.DAMAGED,
        "of 6 of its 6 instances no episode is one that the method is scored by",
    ),
    "a fine": (set_column("reward", lambda v: [-3.0, *v[1:]]), Problem.DAMAGED, "-3.0 in row 0, outside of 0 to 1"),
    "a jackpot": (set_column("reward", lambda v: [*v[:-1], 1e9]), Problem.DAMAGED, "1000000000.0 in row 5, outside"),
    "infinite cost": (set_column("cost", lambda v: [float("inf")] * len(v)), Problem.DAMAGED, "cost holds inf in row"),
    "before the first": (set_column("generation", lambda v: [-1] * len(v)), Problem.DAMAGED, "generation holds -1"),
    "a number for a tag": (set_column("tag.type", lambda v: list(range(len(v)))), Problem.DAMAGED, "tag.type holds 0"),
    "seed no number": (rewrite("seed = 0", "seed = 'x'"), Problem.DAMAGED, "seed is 'x', no whole number"),
    "account no number": (rewrite("rollouts = 6", "rollouts = 'x'"), Problem.DAMAGED, "spent.rollouts is 'x'"),
    "protocol no section": (
        lambda p: (p / "run.toml").write_text(
            "protocol = 1\n" + (p / "run.toml").read_text().replace("[protocol]", "[protocols]")
        ),
        Problem.DAMAGED,
        "protocol is 1, no section",
    ),
    "panel no text": (rewrite('name = "counting"', "name = 3"), Problem.DAMAGED, "panel.name is 3, no text"),
    "nothing": (set_column("success", lambda v: [*v[:-1], None]), Problem.DAMAGED, "success holds None in row 5"),
    "no list": (set_column("notes", lambda v: ["{}"] * len(v)), Problem.DAMAGED, "notes holds '{}'"),
    "twice": (
        edit_table(lambda t: pa.concat_tables([t, t.slice(0, 2)])),
        Problem.DAMAGED,
        "2 episodes stand in it twice",
    ),
    "too few": (edit_table(lambda t: t.slice(1)), Problem.UNFINISHED, "5 of the panel's 6 instances"),
    "other panel": (set_column("panel_hash", lambda v: ["abc"] * len(v)), Problem.DAMAGED, "it is of panel abc"),
    "other method": (set_column("method", lambda v: ["react"] * len(v)), Problem.DAMAGED, "episodes of react"),
}


@pytest.mark.parametrize(("damage", "problem", "text"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_run_that_fails_is_named_and_left_out(
    tmp_path: Path, damage: Callable[[Path], object], problem: Problem, text: str
) -> None:
    path, sound = make(tmp_path / "a"), make(tmp_path / "b")
    damage(path)
    loaded = load_runs([path, sound])
    assert [r.name for r in loaded.runs] == ["b"]
    (notice,) = loaded.notices
    assert (notice.run, notice.problem, notice.left_out) == ("a", problem, True)
    assert text in notice.text and "left out" in str(notice)
    with pytest.raises(RunError, match="a: "):
        load_run(path)


def test_a_journal_that_knows_more_is_not_overlooked(tmp_path: Path) -> None:
    path = make(tmp_path / "a", rollouts=2)
    edit_table(lambda t: t.filter(pa.compute.equal(t["rollout"], 0)))(path)
    with pytest.raises(RunError, match="12 episodes are in the journal and 6 in it: repeat the run's command"):
        load_run(path)


def test_a_run_being_written_is_left_out(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    with RunDirectory(path, config(6)), pytest.raises(RunError, match="another process is writing the run"):
        load_run(path)


def test_a_damaged_journal_leaves_the_run_in(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    (path / "journal.db").write_bytes(b"no database at all" * 100)
    (notice,) = load_run(path).notices
    assert (notice.file, notice.problem, notice.left_out) == ("journal.db", Problem.DAMAGED, False)


def test_reading_leaves_the_directory_as_it_was(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    before = {f: f.read_bytes() for f in path.rglob("*") if f.is_file()}
    load_run(path)
    assert {f: f.read_bytes() for f in path.rglob("*") if f.is_file()} == before
    assert sqlite3.connect(path / "journal.db").execute("SELECT count(*) FROM episodes").fetchone() == (6,)


@pytest.mark.parametrize(
    ("text", "problem", "steps", "words"),
    [
        ('{"step": 1}\n{"step": 2', Problem.UNFINISHED, 1, "line 2 was cut short; the 1 before it are used"),
        ('{"step": 1}\n{"step\n{"step": 3}\n', Problem.DAMAGED, 0, "line 2 is no JSON; no curve is drawn"),
        ("[1]\n", Problem.DAMAGED, 0, "line 1 is no mapping"),
    ],
)
def test_damaged_metrics_are_named(tmp_path: Path, text: str, problem: Problem, steps: int, words: str) -> None:
    path = make(tmp_path / "a")
    (path / "metrics.jsonl").write_text(text)
    run = load_run(path)
    (notice,) = run.notices
    assert (len(run.metrics), notice.problem, notice.left_out) == (steps, problem, False)
    assert words in notice.text


def test_a_damaged_skill_is_named(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    (file,) = path.glob("skills/*/*/SKILL.md")
    file.write_text("no front matter")
    run = load_run(path)
    assert run.skills == {}
    assert run.notices[0].file == str(file.relative_to(path)) and "front matter" in run.notices[0].text


def test_training_runs_need_not_play_a_whole_panel(tmp_path: Path) -> None:
    path = make(tmp_path / "a", command="train")
    edit_table(lambda t: t.slice(2))(path)
    run = load_run(path)
    assert (run.command, len(run.episodes)) == ("train", 4)


def test_trainings_are_alike_though_chance_gave_one_other_instances(tmp_path: Path) -> None:
    runs = [load_run(make(tmp_path / f"s{seed}", seed=seed, command="train", rollouts=2)) for seed in range(2)]
    edit_table(lambda t: t.slice(1))(tmp_path / "s1")
    (group,) = comparable([runs[0], load_run(tmp_path / "s1")])
    assert len(group.runs) == 2


def test_equal_runs_are_one_group(tmp_path: Path) -> None:
    runs = [load_run(make(tmp_path / f"s{seed}", seed=seed)) for seed in range(3)]
    (group,) = comparable(runs)
    assert group.runs == tuple(runs) and group.apart == ()
    demand_comparable(runs)


@pytest.mark.parametrize(
    ("changes", "facet", "second"),
    [
        ({"n": 5}, "panel", panel(5).hash),
        ({"task__version": "2-A"}, "benchmark version", "2-A"),
        ({"protocol__weights": "seen"}, "weights", "seen"),
        ({"protocol__skill_source": "same"}, "skill_source", "same"),
        ({"protocol__test_feedback": "verdict"}, "test_feedback", "verdict"),
        ({"protocol__step_cap": 15}, "protocol.step_cap", "15"),
        ({"protocol__reward": "options-fixed"}, "protocol.reward", "options-fixed"),
        ({"rollouts": 4}, "rollouts per instance", "4"),
        ({"command": "train"}, "command", "train"),
    ],
)
def test_runs_that_differ_stand_apart(tmp_path: Path, changes: dict[str, Any], facet: str, second: str) -> None:
    a, b = load_run(make(tmp_path / "a")), load_run(make(tmp_path / "b", **changes))
    (found,) = differences(a, b)
    assert (found.facet, found.second) == (facet, second)
    first, other = comparable([a, b, a])
    assert (first.runs, other.runs, other.apart) == ((a, a), (b,), (found,))
    with pytest.raises(SkillevoError, match=f"a and b cannot be compared: {facet} is .* and {second}"):
        demand_comparable([a, b])
    assert len(comparable([a, b], across=(facet,))) == 1


def test_of_two_tasks_no_more_is_told(tmp_path: Path) -> None:
    other = make(tmp_path / "b", n=5, task__name="webwalker", task__version="2-A", protocol__search="")
    assert [str(d) for d in differences(load_run(make(tmp_path / "a")), load_run(other))] == [
        "task is counter and webwalker"
    ]


def test_an_empty_setting_is_said_to_be(tmp_path: Path) -> None:
    a, b = (load_run(make(tmp_path / name, protocol__search=s)) for name, s in (("a", ""), ("b", "bm25")))
    assert [str(d) for d in differences(a, b)] == ["protocol.search is empty and bm25"]
    assert "search empty" in protocol_of(families([a])[0])


JUDGE = {"name": "openai/a", "prompt": "judge-1", "prompt_sha256": "00", "sampling": {"temperature": 0.0}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "openai/b"}, "judge.name is openai/a and openai/b"),
        ({"prompt": "judge-2"}, "judge.prompt is judge-1 and judge-2"),
        ({"sampling": {"temperature": 1.0}}, "judge.sampling is {'temperature': 0.0} and {'temperature': 1.0}"),
    ],
)
def test_runs_that_other_judges_judged_stand_apart(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    a, b = (load_run(make(tmp_path / n, grader={**JUDGE, **more})) for n, more in (("a", {}), ("b", changes)))
    with pytest.raises(SkillevoError, match=re.escape(f"a and b cannot be compared: {told}")):
        demand_comparable([a, b])
    unjudged = load_run(make(tmp_path / "c"))
    assert [len(g.runs) for g in comparable([a, b, unjudged])] == [1, 1, 1]


def test_every_difference_is_named(tmp_path: Path) -> None:
    a = load_run(make(tmp_path / "a"))
    b = load_run(make(tmp_path / "b", rollouts=2, protocol__weights="seen"))
    assert [d.facet for d in differences(a, b)] == ["weights", "rollouts per instance"]
    with pytest.raises(SkillevoError, match=r"weights is unseen and seen \(and 1 more\)"):
        demand_comparable([a, b])
    assert json.dumps([str(d) for d in differences(a, b)])
