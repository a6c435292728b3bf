"""What a training step says of itself: sums over micro-batches and instances, and the shares made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import fmean

from skillevo.harness.trainer.credit import Credit


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Sums over the rows of a batch. `a + b` is the diagnostics of both.

    Attributes:
        rows, tokens: sampled texts and the tokens of theirs that count.
        truncated: rows cut at the token limit, whether masked or kept.
        mass: Σ of |advantage|, of every term of the objective.
        clipped: the part of it whose gradient the clip has stopped.
        intra, inter: |coefficient of ∇log π| that is left after clipping and after adding up each row's advantages,
            from either part. In mode `rollouts` the intra part is 0 while the ratio is in the clip band.
        kl: Σ over tokens of the k3 estimate of KL(π ‖ reference); 0 without a reference.
        clamped: tokens whose log-ratio to the reference reached the clamp.
        entropy: Σ over tokens, in nats.
        nll: Σ over tokens of −log π.
        mismatch: Σ over tokens of |log π_trainer − log π_engine| at sampling; 0 without the engine's.
        worst_mismatch: the largest of them.
        weight: Σ over tokens of the importance weight that corrects for the engine.
    """

    rows: float = 0.0
    tokens: float = 0.0
    truncated: float = 0.0
    mass: float = 0.0
    clipped: float = 0.0
    intra: float = 0.0
    inter: float = 0.0
    kl: float = 0.0
    clamped: float = 0.0
    entropy: float = 0.0
    nll: float = 0.0
    mismatch: float = 0.0
    worst_mismatch: float = 0.0
    weight: float = 0.0

    def __add__(self, other: Diagnostics) -> Diagnostics:
        added = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Diagnostics(**{**added, "worst_mismatch": max(self.worst_mismatch, other.worst_mismatch)})

    def metrics(self) -> dict[str, float]:
        """Shares and means for metrics.jsonl."""
        return {
            "clip_share": _share(self.clipped, self.mass),
            "intra_share": _share(self.intra, self.intra + self.inter),
            "inter_share": _share(self.inter, self.intra + self.inter),
            "kl": _share(self.kl, self.tokens),
            "kl_clamped": _share(self.clamped, self.tokens),
            "entropy": _share(self.entropy, self.tokens),
            "nll": _share(self.nll, self.tokens),
            "length": _share(self.tokens, self.rows),
            "truncated": _share(self.truncated, self.rows),
            "mismatch": _share(self.mismatch, self.tokens),
            "mismatch_worst": self.worst_mismatch,
            "correction": _share(self.weight, self.tokens),
        }


def credit_metrics(credits: Sequence[Credit]) -> dict[str, float]:
    """What the credit of a step's instances says: rewards by generation, and groups that compare nothing.

    Returns:
        `objective` (mean J), `reward_gen1`, ... (mean over the instances that have the generation), and the shares
        `zero_variance` and `singletons` of all groups.
    """
    if not credits:
        return {}
    groups = sum(c.groups for c in credits)
    by_generation = range(max(len(c.means) for c in credits))
    return {
        "objective": fmean(c.objective for c in credits),
        **{f"reward_gen{g + 1}": fmean(fmean(c.means[g]) for c in credits if len(c.means) > g) for g in by_generation},
        "zero_variance": _share(sum(c.zero_variance for c in credits), groups),
        "singletons": _share(sum(c.singletons for c in credits), groups),
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
