"""`skillevo pocket`: what it measures, and what it says where it cannot build."""

from __future__ import annotations

import importlib.util
import json

import pytest
from typer.testing import CliRunner

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli.main import app
from skillevo.harness.pocket.measure import CONDITIONS


def test_measuring_gives_a_row_for_each_condition() -> None:
    run = CliRunner().invoke(app, ["pocket", "measure", "pocket/ranker", "--limit", "6", "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert tuple(found["conditions"]) == tuple(CONDITIONS)
    assert found["panel"] == "pocket-val[:6]"
    for row in found["conditions"].values():
        assert row["n"] == 6
        assert row["low"] <= row["success"] <= row["high"]


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed: building is possible")
def test_building_without_torch_names_the_extra() -> None:
    with pytest.raises(SkillevoError, match=r"skillevo\[train\]"):
        CliRunner().invoke(app, ["pocket", "build", "writer"], catch_exceptions=False)


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(SkillevoError, match=r"no-such.*\.npz"):
        CliRunner().invoke(app, ["pocket", "measure", "no-such.npz"], catch_exceptions=False)
