"""`skillevo/gaia` and a real model path: an OpenAI-compatible server on this machine, reached over HTTP."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log
from model_server import Messages, ModelServer, model_server
from toy_task import Evaluate

from skillevo.envs.base import SkillevoError
from skillevo.envs.gaia import load_panel
from skillevo.harness.cli.main import app

pytest.importorskip("openai", reason="Inspect's openai-api provider needs the openai package")
pytest.importorskip("markitdown", reason="GAIA's documents need markitdown")

SECRET = "the harbour master's cat"


def add_up(messages: Messages) -> tuple[str, dict[str, str]]:
    """Read the first file by a tool call, and then answer with a column's sum."""
    opening, last = str(messages[0]["content"]), str(messages[-1]["content"])
    if messages[-1]["role"] == "tool":
        column = re.search(r"sum of the column '(\w+)'", opening)
        head, *rows = [line.split(",") for line in last.splitlines()[1:] if "," in line] or [[""]]
        known = column is not None and column[1] in head
        total = sum(int(row[head.index(column[1])]) for row in rows) if column and known else "unknown"
        return "answer", {"answer": str(total)}
    if file := re.search(r"- (\S+) \(", opening):
        return "read_file", {"name": file[1]}
    return "calculate", {"expression": "6 * 7"}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """One for all tests: Inspect keeps a model that it has made, and with it the address that it reaches."""
    with model_server(add_up) as server:
        yield server


@pytest.fixture
def asked(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the server was sent in this test; it is reached as `openai-api/nearby/...`."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.asked.clear()
    return server.asked


def test_a_model_over_http_acts_by_tool_calls_in_both_drivers(
    evaluate: Evaluate, asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    log = evaluate("skillevo/gaia", "openai-api/nearby/adder", task_args={"limit": 4, "sandbox": "none"})
    by_inspect = {str(s.id): s.store["EpisodeRecord:episode"]["turns"] for s in log.samples or []}
    over_http = len(asked)
    run = ("eval", "gaia", "--method", "no_skill", "--model", "openai-api/nearby/adder", "--limit", "4", "--json")
    app([*run, "-T", "sandbox=none", "--runs", str(tmp_path), "--name", "r"], standalone_mode=False)
    by_us = {str(s.id): s.messages for s in read_eval_log(str(tmp_path / "r" / "logs" / "gaia.eval")).samples or []}
    won = {str(s.id): s.scores["verdict"].value == "C" for s in log.samples or [] if s.scores}
    assert [k.split("/")[1].split("-")[0] for k, v in won.items() if v] == ["ledger_total"]
    assert len(asked) == 2 * over_http and {a["path"] for a in asked} == {"/v1/chat/completions"}
    tools = {t["function"]["name"]: t["function"]["parameters"]["required"] for t in asked[0]["tools"]}
    assert tools["answer"] == ["answer"] and tools["calculate"] == ["expression"]
    for name, turns in by_inspect.items():
        assert [t["observation"] for t in turns] == [m.text for m in by_us[name] if m.role == "user"][:-1]
    last = [a["messages"] for a in asked if len(a["messages"]) > 2]
    assert last and all(m[-1]["role"] == "tool" and m[-1]["tool_call_id"] == "call1" for m in last)


def test_code_runs_in_containers_but_for_models_that_run_none(
    evaluate: Evaluate, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillevo.envs.gaia.engine_answers", lambda: False)
    log = evaluate("skillevo/gaia", "pocket/follower", task_args={"limit": 1})
    assert log.eval.metadata is not None and log.eval.metadata["options"]["sandbox"] == "none"
    with pytest.raises(SkillevoError, match="no container engine answers: start one, or take -T sandbox=none"):
        evaluate("skillevo/gaia", "openai-api/nearby/adder", task_args={"limit": 1})
    assert not asked


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release in GAIA's schema with invented questions, as the Parquet conversion has it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = tmp_path / "release" / "2023" / "validation"
    place.mkdir(parents=True)
    (place / "t1.txt").write_text(f"Tom is {SECRET}.")
    row = {"Question": f"Who is {SECRET}?", "Final answer": "Tom Secret", "Annotator Metadata": {"Steps": "1"}}
    rows = [
        {**row, "task_id": f"t{n}", "Level": str(n), "file_name": "t1.txt" if n == 1 else "",
         "file_path": "2023/validation/t1.txt" if n == 1 else ""} for n in (1, 2, 3)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), place / "metadata.parquet")
    return tmp_path / "release"


def texts_in(folder: Path) -> bytes:
    """Everything in a folder's files, archives and Parquet opened."""
    import pyarrow.parquet as pq

    found = b""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".eval":
            with zipfile.ZipFile(path) as packed:
                found += b"".join(packed.read(n) for n in packed.namelist())
        elif path.suffix == ".parquet":
            found += str(pq.read_table(path).to_pylist()).encode()
        elif path.suffix != ".db" and not path.name.endswith(("-wal", "-shm")):
            found += path.read_bytes()
    return found


@pytest.mark.parametrize("driver", ["own", "inspect"])
@pytest.mark.parametrize("redact", [True, False])
def test_what_is_gaias_own_stays_out_of_logs(
    asked: list[dict[str, Any]], release: Path, tmp_path: Path, driver: str, redact: bool
) -> None:
    run = (
        "eval",
        "gaia",
        "--method",
        "no_skill",
        "--model",
        "openai-api/nearby/adder",
        "--json",
        "--panel",
        "validation",
    )
    where = ("--runs", str(tmp_path), "--name", "r", "-T", f"root={release}", "--driver", driver)
    app([*run, *where, "-T", "sandbox=none", "-T", f"redact={str(redact).lower()}"], standalone_mode=False)
    assert any(SECRET in str(a["messages"]) for a in asked)  # the model was told
    written = texts_in(tmp_path / "r")
    assert (SECRET.encode() in written, b"Tom Secret" in written) == (not redact, False)
    assert (tmp_path / "r" / "PRIVATE.txt").exists() == redact
    assert b'"answered"' in written or b"part.answered" in written  # what is counted is kept


def test_the_release_is_read_as_it_is(release: Path) -> None:
    panel = load_panel("validation", release)
    assert (panel.name, [i.tags["level"] for i in panel]) == ("validation (another release)", ["1", "2", "3"])
    assert [i.id for i in load_panel("validation-text", release)] == ["t2", "t3"]
    assert [i.id for i in load_panel("level3", release)] == ["t3"]


def test_two_tasks_of_one_id_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "2023" / "validation"
    place.mkdir(parents=True)
    row = {"Question": "Who?", "Final answer": "Tom", "Level": 1, "file_name": ""}
    lines = [json.dumps({**row, "task_id": ident}) for ident in ("a", "b", "a")]
    (place / "metadata.jsonl").write_text("\n".join(lines))
    with pytest.raises(SkillevoError, match=r"metadata\.jsonl has 2 tasks of the id 'a'"):
        load_panel("validation", tmp_path)
