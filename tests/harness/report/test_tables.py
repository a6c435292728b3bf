"""Tables hold what the statistics say, and every number leads back to its episodes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skillevo.harness.evaluation.statistics import cohens_h, holm, paired_d, seeded_difference, seeded_mean, seeded_test
from skillevo.harness.report.build import Report, assemble, build_report
from skillevo.harness.report.measures import Measures, estimate
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.runs import Loaded, load_run, load_runs
from skillevo.harness.report.table import Cell, Table, letter
from skillevo.harness.report.tables.common import published_rows
from skillevo.harness.report.tables.costs import UNPLAYED, frontier
from skillevo.harness.report.writers import table_json


def table(report: Report, start: str) -> Table:
    return next(t for t in report.tables if t.id.startswith(start))


def cell(of: Table, row: str, column: str) -> Cell:
    at = [c.key for c in of.columns].index(column)
    return next(r[at] for r in of.rows if r[0].text.startswith(row))


def test_methods_are_what_the_statistics_say(report: Report) -> None:
    methods = table(report, "methods-made-up-large")
    scores = {
        name: [s for r in report.runs if r.name.startswith(name) for s in r.scores("success", "room")]
        for name in ("no_skill-07", "react-08", "static_skill-09")
    }
    found = cell(methods, "react", "success")
    expected = seeded_mean(scores["react-08"])
    assert (found.value, found.more["low"], found.more["high"]) == (expected.value, expected.low, expected.high)
    assert found.text == f"{100 * expected.value:.1f} [{100 * expected.low:.1f}, {100 * expected.high:.1f}]"
    gap = seeded_difference(scores["react-08"], scores["no_skill-07"])
    assert cell(methods, "react", "difference").value == cell(methods, "react", "lift").value == gap.value
    others = [seeded_test(scores[n], scores["no_skill-07"]) for n in ("react-08", "static_skill-09")]
    raw = cell(methods, "react", "p").more["unadjusted"]
    assert raw == others[0].p
    # Success and reward of both methods are one family.
    family = [cell(methods, m, k) for k in ("p", "p_reward") for m in ("react", "static_skill")]
    assert [c.value for c in family] == holm([float(str(c.more["unadjusted"])) for c in family])
    assert not cell(methods, "no_skill", "p").text and "(baseline)" in cell(methods, "no_skill", "method").text


def test_comparisons_are_what_the_statistics_say(report: Report) -> None:
    t = table(report, "comparisons-made-up-large")
    own, base = (
        [s for r in report.runs if r.name.startswith(name) for s in r.scores("success", "room")]
        for name in ("react-08", "no_skill-07")
    )
    assert [r[0].text for r in t.rows] == ["react", "static_skill"]
    assert cell(t, "react", "d").value == paired_d(own, base).value
    rates = [sum(s.value for s in side) / len(side) for side in (own, base)]
    assert cell(t, "react", "h").value == pytest.approx(cohens_h(*rates))
    methods = table(report, "methods-made-up-large")
    for row in ("react", "static_skill"):
        assert cell(t, row, "p").value == cell(methods, row, "p").value
        assert cell(t, row, "unadjusted").value == cell(methods, row, "p").more["unadjusted"]
        assert int(str(cell(t, row, "seeds").value)) >= 2 and int(str(cell(t, row, "instances").value)) > 1
    both = cell(t, "react", "difference").episodes
    assert both and set(both.ids(report.runs)) == {i for s in (*own, *base) for i in s.ids}
    # Areas: the row's minus its baseline's, as the budget table has them.
    evolving, budget = table(report, "comparisons-made-up-small"), table(report, "budget-made-up-small")
    areas = {r[0].text: r[[c.key for c in budget.columns].index("answer_area")].value for r in budget.rows}
    base_of = {arm: base for base, arm in _baselines(table(report, "methods-made-up-small"))}
    at = [c.key for c in evolving.columns].index("area")
    found = {r[0].text: float(str(r[at].value)) for r in evolving.rows if r[at].text}
    assert found and found == pytest.approx(
        {arm: float(str(areas[arm])) - float(str(areas[base_of[arm]])) for arm in found}
    )


def _baselines(methods: Table) -> list[tuple[str, str]]:
    """Each section's baseline with each of its other arms."""
    pairs = []
    for section in methods.sections:
        names = [r[0].text for r in section.rows]
        base = next((n for n in names if n.endswith(" (baseline)")), "")
        pairs += [(base.removesuffix(" (baseline)"), n) for n in names if base and n != base]
    return pairs


