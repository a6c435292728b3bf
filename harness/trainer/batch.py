"""Sampled texts as the objective wants them: rows, and rows side by side as tensors.

Shapes: b rows, t tokens (right-padded), p parts of an advantage (intra, inter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from skillevo.envs.base import SkillevoError
from skillevo.harness.trainer.credit import RowCredit


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
    def of(
        cls, rows: Sequence[ScoredRow], device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
    ) -> RowBatch:
        """Rows as tensors, for one micro-batch."""
        lengths = [len(row.old) for row in rows]

        def padded(name: str) -> Tensor | None:
            found = [getattr(row, name) for row in rows]
            if any(x is None for x in found):
                return None
            if [len(x) for x in found] != lengths:
                raise SkillevoError(
                    f"{name!r} has other lengths than `old`: a log-probability is missing for some token"
                )
            tensors = [torch.as_tensor(x, dtype=dtype, device=device) for x in found]
            return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True)

        old_bt = padded("old")
        assert old_bt is not None
        inside_bt = torch.arange(old_bt.shape[1], device=device) < torch.tensor(lengths, device=device)[:, None]
        for b, row in enumerate(rows):
            if row.mask is not None:
                if len(row.mask) != lengths[b]:
                    raise SkillevoError(f"a mask over {len(row.mask)} tokens for a row of {lengths[b]}")
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
