"""Skill-R1's objective on a real model with real gradients: what its letters do, and what they do not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from toy_lm import ToyLM, loss_of, part_gradients, scored  # noqa: E402

from skillevo.harness.trainer import CreditConfig, RowCredit, assign_credit  # noqa: E402
from skillevo.harness.trainer.batch import RowBatch  # noqa: E402
from skillevo.harness.trainer.objective import ObjectiveConfig, loss  # noqa: E402

PAPER = ObjectiveConfig(beta=0.0)
CHAIN = [[[1.0, 0.0, 0.0, 1.0]], [[1.0, 1.0, 1.0, 0.0]], [[0.0, 0.0, 1.0, 0.0]]]
TEXTS = [(0, 2, 1), (1, 1), (2, 0, 0, 1)]
IN_THE_BAND = (0.81, 0.95, 1.0, 1.1, 1.19)


def chain_rows(model: ToyLM, lam: float, ratio: float = 1.0) -> list:
    found = assign_credit(CHAIN, None, None, CreditConfig(lam=lam))
    return [scored(model, text, row, ratio) for text, (row,) in zip(TEXTS, found.rows, strict=True)]


@pytest.mark.parametrize("ratio", IN_THE_BAND)
def test_one_skill_per_generation_has_no_intra_gradient_in_the_band(ratio: float) -> None:
    model = ToyLM()
    intra, inter = part_gradients(model, TEXTS, chain_rows(model, 1.0, ratio), PAPER)
    assert intra.abs().max() == 0.0
    assert inter.abs().max() > 0.1
    whole = model.gradient(-loss_of(model, TEXTS, chain_rows(model, 1.0, ratio), PAPER))
    torch.testing.assert_close(whole, inter)


@pytest.mark.parametrize("ratio", IN_THE_BAND)
def test_without_lambda_nothing_is_learned(ratio: float) -> None:
    model = ToyLM()
    assert model.gradient(loss_of(model, TEXTS, chain_rows(model, 0.0, ratio), PAPER)).abs().max() == 0.0


@pytest.mark.parametrize("ratio", [0.5, 0.7, 1.3, 2.0])
def test_outside_the_band_the_intra_term_pulls_the_ratio_back(ratio: float) -> None:
    model = ToyLM()
    rows = chain_rows(model, 0.0, ratio)
    for text, row in zip(TEXTS, rows, strict=True):
        intra, _ = part_gradients(model, [text], [row], PAPER)
        towards = model.gradient(model([text])[0].sum())  # ∇ log π(text): along it the ratio grows
        assert math.copysign(1, 1 - ratio) * (intra @ towards) > 0


@pytest.mark.parametrize(("ratio", "slope"), [(0.7, 1.0), (1.0, 0.0), (1.3, -1.0)])
def test_the_stated_slopes_of_the_intra_term(ratio: float, slope: float) -> None:
    """K = 4, r = [1, 0, 0, 1], ε = 0.2: d objective / dρ of the intra term alone."""
    found = assign_credit([[[1.0, 0.0, 0.0, 1.0]]], None, None, CreditConfig(lam=0.0))
    model = ToyLM()
    row = scored(model, (0, 1), found.rows[0][0], ratio)
    logp_bt = torch.tensor([model.logp((0, 1))], dtype=torch.float64, requires_grad=True)
    value, _ = loss(logp_bt, RowBatch.of([row], dtype=torch.float64), PAPER, 1.0)
    (by_logp,) = torch.autograd.grad(-value, logp_bt)
    assert (by_logp / ratio).tolist() == [pytest.approx([slope, slope])]  # dρ/dlogp = ρ for each token


def test_on_policy_the_gradient_is_k_lambda_inter_times_the_score() -> None:
    model = ToyLM()
    found = model.gradient(-loss_of(model, TEXTS, chain_rows(model, 0.5), PAPER))
    inter = [0.0, 0.75 - 0.5, 0.25 - 0.75]
    score = [model.gradient(model([text])[0].sum()) for text in TEXTS]
    expected = sum(4 * 0.5 * a * s for a, s in zip(inter, score, strict=True))
    torch.testing.assert_close(found, expected)


def test_the_first_generated_skill_gets_no_gradient() -> None:
    model = ToyLM()
    assert model.gradient(loss_of(model, TEXTS[:1], chain_rows(model, 1.0)[:1], PAPER)).abs().max() == 0.0


def test_candidates_make_the_intra_term_work() -> None:
    found = assign_credit(
        [[[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]], [[0, 0, 0]], None, CreditConfig("candidates", lam=0.0)
    )
    model = ToyLM()
    rows = [scored(model, text, row) for text, row in zip(TEXTS, found.rows[0], strict=True)]
    intra, inter = part_gradients(model, TEXTS, rows, PAPER)
    score = [model.gradient(model([text])[0].sum()) for text in TEXTS]
    torch.testing.assert_close(intra, 0.5 * score[0] - 0.5 * score[2])
    assert inter.abs().max() == 0.0


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=5),
    st.floats(-1, 1),
    st.floats(0.5, 1.6),
    st.sampled_from(["skill", "token"]),
)
def test_the_literal_sum_over_rollouts(intra: list[float], inter: float, ratio: float, level: str) -> None:
    """Σ_i min(ρA_i, clip(ρ)A_i), with each advantage written out and each token's ratio for `token`."""
    model, text = ToyLM(), (0, 2, 1, 1)
    credit = RowCredit(tuple(intra), inter)
    row = scored(model, text, credit, ratio)
    ours = loss_of(model, [text], [row], ObjectiveConfig(level, beta=0.0))  # type: ignore[arg-type]
    delta_t = model([text])[0][0] - torch.tensor(row.old, dtype=torch.float64)
    ratio_s = delta_t.exp() if level == "token" else delta_t.sum().exp()[None]
    advantages = torch.tensor(credit.advantages, dtype=torch.float64)[:, None]
    literal = -torch.minimum(ratio_s * advantages, ratio_s.clamp(0.8, 1.2) * advantages).sum()
    torch.testing.assert_close(ours, literal)
    if all(abs(x - edge) > 1e-9 for x in ratio_s.tolist() for edge in (0.8, 1.2)):
        torch.testing.assert_close(model.gradient(ours), model.gradient(literal))