BOTH = ("difference", "p", "p_reward", "lift", "change", "h", "d", "area", "seeds", "instances")


def test_differences_lead_to_both_sides(report: Report) -> None:
    for t in report.tables:
        for row in t.rows:
            for column, c in zip(t.columns, row, strict=True):
                if column.key in BOTH and c.text and t.id not in ("training", "runs"):
                    assert c.episodes and list(c.episodes.rows(report.runs)), (t.id, column.key)


def test_every_measured_cell_leads_to_its_episodes(report: Report) -> None:
    measures, checked = Measures(), 0
    arms = {a.names: a for a in report.arms}
    for t in report.tables:
        for row in t.rows:
            for column, c in zip(t.columns, row, strict=True):
                if c.episodes is None or column.key not in ("success", "reward", "any_of", "union", "all"):
                    continue
                metric = "reward" if column.key == "reward" else "success"
                any_of = True if column.key in ("any_of", "union") else None
                if t.id.startswith("generations") and not any_of:
                    any_of = False
                scores = measures.scores(arms[c.episodes.runs], metric, c.episodes, any_of)
                again = estimate(scores)
                assert again.value == c.value and set(again.ids) == set(c.episodes.ids(report.runs))
                assert len(again.ids) == c.more["n"] or any_of or arms[c.episodes.runs].any_of
                checked += 1
    assert checked > 60


def test_a_trainings_numbers_lead_to_its_steps(report: Report) -> None:
    t, runs = table(report, "training"), {r.name: r for r in report.runs}
    for row in t.rows:
        found = dict(zip((c.key for c in t.columns), row, strict=True))
        metrics = runs[found["run"].text].metrics
        scores = [m["val_score"] for m in metrics if "val_score" in m]
        for key, quantity, expected in (
            ("steps", "step", 40),
            ("start", "val_score", scores[0]),
            ("best", "val_score", max(scores)),
            ("end", "val_score", scores[-1]),
            ("kl", "kl", sum(m["kl"] for m in metrics[-4:]) / 4),
            ("zero_variance", "zero_variance", 100 * sum(m["zero_variance"] for m in metrics[-4:]) / 4),
        ):
            cell = found[key]
            assert cell.steps and cell.steps.quantity == quantity and cell.value == pytest.approx(expected)
            assert [metrics[i][quantity] for i in cell.steps.places] == cell.steps.values(runs[cell.steps.run])
        assert len(found["kl"].steps.places) == 4 and found["best"].steps.places == (0, 20, 40)


def test_an_account_leads_to_its_episodes_and_says_what_is_in_none(made: Path, tmp_path: Path) -> None:
    run = next(p for p in sorted(made.iterdir()) if p.name.startswith("skill_r1_inference"))
    shutil.copytree(run, tmp_path / "run")
    dollars = sum(r.cost for r in load_run(run).episodes)
    with (tmp_path / "run" / "run.toml").open("a") as f:
        f.write(f"\n[spent]\ncost = {dollars + 8.0}\n")
    t = table(build_report([tmp_path / "run"]), "cost-")
    (row,) = t.rows
    found = dict(zip((c.key for c in t.columns), row, strict=True))
    assert found["cost"].more["in_no_episode"] == pytest.approx(1) and found["cost"].marks == (UNPLAYED,)
    assert found["cost"].episodes and found["cost"].value == pytest.approx((dollars + 8.0) / 8)
    assert found["input"].episodes and not found["input"].marks


