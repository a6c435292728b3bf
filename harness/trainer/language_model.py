"""A causal language model whose weights are trained: what scores texts, and writes itself to a folder.

Nothing is tokenised here: the token ids are those that were sampled.

Shapes: b rows, t completion tokens; g, k, v as in packing.py.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from skillevo.envs.base import Call, SkillevoError
from skillevo.harness.methods.generator import FULL
from skillevo.harness.trainer.options import WeightOptions
from skillevo.harness.trainer.packing import group, pack

ADAPTER = "adapter_config.json"
_REFERENCE = "reference"


class LanguageModel:
    """A transformers model and its tokenizer, ready to be trained, and the weights that it came with as a reference.

    Args:
        path: a folder that `from_pretrained` reads.
        adapter: a LoRA adapter's folder, trained further; `lora_rank` then holds for nothing.
        options: which weights, in what precision.
        temperature: of the distribution that texts were, and will be, drawn from.
        seed: of new adapters.

    Raises:
        SkillevoError: the folder holds no such model, or the device does not exist.
    """

    def __init__(
        self,
        path: Path | str,
        adapter: Path | str | None = None,
        options: WeightOptions | None = None,
        *,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> None:
        self.path, self.adapter = Path(path), None if adapter is None else Path(adapter)
        self.options = options = options or WeightOptions()
        self.temperature = temperature
        self.device = _device(options.device)
        narrow = options.dtype == "bfloat16" or (options.dtype == "auto" and self.device.type == "cuda")
        self._dtype = torch.bfloat16 if narrow else torch.float32
        self.uses_lora = options.lora_rank > 0 or adapter is not None
        base, self.tokenizer = _load(self.path, self._dtype if self.uses_lora else torch.float32)
        if options.recompute:
            base.gradient_checkpointing_enable()
            base.enable_input_require_grads()
        self.model = self._with_adapter(base, seed) if self.uses_lora else base
        self.model.to(self.device)
        self._copy: Any = None

    @property
    def name(self) -> str:
        return (self.adapter or self.path).name

    @property
    def prompt_preset(self) -> str:
        """The prompt that it is asked with, where its config.json names one."""
        return str(getattr(self.model.config, "skillevo_prompt", FULL))

    def parameters(self) -> list[torch.nn.Parameter]:
        """What is trained."""
        return [p for p in self.model.parameters() if p.requires_grad]

    def batches(self, calls: Sequence[Call], tokens: int) -> list[list[int]]:
        """Rows that pass through together, those of one prompt first of all; at most so many padded tokens."""
        found: list[list[int]] = []
        wide, high = 0, 0
        parts = [part for rows in group([c.prompt_ids or () for c in calls]) for part in _parts(rows, calls, tokens)]
        for part in sorted(parts, key=lambda rows: _width(rows, calls)):
            wide = max(wide, _width(part, calls))
            if found and wide * (high + 1) <= tokens:
                found[-1] += part
                high += 1
            else:
                found.append(list(part))
                wide, high = _width(part, calls), 1
        return found

    def score(self, calls: Sequence[Call], temperature: float | None = None) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the completions' tokens, with gradient, and each position's entropy, without.

        Args:
            temperature: of the distribution; None for the one that texts are drawn from.

        Returns:
            Both (B, T), right-padded to the longest completion.
        """
        prompts, completions = [c.prompt_ids or () for c in calls], [c.completion_ids or () for c in calls]
        if not all(prompts) or not all(completions):
            raise SkillevoError(
                "a row has no token ids: what is trained on must be sampled by an engine that gives them"
            )
        packed = pack(prompts, completions, self.device)
        mask = packed.mask
        with self._precision():
            logits_gkv = self.model(
                input_ids=packed.ids_gs,
                attention_mask=mask.to(self._dtype) if mask is not None and mask.dim() == 4 else mask,
                position_ids=packed.positions_gs,
                use_cache=False,
                logits_to_keep=packed.keep,
            ).logits
        return packed.logprobs(logits_gkv, self.temperature if temperature is None else temperature)

    @contextmanager
    def reference(self) -> Iterator[None]:
        """Inside, `score` uses the weights as they came: the adapter is off, or a frozen copy stands in."""
        if self.uses_lora and self.adapter is None:
            with self.model.disable_adapter():
                yield
            return
        if self.uses_lora:
            trained = {n for n, q in self.model.named_parameters() if q.requires_grad}
            self.model.set_adapter(_REFERENCE)
            try:
                yield
            finally:
                self.model.set_adapter("default")
                for n, q in self.model.named_parameters():
                    q.requires_grad_(n in trained)
            return
        if self._copy is None:
            raise SkillevoError("freeze the reference before the first step: `keep_reference()`")
        self.model, self._copy = self._copy, self.model
        try:
            yield
        finally:
            self.model, self._copy = self._copy, self.model

    def keep_reference(self) -> None:
        """Take the weights as they are for the reference. With adapters there is nothing to copy."""
        if not self.uses_lora:
            self._copy = copy.deepcopy(self.model).requires_grad_(False).eval()

    @contextmanager
    def training(self) -> Iterator[None]:
        """Dropout and the like are on inside; outside, the model writes and is scored as it will be used."""
        self.model.train()
        try:
            yield
        finally:
            self.model.eval()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """The model for sampling, in the precision that it is trained in."""
        self.model.eval()
        with self._precision():
            yield self.model

    def save(self, folder: Path) -> None:
        """Write the model (or its adapter alone) and the tokenizer, so that `from_pretrained` reads the folder."""
        chosen: dict[str, Any] = {"selected_adapters": ["default"]} if self.uses_lora else {}
        self.model.save_pretrained(folder, **chosen)
        self.tokenizer.save_pretrained(folder)

    def restore(self, folder: Path) -> None:
        """Take over the weights of a folder that `save` wrote, bit by bit.

        Raises:
            SkillevoError: they are not this model's.
        """
        from safetensors.torch import load_file

        try:
            if self.uses_lora:
                from peft import set_peft_model_state_dict

                found = set_peft_model_state_dict(self.model, load_file(folder / "adapter_model.safetensors"))
                unknown = list(found.unexpected_keys)
            else:
                missing, unknown = self.model.load_state_dict(_weights(folder), strict=False)
                unknown += [m for m in missing if m not in (self.model._tied_weights_keys or ())]
        except (OSError, RuntimeError) as e:
            raise SkillevoError(f"{folder} does not hold this run's weights: {' '.join(str(e).split())}") from e
        if unknown:
            raise SkillevoError(f"{folder} does not hold this run's weights: {unknown[0]} differs")

    def digest(self) -> str:
        """16 hex digits of the weights that training starts from, for the run's record."""
        h = hashlib.sha256()
        for folder in (self.path, self.adapter):
            for file in sorted(folder.glob("*.safetensors")) if folder is not None else ():
                with file.open("rb") as f:
                    h.update(hashlib.file_digest(f, "sha256").digest())
        return h.hexdigest()[:16]

    def _precision(self) -> Any:
        if self._dtype is torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self._dtype)

    def _with_adapter(self, base: Any, seed: int) -> Any:
        from peft import LoraConfig, PeftModel, get_peft_model

        if self.adapter is None:
            with torch.random.fork_rng():
                torch.manual_seed(seed)
                config = LoraConfig(
                    r=self.options.lora_rank,
                    lora_alpha=self.options.lora_alpha,
                    target_modules="all-linear",
                    task_type="CAUSAL_LM",
                )
                return get_peft_model(base, config)
        model = PeftModel.from_pretrained(base, str(self.adapter), is_trainable=True)
        model.load_adapter(str(self.adapter), adapter_name=_REFERENCE, is_trainable=False)
        model.set_adapter("default")
        return model


