"""The cold start: it lowers the likelihood's loss, chooses weights by pairs it does not see, and resumes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
pytest.importorskip("transformers", reason=NEEDED)

import tiny_lm  # noqa: E402

from skillevo.envs.base import DataError, SkillevoError  # noqa: E402
from skillevo.harness.methods.local_generator import LocalGenerator  # noqa: E402
from skillevo.harness.trainer.language_model import LanguageModel  # noqa: E402
from skillevo.harness.trainer.options import OptimiserOptions  # noqa: E402
from skillevo.harness.trainer.sft import Pair, Sft, SftOptions, read_pairs, split_pairs  # noqa: E402

OBJECTS, NUMBERS = ("apple", "mug"), ("10", "30", "50", "70", "90")
PAIRS = [Pair(f"find the {thing} {n}", f"take {n} the {thing}") for thing in OBJECTS for n in NUMBERS]
SLOW = OptimiserOptions(lr=0.02, warmup=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lm.make(tmp_path_factory.mktemp("lm"), hidden=32)


def sft(folder: Path, home: Path, steps: int = 60, held_out: list[Pair] | None = None, **more: Any) -> Sft:
    options = SftOptions(steps=steps, pairs=5, validate_every=10, **more)
    found = Sft(LanguageModel(folder), PAIRS, PAIRS[:2] if held_out is None else held_out, options, SLOW, home)
    found.run()
    return found


def test_what_it_was_shown_it_writes(folder: Path, tmp_path: Path) -> None:
    options = SftOptions(steps=200, pairs=10, validate_every=20)
    optimiser = OptimiserOptions(lr=0.01, warmup=5, schedule="linear")
    done = Sft(LanguageModel(folder), PAIRS, PAIRS[:2], options, optimiser, tmp_path)
    done.run()
    losses = [loss for _, loss in done.progress.losses]
    assert losses[-1] < 0.1 < losses[0]
    writer = LocalGenerator(tmp_path / "checkpoints" / "best", max_new_tokens=8)
    calls = asyncio.run(writer.write([p.prompt for p in PAIRS], "greedy", [0] * len(PAIRS)))
    assert [c.completion for c in calls] == [p.completion for p in PAIRS]
    assert not any(c.sampling["truncated"] for c in calls), "it learned to end, too"


def test_its_gradient_is_that_of_the_mean_loss_over_tokens(folder: Path, tmp_path: Path) -> None:
    optimiser = OptimiserOptions(lr=1, eps=1, warmup=0, grad_clip=100)
    done = Sft(LanguageModel(folder), PAIRS[:5], [], SftOptions(steps=1, pairs=5), optimiser, tmp_path)
    before = [p.detach().clone() for p in done.model.parameters()]
    calls = [row.call for row in done._rows]
    logp_bt, _ = done.model.score(calls)
    lengths = [len(c.completion_ids or ()) for c in calls]
    loss = -sum(logp_bt[b, :n].sum() for b, n in enumerate(lengths)) / sum(lengths)
    expected = torch.autograd.grad(loss, done.model.parameters())
    done.run()
    for p, old, g in zip(done.model.parameters(), before, expected, strict=True):
        assert torch.allclose(old - p, g / (g.abs() + 1), atol=1e-6), "the first step of Adam with eps = 1"
    row = json.loads((tmp_path / "metrics.jsonl").read_text())
    assert row["nll"] == pytest.approx(loss.item(), rel=1e-5)


def test_the_best_weights_are_kept_when_it_overfits(folder: Path, tmp_path: Path) -> None:
    """What is held out contradicts what is learned: its loss falls at first, while the form is learned, then rises."""
    against = [Pair("find the apple 10", "take 90 the mug"), Pair("find the mug 90", "take 10 the apple")]
    done = sft(folder, tmp_path, 120, against, patience=2)
    best = done.progress.best
    assert best is not None and best[0] < done.progress.step < 120 and "no lower loss" in done.progress.stopped_by
    assert done.loss(done._held_out) == pytest.approx(best[1], rel=1e-4), "the model has them"


def test_resumed_is_bit_for_bit_unbroken(folder: Path, tmp_path: Path) -> None:
    whole = sft(folder, tmp_path / "whole", 30)
    broken = Sft(LanguageModel(folder), PAIRS, PAIRS[:2], SftOptions(steps=30, pairs=5, validate_every=10), SLOW,
                 tmp_path / "broken", on_step=lambda row: 1 / (row["step"] - 15))  # fmt: skip
    with pytest.raises(ZeroDivisionError):
        broken.run()
    resumed = sft(folder, tmp_path / "broken", 30)
    assert all(torch.equal(a, b) for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True))
    lines = (tmp_path / "broken" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 31))


def test_no_prompt_is_both_learned_and_held_out() -> None:
    learned, held_out = split_pairs([*PAIRS, *PAIRS], 4, seed=1)
    assert len({p.prompt for p in held_out}) == 4 and not {p.prompt for p in learned} & {p.prompt for p in held_out}
    assert split_pairs(PAIRS, 4, 1)[1] == split_pairs(PAIRS, 4, 1)[1] != split_pairs(PAIRS, 4, 2)[1]
    with pytest.raises(SkillevoError, match="leave none"):
        split_pairs(PAIRS, 10, 0)


def test_pairs_are_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(json.dumps({"prompt": "a", "completion": "b"}) + "\n\n" + '{"prompt": "a"}\n')
    with pytest.raises(DataError, match=r"pairs.jsonl:3 is no JSON object"):
        read_pairs(file)
