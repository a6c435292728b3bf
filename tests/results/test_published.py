from __future__ import annotations

from typing import Any

import pytest

from skillevo.results.published import (
    Confidence,
    PublishedError,
    PublishedNumber,
    computed_whole,
    findings,
    published,
    read,
)

NUMBERS = published()


def test_the_contradictions_on_record_are_those_that_the_checks_find() -> None:
    recorded = [i.model_copy(update={"note": ""}) for i in NUMBERS.document.inconsistencies]
    assert len(recorded) == len({i.model_dump_json() for i in recorded})
    assert {i.model_dump_json() for i in recorded} == {i.model_dump_json() for i in findings(NUMBERS.document)}


def test_known_contradictions_are_among_them() -> None:
    """Those that the study of the papers names."""
    found = {(i.paper, i.place, i.method, i.column): (i.printed, i.computed) for i in findings(NUMBERS.document)}
    for method, printed, computed in [
        ("SkillRL", "89.9", "90.8"),
        ("GRPO", "77.6", "78.6"),
        ("RetroAgent", "94.9", "93.5"),
        ("SimpleMem+GRPO", "62.5", "59.1"),
        ("ExpeL", "46.3", "41.7"),
        ("Skill1", "97.5", "97.9"),
    ]:
        assert found["skill1", "alfworld", method, "Avg"] == (printed, computed)
    assert found["skillrl", "search-qa", "SkillRL", "Avg"] == ("47.1", "47.5")
    assert found["skill1", "gain over GiGPO on ALFWorld", "Skill1", "Avg"] == ("6.5", "6.7")
    assert found["skillgraph", "alfworld", "ExpeL", "Cool"] == ("11.0", "71.0")
    assert {"97.9", "71.4", "90.0", "95.5"} <= {
        i.printed for i in findings(NUMBERS.document) if i.kind == "one_pass" and i.method == "SkillRL"
    }
    assert not [i for i in findings(NUMBERS.document) if i.paper == "skill-r1" and i.kind != "setting"]


def test_skill1s_average_is_below_the_plain_mean_too() -> None:
    (table,) = [t for t in NUMBERS.document.tables if t.name == "skill1/alfworld"]
    (row,) = [r for r in table.rows if r.method == "Skill1"]
    plain = [v for v in row.values[:-1] if v is not None]
    weighted = computed_whole(table, row)
    assert weighted is not None
    assert round(sum(plain) / len(plain), 1) == round(weighted, 1) == 97.9


def test_the_three_papers_are_whole() -> None:
    tables = {t.name: t for t in NUMBERS.document.tables}
    shape = {
        name: (len(t.rows), len(t.columns))
        for name, t in tables.items()
        if t.paper in ("skill-r1", "skill1", "skillrl")
    }
    assert shape == {
        "skill-r1/gaia": (4, 4),
        "skill-r1/webwalker": (4, 4),
        "skill-r1/webwalker-source": (4, 2),
        "skill1/alfworld": (15, 7),
        "skill1/webshop": (15, 2),
        "skill1/ablation": (7, 7),
        "skill1/cost": (5, 3),
        "skill1/library": (4, 3),
        "skill1/dynamics": (6, 1),
        "skillrl/alfworld": (6, 7),
        "skillrl/webshop": (6, 2),
        "skillrl/search-qa": (10, 8),
        "skillrl/ablation": (5, 2),
        "skillrl/library": (1, 9),
    }


def test_every_number_says_where_it_is_from() -> None:
    for number in NUMBERS.numbers:
        assert number.where and number.table and number.benchmark and NUMBERS.paper(number.paper).name
        assert number.mark.startswith(f"as published: {number.paper}, ")


def test_lookup() -> None:
    cell = NUMBERS.one("skill-r1", "gaia", "Skill-R1 (GRPO)", "L3")
    assert (cell.solved, cell.total, cell.printed, cell.model) == (10, 26, 38.5, "GPT-4o-mini")
    assert cell.share == 10 / 26 and cell.mark == "as published: skill-r1, Table 1 (verbatim)"
    assert (cell.group_by, cell.group, cell.doubts) == ("level", "3", ())
    scores = NUMBERS.find(paper="skill1", metric="reward")
    assert {n.column for n in scores} == {"Score"} and len(scores) == 15
    averaged = NUMBERS.one("skill1", "alfworld", "Skill1", "Avg")
    assert (averaged.sd, averaged.share) == (0.6, 0.975)
    assert averaged.doubts[0].startswith("its columns give 97.9")
    assert NUMBERS.one("skill1", "cost", "GRPO", "20").share is None
    assert NUMBERS.one("reflexion", "alfworld", "Reflexion", "All").confidence == Confidence.RECALLED


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (("skill-r2", "gaia", "x", "y"), "no paper 'skill-r2' on record: .*skill-r1"),
        (("skill-r1", "gaja", "x", "y"), "no table 'gaja' on record at skill-r1: gaia, webwalker"),
        (("skill-r1", "gaia", "GRPO", "y"), "no method 'GRPO' on record at skill-r1 gaia: No Skills, Vanilla GRPO"),
        (("skill-r1", "gaia", "No Skills", "L4"), "no column 'L4' .*: L1, L2, L3, Overall"),
        (("skillrl", "search-qa", "StepSearch", "NQ"), "no column 'NQ'"),
    ],
)
def test_a_number_that_is_not_on_record(cell: tuple[str, str, str, str], message: str) -> None:
    with pytest.raises(PublishedError, match=message):
        NUMBERS.one(*cell)