def test_generations_mark_the_last_and_the_best(report: Report) -> None:
    t = table(report, "generations-")
    own = [r for r in t.rows if r[0].text == "skill_r1 · mode=candidates"]
    assert [r[1].value for r in own] == [0, 1, 2, 3, 4] and "last" in own[4][1].text
    best = max(own[1:], key=lambda r: float(str(r[2].value)))
    assert "best" in best[1].text and best[2].strong
    at = {c.key: i for i, c in enumerate(t.columns)}
    unions = [float(str(r[at["union"]].value)) for r in own]
    assert unions == sorted(unions) and own[0][at["any_of"]].value == unions[0]
    assert all(r[at["success"]].value < r[at["reward"]].value for r in own), "reward has parts of a success"


def test_ablations_are_of_one_setting_at_a_time(report: Report) -> None:
    t = table(report, "ablation-skill_r1_inference-method.parent")
    assert [r[0].text for r in t.rows] == ["best", "last"] and len(t.sections) == 1
    assert not next(iter(t.rows))[-1].text and "[" in list(t.rows)[1][-1].text
    modes = table(report, "ablation-skill_r1-method.credit.mode")
    assert [r[0].text for r in modes.rows] == ["candidates", "paper"]


def test_an_ablation_says_when_the_budget_comes_along(made: Path) -> None:
    runs = [r for r in load_runs(sorted(made.iterdir())).runs if r.name.startswith("skill_r1_inference-03")]
    shorter = [
        replace(
            run,
            path=run.path.with_name(f"shorter-{run.name}"),
            config={**run.config, "method": {**run.config["method"], "generations": 3}},
            episodes=tuple(replace(r, scored=r.generation == 3) for r in run.episodes if r.generation < 4),
        )
        for run in runs
    ]
    longer = [replace(r, config={**r.config, "method": {**r.config["method"], "generations": 4}}) for r in runs]
    t = table(assemble(Loaded((*shorter, *longer), ()), ReportOptions()), "ablation-")
    assert t.title == "Ablation of generations G: skill_r1_inference" and t.columns[0].help.startswith("method.gen")
    assert [r[0].text for r in t.rows] == ["3", "4"] and "but for the budget" in t.caption
    assert [r[3].text for r in t.rows] == ["16", "20"]


def test_what_trainings_differ_in_is_ablated(made: Path) -> None:
    """Arms that evaluate trainings differ in how these were trained, and not in what a checkpoint is called."""
    loaded = load_runs(sorted(made.iterdir()))
    learned = [r for r in loaded.runs if r.command == "train"]
    trained = [replace(r, config={**r.config, "arm": r.config["method"]["credit"]["mode"]}) for r in learned]
    evaluated = []
    for run in loaded.runs:
        if run.method == "skill_r1" and run.command == "eval":
            mode = run.config["method"]["credit"]["mode"]
            generator = {"name": f"local/step-{run.seed}{len(mode)}"}
            method = {k: v for k, v in run.config["method"].items() if k != "credit"} | {"generator": generator}
            evaluated.append(
                replace(run, config={**run.config, "arm": f"r1-{mode}", "training": {"n": 9}, "method": method})
            )
    told = ReportOptions(trainings={"r1-paper": "paper", "r1-candidates": "candidates"})
    found = assemble(Loaded((*evaluated, *trained), ()), told)
    names = [t.id for t in found.tables if t.id.startswith(("ablation", "settings"))]
    assert len(names) == 1 and "training.method.credit.mode" in names[0]
    assert [r[0].text for r in table(found, names[0]).rows] == ["candidates", "paper"]
    # Without the trainings, or without the suite, the arms' trainings are named and nothing is made up.
    for again in (
        assemble(Loaded(tuple(evaluated), ()), told),
        assemble(Loaded(tuple(evaluated), ()), ReportOptions()),
    ):
        (only,) = [t for t in again.tables if t.id.startswith(("ablation", "settings"))]
        assert "-training-" in only.id
        assert [r[0].text.removeprefix("r1-") for r in only.rows] == ["candidates", "paper"]


