"""A causal language model made on the spot, of a few thousand weights, whose words are numbers and a little English."""

from __future__ import annotations

from pathlib import Path

import pytest

NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
transformers = pytest.importorskip("transformers", reason=NEEDED)

from skillevo.envs.base import Call, CallRole  # noqa: E402

WORDS = ["<unk>", "<end>", "10", "30", "50", "70", "90", "find", "take", "the", "apple", "mug", "go", "skill", "0", "1"]
END = 1


def make(folder: Path, *, words: list[str] = WORDS, hidden: int = 16, layers: int = 2, seed: int = 0) -> Path:
    """Write a Llama and a tokenizer that knows these words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    plain = Tokenizer(WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="<unk>", eos_token="<end>")
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=layers,
        num_attention_heads=2, max_position_embeddings=1024, eos_token_id=END, bos_token_id=None,
        tie_word_embeddings=True,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def edit(prompt: tuple[int, ...], completion: tuple[int, ...], logprobs: tuple[float, ...] | None = None) -> Call:
    """A call as an engine would have made it."""
    return Call(CallRole.EDIT, "m", "text", prompt_ids=prompt, completion_ids=completion, logprobs=logprobs)
