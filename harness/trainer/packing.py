"""Prompts that were answered several times pass through the model once, with all of their completions behind them.

    prompt  c1 c1 c1  c2 c2  c3 c3 c3 c3

A completion's token sees the prompt and its own completion up to itself; its place is counted as if it stood alone. The
log-probabilities are those of the rows one by one, and the prompt's share of the work is done once in each direction.

Prompts are padded on the left and completions on the right, so that completions begin in one column and the output
layer is computed for them alone. Masks come from lengths, never from comparing tokens with the padding's.

Shapes: b rows, g groups (different prompts), s columns of a group, k columns behind the prompts, t completion tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from skillevo.harness.trainer.objective import token_logprobs

_PROMPT, _PADDING = 0, -1


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows laid out for one pass.

    Attributes:
        ids_gs, positions_gs: what the model reads.
        mask: (G, S) where no prompt has several completions, (G, 1, S, S) to be added to the scores otherwise, None
            where everything is seen that came before.
        keep: columns from the end whose output is wanted: the last of the prompt, and all behind it.
        group_b, first_b, lengths_b: each row's group, the column of its first token behind the prompt, its length.
    """

    ids_gs: Tensor
    positions_gs: Tensor
    mask: Tensor | None
    keep: int
    group_b: Tensor
    first_b: Tensor
    lengths_b: Tensor

    def logprobs(self, logits_gkv: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """Log-probabilities, with gradient, and entropies, without: (B, T), right-padded.

        Args:
            logits_gkv: of the last `keep` columns.
        """
        behind_gk = self.ids_gs[:, 1 - self.keep :]
        # A row's first token follows the prompt, which it shares; every other one follows the column before it.
        first_b1 = behind_gk[self.group_b, self.first_b][:, None]
        start, start_entropy = token_logprobs(logits_gkv[:, :1][self.group_b], first_b1, temperature)
        rest_gk, rest_entropy_gk = token_logprobs(logits_gkv[:, 1:-1], behind_gk[:, 1:], temperature)
        longest = int(self.lengths_b.max())
        if longest == 1:
            return start, start_entropy
        column_bt = self.first_b[:, None] + torch.arange(longest - 1, device=self.first_b.device)
        column_bt = column_bt.clamp(max=rest_gk.shape[1] - 1)
        group_b1 = self.group_b[:, None]
        return (
            torch.cat([start, rest_gk[group_b1, column_bt]], 1),
            torch.cat([start_entropy, rest_entropy_gk[group_b1, column_bt]], 1),
        )


def pack(prompts: Sequence[Sequence[int]], completions: Sequence[Sequence[int]], device: torch.device) -> Packed:
    """Lay out rows, those of one prompt together."""
    groups = group(prompts)
    different = [prompts[rows[0]] for rows in groups]
    p = max(map(len, different))
    k = max(sum(len(completions[b]) for b in rows) for rows in groups)
    ids = torch.zeros((len(groups), p + k), dtype=torch.long)
    positions = torch.zeros_like(ids)
    part = torch.full_like(ids, _PADDING)
    where: dict[int, tuple[int, int]] = {}
    for g, rows in enumerate(groups):
        n = len(different[g])
        ids[g, p - n : p] = torch.tensor(different[g])
        positions[g, p - n : p] = torch.arange(n)
        part[g, p - n : p] = _PROMPT
        at = 0
        for number, b in enumerate(rows, 1):
            c = len(completions[b])
            place = slice(p + at, p + at + c)
            ids[g, place] = torch.tensor(completions[b])
            positions[g, place] = torch.arange(n, n + c)
            part[g, place] = number
            where[b] = (g, at)
            at += c
    return Packed(
        ids_gs=ids.to(device),
        positions_gs=positions.to(device),
        mask=_mask(part.to(device), shared=max(map(len, groups)) > 1),
        keep=k + 1,
        group_b=torch.tensor([where[b][0] for b in range(len(prompts))], device=device),
        first_b=torch.tensor([where[b][1] for b in range(len(prompts))], device=device),
        lengths_b=torch.tensor([len(c) for c in completions], device=device),
    )


def group(prompts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Rows by prompt, in the order in which the prompts first come."""
    found: dict[tuple[int, ...], list[int]] = {}
    for b, prompt in enumerate(prompts):
        found.setdefault(tuple(prompt), []).append(b)
    return list(found.values())


def _mask(part_gs: Tensor, *, shared: bool) -> Tensor | None:
    if not shared:
        inside = part_gs != _PADDING
        return None if bool(inside.all()) else inside.long()
    asks, seen = part_gs[:, :, None], part_gs[:, None, :]
    size = part_gs.shape[1]
    before = torch.ones((size, size), dtype=torch.bool, device=part_gs.device).tril()
    # Padding sees the padding: a token that saw nothing at all would have no attention.
    allowed = before & ((seen == asks) | ((seen == _PROMPT) & (asks != _PADDING)))
    return torch.zeros_like(allowed, dtype=torch.float32).masked_fill(~allowed, float("-inf"))[:, None]
