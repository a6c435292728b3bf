"""The objective as a piece of machinery: batches and splits of them, lengths, truncation, correction, diagnostics."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from toy_lm import ToyLM, loss_of, scored  # noqa: E402

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.trainer import Diagnostics, RowCredit  # noqa: E402
from skillevo.harness.trainer.batch import RowBatch, ScoredRow  # noqa: E402
from skillevo.harness.trainer.objective import (  # noqa: E402
    ObjectiveConfig,
    contributing,
    loss,
    normaliser,
    token_logprobs,
)

MODEL, REFERENCE, ENGINE = ToyLM(seed=1), ToyLM(seed=2), ToyLM(seed=3)
TEXT = st.lists(st.integers(0, 2), min_size=1, max_size=6).map(tuple)
ADVANTAGES = st.lists(st.sampled_from([0.0, 0.5, -0.5, 0.3, -1.0]), min_size=1, max_size=4)
ROW = st.tuples(TEXT, ADVANTAGES, st.sampled_from([0.0, 0.25]), st.sampled_from([0.6, 1.0, 1.1, 1.5]), st.booleans())
CONFIGS = [
    ObjectiveConfig(),
    ObjectiveConfig("token", kl="k3", aggregation="token_mean", truncated="mask"),
    ObjectiveConfig("token", kl="k1", aggregation="constant", max_tokens=6, correction="token"),
    ObjectiveConfig(kl="k1", kl_rows="credited", truncated="mask", correction="sequence_mask"),
    ObjectiveConfig("token", beta=0.0, aggregation="token_mean"),
]


def rows_of(drawn: list) -> tuple[list, list[ScoredRow]]:
    texts = [text for text, *_ in drawn]
    rows = [
        scored(
            MODEL,
            text,
            RowCredit(tuple(intra), inter),
            ratio,
            reference=REFERENCE.logp(text),
            engine=[x - 0.1 for x in MODEL.logp(text)],
            truncated=cut,
        )
        for text, intra, inter, ratio, cut in drawn
    ]
    return texts, rows


@pytest.mark.parametrize("config", CONFIGS)
@given(drawn=st.lists(ROW, min_size=1, max_size=7), data=st.data())
def test_any_split_into_micro_batches_has_the_same_gradient(config: ObjectiveConfig, drawn: list, data) -> None:  # type: ignore[no-untyped-def]
    texts, rows = rows_of(drawn)
    z = normaliser(rows, 2, config)
    whole = MODEL.gradient(loss_of(MODEL, texts, rows, config, z))
    cuts = sorted({0, len(rows), *data.draw(st.lists(st.integers(0, len(rows))))})
    split = sum(MODEL.gradient(loss_of(MODEL, texts[a:b], rows[a:b], config, z)) for a, b in pairwise(cuts))
    torch.testing.assert_close(split, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("config", CONFIGS)
@given(drawn=st.lists(ROW, min_size=1, max_size=6))
def test_rows_without_gradient_may_be_left_out(config: ObjectiveConfig, drawn: list) -> None:
    texts, rows = rows_of(drawn)
    z = normaliser(rows, 2, config)
    kept = contributing(rows, config)
    whole = MODEL.gradient(loss_of(MODEL, texts, rows, config, z))
    if not kept:
        assert whole.abs().max() == 0.0
        return
    fewer = [text for text, row in zip(texts, rows, strict=True) if any(row is k for k in kept)]
    torch.testing.assert_close(MODEL.gradient(loss_of(MODEL, fewer, kept, config, z)), whole, rtol=1e-12, atol=1e-12)


def test_with_a_kl_on_all_rows_none_is_left_out_but_masked_ones() -> None:
    rows = [
        ScoredRow(RowCredit((a,)), [-1.0], [-1.0], truncated=cut)
        for a, cut in ((0.0, False), (1.0, False), (1.0, True))
    ]
    assert contributing(rows, ObjectiveConfig(beta=0.1)) == rows
    assert contributing(rows, ObjectiveConfig(beta=0.0)) == rows[1:]
    assert contributing(rows, ObjectiveConfig(beta=0.1, kl_rows="credited")) == rows[1:]
    assert contributing(rows, ObjectiveConfig(beta=0.1, truncated="mask")) == rows[:2]


@given(drawn=st.lists(ROW, min_size=1, max_size=6))
def test_padding_changes_nothing(drawn: list) -> None:
    texts, rows = rows_of(drawn)
    for config in CONFIGS:
        together = loss_of(MODEL, texts, rows, config)
        alone = sum(loss_of(MODEL, [t], [r], config) for t, r in zip(texts, rows, strict=True))
        torch.testing.assert_close(together, alone)


def test_padding_may_hold_anything() -> None:
    rows = [ScoredRow(RowCredit((1.0,)), [-1.0, -2.0], [-1.5, -1.0]), ScoredRow(RowCredit((-1.0,)), [-1.0], [-0.5])]
    logp_bt = torch.tensor([[-1.1, -1.9], [-1.2, torch.nan]], requires_grad=True)
    for level in ("skill", "token"):
        value, found = loss(logp_bt, RowBatch.of(rows), ObjectiveConfig(level), 1.0)  # type: ignore[arg-type]
        (gradient,) = torch.autograd.grad(value, logp_bt)
        assert value.isfinite() and gradient.isfinite().all() and gradient[1, 1] == 0
        assert all(map(math.isfinite, found.metrics().values()))


def test_a_row_may_count_only_some_of_its_tokens() -> None:
    text, config = (0, 1, 2), ObjectiveConfig("token", beta=0.1, aggregation="token_mean")
    row = scored(MODEL, text, RowCredit((1.0,)), reference=REFERENCE.logp(text))
    some = replace(row, mask=[True, False, True])
    logp_bt = torch.tensor([MODEL.logp(text)], dtype=torch.float64, requires_grad=True)
    value, found = loss(logp_bt, RowBatch.of([some], dtype=torch.float64), config, normaliser([some], 1, config))
    (gradient,) = torch.autograd.grad(value, logp_bt)
    assert (gradient[0] == 0).tolist() == [False, True, False]
    assert normaliser([some], 1, config) == found.tokens == 2


# --- aggregation ---


def test_what_each_aggregation_divides_by() -> None:
    rows = [ScoredRow(RowCredit((1.0,)), [-1.0] * n, truncated=n == 5) for n in (2, 3, 5)]
    assert normaliser(rows, 2, ObjectiveConfig()) == 2
    assert normaliser(rows, 2, ObjectiveConfig(aggregation="constant", max_tokens=8)) == 24
    assert normaliser(rows, 2, ObjectiveConfig(aggregation="token_mean")) == 10
    assert normaliser(rows, 2, ObjectiveConfig(aggregation="token_mean", truncated="mask")) == 5
    masked = [replace(r, truncated=True) for r in rows]
    assert normaliser(masked, 2, ObjectiveConfig(aggregation="token_mean", truncated="mask")) == 1


def test_length_bias_is_the_token_means_alone() -> None:
    """Equal advantages, unequal lengths: each token's weight depends on its company under `token_mean` only."""
    short, long = (0, 1), (0, 1, 2, 2, 1, 0, 1, 2)
    for aggregation, same in (("sum", True), ("constant", True), ("token_mean", False)):
        config = ObjectiveConfig("token", beta=0.0, aggregation=aggregation, max_tokens=8)  # type: ignore[arg-type]
        weights = []
        for other in (short, long):
            rows = [scored(MODEL, text, RowCredit((1.0,))) for text in (short, other)]
            logp_bt = MODEL([short, other])[0].detach().requires_grad_()
            value, _ = loss(logp_bt, RowBatch.of(rows, dtype=torch.float64), config, normaliser(rows, 2, config))
            weights.append(float(torch.autograd.grad(value, logp_bt)[0][0, 0]))
        assert (weights[0] == pytest.approx(weights[1])) == same


