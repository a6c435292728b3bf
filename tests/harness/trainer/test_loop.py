"""The loop: it learns, it can be killed at any moment, and it says what went wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

NEEDED = "not installed: make test-train"
torch = pytest.importorskip("torch", reason=NEEDED)
pytest.importorskip("transformers", reason=NEEDED)

import tiny_run  # noqa: E402
from tiny_run import Run, heed, train  # noqa: E402
from worlds import Scripted  # noqa: E402

from skillevo.envs.base import SkillevoError  # noqa: E402
from skillevo.harness.rollouts import Budget  # noqa: E402
from skillevo.harness.trainer import CreditConfig  # noqa: E402
from skillevo.harness.trainer.objective_config import ObjectiveConfig  # noqa: E402
from skillevo.harness.trainer.options import LoopOptions, OptimiserOptions, WeightOptions  # noqa: E402

TIMES = ("seconds_rollouts", "seconds_writing", "seconds_update", "seconds_validation")


def metrics(home: Path, times: bool = False) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (home / "metrics.jsonl").read_text().splitlines()]
    return rows if times else [{k: v for k, v in row.items() if k not in TIMES} for row in rows]


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(tmp_path_factory.mktemp("learned") / "run", 16)


def test_it_learns_what_is_rewarded(learned: Run) -> None:
    rewards = [row["reward_gen2"] for row in metrics(learned.home)[1:]]
    assert fmean(rewards[:3]) < 0.5 < 0.8 < fmean(rewards[-3:])
    progress = learned.loop.progress
    assert progress.validations[0].score < 0.5 and progress.best is not None and progress.best.score >= 0.8


def test_every_step_says_all_that_is_to_be_watched(learned: Run) -> None:
    rows = metrics(learned.home, times=True)
    assert [row["step"] for row in rows] == list(range(17))
    wanted = {
        "reward_gen0", "reward_gen1", "reward_gen2", "zero_variance", "intra_share", "inter_share", "clip_share", "kl",
        "entropy", "length", "truncated", "unreadable", "tokens_writing", "tokens_acting", "episodes", "loss", "lr",
        "grad_norm", "mismatch", *TIMES[:3],
    }  # fmt: skip
    for row in rows[1:]:
        assert wanted <= row.keys() and row["rows"] == 4 * 2 * 4 and row["episodes"] == 4 * 2 * 9
    assert [row["step"] for row in rows if "val_score" in row] == [0, 4, 8, 12, 16]
    assert rows[1]["lr"] == pytest.approx(0.02) and rows[2]["lr"] == pytest.approx(0.04), "warm-up"
    assert all(row["mismatch_worst"] < 1e-4 for row in rows[1:]), "sampler and trainer see the same distribution"
    assert rows[1]["kl"] == 0 < rows[-1]["kl"], "the reference stays where it was"


def test_the_best_checkpoint_is_kept_and_is_a_generator(learned: Run) -> None:
    from skillevo.harness.methods.local_generator import LocalGenerator

    best = learned.loop.progress.best
    folder = learned.home / "checkpoints" / "best"
    assert best is not None and folder.resolve().name == f"step-{best.step:06d}"
    assert len(list((learned.home / "checkpoints").glob("step-*"))) <= LoopOptions().keep + 1
    state = torch.load(folder / "state.pt", weights_only=True)
    assert state["step"] == best.step
    LocalGenerator(folder)


def test_a_finished_run_is_not_taken_further_and_a_longer_one_goes_on(tmp_path: Path) -> None:
    first = train(tmp_path / "a", 4)
    again = train(tmp_path / "a", 4)
    assert "resuming after step 4" in again.said[0] and _equal(first.weights, again.weights)
    longer, whole = train(tmp_path / "a", 7), train(tmp_path / "b", 7)
    assert _equal(longer.weights, whole.weights)


def _equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_killed_between_checkpoints_and_resumed_is_bit_for_bit_the_unbroken_run(tmp_path: Path) -> None:
    program = [sys.executable, tiny_run.__file__, str(home := tmp_path / "killed"), "6"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=env)
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) == 5:  # the last checkpoint is step 4's, the best one so far, or step 3's
            child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    resumed, unbroken = train(home, 6), train(tmp_path / "unbroken", 6)
    assert resumed.said, "it found what the killed one had left"
    assert _equal(resumed.weights, unbroken.weights)
    assert metrics(home) == metrics(tmp_path / "unbroken")


def test_a_damaged_checkpoint_is_said_to_be_one_and_the_one_before_is_used(tmp_path: Path) -> None:
    train(tmp_path / "a", 6)
    newest = tmp_path / "a" / "checkpoints" / "step-000006" / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:-100])
    resumed, unbroken = train(tmp_path / "a", 8), train(tmp_path / "b", 8)
    assert "step-000006 is damaged (model.safetensors is not what was written)" in resumed.said[0]
    assert "resuming after step" in resumed.said[1] and _equal(resumed.weights, unbroken.weights)


@pytest.mark.parametrize("weights", [WeightOptions(), WeightOptions(lora_rank=4)], ids=["full", "lora"])
def test_a_split_into_micro_batches_changes_nothing(weights: WeightOptions, tmp_path: Path) -> None:
    pytest.importorskip("peft", reason=NEEDED)
    found = [
        # With a large eps a step of Adam is in proportion to the gradient, and does not blow rounding up.
        train(tmp_path / str(n), 2, weights=weights, optimiser=OptimiserOptions(lr=1, eps=1, warmup=1, micro_tokens=n))
        for n in (1, 100_000)
    ]
    start = Run(tmp_path / "start", steps=1, weights=weights)
    start.journal.close()
    assert not _equal(start.weights, found[0].weights)
    for name, value in found[0].weights.items():
        assert torch.allclose(value, found[1].weights[name], atol=1e-5), name


@pytest.mark.parametrize("updates", [1, 3])
def test_an_adapter_learns_and_resumes_too(updates: int, tmp_path: Path) -> None:
    pytest.importorskip("peft", reason=NEEDED)
    more = {
        "weights": WeightOptions(lora_rank=4),
        "optimiser": OptimiserOptions(lr=0.05, warmup=1, updates=updates),
        "objective": ObjectiveConfig(ratio="token", aggregation="constant", max_tokens=3),
    }
    train(tmp_path / "a", 3, **more)
    resumed, unbroken = train(tmp_path / "a", 5, **more), train(tmp_path / "b", 5, **more)
    assert _equal(resumed.weights, unbroken.weights)
    rows = metrics(tmp_path / "b")[1:]
    assert rows[-1]["kl"] > 0 and any(row["clip_share"] > 0 for row in rows) == (updates > 1)
    frozen = [k for k in resumed.weights if "lora" not in k]
    base = Run(tmp_path / "c", steps=1, weights=WeightOptions(lora_rank=4))
    base.journal.close()
    assert all(torch.equal(resumed.weights[k], base.weights[k]) for k in frozen)


def test_without_a_better_validation_it_stops(tmp_path: Path) -> None:
    options = LoopOptions(instances=4, validate_every=1, checkpoint_every=50, patience=2)
    run = train(tmp_path / "a", 20, options=options, optimiser=OptimiserOptions(lr=1e-12))
    assert run.loop.progress.step == 2 and "no better validation" in run.loop.progress.stopped_by
    again = train(tmp_path / "a", 20, options=options, optimiser=OptimiserOptions(lr=1e-12))
    assert again.loop.progress.step == 2, "a resume knows that it had stopped"


def test_a_loss_that_is_no_number_skips_the_step_and_then_stops_the_run(tmp_path: Path) -> None:
    run = Run(tmp_path / "a", steps=9, optimiser=OptimiserOptions(max_skipped=2))
    before, scored = run.weights, run.model.score
    run.model.score = lambda calls: tuple(x * float("nan") for x in scored(calls))  # type: ignore[method-assign, assignment]
    said = r"2 steps in a row.*the loss is nan.*checkpoints/step-000000, the best by validation .*best \(step 0: 0\."
    with pytest.raises(SkillevoError, match=said):
        run.run()
    rows = metrics(tmp_path / "a")
    assert [row.get("skipped") for row in rows[1:]] == ["the loss is nan"] * 2
    assert rows[-1]["skipped_steps"] == 2 and _equal(before, run.weights)


def test_a_run_that_was_lost_is_lost_when_it_is_repeated(tmp_path: Path) -> None:
    """Nor does it leave a checkpoint from among the lost steps, of its very last ones even."""
    _lose(tmp_path / "a")
    _lose(tmp_path / "a")
    assert [row["step"] for row in metrics(tmp_path / "a")] == [0, 1, 2, 3]


def _lose(home: Path) -> None:
    options = LoopOptions(instances=4, validate_every=50, checkpoint_every=1)
    run = Run(home, steps=3, options=options, optimiser=OptimiserOptions(max_skipped=2))
    update = run.learner._update

    def lost_after_one(*args: Any) -> Any:
        return {"skipped": "the loss is nan"} if run.loop.progress.step else update(*args)

    run.learner._update = lost_after_one  # type: ignore[method-assign]
    with pytest.raises(SkillevoError, match=r"stopped at step 3: 2 steps in a row"):
        run.run()
    assert max(p.name for p in (home / "checkpoints").glob("step-*")) == "step-000001"


def test_what_a_kill_leaves_of_step_0_is_not_done_twice(tmp_path: Path) -> None:
    train(tmp_path / "b", 2)
    for wait in ("before its checkpoint", "behind it"):
        home = tmp_path / wait
        run = Run(home, steps=2)
        run.loop._on_step = _killed
        if wait == "before its checkpoint":
            run.loop._checkpoint_if_due = _killed  # type: ignore[method-assign]
        with pytest.raises(RuntimeError, match="killed"):
            run.run()
        assert [row["step"] for row in metrics(home)] == [0]
        train(home, 2)
        assert [row["step"] for row in metrics(home)] == [0, 1, 2]


def _killed(*_: object) -> None:
    raise RuntimeError("killed")


def test_a_step_that_is_skipped_once_does_not_count_towards_the_next(tmp_path: Path) -> None:
    run = Run(tmp_path / "a", steps=5, optimiser=OptimiserOptions(max_skipped=2))
    scored, calls_seen = run.model.score, [0]

    def sometimes(calls: Any) -> Any:
        calls_seen[0] += 1
        bad = calls_seen[0] in (1, 8)
        return tuple(x * float("nan") for x in scored(calls)) if bad else scored(calls)

    run.model.score = sometimes  # type: ignore[method-assign]
    run.run()
    assert metrics(tmp_path / "a")[-1]["skipped_steps"] == 2


def test_what_the_budget_does_not_allow_is_not_learned_from_and_more_budget_goes_on(tmp_path: Path) -> None:
    unbroken = train(tmp_path / "b", 4)
    short = train(tmp_path / "a", 4, budget=Budget(rollouts=200))
    assert "the budget is spent" in short.loop.progress.stopped_by and short.loop.progress.step == 2
    assert _equal(train(tmp_path / "a", 4).weights, unbroken.weights)


def test_a_task_model_that_always_fails_teaches_nothing_and_stops_the_run(tmp_path: Path) -> None:
    def fail(turn: Any) -> str:
        raise TimeoutError("no answer in 60 s")

    with pytest.raises(SkillevoError, match="nothing came back to learn from"):
        train(tmp_path / "a", 9, policy=Scripted(fail))
    rows = metrics(tmp_path / "a")
    assert rows[-1]["lost_instances"] == 4 and rows[-1]["lost_rollouts"] > 0


def test_now_and_then_a_failure_is_counted_and_the_rest_is_learned_from(tmp_path: Path) -> None:
    def sometimes(turn: Any) -> str:
        if turn.seed % 11 == 0:
            raise TimeoutError("no answer in 60 s")
        return heed(turn)

    train(tmp_path / "a", 2, policy=Scripted(sometimes))
    assert all(row["lost_rollouts"] > 0 and row["rows"] > 0 for row in metrics(tmp_path / "a")[1:])


def test_the_papers_letters_learn_from_the_inter_term_alone(tmp_path: Path) -> None:
    from dataclasses import replace

    shape = replace(tiny_run.SHAPE, candidates=1, rollouts=4)
    train(tmp_path / "a", 3, shape=shape, credit=CreditConfig("rollouts"))
    rows = [row for row in metrics(tmp_path / "a")[1:] if row["intra_share"] + row["inter_share"]]
    assert rows and all(row["inter_share"] == pytest.approx(1, abs=1e-6) for row in rows)