def test_a_published_number_is_no_number() -> None:
    cell: Any = NUMBERS.one("skill-r1", "gaia", "Skill-R1 (GRPO)", "Overall")
    with pytest.raises(TypeError):
        sum([cell])
    with pytest.raises(TypeError):
        float(cell)
    with pytest.raises(TypeError):
        sorted([cell, 41.8])
    assert not hasattr(cell, "value") and not hasattr(cell, "low"), "nothing that reads an Estimate can read it"
    assert isinstance(cell, PublishedNumber)


def test_the_curve_is_the_figures() -> None:
    curve = NUMBERS.curve("skill-r1")
    assert (curve.tasks, curve.rollouts, curve.generations) == (54, 4, (1, 2, 3, 4, 5))
    assert [round(x, 4) for x in curve.reward] == [0.0648, 0.2778, 0.3472, 0.3704, 0.4398]
    assert [round(54 * x) for x in curve.any_of] == [5, 17, 22, 25, 27]
    assert [round(54 * x) for x in curve.union] == [5, 17, 24, 27, 30]
    counts = [[line.count(n) for n in range(5)] for line in curve.solved]
    assert counts == [[49, 1, 1, 1, 2], [37, 1, 2, 1, 13], [32, 2, 3, 1, 16], [29, 4, 2, 4, 15], [27, 3, 0, 4, 20]]
    steps = [[b - a for a, b in zip(x, y, strict=True)] for x, y in zip(curve.solved, curve.solved[1:], strict=False)]
    assert [(s.count(0), sum(d < 0 for d in s)) for s in steps] == [(39, 1), (41, 4), (43, 6), (40, 4)]
    with pytest.raises(PublishedError, match="no curve 'costs'"):
        NUMBERS.curve("skill-r1", "costs")


SMALL = """
[[papers]]
id = "p"
name = "P"
[[tables]]
id = "t"
paper = "p"
title = "T"
where = "Table 1"
confidence = "verbatim"
benchmark = "gaia"
metric = "success"
columns = ["A", "B", "All"]
whole = "All"
summary = "pooled"
instances = { A = 10, B = 20, All = 30 }
rows = [{ method = "m", solved = [5, 10, 15], values = [50.0, 50.0, 50.0] }]
"""


def test_a_sound_table_has_no_findings() -> None:
    assert findings(read([SMALL]).document) == []


@pytest.mark.parametrize(
    ("old", "new", "kind", "computed"),
    [
        ("values = [50.0,", "values = [50.1,", "rounding", "50.0"),
        ("solved = [5, 10, 15], values = [50.0, 50.0, 50.0]", "solved = [6, 10, 15]", "sum", "16"),
        ("B = 20", "B = 21", "sum", "31"),
        ('"pooled"', '"mean"\none_pass = true', "", ""),
        ("solved = [5, 10, 15], values = [50.0, 50.0, 50.0]", "values = [50.0, 60.0, 55.0]", "", ""),
    ],
)
def test_each_contradiction_is_found(old: str, new: str, kind: str, computed: str) -> None:
    found = [(i.kind, i.computed) for i in findings(read([SMALL.replace(old, new)]).document)]
    assert found[-1:] == ([(kind, computed)] if kind else [])


def test_averages_passes_and_copies_are_checked() -> None:
    row = 'rows = [{ method = "m", solved = [5, 10, 15], values = [50.0, 50.0, 50.0] }]'
    for summary, values, kinds in [
        ("weighted", "[50.0, 60.0, 56.7]", []),
        ("weighted", "[50.0, 60.0, 55.0]", ["whole"]),
        ("mean", "[50.0, 60.0, 55.1]", []),
        ("mean", "[50.0, 60.0, 55.2]", ["whole"]),
        ("mean", "[50.0, 62.0, 56.0]", ["one_pass"]),
    ]:
        text = SMALL.replace(row, f'one_pass = true\nrows = [{{ method = "m", values = {values} }}]')
        text = text.replace('"pooled"', f'"{summary}"').replace(", All = 30", "")
        assert [i.kind for i in findings(read([text]).document)] == kinds, (summary, values)
    twin = SMALL.replace('id = "t"', 'id = "u"').replace('[[papers]]\nid = "p"\nname = "P"', "")
    twin = twin.replace("solved = [5, 10, 15], values = [50.0,", 'copied_from = "p/t", values = [51.0,')
    (copied,) = findings(read([SMALL, twin]).document)
    assert (copied.kind, copied.printed, copied.computed) == ("copy", "51.0", "50.0")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('metric = "success"', 'metric = "success"\nmetrik = "x"', "metrik"),
        ("values = [50.0, 50.0, 50.0]", "values = [50.0, 50.0]", "m has 2 values for 3 columns"),
        ("solved = [5,", "solved = [11,", "m, A: 11 of 10"),
        ("values = [50.0,", "values = [150.0,", "150.0 is no percent"),
        ("{ A = 10,", "{ C = 10,", "'C' is none of its columns"),
        ('confidence = "verbatim"', 'confidence = "sure"', "confidence"),
        ('paper = "p"', 'paper = "q"', "no paper 'q' on record"),
        ('metric = "success"', 'metric = "success"\nsums_to = "v"', "p/t speaks of p/v, which is not on record"),
        ("[[papers]]", "[[papers]", "do not hold together"),
    ],
)
def test_bad_files_are_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(PublishedError, match=message):
        read([SMALL.replace(old, new)])


def test_nothing_is_on_record_twice() -> None:
    with pytest.raises(PublishedError, match="on record twice"):
        read([SMALL, SMALL])
