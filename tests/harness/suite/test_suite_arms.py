"""What a suite calls an arm is one line of a table: its seeds together, though each trained weights of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skillevo.harness.report.arms import make_arms, without_repetitions
from skillevo.harness.report.runs import Run


def run(path: str, seed: int, arm: str = "", **generator: Any) -> Run:
    generator = {"name": "local/step-3", "digest": "a", "temperature": 1.0, **generator}
    config = {
        "command": "eval",
        "task": {"name": "alfworld", "version": "1-A"},
        "panel": {"hash": "h"},
        "seed": seed,
        "model": {"name": "pocket/ranker"},
        "method": {"name": "skill_r1", "rollouts": 2, "generator": generator},
        **({"arm": arm} if arm else {}),
    }
    return Run(Path(path), config, ())


def arms(*runs: Run) -> list[tuple[str, int]]:
    return [(a.label, len(a.runs)) for a in make_arms(runs)]


def test_seeds_of_an_arm_are_one_line() -> None:
    seeds = [run(f"x{s}", s, "mine", name=f"local/step-{s}", digest=f"d{s}") for s in range(3)]
    assert arms(*seeds) == [("mine", 3)]
    assert without_repetitions(seeds)[1] == ()
    assert len(arms(*(run(f"x{s}", s, digest=f"d{s}") for s in range(3)))) == 3, "nobody said that they belong together"


def test_arms_are_told_apart_by_their_names() -> None:
    assert arms(run("a", 0, "first"), run("b", 0, "second"), run("c", 1, "first")) == [("first", 2), ("second", 1)]


def test_one_name_for_two_settings_is_never_averaged() -> None:
    assert arms(run("a", 0, "mine"), run("b", 1, "mine", temperature=0.5)) == [("mine", 1), ("mine #2", 1)]
