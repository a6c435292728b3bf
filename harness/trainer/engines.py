"""Who samples while a generator is trained: this process, or a vLLM server beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from skillevo.envs.base import Call, SkillevoError
from skillevo.harness.methods.sampling import encode
from skillevo.harness.methods.together import Together
from skillevo.harness.trainer.language_model import LanguageModel
from skillevo.harness.trainer.live_generator import LiveGenerator
from skillevo.harness.trainer.loop import Engine
from skillevo.harness.trainer.options import SamplingOptions
from skillevo.harness.trainer.vllm import Trainer, VllmEngine, VllmOptions


def make_engine(
    model: LanguageModel, sampling: SamplingOptions, vllm: VllmOptions, home: Path
) -> tuple[Engine, Together]:
    """The engine that the options name, and the same one as methods call it.

    Args:
        home: where adapters for a server are written.

    Raises:
        SkillevoError: a server is named, and there are no adapters that it could follow.
    """
    if not vllm.url:
        live = LiveGenerator(model, sampling)
        return live, Together(live)
    if not model.uses_lora:
        raise SkillevoError("a vLLM server follows the weights by LoRA adapters: set -T lora_rank=32")
    served = VllmEngine(
        _trainer(model), vllm, home, temperature=sampling.temperature, max_new_tokens=sampling.max_new_tokens
    )
    return served, Together(served, wait=False)


def _trainer(model: LanguageModel) -> Trainer:
    def score(calls: Sequence[Call]) -> list[list[float]]:
        with torch.no_grad():
            logp_bt, _ = model.score(calls, temperature=1.0)
        return [logp_bt[b, : len(c.completion_ids or ())].tolist() for b, c in enumerate(calls)]

    return Trainer(
        encode=lambda text: encode(model.tokenizer, text),
        decode=lambda ids: str(model.tokenizer.decode(ids, skip_special_tokens=True)),
        score=score,
        save=model.save,
        prompt_preset=model.prompt_preset,
    )
