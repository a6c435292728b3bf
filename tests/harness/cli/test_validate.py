"""The verifier's self-test finds a verifier, and data, that are wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from test_cli import skillevo

from skillevo.envs.alfworld import BENCHMARK, load_panel
from skillevo.envs.alfworld.data import load_text
from skillevo.envs.alfworld.pack import write_pack
from skillevo.envs.base import Episode, TaskInstance, Verdict
from skillevo.harness.cli.validate import _check

INSTANCE = load_panel("pocket-val").instances[0]


def check(verdict: Verdict) -> list[str]:
    def verify(instance: TaskInstance, episode: Episode) -> Verdict:
        return verdict

    return _check(replace(BENCHMARK, verify=verify), BENCHMARK.options(), INSTANCE)


def test_a_verifier_that_always_says_yes_is_found() -> None:
    assert check(Verdict(1.0, True)) == ["doing nothing scores 1.0"]
    assert check(Verdict(0.5, False)) == ["the gold play scores 0.5", "doing nothing scores 0.5"]


def test_a_verifier_that_always_says_no_is_found() -> None:
    assert check(Verdict(0.0, False)) == ["the gold play scores 0.0"]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda w: w[:-1], "its walkthrough does not win"),
        (lambda w: ("look", *w), "commands, the solver"),
        (lambda w: w, ""),
    ],
)
def test_a_wrong_walkthrough_in_the_data_is_found(spoil, complaint: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    game = load_text(str(INSTANCE.payload["source"]))
    spoilt = replace(game, walkthrough=spoil(game.walkthrough))
    name = f"valid_seen/{INSTANCE.tags['type']}-Mug-None-Desk-301/trial_1"
    write_pack(tmp_path / "games.pack", [(name, "valid_seen", spoilt)])
    run = skillevo("validate", "alfworld", "--panel", "valid_seen", "--root", "games.pack", "--json",
                   cwd=tmp_path, ok=False)  # fmt: skip
    complaints = json.loads(run.stdout)["complaints"]
    assert run.returncode == bool(complaint)
    assert all(c.startswith(f"{name}: walkthrough: ") and complaint in c for c in complaints)
    assert bool(complaints) == bool(complaint)
