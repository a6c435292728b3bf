"""The generator while it is trained: writes skills with the weights as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from time import perf_counter
from typing import Any

from skillevo.envs.base import Call
from skillevo.harness.methods.generator import Decoding
from skillevo.harness.methods.sampling import DrawRules, end_tokens, write_texts
from skillevo.harness.trainer.language_model import LanguageModel
from skillevo.harness.trainer.options import SamplingOptions


class LiveGenerator:
    """Writes with a model that is being trained.

    Attributes:
        version: optimiser steps behind the weights.
        seconds: spent writing.
    """

    def __init__(self, model: LanguageModel, options: SamplingOptions) -> None:
        self._model = model
        self._options = options
        self._ends = end_tokens(model.model, model.tokenizer)
        self.version = 0
        self.seconds = 0.0

    @property
    def name(self) -> str:
        return f"local/{self._model.name}"

    @property
    def prompt_preset(self) -> str:
        return self._model.prompt_preset

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        started = perf_counter()
        o = self._options
        rules = DrawRules(decoding, o.temperature, o.max_new_tokens, self._ends, o.tokens_at_once)
        with self._model.writing() as model:
            calls = write_texts(
                model, self._model.tokenizer, prompts, seeds, rules, name=self.name, version=self.version
            )
        self.seconds += perf_counter() - started
        return calls

    def renew(self, version: int) -> Mapping[str, float]:
        """The weights are those that are trained: there is nothing to bring over."""
        self.version = version
        return {}

    def describe(self) -> Mapping[str, Any]:
        import torch
        import transformers

        return {
            "kind": "transformers, trained in this run",
            "path": str(self._model.path),
            "adapter": None if self._model.adapter is None else str(self._model.adapter),
            "digest": self._model.digest(),
            **asdict(self._options),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        }
