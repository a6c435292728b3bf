"""The clipped objective over sampled texts (Skill-R1, arXiv 2605.09359, section 3), to be maximised:

    1/Z Σ_rows [ Σ_i min(ρ A_i, clip(ρ, 1−ε, 1+ε) A_i)  −  β KL(π_θ ‖ π_ref) ]

A row is one sampled text, a rewritten skill or any other completion, with one advantage or one for each rollout.
ρ is the whole text's ratio π_θ/π_old, as in the paper, or each token's, the terms then being summed over tokens; at
ρ = 1 both have the same gradient. The paper's loss is a sum over generations and rollouts and a mean over instances;
its KL depends on the generation only, so it is counted once a row.

min and clip act on each A_i by its sign alone, so a row's advantages enter as two numbers, the sum of those above zero
and the sum of those below (`RowCredit.up`):

    Σ_i min(ρA_i, clip(ρ)A_i) = up·min(ρ, 1+ε) + down·max(ρ, 1−ε)

`Z` belongs to the whole batch (`normaliser`), never to a micro-batch: the gradients of any split into micro-batches add
up to that of the whole.

Shapes: b rows, t tokens (right-padded), s ratios per row (1 for the whole text, t for tokens), p parts (intra, inter).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor

from skillevo.envs.base import SkillevoError
from skillevo.harness.trainer.batch import RowBatch, ScoredRow
from skillevo.harness.trainer.diagnostics import Diagnostics
from skillevo.harness.trainer.objective_config import CAPS, ObjectiveConfig


def normaliser(rows: Sequence[ScoredRow], instances: int, config: ObjectiveConfig) -> float:
    """Z of the whole batch that makes one optimisation step, before anything is left out or split.

    Args:
        instances: task instances that the rows were written for.
    """
    if config.aggregation == "sum":
        return float(max(instances, 1))
    if config.aggregation == "constant":
        return float(max(len(rows), 1) * config.max_tokens)
    counted = [row for row in rows if not (row.truncated and config.truncated == "mask")]
    return float(max(sum(len(row.old) if row.mask is None else sum(row.mask) for row in counted), 1))


def contributing(rows: Sequence[ScoredRow], config: ObjectiveConfig) -> list[ScoredRow]:
    """The rows that have any gradient: the others need no forward pass, and `normaliser` has counted them."""
    pays_kl = config.beta > 0 and config.kl_rows == "all"
    return [
        row
        for row in rows
        if (pays_kl or not row.credit.is_zero) and not (row.truncated and config.truncated == "mask")
    ]


def loss(
    logp_bt: Tensor, batch: RowBatch, config: ObjectiveConfig, z: float, entropy_bt: Tensor | None = None
) -> tuple[Tensor, Diagnostics]:
    """Minus the objective of one micro-batch, and what is to be known of it.

    Args:
        logp_bt: log-probabilities of the rows' tokens under the weights that are trained, with gradient.
        z: `normaliser` of the whole batch.
        entropy_bt: each token's entropy, for the metrics; without it the mean of −log π stands for it.

    Raises:
        SkillevoError: the shapes differ, or the rows lack something that the configuration needs.
    """
    _check(logp_bt, batch, config, z)
    ratio_bs, live_bs = _ratio(logp_bt, batch, config)
    up_b, down_b = batch.up_bp.sum(1), batch.down_bp.sum(1)
    penalty = logp_bt.new_zeros(())
    if config.beta:
        credited_b = (up_b > 0) | (down_b < 0)
        beta_b = config.beta * (credited_b if config.kl_rows == "credited" else torch.ones_like(up_b))
        if config.kl == "k1":
            extra_b = -beta_b * _log_ratio(batch.old_bt, batch.reference_bt, batch.mask_bt, config).sum(1)
            up_b, down_b = up_b + extra_b.clamp(min=0), down_b + extra_b.clamp(max=0)
        else:
            log_ratio_bt = _log_ratio(logp_bt, batch.reference_bt, batch.mask_bt, config)
            kl_bt = log_ratio_bt.square() / 2 if config.kl == "k2" else _k3(log_ratio_bt)
            penalty = (beta_b[:, None] * live_bs * kl_bt).sum()
    above, below = ratio_bs.clamp(max=1 + config.clip), ratio_bs.clamp(min=1 - config.clip)
    surrogate = (live_bs * (up_b[:, None] * above + down_b[:, None] * below)).sum()
    with torch.no_grad():
        found = _diagnose(logp_bt, batch, config, ratio_bs, live_bs, entropy_bt)
    return (penalty - surrogate) / z, found


def token_logprobs(logits_btv: Tensor, tokens_bt: Tensor, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
    """Log-probabilities of tokens, and each position's entropy, under the distribution that was sampled from.

    Args:
        logits_btv: what predicts each token: the model's output one position before it.
        temperature: of the sampling. Top-p and top-k would need renormalising; they are off in training.

    Returns:
        log π (B, T) with gradient, and the entropy in nats (B, T) without; both in float32 at least.
    """
    logits_btv = logits_btv.to(torch.promote_types(logits_btv.dtype, torch.float32))
    logp_btv = (logits_btv if temperature == 1 else logits_btv / temperature).log_softmax(-1)
    with torch.no_grad():  # row by row, so that a large vocabulary needs no second and third tensor of its size
        lowest = torch.finfo(logp_btv.dtype).min  # 0 · −inf is no number, and the entropy of an impossible token is 0
        entropy_bt = torch.stack([-(row_tv.exp() * row_tv.clamp(min=lowest)).sum(-1) for row_tv in logp_btv])
    return logp_btv.gather(-1, tokens_bt[..., None]).squeeze(-1), entropy_bt


def _ratio(logp_bt: Tensor, batch: RowBatch, config: ObjectiveConfig) -> tuple[Tensor, Tensor]:
    """ρ, and the weight with which each ρ counts: 0 for padding and masked rows, else its importance weight."""
    delta_bs = _inside(logp_bt - batch.old_bt, batch.mask_bt)
    live_bs = batch.mask_bt.to(delta_bs.dtype)
    if config.ratio == "skill":
        delta_bs = delta_bs.sum(1, keepdim=True)
        live_bs = torch.ones_like(delta_bs)
    ratio_bs = delta_bs.clamp(-config.log_ratio_clamp, config.log_ratio_clamp).exp()
    if config.truncated == "mask":
        live_bs = live_bs * ~batch.truncated_b[:, None]
    return ratio_bs, live_bs * _importance(batch, config)


def _importance(batch: RowBatch, config: ObjectiveConfig) -> Tensor:
    """Trainer's over engine's probability at the time of sampling: (B, T) or (B, 1)."""
    if config.correction == "none" or batch.engine_bt is None:
        return batch.old_bt.new_ones((len(batch.old_bt), 1))
    cap = CAPS[config.correction] if config.cap is None else config.cap
    log_weight_bt = _inside(batch.old_bt - batch.engine_bt, batch.mask_bt)
    if config.correction == "token":
        return log_weight_bt.clamp(max=log(cap)).exp()
    log_weight_b1 = log_weight_bt.sum(1, keepdim=True)
    return torch.where(log_weight_b1 <= log(cap), log_weight_b1, -torch.inf).exp()


def _log_ratio(logp_bt: Tensor, reference_bt: Tensor | None, mask_bt: Tensor, config: ObjectiveConfig) -> Tensor:
    """log π/π_ref of each token within the clamp, 0 where nothing counts."""
    assert reference_bt is not None
    return _inside(logp_bt - reference_bt, mask_bt).clamp(-config.log_ratio_clamp, config.log_ratio_clamp)


def _k3(log_ratio: Tensor) -> Tensor:
    return torch.expm1(-log_ratio) + log_ratio


def _inside(values_bt: Tensor, mask_bt: Tensor) -> Tensor:
    return torch.where(mask_bt, values_bt, 0.0)


def _diagnose(
    logp_bt: Tensor,
    batch: RowBatch,
    config: ObjectiveConfig,
    ratio_bs: Tensor,
    live_bs: Tensor,
    entropy_bt: Tensor | None,
) -> Diagnostics:
    mask_bt = batch.mask_bt
    rising_bs, falling_bs = ratio_bs <= 1 + config.clip, ratio_bs >= 1 - config.clip  # where up and down still pull
    up_b1, down_b1 = batch.up_bp.sum(1, keepdim=True), batch.down_bp.sum(1, keepdim=True)
    pull_bsp = rising_bs[..., None] * batch.up_bp[:, None] + falling_bs[..., None] * batch.down_bp[:, None]
    pull_p = (live_bs[..., None] * ratio_bs[..., None] * pull_bsp).abs().sum((0, 1))
    zero = logp_bt.new_zeros(())
    kl = clamped = mismatch = worst = zero
    if batch.reference_bt is not None:
        log_ratio_bt = _log_ratio(logp_bt, batch.reference_bt, mask_bt, config)
        kl, clamped = _k3(log_ratio_bt).sum(), (log_ratio_bt.abs() >= config.log_ratio_clamp).sum()
    if batch.engine_bt is not None and mask_bt.any():
        apart_bt = _inside(batch.old_bt - batch.engine_bt, mask_bt).abs()
        mismatch, worst = apart_bt.sum(), apart_bt.max()
    sums = {
        "rows": zero + mask_bt.shape[0],
        "tokens": mask_bt.sum(),
        "truncated": batch.truncated_b.sum(),
        "mass": (live_bs * (up_b1 - down_b1)).sum(),
        "clipped": (live_bs * (up_b1 * ~rising_bs - down_b1 * ~falling_bs)).sum(),
        "intra": pull_p[0],
        "inter": pull_p[1],
        "kl": kl,
        "clamped": clamped,
        "entropy": _inside(-logp_bt if entropy_bt is None else entropy_bt, mask_bt).sum(),
        "nll": _inside(-logp_bt, mask_bt).sum(),
        "mismatch": mismatch,
        "worst_mismatch": worst,
        "weight": (_importance(batch, config) * mask_bt).sum(),
    }
    values = torch.stack([v.to(logp_bt.dtype) for v in sums.values()]).tolist()  # one wait for the device, not fourteen
    return Diagnostics(**dict(zip(sums, values, strict=True)))


def _check(logp_bt: Tensor, batch: RowBatch, config: ObjectiveConfig, z: float) -> None:
    if logp_bt.shape != batch.mask_bt.shape:
        raise SkillevoError(
            f"log-probabilities of shape {tuple(logp_bt.shape)} for {tuple(batch.mask_bt.shape)} rows and tokens"
        )
    if config.beta and batch.reference_bt is None:
        raise SkillevoError("beta > 0 needs the reference's log-probabilities in every row: give them, or set beta = 0")
    if config.correction != "none" and batch.engine_bt is None:
        raise SkillevoError(
            f"correction = {config.correction!r} needs the sampling engine's log-probabilities in every row"
        )
    if not z > 0:
        raise SkillevoError(f"the normaliser is a number above 0, not {z}: take it from `normaliser`")
