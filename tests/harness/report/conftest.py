import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # worlds.py, shared with the tests of the runner

from skillevo.harness.cli.benchmarks.report_runs import make_runs, make_training
from skillevo.harness.report.build import Report, build_report


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up runs: ten methods on two panels under two seeds, and two training runs of two seeds."""
    folder = tmp_path_factory.mktemp("made") / "runs"
    make_runs(folder, runs=20, episodes=160, seeds=2)
    make_training(folder, steps=40, seeds=2)
    return folder


@pytest.fixture(scope="session")
def report(made: Path) -> Report:
    return build_report([made])
