"""Inspect evaluations in a folder of the test's own, and a toy benchmark that `get_benchmark` finds."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.log import EvalLog
from toy_task import Evaluate

from skillevo.envs import benchmark
from skillevo.tasks._scorer import find_panel


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(benchmark._HOMES, "toy", "toy_world")
    find_panel.cache_clear()


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    """Evaluate one task, silently; the log, which the evaluation must have come to the end of."""

    def run(task: Task | str, model: Any, **options: Any) -> EvalLog:
        (log,) = eval(task, model=model, log_dir=str(tmp_path / "logs"), display="none", **options)
        assert log.status == "success", log.error
        return log

    return run
