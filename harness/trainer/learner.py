"""One batch of rows becomes one optimiser step (or `updates` of them). Knows nothing of skills, worlds and languages.

What is learned from is any model that can score a sampled text again (`Scorer`): a skill generator, or an acting policy
whose texts are commands. Log-probabilities of the sampling weights (`old`) and of the reference are computed here, by
the weights that are trained and over the tokens that were sampled; the sampling engine's own serve for comparison and
for a correction alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Protocol

import torch
from torch import Tensor

from skillevo.envs.base import Call, SkillevoError
from skillevo.harness.methods import TrainRow
from skillevo.harness.trainer.batch import RowBatch, ScoredRow
from skillevo.harness.trainer.credit import RowCredit
from skillevo.harness.trainer.diagnostics import Diagnostics
from skillevo.harness.trainer.objective import contributing, loss, normaliser
from skillevo.harness.trainer.objective_config import ObjectiveConfig
from skillevo.harness.trainer.options import OptimiserOptions


class Scorer(Protocol):
    """A model whose weights are trained."""

    def parameters(self) -> list[torch.nn.Parameter]: ...

    def batches(self, calls: Sequence[Call], tokens: int) -> list[list[int]]:
        """The rows in micro-batches, by number: each row once, with at most so many padded tokens if it can be."""
        ...

    def score(self, calls: Sequence[Call]) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the completions' tokens, with gradient, and entropies, without; both (B, T)."""
        ...

    def reference(self) -> AbstractContextManager[None]:
        """Inside, `score` uses the weights that the KL is measured against."""
        ...

    def training(self) -> AbstractContextManager[None]:
        """Inside, dropout and the like are on."""
        ...


@dataclass(slots=True)
class _Row:
    """A row while it is learned from; `scored` holds other tokens' places until the first pass fills them."""

    call: Call
    scored: ScoredRow
    known: bool = False


class Learner:
    """The optimiser and what it has counted.

    Args:
        steps: of the whole run, for schedules that end with it.

    Attributes:
        skipped: steps that were lost, for want of rows or of a finite loss; `in_a_row`: since one that was not.
    """

    def __init__(self, model: Scorer, objective: ObjectiveConfig, options: OptimiserOptions, steps: int) -> None:
        self._model = model
        self._objective = objective
        self._options = options
        self._steps = steps
        trained = model.parameters()
        if not trained:
            raise SkillevoError("the model has no weights to train")
        o = options
        groups = [
            {"params": [p for p in trained if p.dim() >= 2], "weight_decay": o.weight_decay},
            {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(
            [g for g in groups if g["params"]], lr=o.lr, betas=(o.beta1, o.beta2), eps=o.eps
        )
        self.skipped = self.in_a_row = 0

    @property
    def max_skipped(self) -> int:
        """Steps in a row without a finite loss after which a run should stop."""
        return self._options.max_skipped

    def step(self, rows: Sequence[TrainRow], instances: int, step: int) -> dict[str, Any]:
        """Learn from one batch of rollouts.

        Args:
            instances: that the rows were written for.
            step: its number, from 1.

        Returns:
            What metrics.jsonl says of it. A step that was not taken has `skipped`, the reason.
        """
        started = perf_counter()
        everything = [_row(r) for r in rows]
        z = normaliser([r.scored for r in everything], instances, self._objective)
        live = {id(s) for s in contributing([r.scored for r in everything], self._objective)}
        live_rows = [r for r in everything if id(r.scored) in live]
        rate = self._options.rate(step, self._steps)
        found = {"rows": len(rows), "rows_live": len(live_rows), "lr": rate, "skipped": ""}
        if live_rows:
            found |= self._update(live_rows, z, rate)
        else:
            found["skipped"] = "no row has an advantage" if rows else "nothing came back to learn from"
        lost = bool(found["skipped"]) and (bool(live_rows) or not rows)
        self.skipped += lost
        self.in_a_row = self.in_a_row + 1 if lost else 0
        return found | {"skipped_steps": self.skipped, "seconds_update": perf_counter() - started}

    def state(self) -> dict[str, Any]:
        """All that a resume needs besides the weights."""
        return {"optimiser": self.optimiser.state_dict(), "skipped": self.skipped, "in_a_row": self.in_a_row}

    def restore(self, state: dict[str, Any]) -> None:
        self.optimiser.load_state_dict(state["optimiser"])
        self.skipped, self.in_a_row = state["skipped"], state["in_a_row"]

    def _update(self, rows: list[_Row], z: float, rate: float) -> dict[str, Any]:
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        found: dict[str, Any] = {}
        for update in range(self._options.updates):
            total, diagnostics, problem = self._gradient(rows, z)
            norm = 0.0
            if not problem:
                norm = float(torch.nn.utils.clip_grad_norm_(self._model.parameters(), self._options.grad_clip))
                problem = "" if norm < float("inf") else f"the gradient's norm is {norm}"
            if problem:
                self.optimiser.zero_grad(set_to_none=True)
                return found | {"skipped": problem}
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
            if update == 0:  # the later ones see the same texts under other weights
                found = {"loss": total, "grad_norm": norm}
            if update == self._options.updates - 1:
                found |= diagnostics.metrics()
        return found

    def _gradient(self, rows: list[_Row], z: float) -> tuple[float, Diagnostics, str]:
        """The gradient of all rows, in micro-batches; the loss, what is to be known, and what is wrong with it."""
        total, diagnostics = 0.0, Diagnostics()
        with self._model.training():
            for numbers in self._model.batches([r.call for r in rows], self._options.micro_tokens):
                batch = [rows[n] for n in numbers]
                logp_bt, entropy_bt = self._model.score([r.call for r in batch])
                if not batch[0].known:
                    self._complete(batch, logp_bt)
                tensors = RowBatch.of([r.scored for r in batch], logp_bt.device)
                value, seen = loss(logp_bt, tensors, self._objective, z, entropy_bt)
                if not torch.isfinite(value):
                    return total, diagnostics, f"the loss is {float(value.detach())}"
                value.backward()
                total += float(value.detach())
                diagnostics += seen
        return total, diagnostics, ""

    def _complete(self, batch: list[_Row], logp_bt: Tensor) -> None:
        """Log-probabilities of old and reference weights. The weights have not moved yet: old ones are today's."""
        reference_bt = None
        if self._objective.beta > 0:
            with torch.no_grad(), self._model.reference():
                reference_bt, _ = self._model.score([r.call for r in batch])
        old_bt = logp_bt.detach()
        for b, row in enumerate(batch):
            n = len(row.call.completion_ids or ())
            reference = None if reference_bt is None else reference_bt[b, :n]
            row.scored = replace(row.scored, old=old_bt[b, :n], reference=reference)
            row.known = True


def _row(row: TrainRow) -> _Row:
    call = row.call
    if not call.completion_ids:
        raise SkillevoError(f"a completion of {call.model} has no token ids: nothing can be learned from it")
    credit = RowCredit(tuple(a - row.inter for a in row.advantages), row.inter)
    return _Row(
        call,
        ScoredRow(
            credit,
            old=(0.0,) * len(call.completion_ids),
            engine=call.logprobs,
            truncated=bool(call.sampling.get("truncated", False)),
            mask=row.mask,
        ),
    )