def _width(rows: Sequence[int], calls: Sequence[Call]) -> int:
    """Columns that the rows of one prompt take."""
    return len(calls[rows[0]].prompt_ids or ()) + sum(len(calls[b].completion_ids or ()) for b in rows)


def _parts(rows: list[int], calls: Sequence[Call], tokens: int) -> list[list[int]]:
    """The rows of one prompt, in parts that fit; a single row is a part, whatever its size."""
    parts: list[list[int]] = []
    for b in rows:
        if parts and _width([*parts[-1], b], calls) <= tokens:
            parts[-1].append(b)
        else:
            parts.append([b])
    return parts


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as e:
        raise SkillevoError(f"there is no device {name!r}: {str(e).splitlines()[0]}") from None
    return device


def _load(path: Path, dtype: torch.dtype) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # ours is the one to look at
    if not path.is_dir():
        raise SkillevoError(f"{path} is no folder with a model in it")
    if (path / ADAPTER).exists():
        raise SkillevoError(f"{path} is an adapter: name its base model, too, as BASE+{path.name}")
    try:
        model = AutoModelForCausalLM.from_pretrained(path, local_files_only=True, dtype=dtype)
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    except Exception as e:  # transformers raises OSError, ValueError, KeyError and errors of safetensors
        raise SkillevoError(f"{path} cannot be loaded as a causal language model: {' '.join(str(e).split())}") from e
    if broken := [name for name, weight in model.named_parameters() if not weight.isfinite().all()]:
        raise SkillevoError(
            f"{path} is damaged: {broken[0]} holds values that are no numbers (so do {len(broken) - 1} more)"
        )
    return model.eval(), tokenizer


def _weights(folder: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    found: dict[str, Tensor] = {}
    for file in sorted(folder.glob("*.safetensors")):
        found |= load_file(file)
    return found