def test_few_clusters_are_said_at_every_number(report: Report) -> None:
    t = table(report, "methods-made-up-small")
    assert any("clusters, fewer than 10" in m for m in cell(t, "no_skill", "success").marks)
    assert "clustered by room" in t.caption and "(small-8)" in t.caption and "step_cap 10" in t.caption


def test_clusters_may_be_chosen(made: Path) -> None:
    t = table(build_report([made], ReportOptions(cluster="")), "methods-made-up-small")
    assert cell(t, "no_skill", "success").more["clusters"] == 8 and "clustered" not in t.caption


def test_training_runs_have_a_table_of_their_own(report: Report) -> None:
    t = table(report, "training")
    assert len(list(t.rows)) == 4 and cell(t, "skill_r1", "steps").value == 40
    assert {r.command for r in report.runs} == {"eval", "train"}
    assert not any("train-" in r[0].text for x in report.tables if x.id.startswith("methods") for r in x.rows)


def test_published_rows_are_apart_and_marked() -> None:
    from skillevo.harness.report.options import MAIN_PAPERS

    rows = published_rows("alfworld", MAIN_PAPERS, "type")
    assert {name.split(":")[0] for name, _, _ in rows} == {"Skill1", "SkillRL"}
    assert all(mark.startswith("as published") for _, mark, _ in rows)
    assert published_rows("alfworld", ()) == [] == published_rows("made-up", MAIN_PAPERS)


def test_published_rows_never_join_measured_ones(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from skillevo.harness.report.build import assemble

    runs = load_runs(sorted(made.glob("*-s0"))).runs
    renamed = [
        type(r)(r.path, {**r.config, "task": {"name": "alfworld", "version": "1-A"}}, r.episodes, r.metrics, r.skills)
        for r in runs
    ]
    from skillevo.harness.report.runs import Loaded

    report = assemble(Loaded(tuple(renamed), ()), ReportOptions())
    (t, *_) = (x for x in report.tables if x.id.startswith("methods-"))
    printed = [s for s in t.sections if s.published]
    assert len(printed) == 1 and "not measured" in printed[0].title
    assert all(c.episodes is None for row in printed[0].rows for c in row)
    assert all(row[0].marks[0].startswith("as published") for row in printed[0].rows)
    assert {s["kind"] for s in table_json(t)["sections"]} == {"measured", "published"}
    doubted = [c for row in printed[0].rows for c in row if c.more.get("doubts")]
    assert doubted and all(c.marks for c in doubted)


def test_the_frontier_is_who_no_other_beats() -> None:
    assert frontier([(1, 0.2), (2, 0.1), (2, 0.5), (3, 0.5), (4, 0.6)]) == [True, False, True, False, True]
    assert frontier([(1, 0.2), (1, 0.2)]) == [True, True]


def test_letters_go_on_after_z() -> None:
    assert [letter(i) for i in (0, 25, 26, 27, 52)] == ["a", "z", "aa", "ab", "ba"]


def test_costs_are_drawn_where_they_differ(report: Report) -> None:
    small, large = (f for f in report.figures if f.id.startswith("frontier-"))
    # Equal rollouts tell nothing apart; tokens and dollars do.
    assert [p.title for p in small.panels] == [p.title for p in large.panels] == ["By tokens", "By dollars"]
    t = table(report, "cost-made-up-large")
    by_name = {s.name: s for s in large.panels[0].series}
    for row in t.rows:
        at = [c.key for c in t.columns]
        tokens = float(str(row[at.index("input")].value)) + float(str(row[at.index("output")].value))
        assert by_name[row[0].text].x == (pytest.approx(tokens),) and by_name[row[0].text].y[0] == row[1].value
