"""The learning rate, and what options refuse."""

from __future__ import annotations

from typing import Any

import pytest

from skillevo.envs.base import SkillevoError
from skillevo.harness.trainer.options import LoopOptions, OptimiserOptions, SamplingOptions, WeightOptions
from skillevo.harness.trainer.vllm import VllmOptions


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        ("constant", [0.5, 1.0, 1.0, 1.0, 1.0, 1.0]),
        ("linear", [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]),
        ("cosine", [0.5, 1.0, 1.0, 0.8535534, 0.5, 0.1464466]),
    ],
)
def test_the_rate_rises_and_falls(schedule: Any, rates: list[float]) -> None:
    options = OptimiserOptions(lr=1.0, warmup=2, schedule=schedule)
    assert [options.rate(step, 6) for step in range(1, 7)] == pytest.approx(rates)
    assert OptimiserOptions(lr=1.0, warmup=0).rate(1, 6) == 1.0


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (OptimiserOptions, {"lr": 0.0}),
        (OptimiserOptions, {"lr": float("nan")}),
        (OptimiserOptions, {"beta2": 1.0}),
        (OptimiserOptions, {"updates": 0}),
        (OptimiserOptions, {"schedule": "step"}),
        (LoopOptions, {"instances": 0}),
        (LoopOptions, {"select": "best"}),
        (SamplingOptions, {"temperature": 0.0}),
        (WeightOptions, {"lora_rank": -1}),
        (WeightOptions, {"dtype": "float16"}),
        (VllmOptions, {"tolerance": 0.0}),
        (VllmOptions, {"stale": -1}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(kind: Any, given: dict[str, Any]) -> None:
    with pytest.raises(SkillevoError, match=next(iter(given))):
        kind(**given)
