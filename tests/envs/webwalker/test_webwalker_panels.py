"""The panels: ours are what they claim to be; WebWalkerQA's are read in both spellings."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from skillevo.envs.base import DataError, SkillevoError
from skillevo.envs.pages.archive import INDEX, WARC, ReplaySource
from skillevo.envs.webwalker import load_panel
from skillevo.envs.webwalker.data import Row
from skillevo.envs.webwalker.organisations import make_organisation, questions
from skillevo.envs.webwalker.panels import HUNDRED_MIX, choose_hundred
from skillevo.envs.webwalker.pocket import FOLDER, SITES, all_sites, build_archive, organisation, site_pages

POCKET = {name: load_panel(name) for name in SITES}


def test_the_bundled_archive_is_what_the_generator_makes(tmp_path):
    assert build_archive(tmp_path) == 860
    # Another zlib may pack the same records differently, so it is the contents that are compared.
    made, shipped = ReplaySource(tmp_path), ReplaySource(FOLDER)
    assert made.digest == shipped.digest
    for url in shipped.entries:
        assert made.page(url) == shipped.page(url)
    assert sum((FOLDER / name).stat().st_size for name in (WARC, INDEX)) < 2_500_000


def test_an_archive_is_not_built_over_another(tmp_path):
    (tmp_path / INDEX).touch()
    with pytest.raises(SkillevoError, match="already"):
        build_archive(tmp_path)


def test_no_site_is_in_two_panels_and_sizes_are_as_declared():
    sites = [{i.tags["site"] for i in panel} for panel in POCKET.values()]
    assert len(set().union(*sites)) == sum(map(len, sites)) == 20
    assert [len(p) for p in POCKET.values()] == [160, 80, 160]
    for panel in POCKET.values():
        assert len({i.id for i in panel}) == len({i.prompt for i in panel}) == len(panel)
        cells = Counter((i.tags["type"], i.tags["level"]) for i in panel)
        assert {n * 20 // len(panel) for n in cells.values()} == {2, 4} and len(cells) == 6


def test_names_are_not_shared_between_sites_of_different_splits():
    names = {split: {organisation(*site).name for site in SITES[split]} for split in SITES}
    assert not names["pocket-train"] & names["pocket-test"]


def test_answers_do_not_stand_in_the_question_nor_on_the_root_page():
    roots = {org.slug: site_pages(org)[""] for org in all_sites()}
    for panel in POCKET.values():
        for i in panel:
            assert i.payload["answer"] not in i.prompt
            assert f">{i.payload['answer']}<" not in roots[i.tags["site"]]
            assert i.payload["answer"].isdigit() or f" {i.payload['answer']}" not in roots[i.tags["site"]]


def test_no_answer_is_a_good_guess():
    answers = Counter(i.payload["answer"] for i in POCKET["pocket-test"])
    assert answers.most_common(1)[0][1] <= 3


def test_single_source_answers_stand_on_their_gold_page_and_on_no_page_above():
    archive = ReplaySource(FOLDER)
    for i in POCKET["pocket-test"]:
        if i.tags["type"] == "single_source":
            *above, gold = i.payload["path"]
            assert i.payload["answer"] in archive.page(gold).body.decode()
            assert not any(f">{i.payload['answer']}<" in archive.page(p).body.decode() for p in above)


def test_two_numbers_that_are_added_stand_on_the_two_gold_pages():
    import re

    checked = 0
    archive = ReplaySource(FOLDER)
    for i in POCKET["pocket-test"]:
        if (
            i.tags["type"] == "multi_source"
            and i.payload["answer"].isdigit()
            and ("合计" in i.prompt or "together" in i.prompt)
        ):
            pages = [archive.page(url).body.decode() for url in i.payload["sources"]]
            numbers = [[int(n) for n in re.findall(r"<td>(\d+)", page)] for page in pages]
            assert any(a + b == int(i.payload["answer"]) for a in numbers[0] for b in numbers[1])
            checked += 1
    assert checked == 32


def test_a_seed_makes_the_same_organisation_and_another_one_another():
    assert make_organisation("games", "zh", 1) == make_organisation("games", "zh", 1)
    assert questions(make_organisation("games", "zh", 1)) != questions(make_organisation("games", "zh", 2))


def line(n, kind="single_source", level="easy", upper=False, **more):
    info = {"type": kind, "difficulty_level": level, "lang": "en", "source_website": [f"http://h/{n}"], **more}
    row = {"question": f"Q{n}?", "answer": f"A{n}", "root_url": "http://h/", "info": info}
    if upper:
        row = {"Question": row["question"], "Answer": row["answer"], "Root_Url": row["root_url"], "Info": info}
    return json.dumps(row)


def test_both_spellings_are_the_same_panel(tmp_path):
    panels = []
    for upper in (False, True):
        file = tmp_path / f"{upper}.jsonl"
        file.write_text("\n".join(line(n, upper=upper) for n in range(5)))
        panels.append(load_panel("main", file))
    assert panels[0].hash == panels[1].hash and panels[0].instances == panels[1].instances
    assert panels[0].instances[0].payload["sources"] == ["http://h/0"]


def test_a_line_ends_only_at_its_end_and_bytes_that_are_no_text_are_named(tmp_path):
    row = {**json.loads(line(1)), "question": "Which\u2028line\x85is it?"}
    (tmp_path / "main.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n" + line(2) + "\n", "utf-8")
    assert [i.prompt for i in load_panel("main", tmp_path)] == [row["question"], "Q2?"]
    (tmp_path / "main.jsonl").write_bytes(line(1).encode() + b"\xff")
    with pytest.raises(DataError, match="UTF-8"):
        load_panel("main", tmp_path)


def test_parts_of_a_panel(tmp_path):
    cells = [(k, v) for k in ("single_source", "multi_source") for v in ("easy", "medium", "hard")]
    (tmp_path / "main.jsonl").write_text("\n".join(line(n, *cells[n % 6]) for n in range(12)))
    assert [len(load_panel(f"main{p}", tmp_path)) for p in ("", "@hard", "@multi_source", "@multi_source-hard")] == [
        12,
        4,
        6,
        2,
    ]
    for wrong in ("main@", "main@hardest", "other", "skillevo-100@hard"):
        if wrong != "main@":
            with pytest.raises(SkillevoError):
                load_panel(wrong, tmp_path)


def rows(n=120):
    cells = [(k, v) for k in ("single_source", "multi_source") for v in ("easy", "medium", "hard")]
    return [
        Row(f"main/{c}-{i}", f"Q{c}{i}", "A", "http://h/", *cell, "en", "")
        for c, cell in enumerate(cells)
        for i in range(n)
    ]


def test_the_hundred_have_the_papers_mix_and_do_not_depend_on_the_order_of_the_data():
    chosen = choose_hundred(rows())
    assert Counter(r.level for r in chosen) == {"easy": 8, "medium": 68, "hard": 24}
    assert Counter(r.type for r in chosen) == {"multi_source": 63, "single_source": 37}
    assert Counter((r.type, r.level) for r in chosen) == HUNDRED_MIX
    assert {r.id for r in choose_hundred(rows()[::-1])} == {r.id for r in chosen}
    assert {r.id for r in choose_hundred(rows(), seed=1)} != {r.id for r in chosen}


@pytest.mark.parametrize(
    "text",
    ["no json", "[1]", '{"question": "q"}', line(1, kind="both"), line(1, level="huge"), line(1) + "\n" + line(1), ""],
)
def test_damaged_data_is_named_with_its_line(tmp_path, text):
    (tmp_path / "main.jsonl").write_text(text)
    with pytest.raises(DataError, match="main"):
        load_panel("main", tmp_path)


def test_data_that_is_not_there_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.delenv("WEBWALKER_DATA", raising=False)
    with pytest.raises(SkillevoError, match="--fetch main"):
        load_panel("main")
    with pytest.raises(SkillevoError, match=r"main\.jsonl"):
        load_panel("main", tmp_path)
