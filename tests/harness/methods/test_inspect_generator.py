"""Inspect models as generators: what is kept of an answer, and what a provider's failure becomes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from inspect_ai.model import ModelOutput, StopReason

from skillevo.envs.base import Call, SkillevoError
from skillevo.harness.methods.inspect_generator import InspectGenerator


def write(monkeypatch: pytest.MonkeyPatch, answer: Any, decoding: str = "sample") -> tuple[Call, Any]:
    generator = InspectGenerator("mockllm/model", {"temperature": 0.4})
    sent = []

    async def generate(messages: Any, config: Any) -> ModelOutput:
        sent.append(config)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr(generator._model, "generate", generate)
    (call,) = asyncio.run(generator.write(["Improve it."], decoding, [7]))  # type: ignore[arg-type]
    return call, sent[0]


@pytest.mark.parametrize(("reason", "cut"), [("stop", False), ("max_tokens", True), ("model_length", True)])
def test_an_answer_that_was_cut_says_so(monkeypatch: pytest.MonkeyPatch, reason: StopReason, cut: bool) -> None:
    call, config = write(monkeypatch, ModelOutput.from_content("m", "1. Look.", stop_reason=reason))
    assert call.role == "edit" and call.completion == "1. Look." and call.sampling["truncated"] is cut
    assert config.seed == 7 and config.temperature is None, "the model's own temperature holds"


def test_greedy_sends_no_temperature_but_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write(monkeypatch, ModelOutput.from_content("m", "x"), "greedy")[1].temperature == 0.0


def test_nothing_at_all_is_an_empty_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write(monkeypatch, ModelOutput(model="m"))[0].completion == ""


def test_a_failure_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SkillevoError, match=r"mockllm/model, which writes skills, failed \(TimeoutError: too\W+slow\)"):
        write(monkeypatch, TimeoutError("too\nslow"))
