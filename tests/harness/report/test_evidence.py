"""What a table may claim: areas over budgets that mean something, frontiers of methods, tests whose units are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_runs import make, set_column
from test_tables import cell, table

from skillevo.harness.report.build import Report, build_report
from skillevo.harness.report.measures import Measures
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.spending import answer_curve, common_budget
from skillevo.harness.report.tables.common import tests_of as all_tests
from skillevo.harness.report.tables.costs import frontier_of


def evolving(path: Path, generations: int, rollouts: int = 2, **changes: object) -> Path:
    """A run whose rollouts are generations, so many in each, each of them better than the one before."""
    make(path, rollouts=generations * rollouts, method__name="skill_r1_inference", **changes)
    for name, values in {
        "method": ["skill_r1_inference"] * (6 * generations * rollouts),
        "generation": [k // rollouts for _ in range(6) for k in range(generations * rollouts)],
        "rollout": [k % rollouts for _ in range(6) for k in range(generations * rollouts)],
        "scored": [k // rollouts == generations - 1 for _ in range(6) for k in range(generations * rollouts)],
        "success": [i <= k // rollouts for i in range(6) for k in range(generations * rollouts)],
        "reward": [float(i <= k // rollouts) for i in range(6) for k in range(generations * rollouts)],
    }.items():
        set_column(name, lambda _, values=values: values)(path)
    return path


@pytest.fixture
def budgets(tmp_path: Path) -> Report:
    """One rollout without a skill, half of it solved, beside three generations of two rollouts."""
    plain = make(tmp_path / "plain")
    set_column("success", lambda v: [i % 2 == 0 for i in range(len(v))])(plain)
    return build_report([plain, evolving(tmp_path / "evolving", 3)], ReportOptions(papers=()))


def test_a_method_that_evolves_nothing_does_not_cut_the_common_budget(budgets: Report) -> None:
    t = table(budgets, "budget-")
    assert t.title.startswith("At 6 rollouts per instance")
    assert "the most that every arm that evolves spent" in t.caption and "its line is level" in t.caption
    assert (cell(t, "no_skill", "answer").value, cell(t, "skill_r1", "answer").value) == (0.5, 0.5)
    # Solved are 1, 2 and 3 of 6 instances after 2, 4 and 6 rollouts; half of them from the first rollout on without.
    assert cell(t, "no_skill", "answer_area").value == pytest.approx(0.5 * 5 / 6)
    assert cell(t, "skill_r1", "answer_area").value == pytest.approx((1 / 6 * 2 + 2 / 6 * 2) / 6)
    # What further rollouts would have solved is not known from one.
    assert (cell(t, "no_skill", "any").text, cell(t, "no_skill", "any_area").text) == ("unknown", "")
    assert "1 rollout do not say what more would do" in cell(t, "no_skill", "any").marks


def test_its_line_is_drawn_on_to_the_others_budgets(budgets: Report) -> None:
    (figure,) = [f for f in budgets.figures if f.id.startswith("spent-")]
    answers = {s.name: (s.x, s.y) for s in figure.panels[0].series}
    assert answers["no_skill"] == ((1.0, 6.0), (0.5, 0.5))
    plain = next(a for a in budgets.arms if a.method == "no_skill")
    curve = answer_curve(plain, Measures())
    assert curve is not None and curve.budget == 1, "as far as it was played, unless more is asked for"


def test_where_nothing_evolves_the_common_budget_is_what_all_spent(tmp_path: Path) -> None:
    paths = [make(tmp_path / "a", rollouts=2), make(tmp_path / "b", rollouts=5, model__temperature=1.0)]
    t = table(build_report(paths, ReportOptions(papers=())), "budget-")
    assert t.title.startswith("At 2 rollouts") and "the most that every arm spent" in t.caption


def test_a_perfect_chooser_is_no_method_on_the_frontier(report: Report) -> None:
    arms = [a for a in report.arms if a.method in ("pass_at_n", "no_skill")]
    plain, chooser = sorted(arms, key=lambda a: a.any_of)[:1] + [a for a in arms if a.any_of][:1]
    best = frontier_of([plain, chooser], {plain.label: (2.0, 0.1), chooser.label: (1.0, 0.9)})
    assert best == {plain.label: True}
    assert cell(table(report, "cost-made-up-small"), "pass_at_n", "frontier").text == "no method"


def test_tables_say_what_tests_take_as_independent(tmp_path: Path, report: Report) -> None:
    for start in ("methods-made-up-large", "comparisons-made-up-large"):
        assert "tests take clusters as independent, and McNemar's" in table(report, start).caption
    unclustered = build_report([r.path for r in report.runs if r.command == "eval"], ReportOptions(cluster=""))
    for start in ("methods-made-up-large", "comparisons-made-up-large"):
        assert "are taken as independent, as was asked: intervals are too narrow" in table(unclustered, start).caption


def test_mcnemars_test_is_not_used_where_clusters_are_known(report: Report) -> None:
    from skillevo.harness.report.arms import families

    one_seed = [r for r in report.runs if r.command == "eval" and r.seed == 0]
    large = next(f for f in families(one_seed) if "large" in f.title)
    assert common_budget(large) == 1
    clustered = all_tests(large, Measures(), "")
    assert {t.method.split(",")[0] for t in clustered.values()} == {"paired permutation"}
    assert all(t.clusters < t.instances for t in clustered.values())
    independent = all_tests(large, Measures(cluster=""), "")
    assert "McNemar exact" in independent["success", "react"].method
