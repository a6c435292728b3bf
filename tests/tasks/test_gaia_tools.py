"""GAIA's code tools as a model uses them: in containers, and in runs that are killed while a tool is at work."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from left_behind import containers, gone, running, soon
from model_server import Messages, ModelServer, model_server
from toy_task import Evaluate

from skillevo.envs.gaia.sandbox import engine_answers
from skillevo.harness.cli.main import app

pytest.importorskip("openai", reason="Inspect's openai-api provider needs the openai package")
pytest.importorskip("markitdown", reason="GAIA's documents need markitdown")

MODEL = "openai-api/nearby/coder"
needs_docker = pytest.mark.skipif(not engine_answers(), reason="no container engine answers")
SUM = """
import csv, os
print(sum(int(row[{column!r}]) for row in csv.DictReader(open({file!r}))))
print(os.path.exists("/.dockerenv"), os.listdir("/sys/class/net"), os.getcwd())
"""


def in_docker(driver: str) -> Any:
    return pytest.param("docker", driver, marks=(pytest.mark.docker, needs_docker))


def compute(messages: Messages) -> tuple[str, dict[str, str]]:
    """Sum the column with Python where a question has one, and answer with what it printed first."""
    opening, last = str(messages[0]["content"]), messages[-1]
    if last["role"] == "tool":
        return "answer", {"answer": str(last["content"]).split("\n")[0]}
    file, column = re.search(r"- (\S+\.csv) \(", opening), re.search(r"sum of the column '(\w+)'", opening)
    if file and column:
        return "python", {"code": SUM.format(file=file[1], column=column[1])}
    return "bash", {"command": "echo unknown"}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server(compute) as server:
        yield server


@pytest.mark.docker
@needs_docker
@pytest.mark.parametrize("driver", ["own", "inspect"])
def test_a_model_answers_with_code_that_ran_in_a_container(
    driver: str, server: ModelServer, evaluate: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.asked.clear()
    if driver == "inspect":
        log = evaluate("skillevo/gaia", MODEL, task_args={"limit": 4})
        won = [str(s.id) for s in log.samples or [] if s.scores and s.scores["verdict"].value == "C"]
        assert log.eval.metadata is not None
        recorded = log.eval.metadata["options"]["sandbox"]
    else:
        run = ("eval", "gaia", "--method", "no_skill", "--model", MODEL, "--limit", "4", "--json", "--no-log")
        app([*run, "--runs", str(tmp_path), "--name", "r"], standalone_mode=False)
        rows = pq.read_table(tmp_path / "r" / "episodes.parquet").to_pylist()
        won = [row["instance"] for row in rows if row["success"]]
        recorded = re.search(r'^sandbox = "(\w+)"$', (tmp_path / "r" / "run.toml").read_text(), re.MULTILINE)[1]
    assert [w.split("/")[1].split("-")[0] for w in won] == ["ledger_total"] and recorded == "docker"
    told = [str(a["messages"][-1]["content"]) for a in server.asked if a["messages"][-1]["role"] == "tool"]
    assert [t.split("\n")[1] for t in told if "\n" in t] == ["True ['lo'] /work"]


@pytest.mark.parametrize(("sandbox", "driver"), [("local", "own"), in_docker("own"), in_docker("inspect")])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_ends_while_a_tool_is_at_work_leaves_nothing_and_goes_on(
    how: signal.Signals, sandbox: str, driver: str, tmp_path: Path
) -> None:
    sign = f"sleep 74{how.value}{os.getpid()}"
    stuck = [True]

    def reply(messages: Messages) -> tuple[str, dict[str, str]]:
        tool, arguments = compute(messages)
        questions = list(dict.fromkeys(str(a["messages"][0]["content"]) for a in server.asked))
        second = questions.index(str(messages[0]["content"])) == 1
        return ("bash", {"command": f"{sign} & setsid {sign}"}) if stuck and second else (tool, arguments)

    with model_server(reply) as server:
        command = [
            *(sys.executable, "-m", "skillevo.harness.cli", "eval", "gaia", "--method", "no_skill", "--model", MODEL),
            *("--limit", "3", "--workers", "1", "-T", f"sandbox={sandbox}", "--name", "r", "--no-log", "--json"),
            *("--driver", driver),
        ]
        environment = {**os.environ, **server.environment}
        run = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            assert soon(lambda: len(running(sign)) >= 3, 240), "the tool never started"
            assert sandbox == "local" or soon(lambda: containers(holding=sign)), "the tool never started in a container"
            held = containers(holding=sign)
            run.send_signal(how)
            said = run.communicate(timeout=30)[1]
        finally:
            run.kill()
            run.wait()
        assert gone(sign) and soon(lambda: not held & containers())
        assert ("interrupted: 1 of 3 episodes are kept" in said) == (how == signal.SIGINT)
        stuck.clear()
        again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    result = json.loads(again.stdout)
    assert (result["episodes"], result["played"], result["stop_reasons"]) == (3, 2, {"done": 3})
    rows = pq.read_table(tmp_path / "runs" / "r" / "episodes.parquet").to_pylist()
    assert len({row["instance"] for row in rows}) == len(rows) == 3
    begun = [str(a["messages"][0]["content"]) for a in server.asked if a["messages"][-1]["role"] != "tool"]
    assert [begun.count(question) for question in dict.fromkeys(begun)] == [1, 2, 1]