# --- truncation, correction ---


@pytest.mark.parametrize("level", ["skill", "token"])
def test_truncated_texts_are_kept_or_masked(level: str) -> None:
    texts = [(0, 1), (2, 2, 2)]
    rows = [scored(MODEL, t, RowCredit((1.0,)), reference=REFERENCE.logp(t), truncated=len(t) == 3) for t in texts]
    masked, kept = (ObjectiveConfig(level, truncated=rule) for rule in ("mask", "keep"))  # type: ignore[arg-type]
    without = MODEL.gradient(loss_of(MODEL, texts[:1], rows[:1], kept))
    torch.testing.assert_close(MODEL.gradient(loss_of(MODEL, texts, rows, masked)), without)
    assert not torch.allclose(MODEL.gradient(loss_of(MODEL, texts, rows, kept)), without)


def corrected(correction: str, gaps: list[float], **more: object) -> torch.Tensor:
    """Gradient by each token's log-probability, for tokens that the engine found `gap` less likely than the trainer."""
    config = ObjectiveConfig("token", beta=0.0, correction=correction, **more)  # type: ignore[arg-type]
    old = [-1.0] * len(gaps)
    row = ScoredRow(RowCredit((1.0,)), old, engine=[o - g for o, g in zip(old, gaps, strict=True)])
    logp_bt = torch.tensor([old], requires_grad=True)
    value, _ = loss(logp_bt, RowBatch.of([row]), config, 1.0)
    return -torch.autograd.grad(value, logp_bt)[0][0]


