"""Every choice of a training run besides its credit and its objective. Recorded in every run. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Literal

from skillevo.envs.base import SkillevoError
from skillevo.envs.checks import check_amount, check_one_of, check_whole


@dataclass(frozen=True, slots=True)
class OptimiserOptions:
    """AdamW and what it is fed. The paper prints none of these.

    Attributes:
        lr: peak learning rate.
        warmup: steps over which the rate rises linearly from lr / warmup.
        schedule: what follows: `constant`, or `cosine` or `linear` down to 0 at the run's last step.
        weight_decay: of matrices; vectors (norms, biases) have none.
        beta1, beta2, eps: AdamW's.
        grad_clip: largest norm of the gradient; a larger one is scaled down to it.
        updates: optimiser steps on one batch of rollouts. From the second on the ratio is not 1 and clipping acts.
        micro_tokens: padded tokens, prompts included, that pass the model at once; changes time and memory only.
        max_skipped: consecutive steps without a finite loss or gradient after which the run stops.
    """

    lr: float = 1e-5
    warmup: int = 5
    schedule: Literal["constant", "cosine", "linear"] = "constant"
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-8
    grad_clip: float = 1.0
    updates: int = 1
    micro_tokens: int = 8192
    max_skipped: int = 3

    def __post_init__(self) -> None:
        check_amount("lr", self.lr, zero=False)
        check_whole("warmup", self.warmup, 0)
        check_one_of("schedule", self.schedule, ("constant", "cosine", "linear"))
        check_amount("weight_decay", self.weight_decay)
        for name, value in (("beta1", self.beta1), ("beta2", self.beta2)):
            if not 0 <= value < 1:
                raise SkillevoError(f"{name} lies from 0 to below 1, not at {value}")
        check_amount("eps", self.eps, zero=False)
        check_amount("grad_clip", self.grad_clip, zero=False)
        check_whole("updates", self.updates)
        check_whole("micro_tokens", self.micro_tokens)
        check_whole("max_skipped", self.max_skipped)

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step: a function of its number alone, so that a resume needs to keep nothing.

        Args:
            step: from 1.
            steps: of the whole run.
        """
        if step <= self.warmup:
            return self.lr * step / self.warmup
        if self.schedule == "constant":
            return self.lr
        left = max(0.0, (steps - step + 1) / max(steps - self.warmup, 1))
        return self.lr * (left if self.schedule == "linear" else (1 - cos(pi * left)) / 2)


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """The size and the rhythm of a run.

    Attributes:
        instances: task instances whose rollouts make one optimisation step.
        validate_every: steps between two validations; 0 for none. The first is of the weights as they came.
        patience: validations in a row without a new best after which the run ends; 0 for never.
        select: what of a validation says which weights are best: mean reward of the `last` generation, or the mean
            over `all` generations that the generator wrote.
        checkpoint_every: steps between two checkpoints.
        keep: checkpoints kept, besides the best one.
    """

    instances: int = 8
    validate_every: int = 10
    patience: int = 0
    select: Literal["last", "all"] = "last"
    checkpoint_every: int = 10
    keep: int = 2

    def __post_init__(self) -> None:
        check_whole("instances", self.instances)
        check_whole("validate_every", self.validate_every, 0)
        check_whole("patience", self.patience, 0)
        check_one_of("select", self.select, ("last", "all"))
        check_whole("checkpoint_every", self.checkpoint_every)
        check_whole("keep", self.keep)


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """How the generator's texts are drawn in training. No top-p and no top-k: they would renormalise what is learned.

    Attributes:
        temperature: of sampling, and of the log-probabilities that are trained.
        max_new_tokens: a skill that reaches it is cut, and counted as truncated.
        tokens_at_once: prompt and new tokens that are written at the same time; changes only time and memory.
    """

    temperature: float = 1.0
    max_new_tokens: int = 1024
    tokens_at_once: int = 65_536

    def __post_init__(self) -> None:
        check_amount("temperature", self.temperature, zero=False)
        check_whole("max_new_tokens", self.max_new_tokens)
        check_whole("tokens_at_once", self.tokens_at_once)


@dataclass(frozen=True, slots=True)
class WeightOptions:
    """Which weights are trained, and in what precision.

    Attributes:
        lora_rank: 0 trains all weights; above 0, adapters of this rank on every linear layer.
        lora_alpha: the adapters are scaled by lora_alpha / lora_rank.
        dtype: of the passes through the model. `auto` is bfloat16 on a GPU and float32 elsewhere. Weights that are
            trained are float32 always; frozen ones below an adapter have this type.
        device: `auto` is a GPU where there is one.
        recompute: keep no activations for the backward pass: a third more time for far less memory.
    """

    lora_rank: int = 0
    lora_alpha: float = 32.0
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    device: str = "auto"
    recompute: bool = False

    def __post_init__(self) -> None:
        check_whole("lora_rank", self.lora_rank, 0)
        check_amount("lora_alpha", self.lora_alpha, zero=False)
        check_one_of("dtype", self.dtype, ("auto", "float32", "bfloat16"))
