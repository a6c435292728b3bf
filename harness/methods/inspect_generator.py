"""Any Inspect model as a generator (inference only)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.harness.methods.generator import Decoding
from skillevo.harness.policies.inspect_calls import Price, record_call
from skillevo.harness.policies.inspect_connect import apart, connect

MAX_TOKENS = 2048
"""Room for a skill, where the options do not say otherwise."""


class InspectGenerator:
    """Writes skills with an Inspect model string; one request per prompt.

    Args:
        config: Inspect's generation options; `temperature` holds for decoding `sample`, `greedy` sends 0.

    Raises:
        SkillevoError: the model cannot be used.
    """

    def __init__(self, model: str, config: Mapping[str, Any] | None = None, price: Price | None = None) -> None:
        self._given = {"max_tokens": MAX_TOKENS, **(config or {})}
        self._model = connect(model, self._given)
        self._price = price

    @property
    def name(self) -> str:
        return str(self._model)

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        return await asyncio.gather(*(apart(self._write(p, decoding, s)) for p, s in zip(prompts, seeds, strict=True)))

    async def _write(self, prompt: str, decoding: Decoding, seed: int) -> Call:
        from inspect_ai.model import ChatMessageUser, GenerateConfig

        config = GenerateConfig(seed=seed, temperature=0.0 if decoding == "greedy" else None)
        messages = [ChatMessageUser(content=prompt)]
        try:
            output = await self._model.generate([*messages], config=config)
        except Exception as e:  # whatever a provider raises once Inspect has given up on it
            said = " ".join(str(e).split())
            raise SkillevoError(f"{self.name}, which writes skills, failed ({type(e).__name__}: {said})") from e
        call = record_call(output, messages, self.name, self._price)
        cut = not output.empty and output.stop_reason in ("max_tokens", "model_length")
        return replace(call, role=CallRole.EDIT, sampling={**call.sampling, "truncated": cut})

    def describe(self) -> Mapping[str, Any]:
        return {"kind": "inspect", "config": dict(self._given)}
