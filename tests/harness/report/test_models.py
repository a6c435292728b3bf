"""Runs of several task models in one report: which model is played stands in every label, and nothing is mixed."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_runs import make
from test_tables import cell, table

from skillevo.harness.report.arms import families, short_names
from skillevo.harness.report.build import Report, build_report
from skillevo.harness.report.looks import report_looks
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.runs import load_run
from skillevo.harness.report.writers import figure_csv, table_csv


@pytest.fixture
def two(tmp_path: Path) -> Report:
    paths = [
        make(tmp_path / f"{arm}-{model.rpartition('/')[2]}", rollouts=2, arm=arm, model__name=model, **more)
        for model in ("maker/large", "maker/small")
        for arm, more in (("no", {}), ("warm", {"model__temperature": 0.7}))
    ]
    return build_report(paths, ReportOptions(baseline="no", papers=()))


def test_each_model_has_tables_with_its_own_baseline(two: Report) -> None:
    methods = [t for t in two.tables if t.id.startswith("methods-")]
    assert [[r[0].text for r in t.rows] for t in methods] == [
        ["no · large (baseline)", "warm · large"],
        ["no · small (baseline)", "warm · small"],
    ]
    assert [t.title for t in methods] == ["Methods: counting · large", "Methods: counting · small"]
    for t, model in zip(methods, ("large", "small"), strict=True):
        for key in ("difference", "p"):
            assert set(cell(t, "warm", key).episodes.runs) == {f"no-{model}", f"warm-{model}"}  # type: ignore[union-attr]
        assert f"Holm-adjusted over the table's 1 test, those of {model} alone" in t.caption
    assert "model is maker/large and maker/small" in methods[1].notes[0]
    assert any("model is maker/large and maker/small" in w for w in two.warnings())


def test_nothing_is_called_alike(two: Report) -> None:
    labels = [a.label for a in two.arms]
    assert len(set(labels)) == len(labels) == 4 and not any("#" in label for label in labels)
    for titles in ([t.title for t in two.tables], [f.title for f in two.figures]):
        assert len(set(titles)) == len(titles)
    assert "no · small" in table_csv(table(two, "budget-counter-counting-small"))
    spent = [f for f in two.figures if f.id.startswith("spent-")]
    assert [("large" in figure_csv(f), "small" in figure_csv(f)) for f in spent] == [(True, False), (False, True)]
    # One arm has one colour, whoever plays it, and a marker of its own.
    looks = report_looks(two.arms, (), {})
    assert [looks[f"{arm} · large"].colour == looks[f"{arm} · small"].colour for arm in ("no", "warm")] == [True, True]
    assert len({(x.colour, x.marker) for x in looks.values()}) == 4


def test_models_are_compared_where_that_is_asked_for(two: Report) -> None:
    paths = [r.path for r in two.runs]
    (methods,) = [
        t
        for t in build_report(paths, ReportOptions(baseline="no", papers=(), across=("model",))).tables
        if t.id.startswith("methods-")
    ]
    assert [r[0].text for r in methods.rows] == ["no · large (baseline)", "warm · large", "no · small", "warm · small"]
    tested = cell(methods, "no · small", "p").episodes
    assert tested is not None and set(tested.runs) == {"no-large", "no-small"}
    lift = methods.columns.index(next(c for c in methods.columns if c.key == "p"))
    assert [bool(r[lift].text) for r in methods.rows] == [False, True, True, True]


def test_one_model_is_told_nowhere(two: Report) -> None:
    report = build_report([r.path for r in two.runs if r.model == "maker/large"], ReportOptions(papers=()))
    assert [a.label for a in report.arms] == ["no", "warm"]
    assert table(report, "methods-").title == "Methods: counting"


def test_arms_without_a_name_are_told_apart_within_their_model(tmp_path: Path) -> None:
    runs = [load_run(make(tmp_path / m, model__name=m, model__temperature=t)) for m, t in (("a", 0.1), ("b", 0.9))]
    assert [[a.label for a in f.arms] for f in families(runs)] == [["no_skill · a"], ["no_skill · b"]]


def test_models_are_called_by_what_tells_them_apart() -> None:
    assert short_names(["x/a", "x/a"]) == {"x/a": ""}
    assert short_names(["x/a", "y/a", "y/b"]) == {"x/a": "x/a", "y/a": "y/a", "y/b": "b"}
