"""What is compared: seeds of one configuration are one arm, arms that may be compared are one section."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_runs import make

from skillevo.envs.base import SkillevoError
from skillevo.harness.report.arms import families, make_arms, without_repetitions
from skillevo.harness.report.build import build_report, find_runs
from skillevo.harness.report.options import ReportOptions, check_across, check_papers
from skillevo.harness.report.runs import load_run


def test_seeds_are_one_arm_and_settings_tell_arms_apart(tmp_path: Path) -> None:
    runs = [load_run(make(tmp_path / f"a{s}", seed=s)) for s in range(3)]
    warm = [load_run(make(tmp_path / f"b{s}", seed=s, model__temperature=0.7)) for s in range(2)]
    plain, other = make_arms([*runs, *warm])
    assert plain.runs == tuple(runs) and other.runs == tuple(warm)
    assert (plain.label, other.label) == ("no_skill · temperature=unset", "no_skill · temperature=0.7")
    assert make_arms(runs)[0].label == "no_skill"
    assert (plain.instances, plain.rollouts, plain.evolves, plain.any_of) == (6, 1.0, False, False)


def test_a_seed_played_twice_counts_once(tmp_path: Path) -> None:
    runs = [load_run(make(tmp_path / name)) for name in ("a", "again")]
    kept, notices = without_repetitions(runs)
    assert [r.name for r in kept] == ["a"]
    assert [(n.run, n.left_out) for n in notices] == [("again", True)] and "it is a again" in notices[0].text
    report = build_report([tmp_path])
    assert all("Left out: again" in " ".join(t.notes) for t in report.tables)
    assert all("Left out: again" in " ".join(f.notes) for f in report.figures)


def test_what_may_not_be_compared_stands_in_another_section_or_table(tmp_path: Path) -> None:
    paths = [
        make(tmp_path / "a"),
        make(tmp_path / "b", protocol__skill_source="same"),
        make(tmp_path / "c", rollouts=2, protocol__skill_source="same"),
        make(tmp_path / "d", n=5),
    ]
    runs = [load_run(p) for p in paths]
    first, other = families(runs)
    assert [[a.runs[0].name for a in arms] for arms, _ in first.sections] == [["a"], ["b"], ["c"]]
    assert first.sections[1][1] == ("skill_source is other and same",)
    assert "rollouts per instance is 1 and 2" in first.sections[2][1]
    assert [a.runs[0].name for a in other.arms] == ["d"] and "panel is" in other.apart[0] and first.id != other.id
    (section, one), _ = families(runs, across=("skill_source",))[0].sections
    assert [a.runs[0].name for a in section] == ["a", "b"] and one == ()
    said = build_report(paths).warnings()
    assert any("skill_source is other and same" in w for w in said) and any("panel is" in w for w in said)


def test_only_some_facets_may_be_left_open() -> None:
    assert check_across(["skill_source", "rollouts per instance"]) == ("skill_source", "rollouts per instance")
    with pytest.raises(SkillevoError, match="--across panel: runs may be compared across weights, skill_source"):
        check_across(["panel"])
    assert check_papers(["skill1"]) == ("skill1",)
    with pytest.raises(SkillevoError, match="--published skill9: no such paper on record; there are .*skill-r1"):
        check_papers(["skill9"])


def test_runs_are_found_by_name_or_in_a_folder(tmp_path: Path) -> None:
    a, b = make(tmp_path / "runs" / "a"), make(tmp_path / "runs" / "b")
    assert find_runs([tmp_path / "runs", a]) == [a.resolve(), b.resolve()]
    with pytest.raises(SkillevoError, match="there is no run .*nowhere: a run is a directory"):
        find_runs([tmp_path / "nowhere"])
    with pytest.raises(SkillevoError, match="no run to report on"):
        find_runs([])
    with pytest.raises(SkillevoError, match="have one name"):
        find_runs([a, make(tmp_path / "other" / "a")])
    (b / "run.toml").unlink()
    assert find_runs([tmp_path / "runs"]) == [a.resolve(), b.resolve()], "known by its other files"
    report = build_report([tmp_path / "runs"])
    assert "b: run.toml is missing" in report.warnings()[0] and "Left out: b" in " ".join(report.tables[0].notes)
    for other in ("report/tables", "notes", ".part"):
        (tmp_path / "runs" / other).mkdir(parents=True)
    (tmp_path / "runs" / ".part" / "episodes.parquet").touch()
    assert find_runs([tmp_path / "runs"]) == [a.resolve(), b.resolve()]
    with pytest.raises(SkillevoError, match="none of the 1 runs can be used: a: run.toml is missing"):
        (tmp_path / "other" / "a" / "run.toml").unlink()
        build_report([tmp_path / "other"])


def test_an_unknown_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkillevoError, match="--baseline best: no such method among the runs; there are no_skill"):
        build_report([make(tmp_path / "a")], ReportOptions(baseline="best"))
