"""The clipped objective over sampled texts (Skill-R1, arXiv 2605.09359, section 3), to be maximised:

    1/Z Σ_rows [ Σ_i min(ρ A_i, clip(ρ, 1−ε, 1+ε) A_i)  −  β KL(π_θ ‖ π_ref) ]

A row is one sampled text, a rewritten skill or any other completion, with one advantage or one for each rollout.
ρ is the whole text's ratio π_θ/π_old, as in the paper, or each token's, the terms then being summed over tokens; at
ρ = 1 both have the same gradient. The paper's loss is a sum over generations and rollouts and a mean over instances; its
KL depends on the generation only, so it is counted once a row.

min and clip act on each A_i by its sign alone, so a row's advantages enter as two numbers, the sum of those above zero
and the sum of those below (`RowCredit.up`):

    Σ_i min(ρA_i, clip(ρ)A_i) = up·min(ρ, 1+ε) + down·max(ρ, 1−ε)

`Z` belongs to the whole batch (`normaliser`), never to a micro-batch: the gradients of any split into micro-batches add
up to that of the whole.

Shapes: b rows, t tokens (right-padded), s ratios per row (1 for the whole text, t for tokens), p parts (intra, inter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from skillevo.envs.base import SkillevoError
from skillevo.harness.trainer.credit import RowCredit, at_least, one_of
from skillevo.harness.trainer.diagnostics import Diagnostics

CAPS = {"token": 2.0, "sequence_mask": 3.0}
"""Largest importance weight of each correction, where none is given."""


@dataclass(frozen=True, slots=True)
class ObjectiveConfig:
    """Every choice in the objective. Recorded in every run.

    Attributes:
        ratio: of the whole `skill`, the paper's, or of each `token`.
        clip: ε of the clip band. The paper prints no value; 0.2 is the field's.
        beta: β, weight of the KL to the reference. The paper prints no value; 0.01 is what Skill1 and SkillRL use.
        kl: how the KL is estimated from the sampled tokens.
            `k2`, ½(log ratio)² per token in the loss: on-policy its gradient is that of each token's KL in expectation.
            `k3`, per token in the loss: never negative and calm, but its gradient is that of KL(ref ‖ π).
            `k1`, −β·log ratio of the whole text as one more advantage: the gradient of the whole text's KL in
            expectation, with what early tokens do to later ones, and with more noise. (k1 in the loss would have the
            gradient 0 in expectation, and is not offered.)
        kl_rows: on `all` rows, the paper's, or only on `credited` ones, which have an advantage other than 0.
        log_ratio_clamp: log-ratios beyond it are cut and pull no more; a guard against overflow, to be seldom reached.
        aggregation: what Z is. `sum`: the number of instances, the paper's. `constant`: rows times `max_tokens`, so
            that a text's length changes nothing. `token_mean`: the number of tokens in the loss.
        max_tokens: the generator's limit of new tokens, for `constant`.
        truncated: texts that were cut at that limit: `keep` them with the reward that they got, or `mask` them out of
            surrogate, KL and token count. (They have taken part in their group's comparison either way.)
        correction: for sampling by an engine whose probabilities differ from the trainer's: weigh each `token` by the
            ratio of the two, at most `cap` (needs ratio = "token"); or `sequence_mask`: weigh each text by its ratio,
            and leave out those above the cap.
        cap: None for 2 with `token` and 3 with `sequence_mask`.
    """

    ratio: Literal["skill", "token"] = "skill"
    clip: float = 0.2
    beta: float = 0.01
    kl: Literal["k1", "k2", "k3"] = "k2"
    kl_rows: Literal["all", "credited"] = "all"
    log_ratio_clamp: float = 10.0
    aggregation: Literal["sum", "constant", "token_mean"] = "sum"
    max_tokens: int = 0
    truncated: Literal["keep", "mask"] = "keep"
    correction: Literal["none", "token", "sequence_mask"] = "none"
    cap: float | None = None

    def __post_init__(self) -> None:
        one_of("ratio", self.ratio, ("skill", "token"))
        one_of("kl", self.kl, ("k1", "k2", "k3"))
        one_of("kl_rows", self.kl_rows, ("all", "credited"))
        one_of("aggregation", self.aggregation, ("sum", "constant", "token_mean"))
        one_of("truncated", self.truncated, ("keep", "mask"))
        one_of("correction", self.correction, ("none", "token", "sequence_mask"))
        at_least("beta (β)", self.beta, 0.0)
        if not 0 < self.clip < 1:
            raise SkillevoError(f"clip (ε) lies between 0 and 1, not at {self.clip}")
        if self.log_ratio_clamp <= log(1 + self.clip) or self.log_ratio_clamp > 80:
            raise SkillevoError(f"log_ratio_clamp lies outside the clip band and below 80, not at {self.log_ratio_clamp}")
        if self.aggregation == "constant" and self.max_tokens < 1:
            raise SkillevoError("aggregation = 'constant' divides by rows times max_tokens: give the generator's limit")
        if self.correction == "token" and self.ratio == "skill":
            raise SkillevoError("correction = 'token' weighs tokens: set ratio = 'token', or correction = 'sequence_mask'")
        if self.cap is not None and not self.cap > 0:
            raise SkillevoError(f"cap is a weight above 0, not {self.cap}")


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One sampled text with everything that does not change while it is learned from.

    Attributes:
        credit: its advantages.
        old: log-probabilities of its tokens by the trainer's weights that sampled it, (C,), floats or a tensor; not
            the engine's.
        reference: the same by the reference; needed for β > 0 and for the KL in the metrics.
        engine: the same as the sampling engine gave them; needed for a correction and for the mismatch.
        truncated: cut at the token limit.
        mask: which of its tokens count, (C,); None for all. Never found by comparing tokens with the padding's.
    """

    credit: RowCredit
    old: Sequence[float] | Tensor
    reference: Sequence[float] | Tensor | None = None
    engine: Sequence[float] | Tensor | None = None
    truncated: bool = False
    mask: Sequence[bool] | None = None


class RowBatch(NamedTuple):
    """Rows side by side, right-padded to the longest."""

    mask_bt: Tensor
    old_bt: Tensor
    reference_bt: Tensor | None
    engine_bt: Tensor | None
    up_bp: Tensor
    down_bp: Tensor
    truncated_b: Tensor

    @classmethod
    def of(cls, rows: Sequence[ScoredRow], device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> RowBatch:
        """Rows as tensors, for one micro-batch."""
        lengths = [len(row.old) for row in rows]

        def padded(name: str) -> Tensor | None:
            found = [getattr(row, name) for row in rows]
            if any(x is None for x in found):
                return None
            if [len(x) for x in found] != lengths:
                raise SkillevoError(f"{name!r} has other lengths than `old`: a log-probability is missing for some token")
            tensors = [torch.as_tensor(x, dtype=dtype, device=device) for x in found]
            return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True)

        old_bt = padded("old")
        assert old_bt is not None
        inside_bt = torch.arange(old_bt.shape[1], device=device) < torch.tensor(lengths, device=device)[:, None]
        for b, row in enumerate(rows):
            if row.mask is not None:
                inside_bt[b, : lengths[b]] &= torch.tensor(row.mask, dtype=torch.bool, device=device)
        return cls(
            mask_bt=inside_bt,
            old_bt=old_bt,
            reference_bt=padded("reference"),
            engine_bt=padded("engine"),
            up_bp=torch.tensor([row.credit.up for row in rows], dtype=dtype, device=device),
            down_bp=torch.tensor([row.credit.down for row in rows], dtype=dtype, device=device),
            truncated_b=torch.tensor([row.truncated for row in rows], device=device),
        )


def normaliser(rows: Sequence[ScoredRow], instances: int, config: ObjectiveConfig) -> float:
    """Z of the whole batch that makes one optimisation step, before it is split.

    Args:
        rows: all rows of the step, also those that are left out for having no credit.
        instances: task instances that they were written for.
    """
    if config.aggregation == "sum":
        return float(max(instances, 1))
    if config.aggregation == "constant":
        return float(max(len(rows), 1) * config.max_tokens)
    counted = [row for row in rows if not (row.truncated and config.truncated == "mask")]
    return float(max(sum(len(row.old) if row.mask is None else sum(row.mask) for row in counted), 1))


def loss(
    logp_bt: Tensor,
    batch: RowBatch,
    config: ObjectiveConfig,
    z: float,
    entropy_bt: Tensor | None = None,
) -> tuple[Tensor, Diagnostics]:
    """Minus the objective of one micro-batch, and what is to be known of it.

    Args:
        logp_bt: log-probabilities of the rows' tokens under the weights that are trained, with gradient.
        z: `normaliser` of the whole batch.
        entropy_bt: each token's entropy, for the metrics; without it the mean of −log π is reported.

    Raises:
        SkillevoError: the shapes differ, or something that the configuration needs is missing from the rows.
    """
    _check(logp_bt, batch, config)
    mask_bt = batch.mask_bt
    delta_bt = _inside(logp_bt - batch.old_bt, mask_bt)
    per_token = config.ratio == "token"
    log_ratio_bs = delta_bt if per_token else delta_bt.sum(1, keepdim=True)
    ratio_bs = log_ratio_bs.clamp(-config.log_ratio_clamp, config.log_ratio_clamp).exp()
    weight_bs, kept_b = _weights(batch, config)
    live_bs = weight_bs * kept_b[:, None] * (mask_bt if per_token else 1.0)

    up_b, down_b = batch.up_bp.sum(1), batch.down_bp.sum(1)
    credited_b = (up_b > 0) | (down_b < 0)
    reference_bt = None if batch.reference_bt is None else _inside(logp_bt - batch.reference_bt, mask_bt)
    penalty = logp_bt.new_zeros(())
    if config.beta and reference_bt is not None:
        pays_b = credited_b if config.kl_rows == "credited" else torch.ones_like(credited_b)
        if config.kl == "k1":
            at_sampling_b = (reference_bt - delta_bt).detach().sum(1)
            extra_b = -config.beta * pays_b * at_sampling_b
            up_b, down_b = up_b + extra_b.clamp(min=0), down_b + extra_b.clamp(max=0)
        else:
            kl_bt = _in_loss(reference_bt, config)
            penalty = config.beta * (kl_bt * live_bs * pays_b[:, None]).sum()

    surrogate_bs = up_b[:, None] * ratio_bs.clamp(max=1 + config.clip) + down_b[:, None] * ratio_bs.clamp(min=1 - config.clip)
    value = (penalty - (surrogate_bs * live_bs).sum()) / z
    with torch.no_grad():
        found = _diagnose(logp_bt, batch, config, ratio_bs, live_bs, weight_bs, up_b, down_b, reference_bt, entropy_bt)
    return value, found


def token_logprobs(logits_btv: Tensor, tokens_bt: Tensor, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
    """Log-probabilities of tokens, and each position's entropy, under the distribution that was sampled from.

    Args:
        logits_btv: what predicts each token: the position before it.
        temperature: of the sampling; top-p and top-k would need renormalising and are off in training.

    Returns:
        log π (B, T) with gradient, and the entropy in nats (B, T) without; both in float32 at least.
    """
    logits_btv = logits_btv.to(torch.promote_types(logits_btv.dtype, torch.float32)) / temperature
    logp_btv = logits_btv.log_softmax(-1)
    with torch.no_grad():
        entropy_bt = -(logp_btv.exp() * logp_btv).sum(-1)
    return logp_btv.gather(-1, tokens_bt[..., None]).squeeze(-1), entropy_bt
