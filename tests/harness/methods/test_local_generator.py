"""A tiny model made on the spot, as a generator: tokens, log-probabilities, seeds, errors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
transformers = pytest.importorskip("transformers", reason=NEEDED)

from skillevo.envs.base import Call, SkillevoError  # noqa: E402
from skillevo.harness.methods.local_generator import LocalGenerator  # noqa: E402

WORDS = ["<unk>", "<end>", "find", "take", "the", "apple", "mug", "go", "to", "fridge", "1", "2", "."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    home = tmp_path_factory.mktemp("model")
    plain = Tokenizer(WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
    plain.pre_tokenizer = Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="<unk>", eos_token="<end>")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(home)
    tokenizer.save_pretrained(home)
    return home


def write(
    generator: LocalGenerator, prompts: list[str], decoding: str = "sample", seeds: list[int] | None = None
) -> list[Call]:
    return list(asyncio.run(generator.write(prompts, decoding, seeds or list(range(len(prompts))))))  # type: ignore[arg-type]


def test_what_is_kept_is_what_was_drawn(folder: Path) -> None:
    generator = LocalGenerator(folder, temperature=0.7, max_new_tokens=12, version=3)
    (call,) = write(generator, ["find the apple"])
    assert call.prompt_ids is not None and call.completion_ids is not None and call.logprobs is not None
    assert 1 <= len(call.completion_ids) == len(call.logprobs) == call.output_tokens <= 12
    assert call.policy_version == 3 and call.role == "edit" and call.cost == 0.0
    ids = torch.tensor([[*call.prompt_ids, *call.completion_ids]])
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    scores = torch.log_softmax(model(ids).logits[0].detach().float() / 0.7, dim=-1)
    n = len(call.prompt_ids)
    expected = [float(scores[n - 1 + k, t]) for k, t in enumerate(call.completion_ids)]
    assert call.logprobs == pytest.approx(expected, abs=1e-4), "as a trainer computes them in one pass"


def test_a_prompts_answer_does_not_depend_on_its_company(folder: Path) -> None:
    generator = LocalGenerator(folder, max_new_tokens=12)
    alone = write(generator, ["find the apple"], seeds=[5])
    among = write(generator, ["take the mug", "find the apple", "go"], seeds=[1, 5, 2])
    assert among[1].completion_ids == alone[0].completion_ids
    assert among[1].logprobs == pytest.approx(alone[0].logprobs, abs=1e-5)
    assert write(generator, ["find the apple"], seeds=[6])[0].completion_ids != alone[0].completion_ids


def test_greedy_takes_the_likeliest_and_no_seed_changes_it(folder: Path) -> None:
    generator = LocalGenerator(folder, max_new_tokens=8)
    first, second = write(generator, ["take the mug"] * 2, "greedy", [1, 2])
    assert first.completion_ids == second.completion_ids
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    assert first.completion_ids is not None
    assert int(model(torch.tensor([first.prompt_ids])).logits[0, -1].argmax()) == first.completion_ids[0]


def test_a_cut_answer_is_said_to_be_cut(folder: Path) -> None:
    calls = write(LocalGenerator(folder, max_new_tokens=2), ["find"] * 8)
    for call in calls:
        assert call.completion_ids is not None
        assert call.sampling["truncated"] == (call.completion_ids[-1] != 1)
    assert any(c.sampling["truncated"] for c in calls)


def test_an_adapter_changes_what_is_written_and_is_named(folder: Path, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft", reason=NEEDED)
    base = transformers.AutoModelForCausalLM.from_pretrained(folder)
    torch.manual_seed(1)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj", "o_proj"], init_lora_weights=False)
    peft.get_peft_model(base, config).save_pretrained(tmp_path / "adapter-v7")
    plain = write(LocalGenerator(folder, max_new_tokens=16), ["find the apple"], seeds=[3])[0]
    adapted = LocalGenerator(folder, tmp_path / "adapter-v7", max_new_tokens=16)
    assert adapted.name == "local/adapter-v7"
    assert write(adapted, ["find the apple"], seeds=[3])[0].logprobs != plain.logprobs


def test_a_prompt_beyond_the_models_reach_is_one_clear_error(folder: Path) -> None:
    with pytest.raises(SkillevoError, match="history_tokens"):
        write(LocalGenerator(folder), ["find " * 100])


def test_what_is_no_model_is_one_clear_error(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(SkillevoError, match="no folder"):
        LocalGenerator(tmp_path / "nowhere")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SkillevoError, match="cannot be loaded"):
        LocalGenerator(tmp_path)
    with pytest.raises(SkillevoError, match="above 0"):
        LocalGenerator(folder, temperature=0)
