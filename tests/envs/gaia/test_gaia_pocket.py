"""The bundled questions: their hashes, their files, and answers found again from the files by other means."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from skillevo.envs.gaia import BENCHMARK, GaiaOptions, load_panel, make_env
from skillevo.envs.gaia.documents import as_text
from skillevo.envs.gaia.pocket import POCKET, Question, keep_attachment, pocket_questions
from skillevo.envs.gaia.pocket.words import WORDS

HASHES = {"pocket-train": "2c567ab0da2a4ab1", "pocket-val": "a91bf0e3d21532e3", "pocket-test": "0138c288cba76c4d"}
ALL = [q for panel in POCKET for q in pocket_questions(panel)]


@pytest.mark.parametrize("panel", POCKET)
def test_a_panel_is_the_same_on_every_machine(panel: str) -> None:
    """Questions, answers and every byte of the attachments go into the hash."""
    assert load_panel(panel).hash == HASHES[panel]


def test_there_are_enough_of_every_kind() -> None:
    assert len(ALL) == 162 and len({(q.draft.question, q.data) for q in ALL}) == 162
    assert Counter(q.level for q in pocket_questions("pocket-test")) == {1: 21, 2: 18, 3: 15}
    suffixes = {q.draft.suffix for q in ALL}
    assert suffixes == {"", ".csv", ".docx", ".json", ".pdf", ".png", ".pptx", ".py", ".txt", ".xlsx", ".xml", ".zip"}
    assert {q.draft.steps for q in ALL} == {1, 2, 3, 4, 7}
    assert set(ALL[0].record) >= {"task_id", "Question", "Level", "Final answer", "file_name", "file_path"}


def test_splits_share_nothing() -> None:
    for words in zip(*((w.firms, w.surnames, w.towns, w.goods) for w in WORDS.values()), strict=True):
        assert len({word for split in words for word in split}) == sum(map(len, words))
    files = [hashlib.sha256(q.data).hexdigest() for q in ALL if q.data]
    assert len(set(files)) == len(files)


def cells(question: Question) -> list[list[str]]:
    return list(csv.reader(io.StringIO(question.data.decode())))


def quoted(question: Question) -> str:
    return question.draft.question.split(" '")[1].split("'")[0]


def sheet(data: bytes, name: str) -> list[list[str]]:
    """The rows below the head of a sheet, as markitdown shows it."""
    shown = as_text(data, ".xlsx", "x").split(f"## {name}\n")[1].split("\n## ")[0]
    return [[c.strip() for c in line.strip("|").split("|")] for line in shown.strip().splitlines()[2:]]


def of_kind(kind: str) -> list[Question]:
    return [q for q in ALL if q.kind == kind]


def test_tables_answer_their_questions() -> None:
    for q in of_kind("ledger_total"):
        head, *rows = cells(q)
        assert sum(int(row[head.index(quoted(q))]) for row in rows) == int(q.draft.answer)
    for q in of_kind("best_three"):
        _, *rows = cells(q)
        best = sorted(rows, key=lambda r: -int(r[1]) - int(r[2]))[:3]
        assert ", ".join(r[0].split()[-1] for r in best) == q.draft.answer


def test_programs_print_their_answers() -> None:
    for q in of_kind("program_output")[:3]:
        run = subprocess.run([sys.executable, "-I", "-"], input=q.data, capture_output=True, check=True)
        assert run.stdout.decode().strip() == q.draft.answer


def test_archives_answer_their_questions() -> None:
    for q in of_kind("year_balance"):
        with zipfile.ZipFile(io.BytesIO(q.data)) as packed:
            books = [packed.read(n).decode() for n in packed.namelist() if n.endswith(".csv")]
            refunds = json.loads(packed.read("refunds.json"))
        rows = [row for book in books for row in csv.reader(io.StringIO(book))]
        left = sum(int(a) for name, a in rows if name == quoted(q))
        assert left - sum(r["amount"] for r in refunds if r["account"] == quoted(q)) == int(q.draft.answer)


def test_documents_answer_their_questions() -> None:
    """Office files and PDFs as markitdown reads them."""
    pytest.importorskip("markitdown")
    for q in of_kind("wages")[:3]:
        staff = {name: (place, grade) for name, place, grade in sheet(q.data, "Staff")}
        rates = dict(sheet(q.data, "Rates"))
        hours = [(staff[name], int(n)) for name, n in sheet(q.data, "Hours")]
        cents = sum(n * int(rates[grade]) for (place, grade), n in hours if place == quoted(q))
        assert f"{cents / 100:.2f}" == q.draft.answer
    for q in of_kind("minutes_task"):
        town = q.draft.question.split("branch in ")[1].split("?")[0]
        assert f"{q.draft.answer} will visit the branch in {town} " in as_text(q.data, ".docx", "x")
    for q in of_kind("invoice_total"):
        text = as_text(q.data, ".pdf", "x")
        lines = [line.split(", ") for line in text.splitlines() if line.count(", ") == 2 and line[-1].isdigit()]
        left_out = q.draft.question.split("but the ")[1].split("s are sent")[0]
        percent = int(text.split("A rebate of ")[1].split()[0])
        net = sum(int(n) * float(price) for good, n, price in lines if good != left_out)
        assert len(lines) == 9 and f"{net * (100 - percent) / 100:.2f}" == q.draft.answer
    for q in of_kind("slide_growth"):
        parts = as_text(q.data, ".pptx", "x").split("# ")[2:]
        gains = {p.split("\n")[0]: int(p.split("This year: ")[1].split()[0]) - int(p.split("Last year: ")[1].split()[0])
                 for p in parts}  # fmt: skip
        best = max(gains, key=lambda t: gains[t])
        assert f"{best}, {gains[best]}" == q.draft.answer


def test_pictures_are_pictures() -> None:
    image = pytest.importorskip("PIL.Image")
    for q in of_kind("tile_count")[:3]:
        shades = {"red": (220, 20, 30), "green": (20, 150, 60), "blue": (30, 60, 210), "black": (0, 0, 0)}
        wanted = q.draft.question.rsplit("are ", 1)[1].strip("?").split(" or ")
        with image.open(io.BytesIO(q.data)) as opened:
            rgb = opened.convert("RGB")
        pixels = Counter(zip(*[iter(rgb.tobytes())] * 3, strict=True))
        assert sum(pixels[shades[name]] for name in wanted) / 144 == int(q.draft.answer)


def test_an_attachment_that_was_tampered_with_is_made_anew(tmp_path: Path) -> None:
    question = of_kind("ledger_total")[0]
    path = keep_attachment(question, tmp_path)
    path.write_bytes(b"other")
    assert keep_attachment(question, tmp_path).read_bytes() == question.data
    assert [p.name for p in tmp_path.iterdir()] == [question.file_name]


def test_demonstrations_are_of_the_training_split() -> None:
    instance = load_panel("pocket-test").instances[0]
    shown = BENCHMARK.demos(instance, 2)
    answers = [q.draft.answer for q in pocket_questions("pocket-train")]
    assert len(shown) == 2 and all(s.rsplit("answer[", 1)[1].rstrip("]") in answers for s in shown)
    assert make_env(instance, GaiaOptions(sandbox="none"))
