"""The writer's cold start: a byte-level tokenizer and a small Llama, taught by a poor teacher. Needs `[train]`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from skillevo.harness.methods.compact_prompt import NAME as ALFWORLD
from skillevo.harness.pocket.lessons import Lesson

END = "<end>"
_PIECES = r" ?[A-Za-z]+|[0-9]|\n| ?[^ \nA-Za-z0-9]+| "
"""What a text is cut into before bytes are merged: words, digits, line ends, runs of everything else."""


@dataclass(frozen=True, slots=True)
class WriterConfig:
    """The writer's size, and how it is taught.

    Attributes:
        games: games or goals, each with a lesson or several.
        preset: of the prompts that it is taught with and asked with.
    """

    games: int = 12_000
    vocabulary: int = 1280
    width: int = 128
    layers: int = 4
    heads: int = 4
    inner: int = 320
    longest: int = 1024
    epochs: float = 1.0
    batch: int = 16
    learning_rate: float = 2e-3
    warmup: int = 50
    preset: str = ALFWORLD


def make_tokenizer(texts: Sequence[str], config: WriterConfig) -> Any:
    """A byte-level BPE tokenizer that covers any text, as transformers has it."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=config.vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=END, pad_token=END, clean_up_tokenization_spaces=False
    )


def make_model(vocabulary: int, config: WriterConfig, seed: int) -> Any:
    """A new Llama of the pocket size. Its config names the prompt preset that it is to be asked with."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    shape = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=config.width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.heads,
        intermediate_size=config.inner,
        max_position_embeddings=config.longest,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=0,
        skillevo_prompt=config.preset,
    )
    return LlamaForCausalLM(shape)


def teach(
    model: Any,
    tokenizer: Any,
    lessons: Sequence[Lesson],
    config: WriterConfig,
    seed: int,
    *,
    tell: Callable[[int, int, float], None] | None = None,
) -> None:
    """Supervised learning of the answers, given the prompts."""
    pairs = [
        (p, a)
        for p, a in zip(
            tokenizer([x.prompt for x in lessons])["input_ids"],
            [[*a, 0] for a in tokenizer([x.answer for x in lessons])["input_ids"]],
            strict=True,
        )
        if len(p) + len(a) <= config.longest
    ]
    rng = random.Random(f"lessons' order/{seed}")
    batches = _batches(pairs, config, rng)
    optimiser = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=0.05, betas=(0.9, 0.98))
    model.train()
    lost, told = 0.0, 0
    for step, batch in enumerate(batches):
        rate = min((step + 1) / config.warmup, 0.5 * (1 + math.cos(math.pi * step / len(batches))) + 0.02)
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
        loss = answer_loss(model, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        lost, told = lost + loss.item(), told + 1
        if tell is not None and ((step + 1) % 50 == 0 or step + 1 == len(batches)):
            tell(step + 1, len(batches), lost / told)
            lost, told = 0.0, 0
    model.eval()


def answer_loss(model: Any, batch: Sequence[tuple[list[int], list[int]]]) -> torch.Tensor:
    """Mean negative log-likelihood of the answers' tokens."""
    longest = max(len(p) + len(a) for p, a in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    wanted = torch.full((len(batch), longest), -100)
    for row, (p, a) in enumerate(batch):
        ids[row, : len(p) + len(a)] = torch.tensor([*p, *a])
        wanted[row, len(p) : len(p) + len(a)] = torch.tensor(a)
    # Padding stands on the right: no token of a text can see it.
    states = model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    asked = wanted[:, 1:] >= 0
    return F.cross_entropy(model.lm_head(states[asked]), wanted[:, 1:][asked])


def _batches(
    pairs: Sequence[tuple[list[int], list[int]]], config: WriterConfig, rng: random.Random
) -> list[list[tuple[list[int], list[int]]]]:
    """Batches of about equal lengths, in random order."""
    found = []
    for epoch in range(math.ceil(config.epochs)):
        share = min(1.0, config.epochs - epoch)
        order = rng.sample(range(len(pairs)), int(len(pairs) * share))
        for start in range(0, len(order), 50 * config.batch):
            near = sorted(order[start : start + 50 * config.batch], key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
            chunk = [near[i : i + config.batch] for i in range(0, len(near), config.batch)]
            rng.shuffle(chunk)
            found += [[pairs[i] for i in rows] for rows in chunk]
    return found


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write the folder that transformers, and the numpy writer, read.

    Weights are rounded to 16 bits and stored in 32: every engine computes with the same ones, in the precision that it
    trains in, and the file packs to half its size.
    """
    import copy

    from transformers.utils import logging

    logging.disable_progress_bar()
    copy.deepcopy(model).to(torch.float16).to(torch.float32).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
