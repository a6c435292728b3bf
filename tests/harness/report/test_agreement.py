"""A run that sees its panel's instances otherwise than the others is left out; it ends no report."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_completeness import exported
from test_runs import edit_table, make, set_column

from skillevo.harness.report.build import build_report
from skillevo.harness.report.options import ReportOptions

rename = set_column("instance", lambda v: ["elsewhere" if x == "c0" else x for x in v])


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (edit_table(lambda t: t.drop_columns(["tag.type"])), "c0 has type = nothing, unlike b on the same panel"),
        (set_column("tag.type", lambda v: ["x"] * len(v)), "c0 has type = x, unlike b on the same panel"),
        (rename, "elsewhere is in it, unlike b on the same panel"),
    ],
)
def test_the_odd_one_is_left_out(tmp_path: Path, damage: object, told: str) -> None:
    for seed, name in enumerate("abc"):
        exported(make(tmp_path / name, seed=seed), written=False)
    damage(tmp_path / "a")  # type: ignore[operator]
    for cluster in (None, "type"):
        report = build_report([tmp_path], ReportOptions(cluster=cluster))
        assert [r.name for r in report.runs] == ["b", "c"]
        (notice,) = report.notices
        assert (notice.run, notice.left_out) == ("a", True) and told in notice.text


def test_other_panels_and_trainings_have_instances_of_their_own(tmp_path: Path) -> None:
    make(tmp_path / "a"), make(tmp_path / "b", n=5), make(tmp_path / "c", command="train")
    rename(tmp_path / "c")
    assert build_report([tmp_path]).notices == ()


def test_one_reward_does_not_end_a_report(tmp_path: Path) -> None:
    sound, damaged = (exported(make(tmp_path / n, seed=i), written=False) for i, n in enumerate("ab"))
    set_column("reward", lambda v: [*v[:-1], 1e9])(damaged)
    report = build_report([sound, damaged])
    assert [r.name for r in report.runs] == ["a"] and "b: episodes.parquet is damaged" in report.warnings()[0]
