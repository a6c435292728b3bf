"""The page in a real Chromium: what it shows, that nothing in it runs, and that it asks nobody for anything."""

from __future__ import annotations

import html
import json
import re
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_runs import make

from skillevo.harness.archive import write_episodes
from skillevo.harness.cli.benchmarks.report import chromium, dump_dom
from skillevo.harness.evaluation.transfer import PHASE, SOURCE_TAG
from skillevo.harness.report.build import Report, build_report
from skillevo.harness.report.options import ReportOptions
from skillevo.harness.report.page.logs import ADDRESS
from skillevo.harness.report.page.markup import document, embedded_json
from skillevo.harness.report.page.shards import PER_SHARD, shards
from skillevo.harness.report.page.turns import Turns
from skillevo.harness.report.run_files import read_episodes, read_run_config
from skillevo.harness.report.runs import Run
from skillevo.harness.report.write import write_report
from skillevo.harness.skills import Provenance, Skill

HOSTILE = "</script><script>document.title='HACKED'</script><img src=x onerror=\"document.title='HACKED'\">"
BROWSER = chromium()
in_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


def dom(page: Path, act: str = "") -> str:
    """The page as Chromium sees it; with `act`, what a copy without its policy comes to after that script."""
    assert BROWSER
    if act:
        text = re.sub(r"<meta http-equiv[^>]*>", "", page.read_text("utf-8"))
        page = page.with_name("acted.html")
        page.write_text(text.replace("</body>", f"<script>{act}</script></body>"), "utf-8")
    return dump_dom(BROWSER, page, "--virtual-time-budget=5000")


@pytest.fixture(scope="module")
def written(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page")
    write_report(replace(report, figures=report.figures[:1]), out)
    return out


def data_of(page: Path) -> dict:  # type: ignore[type-arg]
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"))
    assert found
    content: dict = json.loads(found[1])  # type: ignore[type-arg]
    return content


def test_nothing_is_fetched(written: Path) -> None:
    text = (written / "index.html").read_text("utf-8")
    shell = re.sub(r"'sha256-[^']*'", "", re.sub(r'<script type="application/json".*?</script>', "", text))
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"// [^\n]*", "", shell)), "no address outside"
    assert "default-src 'none'" in text and "'unsafe" not in text
    assert all(
        uri.startswith("data:image/svg+xml;base64,")
        for pair in data_of(written / "index.html")["pictures"].values()
        for uri in pair
    )


def test_text_cannot_end_its_element() -> None:
    made = embedded_json("data", {"a": HOSTILE, "b": "\u2028<!--"})
    inner = made.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert "<" not in inner and "\u2028" not in inner and json.loads(inner) == {"a": HOSTILE, "b": "\u2028<!--"}
    assert "<script>" not in document(HOSTILE, "", "").split("</title>")[0]


def test_the_page_knows_every_episode(written: Path, report: Report) -> None:
    content = data_of(written / "index.html")
    for run, told in zip(report.runs, content["runs"], strict=True):
        for key, name in (("v", "reward"), ("n", "steps"), ("g", "generation")):
            column = told["columns"][key]
            values = column if isinstance(column, list) else [column] * told["n"]
            assert values == [round(getattr(r, name), 6) for r in run.episodes]
    assert content["inside"] and all(e["turns"] for e in content["inside"])
    assert (written / "index.html").stat().st_size < 15e6


@in_browser
def test_the_page_builds_its_tables(written: Path, report: Report) -> None:
    seen = dom(written / "index.html")
    assert "data-ready=" in seen, "the script came to its end under its own policy"
    assert seen.count("<table>") == len(report.tables) and seen.count("<figure ") == 1
    methods = next(t for t in report.tables if t.id.startswith("methods-"))
    for row in methods.rows:
        assert html.escape(row[0].text, quote=False) in seen
    for warning in report.warnings():
        assert html.escape(warning, quote=False) in seen


