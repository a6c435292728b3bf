"""A small suite, and changes to it."""

from __future__ import annotations

from pathlib import Path

from skillevo.harness.skills import Skill
from skillevo.harness.suite import Suite, read_suite

SMALL = """
title = "Small"
models = ["pocket/follower"]
generator = "mockllm/model"
skills = ["start"]
seeds = [0, 1]
logs = false

[evolution]
generations = 2
rollouts = 1

[report]
baseline = "plain"
across = ["skill_source", "test_feedback", "rollouts per instance"]

[[panels]]
task = "alfworld"
name = "pocket-test"
limit = 3

[[arms]]
name = "plain"
method = "no_skill"
rollouts = 3

[[arms]]
name = "static"
method = "static_skill"
rollouts = 3

[[arms]]
name = "editor"
method = "skill_r1_inference"
"""

TRAINED = """
[[trainings]]
name = "candidates"
method = "skill_r1"
preset = "pocket"
steps = 2
options = { mode = "candidates", lr = 1e-4 }

[[arms]]
name = "trained"
method = "skill_r1"
training = "candidates"
"""


def write(home: Path, text: str = SMALL, *changes: tuple[str, str]) -> Path:
    """The suite's file, with the skill that it names beside it."""
    Skill("start", "Household tasks.", "1. Find the object.\n2. Take the object.").write(home)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = home / "small.toml"
    path.write_text(text)
    return path


def small(home: Path, text: str = SMALL, *changes: tuple[str, str]) -> Suite:
    return read_suite(write(home, text, *changes))
