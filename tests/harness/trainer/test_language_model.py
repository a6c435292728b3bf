"""The trained model: it scores what was sampled, whatever shares the pass, and writes and reads itself bit by bit."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import pytest

NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
transformers = pytest.importorskip("transformers", reason=NEEDED)
peft = pytest.importorskip("peft", reason=NEEDED)

import tiny_lm  # noqa: E402

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.methods.local_generator import LocalGenerator  # noqa: E402
from skillevo.harness.trainer.language_model import LanguageModel  # noqa: E402
from skillevo.harness.trainer.options import WeightOptions  # noqa: E402

A, B, C = (7, 9, 10), (12, 9, 11, 13, 8), (8,)
CALLS = [
    tiny_lm.edit(*x)
    for x in ((A, (2, 3, 1)), (B, (4,)), (A, (5, 6)), (C, (2, 2, 2, 2, 1)), (A, (7,)), (B, (3, 1)), (A, (2, 3, 1)))
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lm.make(tmp_path_factory.mktemp("lm"))


@pytest.fixture(scope="module")
def adapter(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("adapter")
    torch.manual_seed(1)
    config = peft.LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    peft.get_peft_model(transformers.AutoModelForCausalLM.from_pretrained(folder), config).save_pretrained(home)
    return home


def one_by_one(model: Any, calls: list[Any], temperature: float = 1.0) -> list[list[float]]:
    """Log-probabilities as the library's model gives them, a row at a time."""
    found = []
    for call in calls:
        ids = torch.tensor([[*call.prompt_ids, *call.completion_ids]])
        scores = torch.log_softmax(model(ids).logits[0].detach() / temperature, -1)
        n = len(call.prompt_ids)
        found.append([float(scores[n - 1 + k, t]) for k, t in enumerate(call.completion_ids)])
    return found


def scored(model: LanguageModel, calls: list[Any]) -> list[list[float]]:
    logp_bt, entropy_bt = model.score(calls)
    assert logp_bt.requires_grad and not entropy_bt.requires_grad
    assert bool((entropy_bt >= -1e-6).all())
    return [logp_bt[b, : len(c.completion_ids)].tolist() for b, c in enumerate(calls)]


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("calls", [CALLS, CALLS[1:4], CALLS[4:5], CALLS[3:4], CALLS[:1] * 3], ids=str)
def test_a_row_scores_the_same_whatever_shares_the_pass(folder: Path, calls: list[Any], attention: str) -> None:
    model = LanguageModel(folder, temperature=0.7)
    model.model.set_attn_implementation(attention)
    expected = one_by_one(transformers.AutoModelForCausalLM.from_pretrained(folder), calls, 0.7)
    for row, wanted in zip(scored(model, calls), expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-5)


def test_the_gradient_is_that_of_the_rows_one_by_one(folder: Path) -> None:
    def gradient(batches: list[list[Any]]) -> Any:
        model = LanguageModel(folder)
        for calls in batches:
            logp_bt, _ = model.score(calls)
            sum(logp_bt[b, : len(c.completion_ids)].sum() for b, c in enumerate(calls)).backward()
        return torch.cat([p.grad.flatten() for p in model.parameters()])

    whole, single = gradient([CALLS]), gradient([[c] for c in CALLS])
    assert torch.allclose(whole, single, atol=1e-5 * float(single.abs().max()))


@pytest.mark.parametrize("lora_rank", [0, 4])
def test_recomputing_activations_changes_no_gradient(folder: Path, lora_rank: int) -> None:
    def gradient(recompute: bool) -> Any:
        model = LanguageModel(folder, options=WeightOptions(lora_rank=lora_rank, recompute=recompute))
        with model.training():
            model.score(CALLS)[0].sum().backward()
        return torch.cat([p.grad.flatten() for p in model.parameters()])

    assert float(gradient(False).abs().max()) > 0
    assert torch.allclose(gradient(True), gradient(False), atol=1e-6)