def test_token_weights_are_truncated() -> None:
    found = corrected("token", [math.log(1.5), math.log(5.0), math.log(0.1)])
    assert found.tolist() == pytest.approx([1.5, 2.0, 0.1])
    assert corrected("token", [math.log(5.0)], cap=4.0).tolist() == pytest.approx([4.0])


def test_a_text_too_unlike_is_left_out() -> None:
    assert corrected("sequence_mask", [math.log(1.5), math.log(1.5)]).tolist() == pytest.approx([2.25, 2.25])
    assert corrected("sequence_mask", [math.log(2.0), math.log(2.0)]).tolist() == [0.0, 0.0]
    assert corrected("sequence_mask", [math.log(2.0), math.log(2.0)], cap=5.0).tolist() == pytest.approx([4.0, 4.0])


def test_no_correction_is_the_default() -> None:
    assert ObjectiveConfig().correction == "none"
    assert corrected("none", [math.log(5.0), 3.0]).tolist() == [1.0, 1.0]


def test_the_correction_makes_an_engines_samples_the_trainers() -> None:
    """Texts drawn from the engine and weighted have the trainer's expected gradient: enumerated, no cap reached."""
    advantage = dict.fromkeys(MODEL.texts(2), 0.0) | {(0, 1): 1.0, (2, 2): -0.5}
    exact, drawn, naive = (torch.zeros(MODEL.table.numel(), dtype=torch.float64) for _ in range(3))
    plain = ObjectiveConfig(beta=0.0)
    weighed = ObjectiveConfig(beta=0.0, correction="sequence_mask", cap=1e6)
    for text, a in advantage.items():
        row = scored(MODEL, text, RowCredit((a,)), engine=ENGINE.logp(text))
        p, q = math.exp(sum(MODEL.logp(text))), math.exp(sum(ENGINE.logp(text)))
        exact += p * MODEL.gradient(loss_of(MODEL, [text], [row], plain))
        naive += q * MODEL.gradient(loss_of(MODEL, [text], [row], plain))
        drawn += q * MODEL.gradient(loss_of(MODEL, [text], [row], weighed))
    torch.testing.assert_close(drawn, exact)
    assert not torch.allclose(naive, exact, rtol=0.1)


# --- numbers at the edge ---


def test_ratios_beyond_all_measure_stay_finite() -> None:
    config = ObjectiveConfig(beta=0.1, kl="k3")
    for logp in (-500.0, 0.0):
        row = ScoredRow(RowCredit((0.5, -0.5), 0.1), [-250.0], [-250.0])
        logp_bt = torch.tensor([[logp]], requires_grad=True)
        value, found = loss(logp_bt, RowBatch.of([row]), config, 1.0)
        (gradient,) = torch.autograd.grad(value, logp_bt)
        assert value.isfinite() and gradient.isfinite().all()
        assert found.clamped == 1


def test_an_empty_text_is_no_trouble() -> None:
    rows = [ScoredRow(RowCredit((1.0,)), [], [], [])]
    value, found = loss(torch.zeros(1, 0), RowBatch.of(rows), ObjectiveConfig(), normaliser(rows, 1, ObjectiveConfig()))
    assert value == -1.0  # a constant: ρ = 1
    assert found.metrics()["length"] == 0


def test_single_precision_leaves_no_residue() -> None:
    """Thirds do not add up to 0 in binary: what the intra term leaves in float32 must still be nothing."""
    row = ScoredRow(RowCredit((1 - 1 / 3, -1 / 3, -1 / 3)), [-1.0, -2.0])
    logp_bt = torch.tensor([[-1.0, -2.0]], requires_grad=True)
    value, _ = loss(logp_bt, RowBatch.of([row]), ObjectiveConfig(beta=0.0), 1.0)
    assert torch.autograd.grad(value, logp_bt)[0].tolist() == [[0.0, 0.0]]


