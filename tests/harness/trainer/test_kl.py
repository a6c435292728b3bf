"""KL estimators against the exact KL of a model whose every text is enumerated: no sampling, no tolerance to choose."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from toy_lm import ToyLM, loss_of, scored  # noqa: E402

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.trainer import RowCredit  # noqa: E402
from skillevo.harness.trainer.objective import ObjectiveConfig  # noqa: E402

NO_CREDIT = RowCredit((0.0,))


def expected_gradient(model: ToyLM, reference: ToyLM, length: int, kl: str, **more: object) -> torch.Tensor:
    """Expectation of the loss's gradient over every text, on-policy, with β = 1 and no advantage."""
    config = ObjectiveConfig(beta=1.0, kl=kl, **more)  # type: ignore[arg-type]
    total = torch.zeros(model.table.numel(), dtype=torch.float64)
    for text in model.texts(length):
        row = scored(model, text, NO_CREDIT, reference=reference.logp(text))
        chance = torch.tensor(model.logp(text), dtype=torch.float64).sum().exp()
        total += chance * model.gradient(loss_of(model, [text], [row], config))
    return total


def whole_kl(p: ToyLM, q: ToyLM, length: int) -> torch.Tensor:
    """KL(p ‖ q) over whole texts."""
    texts = p.texts(length)
    log_p, log_q = p(texts)[0].sum(1), q(texts)[0].sum(1)
    return (log_p.exp() * (log_p - log_q)).sum()


def stepwise_kl(p: ToyLM, q: ToyLM, length: int) -> torch.Tensor:
    """Σ_t E_prefix KL(p(·|prefix) ‖ q(·|prefix)), the prefixes' distribution held fixed."""
    total = torch.zeros((), dtype=torch.float64)
    for t in range(length):
        texts = p.texts(t + 1)
        log_p, log_q = p(texts)[0], q(texts)[0]
        before = log_p[:, :t].sum(1).exp().detach()
        total = total + (before * log_p[:, t].exp() * (log_p[:, t] - log_q[:, t])).sum()
    return total


@pytest.mark.parametrize("ratio", ["skill", "token"])
def test_k1_in_the_reward_is_the_gradient_of_the_whole_texts_kl(ratio: str) -> None:
    model, reference = ToyLM(seed=1), ToyLM(seed=2)
    for length in (1, 3):
        exact = model.gradient(whole_kl(model, reference, length))
        torch.testing.assert_close(expected_gradient(model, reference, length, "k1", ratio=ratio), exact)


def test_k1_in_the_loss_would_have_no_gradient() -> None:
    """Its gradient is E ∇log π, which is 0 for every policy: the reason that it is not offered."""
    model, length = ToyLM(seed=1), 2
    log_p = model(model.texts(length))[0].sum(1)
    found = model.gradient((log_p.exp().detach() * log_p).sum())
    torch.testing.assert_close(found, torch.zeros_like(found))
    assert model.gradient(whole_kl(model, ToyLM(seed=2), length)).norm() > 0.1


def test_k2_in_the_loss_is_the_gradient_of_each_tokens_kl() -> None:
    model, reference = ToyLM(seed=1), ToyLM(seed=2)
    one = expected_gradient(model, reference, 1, "k2")
    torch.testing.assert_close(one, model.gradient(whole_kl(model, reference, 1)))
    three = expected_gradient(model, reference, 3, "k2")
    torch.testing.assert_close(three, model.gradient(stepwise_kl(model, reference, 3)))
    assert not torch.allclose(three, model.gradient(whole_kl(model, reference, 3)))  # early tokens steer later ones


def test_k3_in_the_loss_is_the_gradient_of_the_other_kl() -> None:
    model, reference = ToyLM(seed=1), ToyLM(seed=2)
    found = expected_gradient(model, reference, 1, "k3")
    torch.testing.assert_close(found, model.gradient(whole_kl_towards(reference, model)))
    exact = model.gradient(whole_kl(model, reference, 1))
    assert not torch.allclose(found, exact, rtol=0.05)