def test_half_the_precision_trains_and_keeps_whole_weights(folder: Path) -> None:
    model = LanguageModel(folder, options=WeightOptions(dtype="bfloat16"))
    logp_bt, _ = model.score(CALLS)
    exact = one_by_one(transformers.AutoModelForCausalLM.from_pretrained(folder), CALLS)
    assert logp_bt.dtype == torch.float32
    assert logp_bt[0, :3].tolist() == pytest.approx(exact[0], abs=0.05) != pytest.approx(exact[0], abs=1e-6)
    logp_bt.sum().backward()
    assert {p.dtype for p in model.parameters()} == {p.grad.dtype for p in model.parameters()} == {torch.float32}
    adapted = LanguageModel(folder, options=WeightOptions(dtype="bfloat16", lora_rank=4))
    adapted.score(CALLS)[0].sum().backward()
    assert {p.dtype for p in adapted.parameters()} == {torch.float32}
    assert torch.bfloat16 in {p.dtype for p in adapted.model.parameters()}


@pytest.mark.parametrize("tokens", [1, 6, 9, 20, 1000])
def test_batches_hold_every_row_once_within_their_size(folder: Path, tokens: int) -> None:
    found = LanguageModel(folder).batches(CALLS, tokens)
    assert sorted(chain.from_iterable(found)) == list(range(len(CALLS)))
    for rows in found:
        groups: dict[Any, int] = {}
        for b in rows:
            groups[CALLS[b].prompt_ids] = groups.get(CALLS[b].prompt_ids, 0) + len(CALLS[b].completion_ids)
        padded = len(groups) * max(len(p) + c for p, c in groups.items())
        assert padded <= tokens or len(rows) == 1
    assert len(found) == 1 or tokens < 1000


def test_the_reference_stays_while_the_weights_move(folder: Path, adapter: Path) -> None:
    base = one_by_one(transformers.AutoModelForCausalLM.from_pretrained(folder), CALLS)
    adapted = one_by_one(
        peft.PeftModel.from_pretrained(transformers.AutoModelForCausalLM.from_pretrained(folder), adapter), CALLS
    )
    for given, options, expected in (
        (None, WeightOptions(), base),
        (None, WeightOptions(lora_rank=2), base),
        (adapter, WeightOptions(), adapted),
    ):
        model = LanguageModel(folder, given, options)
        model.keep_reference()
        trained = len(model.parameters())
        for p in model.parameters():
            p.data += 0.1
        with torch.no_grad(), model.reference():
            logp_bt, _ = model.score(CALLS)
        assert logp_bt[0, :3].tolist() == pytest.approx(expected[0], abs=1e-5)
        assert scored(model, CALLS)[0] != pytest.approx(expected[0], abs=1e-3), "the trained weights are back"
        assert len(model.parameters()) == trained


@pytest.mark.parametrize("lora_rank", [0, 2])
def test_what_is_saved_is_restored_bit_by_bit_and_is_a_generator(folder: Path, lora_rank: int, tmp_path: Path) -> None:
    model = LanguageModel(folder, options=WeightOptions(lora_rank=lora_rank))
    for p in model.parameters():
        p.data += 0.01 * torch.randn(p.shape, generator=torch.Generator().manual_seed(3))
    model.save(tmp_path / "saved")
    other = LanguageModel(folder, options=WeightOptions(lora_rank=lora_rank), seed=9)
    other.restore(tmp_path / "saved")
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))
    loaded = LocalGenerator(folder, tmp_path / "saved") if lora_rank else LocalGenerator(tmp_path / "saved")
    expected = one_by_one(loaded._model, CALLS)
    assert scored(model, CALLS)[3] == pytest.approx(expected[3], abs=1e-5)
    with pytest.raises(SkillevoError, match="does not hold this run's weights"):
        LanguageModel(folder, options=WeightOptions(lora_rank=2 - lora_rank)).restore(tmp_path / "saved")


def test_what_cannot_be_trained_is_one_clear_error(folder: Path, adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(SkillevoError, match="no folder"):
        LanguageModel(tmp_path / "nowhere")
    with pytest.raises(SkillevoError, match="is an adapter"):
        LanguageModel(adapter)
    with pytest.raises(SkillevoError, match="no device"):
        LanguageModel(folder, options=WeightOptions(device="cuda:7"))
    with pytest.raises(SkillevoError, match="no token ids"):
        LanguageModel(folder).score([tiny_lm.edit((), (1,))])
