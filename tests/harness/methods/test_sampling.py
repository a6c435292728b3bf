"""Texts drawn in a batch are those that a slow loop draws one by one."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "trainer"))  # tiny_lm.py
NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
transformers = pytest.importorskip("transformers", reason=NEEDED)

import tiny_lm  # noqa: E402

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.methods.sampling import Drawn, DrawRules, draw  # noqa: E402

PROMPTS = [(7, 9, 10), (8,), (7, 9, 10), (12, 9, 11, 13, 8, 7, 7), (7, 9, 10), (8, 9)]
SEEDS = [5, 6, 7, 8, 9, 10]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tiny_lm.make(tmp_path_factory.mktemp("lm"))
    return transformers.AutoModelForCausalLM.from_pretrained(folder).eval()


def rules(**more: Any) -> DrawRules:
    return DrawRules(**{"decoding": "sample", "temperature": 0.8, "max_new_tokens": 20,
                        "ends": frozenset({tiny_lm.END}), **more})  # fmt: skip


def slow(model: Any, prompt: tuple[int, ...], seed: int, r: DrawRules) -> Drawn:
    """One text, the whole of it read again for every token."""
    chances = torch.rand(r.max_new_tokens, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ids: list[int] = []
    logprobs = []
    for chance in chances:
        with torch.no_grad():
            scores = torch.log_softmax(model(torch.tensor([[*prompt, *ids]])).logits[0, -1] / r.temperature, -1)
        sums = list(itertools.accumulate(scores.double().exp().tolist()))
        sampled = next(t for t, s in enumerate(sums) if s > float(chance) * sums[-1])
        ids.append(int(scores.argmax()) if r.decoding == "greedy" else sampled)
        logprobs.append(float(scores[ids[-1]]))
        if ids[-1] in r.ends:
            return Drawn(tuple(ids), tuple(logprobs), True)
    return Drawn(tuple(ids), tuple(logprobs), False)


@pytest.mark.parametrize("decoding", ["sample", "greedy"])
@pytest.mark.parametrize("tokens_at_once", [1, 60, 10_000])
def test_a_batch_draws_what_a_slow_loop_draws(model: Any, decoding: str, tokens_at_once: int) -> None:
    r = rules(decoding=decoding, tokens_at_once=tokens_at_once)
    found = draw(model, PROMPTS, SEEDS, r)
    assert len({d.ids for d in found}) > 2, "the texts differ, so that a mixed-up order would be seen"
    for drawn, prompt, seed in zip(found, PROMPTS, SEEDS, strict=True):
        expected = slow(model, prompt, seed, r)
        assert (drawn.ids, drawn.ended) == (expected.ids, expected.ended)
        assert drawn.logprobs == pytest.approx(expected.logprobs, abs=1e-5)


def test_texts_follow_the_models_distribution(model: Any) -> None:
    n = 4000
    found = draw(model, [(7, 9, 10)] * n, list(range(n)), rules(max_new_tokens=1, temperature=0.5))
    with torch.no_grad():
        expected = torch.softmax(model(torch.tensor([[7, 9, 10]])).logits[0, -1] / 0.5, -1)
    counts = torch.bincount(torch.tensor([d.ids[0] for d in found]), minlength=len(expected))
    deviation = (counts / n - expected).abs() / (expected * (1 - expected) / n).sqrt()
    assert float(deviation.max()) < 4


def test_what_is_cut_is_said_to_be_cut_and_an_end_is_kept(model: Any) -> None:
    found = draw(model, [(8,)] * 64, list(range(64)), rules(max_new_tokens=6))
    assert all(d.ended == (d.ids[-1] == tiny_lm.END) for d in found)
    assert all(len(d.ids) == len(d.logprobs) <= 6 and (d.ended or len(d.ids) == 6) for d in found)
    assert {d.ended for d in found} == {True, False}


def test_a_prompt_beyond_the_models_reach_is_one_clear_error(model: Any) -> None:
    assert len(draw(model, [(7,) * 1020], [0], rules(ends=frozenset()))[0].ids) == 4, "what is left of its reach"
    with pytest.raises(SkillevoError, match="history_tokens"):
        draw(model, [(7,) * 1024], [0], rules())
