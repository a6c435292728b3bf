"""The training loop.

                      ┌───────────────────────── weights (version s) ─────────────────────────┐
                      ▼                                                                        │
    panel ──▶ B instances ──▶ method.run(Play) ──▶ Records ──▶ method.rows ──▶ TrainRows ──▶ Learner.step
    order by          G generations x M skills x N      attempts:    credit:       call + advantages     │
    seed and epoch    rollouts of the frozen model      skill, edit  A_intra +                           │
                      under each; every episode and     call,        λ·A_inter     old, reference: scored
                      call kept in the journal          verdicts                   again over the call's tokens;
                      under phase train/<s>                                        Z of all rows; micro-batches;
                                                                                   loss finite? clip, AdamW
                                                                                                         │
    every k steps:  validation panel under phase val/<s>, always the same seeds ──▶ score ──▶ best, patience
                    checkpoint: weights, optimiser, RNG, position, history, whole or not there
    every step:     one line of metrics.jsonl

Nothing of a step depends on the steps before it but weights, optimiser and what the method keeps: instances, seeds and
learning rate follow from the run's seed and the step's number. So a resume takes the newest whole checkpoint and goes
on; episodes and texts that the killed run had finished are found in the journal and not paid for again.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from skillevo.envs.base import Panel, SkillevoError, TaskInstance
from skillevo.harness.methods import Generator, Method, Phase, Record
from skillevo.harness.methods.together import Together
from skillevo.harness.rollouts import Play
from skillevo.harness.trainer.checkpoints import (
    BEST,
    STATE,
    load_state,
    mark_best,
    newest_checkpoint,
    prune,
    write_checkpoint,
)
from skillevo.harness.trainer.learner import Learner
from skillevo.harness.trainer.metrics import MetricsLog
from skillevo.harness.trainer.options import LoopOptions
from skillevo.harness.trainer.validation import Validation, cut_short, judge, run_all


class Engine(Generator, Protocol):
    """A generator that follows the weights."""

    seconds: float
    """Spent writing."""

    def renew(self, version: int) -> Mapping[str, float]:
        """Write with the weights as they are now, from here on; what is to be known of the change."""
        ...


class Weights(Protocol):
    """A model that is written to folders and read back."""

    def save(self, folder: Path) -> None: ...

    def restore(self, folder: Path) -> None: ...


class Trained(Method, Protocol):
    """A method that learns."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loop is put together from.

    Attributes:
        method: makes records and rows; `validation` is the same one in the form in which it is validated.
        engine: samples texts for both.
        play: (phase, seed) -> what the method spends.
        summarise: a step's records -> what metrics.jsonl says of them.
    """

    method: Trained
    validation: Method
    panel: Panel
    validation_panel: Panel | None
    engine: Engine
    together: Together
    weights: Weights
    learner: Learner
    play: Callable[[str, int], Play]
    summarise: Callable[[Sequence[Record]], Mapping[str, float]]


@dataclass(slots=True)
class Progress:
    """Where a run stands."""

    step: int = 0
    validations: list[Validation] = field(default_factory=list)
    stopped_by: str = ""

    @property
    def best(self) -> Validation | None:
        """Of equals, the first."""
        return max(self.validations, key=lambda v: v.score, default=None)

    @property
    def stale(self) -> int:
        """Validations since the best one."""
        best = self.best
        return sum(v.step > best.step for v in self.validations) if best else 0


class Loop:
    """A training run.

    Args:
        home: the run's directory.
        say: told in a sentence what a person should know (a damaged checkpoint, an early stop).
        on_step: told of each line of metrics.jsonl.
        on_record: told of each instance's record, those of validations included.
        beside: writes more files into each checkpoint's folder.
    """

    def __init__(
        self,
        parts: Parts,
        options: LoopOptions,
        steps: int,
        home: Path,
        seed: int,
        *,
        say: Callable[[str], None] = lambda text: None,
        on_step: Callable[[Mapping[str, Any]], None] = lambda row: None,
        on_record: Callable[[Record], None] = lambda record: None,
        beside: Callable[[Path], None] = lambda folder: None,
    ) -> None:
        self.parts = parts
        self.options = options
        self.steps = steps
        self.seed = seed
        self.progress = Progress()
        self._checkpoints = home / "checkpoints"
        self._log = MetricsLog(home / "metrics.jsonl")
        self._say = say
        self._on_step = on_step
        self._on_record = on_record
        self._beside = beside

    async def run(self) -> Progress:
        """Train until the last step, the end of patience or of the budget. Resumes what is there.

        Raises:
            SkillevoError: too many steps in a row had no finite loss; a checkpoint cannot be read.
        """
        resumed = self._resume()
        progress = self.progress
        if not resumed:
            await self._close({"step": 0})
        while not (progress.stopped_by or self._finished()):
            row = await self._step(progress.step + 1)
            if row is not None:
                progress.step += 1
                await self._close(row)
        return progress

    async def _close(self, row: dict[str, Any]) -> None:
        """End a step: validation, the line of metrics, a checkpoint."""
        row |= await self._validate_if_due()
        self._log.add(row)
        self._checkpoint_if_due()
        self._on_step(row)
        self._stop_if_lost(row)

    async def _step(self, step: int) -> dict[str, Any] | None:
        """One step's line of metrics.jsonl; None where the budget ended it."""
        parts, started, wrote = self.parts, perf_counter(), self.parts.engine.seconds
        play = parts.play(f"train/{step}", self._seed(f"train/{step}"))
        records = await run_all(parts.method, self.instances(step), play, parts.together, Phase.TRAIN)
        for record in records:
            self._on_record(record)
        if cut_short(records):
            self.progress.stopped_by = f"the budget is spent: {play.meter.exhausted}"
            self._checkpoint_if_due()
            return None
        writing = parts.engine.seconds - wrote
        playing = perf_counter() - started - writing
        rows = parts.method.rows(records)
        learned = parts.learner.step(rows, len(records), step)
        renewed = parts.engine.renew(step)
        parts.method.commit(records)
        return {
            "step": step,
            "epoch": (step - 1) // self._steps_per_epoch,
            **parts.summarise(records),
            **learned,
            **_tokens(records),
            "seconds_rollouts": playing,
            "seconds_writing": writing,
            **renewed,
        }

    async def _validate_if_due(self) -> dict[str, Any]:
        step, every, panel = self.progress.step, self.options.validate_every, self.parts.validation_panel
        if panel is None or not every or (step % every and step != self.steps):
            return {}
        started = perf_counter()
        play = self.parts.play(f"val/{step}", self._seed("val"))
        records = await run_all(self.parts.validation, panel.instances, play, self.parts.together, Phase.EVAL)
        for record in records:
            self._on_record(record)
        found = judge(records, step, self.options.select)
        self.progress.validations.append(found)
        self._stop_if_stale()
        by_generation = {f"val_reward_gen{g}": r for g, r in enumerate(found.rewards)}
        return {"val_score": found.score, **by_generation, "seconds_validation": perf_counter() - started}

    def _checkpoint_if_due(self) -> None:
        progress, best = self.progress, self.progress.best
        is_best = best is not None and best.step == progress.step
        ends = self._finished() or progress.stopped_by
        if not (is_best or ends or progress.step % self.options.checkpoint_every == 0):
            return
        if self.parts.learner.in_a_row and not is_best and (self._lost or not ends):
            return  # the newest one stays that before the trouble, and a resume meets the trouble again
        place = write_checkpoint(self._checkpoints, progress.step, self._write)
        if is_best or best is None:
            mark_best(place)
        prune(self._checkpoints, self.options.keep)

    def _write(self, folder: Path) -> None:
        import torch

        self.parts.weights.save(folder)
        self._beside(folder)
        state = {
            "step": self.progress.step,
            "validations": [v.as_dict() for v in self.progress.validations],
            "learner": self.parts.learner.state(),
            "method": dict(self.parts.method.state()),
            "rng": torch.get_rng_state(),
            "rng_gpu": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        torch.save(state, folder / STATE)

    def _resume(self) -> bool:
        """Take up the newest whole checkpoint; whether there was one."""
        import torch

        found = newest_checkpoint(self._checkpoints, self._tell_damaged) if self._checkpoints.exists() else None
        if found is not None:
            state: dict[str, Any] = load_state(found)
            self.parts.weights.restore(found)
            self.parts.learner.restore(state["learner"])
            self.parts.method.restore(state["method"])
            torch.set_rng_state(state["rng"])
            if state["rng_gpu"] and torch.cuda.is_available():
                torch.cuda.set_rng_state_all(state["rng_gpu"])
            validations = [Validation(v["step"], tuple(v["rewards"]), v["score"]) for v in state["validations"]]
            self.progress = Progress(state["step"], validations)
            self._stop_if_stale()
            self._say(f"resuming after step {self.progress.step} from {found}")
        self._log.rewind(self.progress.step if found else -1)
        self.parts.engine.renew(self.progress.step)
        return found is not None

    def _tell_damaged(self, checkpoint: Path, problem: str) -> None:
        self._say(f"{checkpoint} is damaged ({problem}): an older one is used, or none")

    def _stop_if_stale(self) -> None:
        if self.options.patience and self.progress.stale >= self.options.patience:
            self.progress.stopped_by = f"no better validation in {self.options.patience} of them"

    @property
    def _lost(self) -> bool:
        return self.parts.learner.in_a_row >= self.parts.learner.max_skipped

    def _stop_if_lost(self, row: Mapping[str, Any]) -> None:
        if self._lost:
            newest, best = newest_checkpoint(self._checkpoints, lambda *_: None), self.progress.best
            kept = f"The newest checkpoint from before is {newest}" if newest else "There is no checkpoint from before"
            if best is not None:
                kept += f", the best by validation {self._checkpoints / BEST} (step {best.step}: {best.score:.3f})"
            limit = self.parts.learner.max_skipped
            raise SkillevoError(
                f"stopped at step {row['step']}: {limit} steps in a row were skipped, the last since {row['skipped']}. "
                f"{kept}. The update before may have done it: try a lower -T lr, as a new run"
            )

    def _finished(self) -> bool:
        return self.progress.step >= self.steps

    @property
    def _steps_per_epoch(self) -> int:
        return max(1, len(self.parts.panel) // self.options.instances)

    def instances(self, step: int) -> list[TaskInstance]:
        """The step's instances: no two equal, every one once in an epoch but for a remainder that changes."""
        epoch, place = divmod(step - 1, self._steps_per_epoch)
        order = list(self.parts.panel.instances)
        random.Random(f"{self.seed}/epoch/{epoch}").shuffle(order)
        n = self.options.instances
        return order[place * n : (place + 1) * n]

    def _seed(self, what: str) -> int:
        """A seed of this run for one purpose."""
        return int.from_bytes(hashlib.blake2b(f"{self.seed}/{what}".encode(), digest_size=6).digest(), "big")


def _tokens(records: Sequence[Record]) -> dict[str, int]:
    edits = [a.edit for r in records for a in r.attempts if a.edit is not None]
    played = [p for r in records for p in r.played]
    return {
        "episodes": len(played),
        "tokens_writing": sum(c.input_tokens + c.output_tokens for c in edits),
        "tokens_acting": sum(p.input_tokens + p.output_tokens for p in played),
    }
