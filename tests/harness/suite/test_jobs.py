"""The plan: equal suites give equal runs, arms differ in nothing but what they say, and changes are noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SMALL, TRAINED, small

from skillevo.envs.base import SkillevoError
from skillevo.harness.suite import Job, fingerprints, plan_jobs

TWO_PANELS = ("limit = 3\n", 'limit = 3\n[[panels]]\ntask = "alfworld"\nname = "pocket-val"\n')


def planned(home: Path, *changes: tuple[str, str]) -> dict[str, Job]:
    return {j.name: j for j in plan_jobs(small(home, SMALL + TRAINED, *changes), home)}


def test_runs_are_named_and_ordered(tmp_path: Path) -> None:
    found = list(planned(tmp_path))
    arms = ["plain", "static", "editor", "trained"]
    assert found == ["train-candidates-s0", "train-candidates-s1", *(f"{a}-s{s}" for s in (0, 1) for a in arms)]
    more = planned(tmp_path, ('["pocket/follower"]', '["pocket/follower", "random"]'), TWO_PANELS)
    assert "trained-follower-pocket-test-3-s0" in more and "train-candidates-random-s1" in more
    assert len(more) == 2 * 2 + 2 * 2 * 2 * 4


def test_an_evaluation_is_told_everything(tmp_path: Path) -> None:
    job = planned(tmp_path)["editor-s1"]
    assert job.argv(Path("runs")) == [
        "eval", "alfworld", "--method", "skill_r1_inference", "--model", "pocket/follower", "--panel", "pocket-test",
        "--limit", "3", "--seed", "1", "--arm", "editor", "--rollouts", "1", "--generations", "2", "--candidates", "1",
        "--skill", str(tmp_path / "start"), "--generator", "mockllm/model", "-T", "parent=last", "-T",
        "decoding=sample", "--no-log", "--name", "editor-s1", "--runs", "runs", "--json",
    ]  # fmt: skip


def test_a_trained_arm_waits_for_its_own_seeds_checkpoint(tmp_path: Path) -> None:
    jobs = planned(tmp_path)
    assert jobs["trained-s1"].needs == "train-candidates-s1"
    argv = jobs["trained-s1"].argv(Path("runs"))
    assert argv[argv.index("--generator") + 1] == "runs/train-candidates-s1/checkpoints/best"
    assert argv.count("--generator") == 1


def test_training_and_evaluation_share_start_parent_rule_and_decoding(tmp_path: Path) -> None:
    jobs = planned(tmp_path, ("generations = 2", 'generations = 2\nparent = "best"\noptions = { history_tokens = 99 }'))
    train, editor, plain = (list(map(str, jobs[n].args)) for n in ("train-candidates-s0", "editor-s0", "plain-s0"))
    for option in ("parent=best", "history_tokens=99"):
        assert option in train and option in editor and option not in plain
    assert "val_decoding=sample" in train and "decoding=sample" in editor
    assert train[train.index("--generator") + 1] == editor[editor.index("--generator") + 1] == "mockllm/model"
    assert {"mode=candidates", "lr=0.0001"} < set(train)


def test_a_protocol_holds_for_all(tmp_path: Path) -> None:
    jobs = planned(tmp_path, ("[evolution]", "[protocol]\nstep_cap = 30\n[budget]\nmax_cost = 2.5\n[evolution]"))
    for job in jobs.values():
        argv = job.argv(Path("runs"))
        assert "step_cap=30" in argv and argv[argv.index("--max-cost") + 1] == "2.5"


def test_what_decides_a_result_decides_its_fingerprint(tmp_path: Path) -> None:
    before = fingerprints(list(planned(tmp_path).values()))
    assert before == fingerprints(list(planned(tmp_path).values()))
    assert len(set(before.values())) == len(before)

    def changed(*changes: tuple[str, str]) -> set[str]:
        after = fingerprints(list(planned(tmp_path, *changes).values()))
        return {name for name, of in after.items() if before.get(name) != of}

    assert (
        changed(('title = "Small"', 'title = "Else"'), ("[evolution]", "[budget]\nmax_cost = 1\n[evolution]")) == set()
    )
    assert changed(("steps = 2", "steps = 3")) == {f"{n}-s{s}" for n in ("train-candidates", "trained") for s in (0, 1)}
    assert changed(("seeds = [0, 1]", "seeds = [0, 2]")) == {
        f"{n}-s2" for n in ("train-candidates", "plain", "static", "editor", "trained")
    }
    (tmp_path / "start" / "SKILL.md").write_text("another")
    jobs = plan_jobs(small(tmp_path, SMALL + TRAINED), tmp_path)  # writes the skill anew
    (tmp_path / "start" / "SKILL.md").write_text("another")
    after = fingerprints(jobs)
    assert {n for n in after if after[n] == before[n]} == {"plain-s0", "plain-s1"}


def test_weights_behind_a_name_are_inputs(tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"1")
    jobs = plan_jobs(small(tmp_path), tmp_path, lambda name: weights if name == "mockllm/model" else None)
    before = fingerprints(jobs)
    weights.write_bytes(b"2")
    after = fingerprints(jobs)
    assert {n for n in after if after[n] != before[n]} == {"editor-s0", "editor-s1"}


def test_what_is_not_there_and_what_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkillevoError, match="would be called plain-m-s0"):
        plan_jobs(small(tmp_path, SMALL, ('["pocket/follower"]', '["a/m", "b/m"]')), tmp_path)
    jobs = plan_jobs(small(tmp_path, SMALL, ('skills = ["start"]', 'skills = ["none"]')), tmp_path)
    with pytest.raises(SkillevoError, match="the suite names .*none, and there is nothing"):
        fingerprints(jobs)