def test_log_probabilities_are_those_of_the_sampling_temperature() -> None:
    logits = torch.tensor([[[1.0, 2.0, -torch.inf], [0.5, 0.5, 0.5]]], dtype=torch.bfloat16)
    logp_bt, entropy_bt = token_logprobs(logits, torch.tensor([[1, 2]]), temperature=0.5)
    p = math.exp(4) / (math.exp(2) + math.exp(4))
    assert logp_bt.dtype == torch.float32
    assert logp_bt[0].tolist() == pytest.approx([math.log(p), math.log(1 / 3)])
    assert entropy_bt[0].tolist() == pytest.approx([-p * math.log(p) - (1 - p) * math.log(1 - p), math.log(3)])


# --- diagnostics ---


@given(drawn=st.lists(ROW, min_size=2, max_size=6), cut=st.integers(1, 5))
def test_diagnostics_add_up(drawn: list, cut: int) -> None:
    texts, rows = rows_of(drawn)
    cut = min(cut, len(rows) - 1)

    def of(a: int, b: int) -> Diagnostics:
        with torch.no_grad():
            logp_bt, entropy_bt = MODEL(texts[a:b])
        return loss(logp_bt, RowBatch.of(rows[a:b], dtype=torch.float64), CONFIGS[1], 1.0, entropy_bt)[1]

    whole, parts = of(0, len(rows)), of(0, cut) + of(cut, len(rows))
    assert parts.metrics() == pytest.approx(whole.metrics(), abs=1e-12)


def test_diagnostics_of_a_known_batch() -> None:
    rows = [
        ScoredRow(RowCredit((0.5, -0.5), 0.25), [-1.0, -1.0], [-1.0, -1.5], [-1.0, -1.2]),  # ρ = 1
        ScoredRow(RowCredit((1.0,), 0.5), [-2.0], [-1.0], [-2.0], truncated=True),  # ρ = e: above the band, A > 0
    ]
    logp_bt = torch.tensor([[-1.0, -1.0], [-1.0, 0.0]], dtype=torch.float64)
    found = loss(logp_bt, RowBatch.of(rows, dtype=torch.float64), ObjectiveConfig(), 1.0)[1]
    metrics = found.metrics()
    assert found.mass == pytest.approx(0.75 + 0.25 + 1.5)
    assert metrics["clip_share"] == pytest.approx(1.5 / 2.5)
    assert (metrics["intra_share"], metrics["inter_share"]) == pytest.approx((0.0, 1.0))
    assert metrics["kl"] == pytest.approx((math.exp(-0.5) - 1 + 0.5) / 3)
    assert metrics["entropy"] == pytest.approx(1.0)  # −log π, no entropy being given
    assert metrics["length"] == 1.5
    assert metrics["truncated"] == 0.5
    assert metrics["mismatch"] == pytest.approx(0.2 / 3)
    assert metrics["mismatch_worst"] == pytest.approx(0.2)
    assert metrics["correction"] == 1.0
    assert Diagnostics().metrics()["clip_share"] == 0.0


# --- mistakes ---


def test_mistakes_are_named() -> None:
    row = ScoredRow(RowCredit((1.0,)), [-1.0, -1.0], [-1.0, -1.0])
    batch = RowBatch.of([row])
    with pytest.raises(SkillevoError, match=r"shape \(1, 3\) for \(1, 2\)"):
        loss(torch.zeros(1, 3), batch, ObjectiveConfig(), 1.0)
    with pytest.raises(SkillevoError, match="normaliser"):
        loss(torch.zeros(1, 2), batch, ObjectiveConfig(), 0.0)
    with pytest.raises(SkillevoError, match="engine's log-probabilities"):
        loss(torch.zeros(1, 2), batch, ObjectiveConfig(correction="sequence_mask"), 1.0)
    with pytest.raises(SkillevoError, match="'reference' has other lengths"):
        RowBatch.of([replace(row, reference=[-1.0])])
    with pytest.raises(SkillevoError, match="a mask over 1 tokens for a row of 2"):
        RowBatch.of([replace(row, mask=[True])])


@pytest.mark.parametrize(
    ("choices", "match"),
    [
        ({"ratio": "sequence"}, "ratio is one of skill, token"),
        ({"kl": "k4"}, "kl is one of"),
        ({"clip": 0.0}, "clip"),
        ({"beta": -0.1}, "β"),
        ({"log_ratio_clamp": 0.1}, "log_ratio_clamp"),
        ({"aggregation": "constant"}, "max_tokens"),
        ({"correction": "token"}, "ratio = 'token'"),
        ({"correction": "sequence_mask", "cap": 0.0}, "cap"),
    ],
)
def test_every_choice_is_checked(choices: dict, match: str) -> None:
    with pytest.raises(SkillevoError, match=match):
        ObjectiveConfig(**choices)
