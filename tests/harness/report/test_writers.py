"""Every form of a table says the same, byte for byte the same when repeated, and says what is missing."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from test_runs import make

from skillevo.envs.base import SkillevoError
from skillevo.harness.report.build import Report, assemble, build_report
from skillevo.harness.report.figure import Figure, Panel, Series
from skillevo.harness.report.files import Folder
from skillevo.harness.report.marks import DARK, LIGHT
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.plots import draw
from skillevo.harness.report.runs import Loaded
from skillevo.harness.report.table import Cell, Column, Section, Table
from skillevo.harness.report.write import write_report
from skillevo.harness.report.writers import figure_csv, table_csv, table_json, table_latex, table_markdown, to_json
from skillevo.harness.report.writers.tex import row, tex

HOSTILE = Table(
    "hostile",
    "A|B_c & 100 %",
    (Column("method", "Method\nname", "left"), Column("success", "Success %")),
    (
        Section(((Cell("<b>a|b</b>_$x^2${}~\\", "=1+1", marks=("half & half",)), Cell("41.8", 0.418, {"low": 0.3})),)),
        Section(((Cell("Paper", "Paper"), Cell("1.0", 0.01)),), "as published", published=True),
    ),
    "caption #1",
    ("Left out: x.",),
)


def test_csv_has_numbers_as_computed_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(table_csv(HOSTILE))))
    assert [r["kind"] for r in rows] == ["measured", "published"] and rows[1]["section"] == "as published"
    assert (rows[0]["success"], rows[0]["success.low"], rows[1]["success.low"]) == ("0.418", "0.3", "")
    assert rows[0]["method"] == "'=1+1", "a spreadsheet must not run what a model is called"
    assert rows[0]["notes"] == "half & half; Left out: x."


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_text_of_a_csv_begins_a_formula(begin: str) -> None:
    text = f"{begin}cmd|' /C calc'!A0"
    cells = (Cell(text, text, {"mark": text}, marks=(text,)), Cell("−1.5", -1.5, {"low": -2, text: 1}))
    table = Table("x", "X", (Column("arm", "Arm"), Column(text, "Kind")), (Section((cells,), text),))
    head, row = csv.reader(io.StringIO(table_csv(table)))
    text = text.replace("\r", "\n")
    assert row == [f"'{text}", "measured", f"'{text}", f"'{text}", "-1.5", "-2", "1", f"'{text}"]
    assert head == ["section", "kind", "arm", "arm.mark", f"'{text}", f"'{text}.low", f"'{text}.{text}", "notes"]
    figure = Figure("x", "X", (Panel(text, "x", "y", (Series(text, (-1.0,), (0.5,), labels=(text,)),)),))
    (plotted,) = csv.DictReader(io.StringIO(figure_csv(figure)))
    assert {plotted[name] for name in ("panel", "series", "label")} == {f"'{text}"} and plotted["x"] == "-1.0"


def test_markdown_escapes_and_marks() -> None:
    text = table_markdown(HOSTILE)
    assert "\\<b\\>a\\|b\\</b\\>\\_" in text and "<b>" not in text
    assert "| Paper † | 1.0 |" in text and "† as published" in text and "<sup>a</sup> half & half" in text
    assert "> Left out: x." in text


def test_latex_is_balanced_and_escaped() -> None:
    text = table_latex(HOSTILE)
    assert r"\toprule" in text and r"\label{tab:hostile}" in text and r"A\textbar{}B\_c \& 100 \%" in text
    assert r"Paper$^\dagger$ & 1.0 \\" in text and r"\textasciitilde{}\textbackslash{}" in text
    plain = re.sub(r"\\[\\{}&%$#_]", "", text)
    depth = 0
    for char in plain:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0 and plain.count("\\begin") == plain.count("\\end") == 3
    columns = re.search(r"\\begin\{tabular\}\{(\w+)\}", text)
    assert columns and columns[1] == "lr"


def test_latex_sets_what_pdflatex_can_and_wraps_the_rest() -> None:
    assert tex("−0.3 ± λ·Δ") == r"$-$0.3 $\pm$ $\lambda$$\cdot$$\Delta$"
    assert tex("--across – é ά\u200b\0") == r"-{}-across -- \'{e} \skillevochar{03AC}{ά}"
    assert tex("技#") == r"\skillevochar{6280}{技}\#"
    wrapped = replace(HOSTILE, caption="技能", id="a %b")
    assert table_latex(wrapped).count(r"\providecommand") == 1 and r"\providecommand" not in table_latex(HOSTILE)
    assert r"\label{tab:a--b}" in table_latex(wrapped), "a percent sign would comment out the brace"


def test_a_cell_in_brackets_is_no_argument_of_the_row_above() -> None:
    assert row(["[a]", "b"]) == r"{}[a] & b \\" and row(["*", "b"]).startswith("{}*") and row(["a"]) == r"a \\"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex")
def test_pdflatex_compiles_any_name(tmp_path: Path) -> None:
    names = [
        "a_b & 100 % #1 $x$ {y} ~^\\",
        "[x]",
        "* --a",
        "λ ± − Δ · ≤ α²",
        "技能 演化",
        "русский",
        "emoji 😀",
        "“ß” „é“ …",
    ]
    cells = [Cell(n, n, strong=i % 2 == 0, marks=(n,)) for i, n in enumerate(names)]
    table = replace(HOSTILE, sections=(Section(tuple((c, Cell("1" * 90)) for c in cells)),), caption=" ".join(names))
    document = r"\documentclass{article}\usepackage{booktabs,graphicx}\begin{document}%s\end{document}"
    (tmp_path / "t.tex").write_text(document % f"\n{table_latex(table)}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    log = (tmp_path / "t.log").read_text(errors="replace")
    assert "Missing character" not in log and not re.search(r"Overfull \\hbox.*alignment", log)


def test_json_knows_no_infinity() -> None:
    text = to_json({"a": float("inf"), "b": [float("nan"), 1.5], "c": "é"})
    assert json.loads(text) == {"a": None, "b": [None, 1.5], "c": "é"}
    found = table_json(HOSTILE)
    assert found["sections"][0]["rows"][0][0] == {
        "text": HOSTILE.sections[0].rows[0][0].text,
        "value": "=1+1",
        "marks": ["half & half"],
    }


def test_all_forms_tell_the_same_numbers(report: Report) -> None:
    for t in report.tables:
        lines = list(csv.reader(io.StringIO(table_csv(t))))
        assert len(lines) - 1 == len(list(t.rows))
        assert table_markdown(t).count("\n|") == 2 + len(list(t.rows)) + sum(bool(s.title) for s in t.sections)
        tex = table_latex(t)
        assert all(
            row.count(" & ") == len(t.columns) - 1
            for row in tex.splitlines()
            if " & " in row and "multicolumn" not in row
        )


FIGURE = Figure(
    "toy",
    "Toy",
    (
        Panel(
            "a",
            "x",
            "y",
            (
                Series("one", (0.0, 1.0, 2.0), (0.1, None, 0.3), (0.0, None, 0.2), (0.2, None, 0.5)),
                Series("two", (1.0,), (0.2,), (0.1,), (0.3,), "points"),
                Series("paper", (0.0, 1.0), (0.5, 0.6), published=True),
            ),
            percent=True,
            unit=True,
            frontier=False,
        ),
    ),
)


def test_pictures_are_equal_when_drawn_again() -> None:
    first, second = draw(FIGURE), draw(FIGURE)
    assert first == second
    assert first.png.startswith(b"\x89PNG") and first.pdf.startswith(b"%PDF") and b"<svg" in first.svg
    assert LIGHT.ground.encode() in first.svg and LIGHT.ground.encode() not in first.dark
    assert DARK.ground.encode() in first.dark and b"#0072b2" in first.dark.lower(), "the data keep their colours"
    assert b"<script" not in first.svg and b"http" not in first.svg.split(b"</metadata>")[-1].replace(
        b"http://www.w3.org", b""
    )


def test_plotted_data_is_whole() -> None:
    rows = list(csv.DictReader(io.StringIO(figure_csv(FIGURE))))
    assert [(r["series"], r["x"], r["y"]) for r in rows][:3] == [
        ("one", "0.0", "0.1"),
        ("one", "1.0", ""),
        ("one", "2.0", "0.3"),
    ]
    assert [r["published"] for r in rows] == ["false"] * 4 + ["true"] * 2


def test_figures_plot_what_tables_say(report: Report) -> None:
    figure = next(f for f in report.figures if f.id.startswith("generations-"))
    t = next(t for t in report.tables if t.id.startswith("generations-"))
    at = {c.key: i for i, c in enumerate(t.columns)}
    assert [p.title for p in figure.panels] == ["Mean success", "Mean reward", "Any of K rollouts", "Union so far"]
    for panel, key in (("Mean success", "success"), ("Mean reward", "reward")):
        means = {(r[0].text, r[1].value): r[at[key]].value for r in t.rows}
        points = [p for p in figure.points() if p["panel"] == panel and not p["published"]]
        assert len(points) == len(means)
        for p in points:
            assert p["y"] == pytest.approx(means[p["series"], int(p["x"])])
            assert p["low"] <= p["y"] <= p["high"] and p["episodes"]["first"] == p["x"]
    published = [p for p in figure.points() if p["published"]]
    assert len(published) == 15 and all("published" in p["series"] and p["episodes"] is None for p in published)


def test_reward_that_is_success_is_drawn_once(report: Report) -> None:
    plain = tuple(
        replace(run, episodes=tuple(replace(row, reward=float(row.success)) for row in run.episodes))
        for run in report.runs
        if run.name.startswith("skill_r1_inference")
    )
    again = assemble(Loaded(plain, ()), ReportOptions())
    figure = next(f for f in again.figures if f.id.startswith("generations-"))
    assert [p.title for p in figure.panels] == ["Mean reward", "Any of K rollouts", "Union so far"]
    assert "Reward is success here" in figure.caption
    assert "success" not in [c.key for c in next(t for t in again.tables if t.id.startswith("generations-")).columns]


def files(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_report_is_equal_when_written_again_and_takes_its_old_files_away(tmp_path: Path) -> None:
    runs, out = [make(tmp_path / "runs" / f"s{i}", seed=i, rollouts=2) for i in range(2)], tmp_path / "out"
    named = write_report(build_report(runs), out).files
    first = files(out)
    assert sorted(first) == sorted(named)
    write_report(build_report(runs), out)
    assert files(out) == first
    (out / "mine.txt").write_text("kept")
    write_report(build_report(runs[:1]), out)
    left = files(out)
    assert "episodes/s0-000.html" in left and "episodes/s1-000.html" not in left and "mine.txt" in left
    assert not [name for name in left if name.endswith(".part")]
    assert sorted(json.loads(left["report.json"])["files"]) == sorted(set(left) - {"mine.txt"})


def test_a_run_left_out_is_named_in_every_form(tmp_path: Path) -> None:
    runs = [make(tmp_path / "runs" / name, seed=i) for i, name in enumerate(("a", "b", "damaged"))]
    (runs[2] / "episodes.parquet").write_text("no")
    write_report(build_report([tmp_path / "runs"]), tmp_path / "out")
    for name, content in files(tmp_path / "out").items():
        if not name.endswith((".png", ".pdf")) and not name.startswith("episodes/"):
            assert b"damaged" in content or (name.startswith("figures/") and name.endswith(".csv")), name


def test_only_a_folder_of_its_own_is_written(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    with pytest.raises(SkillevoError, match="--out .* is a run; give the report a folder of its own"):
        Folder(run)
    (tmp_path / "file").write_text("")
    with pytest.raises(SkillevoError, match="is a file; a report is a folder"):
        Folder(tmp_path / "file")
    with pytest.raises(SkillevoError, match="cannot write .*file"):
        Folder(tmp_path / "file" / "below")


def test_an_index_cannot_take_away_what_is_not_its_own(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other.txt"
    out.mkdir()
    other.write_text("kept")
    (out / "report.json").write_text(json.dumps({"files": ["../other.txt", str(other), 7]}))
    folder = Folder(out)
    folder.write("a.txt", "new")
    folder.close()
    assert other.read_text() == "kept"