@in_browser
def test_headings_sort_within_sections(written: Path, report: Report) -> None:
    act = """
      const table = document.querySelector('#results table');
      const button = table.querySelectorAll('thead button')[1];
      button.focus(); button.click();
      const name = (row) => row.cells[0].firstChild.textContent;
      const names = (body) => [...body.querySelectorAll('tr:not(.section)')].map(name);
      const order = () => [...table.tBodies].map(names);
      const first = [button.parentNode.getAttribute('aria-sort'), order()];
      button.click();
      const second = [button.parentNode.getAttribute('aria-sort'), order()];
      document.title = JSON.stringify([first, second, document.activeElement === button]);
    """
    title = re.search(r"<title>(.*?)</title>", dom(written / "index.html", act))
    assert title
    (down, falling), (up, rising), focused = json.loads(html.unescape(title[1]))
    assert (down, up, focused) == ("descending", "ascending", True)
    methods = next(t for t in report.tables if t.id.startswith("methods-"))
    at = [c.key for c in methods.columns].index("success")
    expected = [[r[0].text for r in sorted(s.rows, key=lambda r: -float(str(r[at].value)))] for s in methods.sections]
    assert falling == expected and rising == [list(reversed(s)) for s in expected]


@in_browser
def test_a_cell_opens_its_episodes(written: Path, report: Report) -> None:
    act = """
      const cell = document.querySelector('#results button.cell'); cell.click();
      const chips = [...document.querySelectorAll('#panel .chips button')].map((b) => b.textContent);
      const links = [...document.querySelectorAll('#panel .episodes a')].map((a) => a.getAttribute('href'));
      const own = document.querySelectorAll('#panel .episodes ol.turns li').length;
      document.title = JSON.stringify([cell.textContent, document.getElementById('panel').open, chips, links, own]);
    """
    found = re.search(r"<title>(.*?)</title>", dom(written / "index.html", act))
    assert found
    text, is_open, chips, links, turns = json.loads(html.unescape(found[1]))
    methods = next(t for t in report.tables if t.id.startswith("methods-"))
    cell = next(c for row in methods.rows for c in row if c.text == text)
    assert cell.episodes
    rows = [r for _, r in cell.episodes.rows(report.runs)]
    assert is_open and chips[0] == f"all {len(rows)}" and chips[1] == f"solved {sum(r.success for r in rows)}"
    assert len(links) == min(50, len(rows)) and turns > 0
    shard, anchor = links[-1].split("#")
    assert f'id="{anchor}"' in (written / shard).read_text("utf-8")


