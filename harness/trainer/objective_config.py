"""Every choice in the objective (objective.py has its formula). Recorded in every run. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

from skillevo.envs.base import SkillevoError
from skillevo.harness.trainer.credit import at_least, one_of

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
            raise SkillevoError(
                f"log_ratio_clamp lies outside the clip band and below 80, not at {self.log_ratio_clamp}"
            )
        if self.aggregation == "constant" and self.max_tokens < 1:
            raise SkillevoError("aggregation = 'constant' divides by rows times max_tokens: give the generator's limit")
        if self.correction == "token" and self.ratio == "skill":
            raise SkillevoError(
                "correction = 'token' weighs tokens: set ratio = 'token', or correction = 'sequence_mask'"
            )
        if self.cap is not None and not self.cap > 0:
            raise SkillevoError(f"cap is a weight above 0, not {self.cap}")
