"""A local transformers model as a generator, with or without a LoRA adapter. Needs the extra `[train]`.

What a prompt gets depends on the prompt and its seed alone: each is written by itself, with a random
stream of its own. Token ids and log-probabilities are kept as they were drawn, so that nothing is ever
tokenised again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skillevo.envs.base import Call, CallRole, SkillevoError
from skillevo.harness.methods.generator import Decoding

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
        return f"local/{(self._adapter or self._path).name}"

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        calls = []
        for prompt, seed in zip(prompts, seeds, strict=True):
            calls.append(self._write(prompt, decoding, seed))
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

    def encode(self, prompt: str) -> list[int]:
        """A prompt's token ids: as a user's message where the tokenizer has a chat template."""
        if getattr(self._tokenizer, "chat_template", None):
            chat = [{"role": "user", "content": prompt}]
            ids = self._tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True)["input_ids"]
        else:
            ids = self._tokenizer(prompt)["input_ids"]
        return [int(i) for i in ids]

    def _write(self, prompt: str, decoding: Decoding, seed: int) -> Call:
        prompt_ids = self.encode(prompt)
        room = self._room(len(prompt_ids))
        ids, logprobs, ended = self._draw(prompt_ids, room, decoding, seed)
        return Call(
            role=CallRole.EDIT,
            model=self.name,
            completion=self._tokenizer.decode(ids, skip_special_tokens=True),
            prompt=prompt,
            prompt_ids=tuple(prompt_ids),
            completion_ids=tuple(ids),
            logprobs=tuple(logprobs),
            policy_version=self._version,
            sampling={"decoding": decoding, "temperature": self._temperature, "seed": seed, "truncated": not ended},
            input_tokens=len(prompt_ids),
            output_tokens=len(ids),
            cost=0.0,
        )

    def _room(self, prompt: int) -> int:
        longest = getattr(self._model.config, "max_position_embeddings", None)
        room = self._max_new_tokens if longest is None else min(self._max_new_tokens, longest - prompt)
        if room < 1:
            raise SkillevoError(
                f"the prompt takes {prompt:,} tokens and {self.name} reads {longest:,}: lower -T history_tokens"
            )
        return room

    def _draw(
        self, prompt_ids: list[int], room: int, decoding: Decoding, seed: int
    ) -> tuple[list[int], list[float], bool]:
        """Token by token, the end token included; whether the text came to its end."""
        import torch

        device = self._model.device
        stream = torch.Generator().manual_seed(seed)
        ends = _end_tokens(self._model, self._tokenizer)
        ids: list[int] = []
        logprobs: list[float] = []
        step, past = torch.tensor([prompt_ids], device=device), None
        with torch.inference_mode():
            for _ in range(room):
                out = self._model(input_ids=step, past_key_values=past, use_cache=True)
                past = out.past_key_values
                scores = torch.log_softmax(out.logits[0, -1].float().cpu() / self._temperature, dim=-1)
                drawn = (
                    scores.argmax() if decoding == "greedy" else torch.multinomial(scores.exp(), 1, generator=stream)
                )
                token = int(drawn)
                ids.append(token)
                logprobs.append(float(scores[token]))
                if token in ends:
                    return ids, logprobs, True
                step = torch.tensor([[token]], device=device)
        return ids, logprobs, False


def _load(path: Path, adapter: Path | None) -> tuple[Any, Any]:
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as e:
        raise SkillevoError(f'a local generator needs the extra [train]: pip install "skillevo[train]" ({e})') from None
    if not path.is_dir():
        raise SkillevoError(f"{path} is no folder with a model in it")
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


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    given = getattr(model.generation_config, "eos_token_id", None)
    listed = given if isinstance(given, list) else [given]
    return frozenset(int(t) for t in (*listed, tokenizer.eos_token_id) if t is not None)