def whole_kl_towards(reference: ToyLM, model: ToyLM) -> torch.Tensor:
    texts = model.texts(1)
    log_q = reference(texts)[0].sum(1).detach()
    return (log_q.exp() * (log_q - model(texts)[0].sum(1))).sum()


def test_near_the_reference_k3_agrees_to_first_order() -> None:
    reference, errors = ToyLM(seed=1), []
    direction = torch.randn(reference.table.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    for step in (0.1, 0.01):
        model = ToyLM(seed=1)
        with torch.no_grad():
            model.table += step * direction
        exact = model.gradient(whole_kl(model, reference, 1))
        errors.append(float((expected_gradient(model, reference, 1, "k3") - exact).norm() / exact.norm()))
    assert errors[1] < 0.02
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.2)


@pytest.mark.parametrize("kl", ["k1", "k2", "k3"])
def test_beta_scales_it_and_zero_needs_no_reference(kl: str) -> None:
    model, reference, text = ToyLM(seed=1), ToyLM(seed=2), (0, 1, 2)
    row = scored(model, text, NO_CREDIT, reference=reference.logp(text))
    one, ten = (
        model.gradient(loss_of(model, [text], [row], ObjectiveConfig(beta=beta, kl=kl)))  # type: ignore[arg-type]
        for beta in (0.1, 1.0)
    )
    torch.testing.assert_close(10 * one, ten)
    bare = scored(model, text, NO_CREDIT)
    assert model.gradient(loss_of(model, [text], [bare], ObjectiveConfig(beta=0.0))).abs().max() == 0.0
    with pytest.raises(SkillevoError, match="reference"):
        loss_of(model, [text], [bare], ObjectiveConfig(beta=0.1))


@pytest.mark.parametrize("kl", ["k2", "k3"])
def test_it_is_counted_once_a_row_however_many_rollouts(kl: str) -> None:
    model, reference, text = ToyLM(seed=1), ToyLM(seed=2), (0, 1, 2)
    config = ObjectiveConfig(beta=0.5, kl=kl)  # type: ignore[arg-type]
    one, four = (
        loss_of(model, [text], [scored(model, text, credit, reference=reference.logp(text))], config)
        for credit in (NO_CREDIT, RowCredit((0.5, -0.5, 0.25, -0.25)))
    )
    torch.testing.assert_close(one, four)


@pytest.mark.parametrize("kl", ["k1", "k2", "k3"])
def test_it_may_be_left_to_rows_with_credit(kl: str) -> None:
    model, reference = ToyLM(seed=1), ToyLM(seed=2)
    config = ObjectiveConfig(beta=0.5, kl=kl, kl_rows="credited")  # type: ignore[arg-type]
    texts = [(0, 1), (2, 2)]
    rows = [
        scored(model, text, RowCredit((a,)), reference=reference.logp(text))
        for text, a in zip(texts, (0.0, 1.0), strict=True)
    ]
    both = model.gradient(loss_of(model, texts, rows, config))
    torch.testing.assert_close(both, model.gradient(loss_of(model, texts[1:], rows[1:], config)))
    everyone = ObjectiveConfig(beta=0.5, kl=kl)  # type: ignore[arg-type]
    assert not torch.allclose(both, model.gradient(loss_of(model, texts, rows, everyone)))


@pytest.mark.parametrize("kl", ["k1", "k2", "k3"])
def test_a_far_reference_is_clamped(kl: str) -> None:
    model, text = ToyLM(), (0, 1)
    far = [-200.0, -200.0]
    row = scored(model, text, NO_CREDIT, reference=far)
    near = scored(model, text, NO_CREDIT, reference=[x - 5.0 for x in model.logp(text)])
    config = ObjectiveConfig(beta=1.0, kl=kl, log_ratio_clamp=5.0)  # type: ignore[arg-type]
    torch.testing.assert_close(
        loss_of(model, [text], [row], config), loss_of(model, [text], [near], config), rtol=1e-6, atol=1e-6
    )