@pytest.mark.parametrize("intra", [(0.5, -0.5), (0.3,), (-0.7, 0.1, 0.1)])
def test_token_and_whole_text_ratios_agree_on_policy(intra: tuple[float, ...]) -> None:
    model = ToyLM()
    rows = [scored(model, text, RowCredit(intra, 0.25)) for text in TEXTS]
    whole, tokens = (
        model.gradient(loss_of(model, TEXTS, rows, ObjectiveConfig(r, beta=0.0))) for r in ("skill", "token")
    )
    torch.testing.assert_close(whole, tokens)
    rows = [scored(model, text, RowCredit(intra, 0.25), 1.15) for text in TEXTS]
    whole, tokens = (
        model.gradient(loss_of(model, TEXTS, rows, ObjectiveConfig(r, beta=0.0))) for r in ("skill", "token")
    )
    assert not torch.allclose(whole, tokens)


@pytest.mark.parametrize("ratio", [0.7, 1.0, 1.3])
@pytest.mark.parametrize("intra", [(0.5, -0.5, -0.5, 0.5), (0.375,)])
def test_the_reported_shares_are_those_of_real_gradients(ratio: float, intra: tuple[float, ...]) -> None:
    """Of one row both parts lie along ∇log π, so the norms' shares are the coefficients'."""
    model, text = ToyLM(), (0, 2, 1)
    row = scored(model, text, RowCredit(intra, 0.25), ratio)
    parts = part_gradients(model, [text], [row], PAPER)
    with torch.no_grad():
        logp_bt, entropy_bt = model([text])
    _, found = loss(logp_bt, RowBatch.of([row], dtype=torch.float64), PAPER, 1.0, entropy_bt)
    norms = [float(p.norm()) for p in parts]
    share = norms[0] / sum(norms) if sum(norms) else 0.0
    assert found.metrics()["intra_share"] == pytest.approx(share, abs=1e-12)
    assert found.metrics()["inter_share"] == pytest.approx(1 - share if sum(norms) else 0.0, abs=1e-12)
