"""Cold start: a generator learns to write given texts before it learns from rewards.

    max_θ  1/T Σ_pairs log π_θ(completion | prompt),   T the completions' tokens in a step

A pair is a row whose advantage is 1 under weights that have not moved since it was written: the objective's gradient is
then that of the log-likelihood, and the optimiser, its micro-batches, its precision and its guards are those of the
training loop. Weights are chosen by the loss on pairs that are not learned from.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from skillevo.envs.base import Call, CallRole, DataError, SkillevoError
from skillevo.envs.checks import check_whole
from skillevo.harness.methods import TrainRow
from skillevo.harness.methods.sampling import encode, end_tokens
from skillevo.harness.trainer.checkpoints import (
    STATE,
    load_state,
    mark_best,
    newest_checkpoint,
    prune,
    write_checkpoint,
)
from skillevo.harness.trainer.language_model import LanguageModel
from skillevo.harness.trainer.learner import Learner
from skillevo.harness.trainer.metrics import MetricsLog
from skillevo.harness.trainer.objective_config import ObjectiveConfig
from skillevo.harness.trainer.options import OptimiserOptions

_LIKELIHOOD = ObjectiveConfig(beta=0.0, aggregation="token_mean")


@dataclass(frozen=True, slots=True)
class Pair:
    """What is asked and what should be answered."""

    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class SftOptions:
    """The size and the rhythm of a cold start.

    Attributes:
        steps: optimisation steps.
        pairs: in one step.
        held_out: pairs, chosen by the seed, that are not learned from, where none are given for validation.
        validate_every: steps between two validations, each of which makes a checkpoint.
        patience: validations in a row without a lower loss after which it ends; 0 for never.
        keep: checkpoints kept, besides the best one.
    """

    steps: int = 400
    pairs: int = 64
    held_out: int = 200
    validate_every: int = 50
    patience: int = 0
    keep: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "pairs", "validate_every", "keep"):
            check_whole(name, getattr(self, name))
        for name in ("held_out", "patience"):
            check_whole(name, getattr(self, name), 0)


@dataclass(slots=True)
class SftProgress:
    """Where a cold start stands: steps taken, and (step, held-out loss in nats a token) of each validation."""

    step: int = 0
    losses: list[tuple[int, float]] = field(default_factory=list)
    stopped_by: str = ""

    @property
    def best(self) -> tuple[int, float] | None:
        return min(self.losses, key=lambda x: x[1], default=None)


def read_pairs(path: Path) -> list[Pair]:
    """Pairs from JSON lines with `prompt` and `completion`.

    Raises:
        DataError: a line is no such object.
    """
    pairs = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
                pairs.append(Pair(str(row["prompt"]), str(row["completion"])))
            except (ValueError, KeyError, TypeError):
                raise DataError(f"{path}:{number} is no JSON object with `prompt` and `completion`") from None
    return pairs


def split_pairs(pairs: Sequence[Pair], held_out: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """What is learned from, and what it is judged by: no prompt is in both.

    Raises:
        SkillevoError: nothing would be left to learn from.
    """
    prompts = sorted({p.prompt for p in pairs})
    random.Random(f"{seed}/held out").shuffle(prompts)
    kept = set(prompts[:held_out])
    learned = [p for p in pairs if p.prompt not in kept]
    if not learned:
        raise SkillevoError(f"{len(prompts)} prompts, of which {held_out} are held out, leave none to learn from")
    return learned, [p for p in pairs if p.prompt in kept]


class Sft:
    """A cold start, resumable.

    Args:
        home: where metrics.jsonl and checkpoints/ go.
        say: told in a sentence what a person should know.
        on_step: told of each line of metrics.jsonl.
    """

    def __init__(
        self,
        model: LanguageModel,
        pairs: Sequence[Pair],
        held_out: Sequence[Pair],
        options: SftOptions,
        optimiser: OptimiserOptions,
        home: Path,
        seed: int = 0,
        *,
        say: Callable[[str], None] = lambda text: None,
        on_step: Callable[[Mapping[str, Any]], None] = lambda row: None,
    ) -> None:
        self.model, self.options, self.optimiser, self.seed = model, options, optimiser, seed
        self.progress = SftProgress()
        self._rows = [self._row(p) for p in pairs]
        self._held_out = [self._row(p).call for p in held_out]
        self._learner = Learner(model, _LIKELIHOOD, optimiser, options.steps)
        self._checkpoints, self._log = home / "checkpoints", MetricsLog(home / "metrics.jsonl")
        self._say, self._on_step = say, on_step

    def run(self) -> SftProgress:
        """Learn until the last step or the end of patience, and leave the model with the best weights.

        Raises:
            SkillevoError: too many steps in a row had no finite loss.
        """
        self._resume()
        progress = self.progress
        while progress.step < self.options.steps and not progress.stopped_by:
            row = {"step": progress.step + 1, **self._learner.step(self._batch(progress.step), 1, progress.step + 1)}
            progress.step += 1
            if progress.step % self.options.validate_every == 0 or progress.step == self.options.steps:
                row["val_nll"] = self._validate()
            self._log.add(row)
            if "val_nll" in row:
                self._checkpoint()
            self._on_step(row)
            if self._learner.in_a_row >= self._learner.max_skipped:
                raise SkillevoError(f"stopped at step {progress.step}: {row['skipped']}; try a lower -T lr")
        if self._held_out and (self._checkpoints / "best").exists():
            self.model.restore((self._checkpoints / "best").resolve())
        return progress

    def loss(self, calls: Sequence[Call]) -> float:
        """Mean −log π of the completions' tokens, in nats."""
        total, tokens = 0.0, 0
        with torch.no_grad():
            for rows in self.model.batches(calls, self.optimiser.micro_tokens):
                batch = [calls[b] for b in rows]
                logp_bt, _ = self.model.score(batch)
                for b, call in enumerate(batch):
                    n = len(call.completion_ids or ())
                    total -= float(logp_bt[b, :n].sum())
                    tokens += n
        return total / max(tokens, 1)

    def _row(self, pair: Pair) -> TrainRow:
        tokenizer = self.model.tokenizer
        ids = tokenizer(pair.completion, add_special_tokens=False)["input_ids"]
        end = tokenizer.eos_token_id
        if end is None:
            end = min(end_tokens(self.model.model, tokenizer))
        call = Call(
            CallRole.EDIT,
            self.model.name,
            pair.completion,
            prompt_ids=tuple(encode(tokenizer, pair.prompt)),
            completion_ids=(*ids, end),
        )
        return TrainRow(call, (1.0,))

    def _batch(self, step: int) -> list[TrainRow]:
        """The step's rows: every one once in an epoch but for a remainder that changes."""
        n = min(self.options.pairs, len(self._rows))
        epoch, place = divmod(step, len(self._rows) // n)
        order = list(range(len(self._rows)))
        random.Random(f"{self.seed}/epoch/{epoch}").shuffle(order)
        return [self._rows[k] for k in order[place * n : (place + 1) * n]]

    def _validate(self) -> float | None:
        if not self._held_out:
            return None
        self.progress.losses.append((self.progress.step, self.loss(self._held_out)))
        self._stop_if_stale()
        return self.progress.losses[-1][1]

    def _stop_if_stale(self) -> None:
        best = self.progress.best
        stale = sum(step > best[0] for step, _ in self.progress.losses) if best else 0
        if self.options.patience and stale >= self.options.patience:
            self.progress.stopped_by = f"no lower loss in {stale} validations"

    def _checkpoint(self) -> None:
        place = write_checkpoint(self._checkpoints, self.progress.step, self._write)
        best = self.progress.best
        if best is None or best[0] == self.progress.step:
            mark_best(place)
        prune(self._checkpoints, self.options.keep)

    def _write(self, folder: Path) -> None:
        self.model.save(folder)
        state = {"step": self.progress.step, "losses": self.progress.losses, "learner": self._learner.state()}
        torch.save(state | {"rng": torch.get_rng_state()}, folder / STATE)

    def _resume(self) -> None:
        found = newest_checkpoint(self._checkpoints, lambda p, why: self._say(f"{p} is damaged ({why})"))
        if found is not None:
            state: dict[str, Any] = load_state(found)
            self.model.restore(found)
            self._learner.restore(state["learner"])
            torch.set_rng_state(state["rng"])
            self.progress = SftProgress(state["step"], [(s, x) for s, x in state["losses"]])
            self._stop_if_stale()
            self._say(f"resuming after step {self.progress.step} from {found}")
        self._log.rewind(self.progress.step)
