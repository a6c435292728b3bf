"""A local transformers model as a generator, with or without a LoRA adapter. Needs the extra `[train]`.

What a prompt gets depends on the prompt and its seed alone, up to floating point: each has a random
stream of its own (sampling.py). Token ids and log-probabilities are kept as they were drawn, so that nothing is ever
tokenised again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skillevo.envs.base import Call, SkillevoError
from skillevo.harness.methods.generator import FULL, Decoding
from skillevo.harness.methods.sampling import DrawRules, end_tokens, write_texts

MAX_NEW_TOKENS = 1024


class LocalGenerator:
    """Writes skills with a causal language model from a folder.

    Args:
        path: a folder that `from_pretrained` reads; or a LoRA adapter's, which names its base model.
        adapter: a LoRA adapter's folder, put on top of the model in `path`.
        temperature: for decoding `sample`; the log-probabilities kept are those at this temperature.
        max_new_tokens: an answer that reaches it is cut, and said to be (`sampling.truncated`).
        version: optimiser steps behind these weights, for the record.

    Raises:
        SkillevoError: the extra is missing, or the folder holds no model that can be loaded.
    """

    def __init__(
        self,
        path: Path | str,
        adapter: Path | str | None = None,
        *,
        temperature: float = 1.0,
        max_new_tokens: int = MAX_NEW_TOKENS,
        version: int = 0,
    ) -> None:
        if temperature <= 0:
            raise SkillevoError(f"a temperature is above 0, not {temperature}; decoding=greedy draws nothing")
        self._path, self._adapter = Path(path), None if adapter is None else Path(adapter)
        self._temperature = temperature
        self._max_new_tokens = max_new_tokens
        self._version = version
        self._model, self._tokenizer = _load(self._path, self._adapter)

    @property
    def name(self) -> str:
        return f"local/{(self._adapter or self._path).resolve().name}"  # what `best` stands for

    @property
    def prompt_preset(self) -> str:
        return str(getattr(self._model.config, "skillevo_prompt", FULL))

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        ends = end_tokens(self._model, self._tokenizer)
        rules = DrawRules(decoding, self._temperature, self._max_new_tokens, ends)
        calls = write_texts(self._model, self._tokenizer, prompts, seeds, rules, name=self.name, version=self._version)
        await asyncio.sleep(0)  # a signal may come in between
        return calls

    def describe(self) -> Mapping[str, Any]:
        import torch
        import transformers

        return {
            "kind": "transformers",
            "path": str(self._path),
            "adapter": None if self._adapter is None else str(self._adapter),
            "temperature": self._temperature,
            "max_new_tokens": self._max_new_tokens,
            "policy_version": self._version,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        }


def _load(path: Path, adapter: Path | None) -> tuple[Any, Any]:
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging
    except ImportError as e:
        raise SkillevoError(f'a local generator needs the extra [train]: pip install "skillevo[train]" ({e})') from None
    if not path.is_dir():
        raise SkillevoError(f"{path} is no folder with a model in it")
    logging.disable_progress_bar()  # ours is the one to look at
    device = "cuda" if torch.cuda.is_available() else "cpu"
    alone = (path / "adapter_config.json").exists()
    try:
        if alone:
            from peft import AutoPeftModelForCausalLM

            model = AutoPeftModelForCausalLM.from_pretrained(path)
        else:
            model = AutoModelForCausalLM.from_pretrained(path, local_files_only=True, dtype="auto")
        if adapter is not None:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter))
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    except Exception as e:  # transformers and peft raise OSError, ValueError, KeyError and errors of safetensors
        raise SkillevoError(f"{path} cannot be loaded as a causal language model: {' '.join(str(e).split())}") from e
    return model.to(device).eval(), tokenizer