@pytest.fixture(scope="module")
def handed_on(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One evolving run with transfer and logs, written as a report."""
    folder = tmp_path_factory.mktemp("handed-on")
    run = folder / "runs" / "one"
    shutil.copytree(next(p for p in sorted(made.iterdir()) if p.name.startswith("skill_r1_inference")), run)
    config = read_run_config(run)
    rows = [
        replace(row, phase=PHASE, scored=False, candidate=1 + i % 2, tags={**row.tags, SOURCE_TAG: f"source-{i // 2}"})
        for i, row in enumerate(read_episodes(run, config)[:6])
    ]
    write_episodes(run / "transfer.parquet", rows, {"panel_hash": config["panel"]["hash"]})
    (run / "run.toml").write_text((run / "run.toml").read_text() + "\n[transfer]\nsiblings = 2\n")
    (run / "logs").mkdir()
    for g in range(5):
        (run / "logs" / f"made-up-g{g}-m0.eval").write_bytes(b"")
    write_report(replace(build_report([folder / "runs"]), figures=()), folder / "out")
    return folder / "out"


def asked(page: Path, act: str) -> Any:
    """What a script in the page leaves as its title."""
    title = re.search(r"<title>(.*?)</title>", dom(page, act))
    assert title
    return json.loads(html.unescape(title[1]))


@in_browser
def test_transfer_opens_its_own_episodes(handed_on: Path) -> None:
    act = """
      const rows = [...document.querySelectorAll('#results tbody tr')];
      const row = rows.find((r) => r.cells[1]?.textContent.startsWith('transfer'));
      row.querySelector('button.cell').click();
      const items = [...document.querySelectorAll('#panel .episodes > li')];
      const links = items.map((li) => [...li.querySelectorAll('.facts a')].map((a) => a.getAttribute('href')));
      document.title = JSON.stringify([items.length, links]);
    """
    n, links = asked(handed_on / "index.html", act)
    assert n == 6 and all(len(of) == 1 for of in links), "they stand in no log"
    shard, anchor = links[0][0].split("#")
    assert f'id="{anchor}"' in (handed_on / shard).read_text("utf-8")


@in_browser
def test_an_episode_leads_to_its_sample_in_inspect(handed_on: Path) -> None:
    act = """
      document.querySelector('#results button.cell').click();
      const items = [...document.querySelectorAll('#panel .episodes > li')].slice(0, 9);
      const facts = items.map((li) => li.querySelector('.facts'));
      const told = facts.map((f) => [f.previousSibling.textContent, f.textContent, f.lastElementChild.href]);
      document.title = JSON.stringify([...told, [document.querySelector('#panel code').textContent]]);
    """
    *items, (command,) = asked(handed_on / "index.html", act)
    assert command == "cd ../runs && inspect view --log-dir ."
    for name, facts, href in items:
        g, c, k = map(int, re.findall(r"(?:generation|candidate|rollout) (\d+)", facts))
        sample = f"{quote(name, safe='')}/{k + 1}/"
        assert href == f"{ADDRESS}/#/logs/one/logs/made-up-g{g}-m{c}.eval/samples/sample/{sample}"
    viewer = files("inspect_ai") / "_view" / "dist" / "assets" / "index.js"
    route = "/samples/sample/${encodeURIComponent(String(sampleId))}/${sampleEpoch}/"
    assert route in viewer.read_text("utf-8"), "the viewer's own route for a sample"


@in_browser
def test_a_trainings_number_opens_its_steps(report: Report, tmp_path: Path) -> None:
    write_report(replace(report, figures=()), tmp_path)
    act = """
      const row = document.querySelector('#table-training tbody tr');
      row.cells[5].querySelector('button[title="its steps"]').click();
      const table = document.querySelector('#panel table');
      document.title = JSON.stringify([document.querySelector('#panel .hint').textContent,
        [...table.tBodies[0].rows].map((r) => [...r.cells].slice(0, 2).map((c) => c.textContent))]);
    """
    hint, rows = asked(tmp_path / "index.html", act)
    run = next(r for r in report.runs if r.metrics)
    scores = [[str(m["step"]), f"{m['val_score']:.4g}"] for m in run.metrics if "val_score" in m]
    assert rows == scores and hint == f"val_score, from 3 rows of {run.name}/metrics.jsonl"


@in_browser
def test_selections_are_the_same_in_the_page(written: Path, report: Report) -> None:
    rules = [c.episodes for t in report.tables for row in t.rows for c in row if c.episodes]
    given = json.dumps([r.as_dict() for r in rules])
    act = f"document.title = JSON.stringify({given}.map((rule) => select(rule).map(([r, i]) => r.name + '/' + i)));"
    title = re.search(r"<title>(.*?)</title>", dom(written / "index.html", act))
    assert title
    for rule, found in zip(rules, json.loads(html.unescape(title[1])), strict=True):
        by_name = {r.name: r for r in report.runs}
        ids = [by_name[n].episode_id(by_name[n].episodes[int(i)]) for n, i in (x.rsplit("/", 1) for x in found)]
        assert sorted(ids) == sorted(rule.ids(report.runs))


def hostile_run(path: Path) -> Path:
    """A run whose model, skill, instance, error, end, observations and completions are all script."""
    make(path, rollouts=2, model__name=HOSTILE, panel__note=HOSTILE)
    table = pq.read_table(path / "episodes.parquet")
    columns = {n: table.column(n).to_pylist() for n in table.column_names}
    columns["error"] = columns["stop_reason"] = [HOSTILE] * table.num_rows
    columns["tag.type"] = [f"{HOSTILE}{i % 2}" for i in range(table.num_rows)]
    columns["generation"] = [i % 2 for i in range(table.num_rows)]
    first = Skill("evil", HOSTILE, HOSTILE, provenance=Provenance())
    second = first.rewritten(f"{HOSTILE} more", HOSTILE, Provenance(author=HOSTILE))
    columns["skill_ids"] = [json.dumps([(second if i % 2 else first).id]) for i in range(table.num_rows)]
    columns["parent_skill"] = [first.id if i % 2 else "" for i in range(table.num_rows)]
    columns["rollout"] = [0] * table.num_rows
    pq.write_table(pa.table(columns), path / "episodes.parquet")
    for skill in (first, second):
        skill.write(path / "skills" / skill.id.replace("@", "-"))
    (path / "turns").mkdir(exist_ok=True)
    keys = {n: columns[n] for n in ("phase", "instance", "generation", "candidate", "rollout")}
    texts = {n: [HOSTILE] * table.num_rows for n in ("observation", "action", "result", "note")}
    pq.write_table(
        pa.table({**keys, **texts, "completions": [[HOSTILE, "x"]] * table.num_rows}), path / "turns" / "0.parquet"
    )
    return path


@in_browser
def test_nothing_in_a_run_is_executed(tmp_path: Path) -> None:
    report = build_report([hostile_run(tmp_path / "runs" / "evil")], ReportOptions(title=HOSTILE))
    out = tmp_path / "out"
    assert report.lineages, "the skills are shown"
    write_report(replace(report, figures=()), out)
    # With everything opened, and without the policy that would stop a script even if one got in.
    act = """
      for (const d of document.querySelectorAll('details')) { d.open = true; d.dispatchEvent(new Event('toggle')); }
      document.querySelectorAll('button.cell')[0].click();
      for (const d of document.querySelectorAll('details')) d.open = true;
    """
    for page, script in ((out / "index.html", ""), (out / "index.html", act), (out / "episodes" / "evil-000.html", "")):
        text = dom(page, script)
        title = re.search(r"<title>(.*?)</title>", text)
        assert title and title[1] != "HACKED", page
        assert '<img src="x"' not in text and "HACKED" in text, "it is shown, as text"
        shown = html.escape(HOSTILE, quote=False)
        assert shown in text


def test_shards_hold_every_turn_in_order(report: Report) -> None:
    run = next(r for r in report.runs if r.name.startswith("skill_r1-"))
    text = "".join(t for _, t in shards(run, Turns(run), ""))
    assert re.findall(r'<article id="e(\d+)"', text) == [str(i) for i in range(len(run.episodes))]
    assert text.count("<li>") == sum(r.turns for r in run.episodes)
    assert f"go to place 0 of {run.episodes[-1].instance}" in text.split(f'id="e{len(run.episodes) - 1}"')[1]
    assert len(list(shards(run, Turns(run), ""))) == -(-len(run.episodes) // PER_SHARD)


def test_turns_that_cannot_be_read_are_told(tmp_path: Path, report: Report) -> None:
    run = report.runs[0]
    (tmp_path / "turns").mkdir()
    (tmp_path / "turns" / "00000.parquet").write_text("no")
    broken = Run(tmp_path, run.config, run.episodes)
    turns = Turns(broken)
    assert turns.notice and "shown without turns" in turns.notice.text
    assert "No turns are on record" in next(shards(broken, turns, ""))[1]


def test_turns_of_other_types_or_with_gaps_are_told(tmp_path: Path, report: Report) -> None:
    run = next(r for r in report.runs if Turns(r).part(r.episodes)[0] is not None)
    files = sorted((run.path / "turns").glob("*.parquet"))
    whole = pa.concat_tables(pq.read_table(f, partitioning=None) for f in files)
    holes = [None, *whole.column("result").to_pylist()[1:]]
    at = whole.column_names.index("result")
    for odd, why in ((pa.array(holes, pa.string()), "has gaps"), (pa.array([["a"]] * len(whole)), "list")):
        (tmp_path / "turns").mkdir(exist_ok=True)
        pq.write_table(whole.set_column(at, "result", odd), tmp_path / "turns" / "00000.parquet")
        turns = Turns(Run(tmp_path, run.config, run.episodes))
        assert turns.notice and why in turns.notice.text
