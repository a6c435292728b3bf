"""The toy benchmark as an Inspect task."""

from collections.abc import Callable
from typing import Any

import toy_world
from inspect_ai import Task
from inspect_ai.log import EvalLog

from skillevo.harness.play import PlayRules
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.tasks._task import make_task

Evaluate = Callable[..., EvalLog]
"""The `evaluate` fixture: (task, model, options of Inspect's `eval`) -> log."""


def toy_task(panel: str = "rooms", step_cap: int = 5, **given: Any) -> Task:
    defaults: dict[str, Any] = {
        "root": None,
        "limit": None,
        "options": toy_world.Options(),
        "rules": PlayRules(step_cap=step_cap),
        "prompt": PromptOptions.of("zeroshot-tags"),
    }
    return make_task(toy_world.BENCHMARK, panel=panel, **{**defaults, **given})
