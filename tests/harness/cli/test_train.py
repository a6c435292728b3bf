"""`skillevo train` as a person and a script use it."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from test_cli import episodes, skillevo

from skillevo.envs.benchmark import get_benchmark
from skillevo.harness.cli.estimate import Assumptions, Line, Size, duration, estimate
from skillevo.harness.cli.plan import _tables, read_plan
from skillevo.harness.skills import Skill

RECIPES = Path(__file__).parents[3] / "recipes"
TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="not installed: make test-train")
FLAGS: dict[str, Any] = {"task": "alfworld", "generator": "lm", "model": "pocket/follower"}


def plan(*options: str, method: str = "skill_r1", preset: str | None = None, **flags: Any) -> Any:
    return read_plan(method, preset, {**({} if preset else FLAGS), **flags}, options, ())


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.toml")), ids=lambda p: p.stem)
def test_a_recipe_is_ready_to_run(recipe: Path, tmp_path: Path) -> None:
    method = recipe.stem.partition("-")[0] if recipe.stem.startswith("grpo") else "skill_r1"
    run = skillevo("train", method, "--preset", recipe, "--dry-run", "--json", cwd=tmp_path)
    shown = json.loads(run.stdout)
    assert shown["warning"] == "" and shown["episodes"] > 1000 and shown["estimate"]["in all"] > 0
    assert shown["options"]["weights"]["lora_rank"] == 32 and "url" not in shown["options"]["vllm"]
    assert all(path.exists() for path in plan(method=method, preset=str(recipe)).skills)


def test_a_plan_is_printed_for_people(tmp_path: Path) -> None:
    recipe = RECIPES / "skill-r1-qwen3-4b-alfworld.toml"
    text = skillevo("train", "skill_r1", "--preset", recipe, "--dry-run", cwd=tmp_path).stdout
    assert "[estimate]; not measured" in text and "an hour" in text and "mode rollouts" in text


def test_the_papers_setting_is_the_papers() -> None:
    found = plan(preset=str(RECIPES / "skill-r1-qwen3-4b-alfworld.toml"))
    assert (found.recurrence.generations, found.recurrence.candidates, found.recurrence.rollouts) == (5, 1, 4)
    assert (found.credit.mode, found.credit.std, found.credit.first_inter) == ("rollouts", False, "zero")
    assert (found.objective.ratio, found.objective.aggregation) == ("skill", "sum")
    assert (found.model, found.generator) == ("openai/gpt-4o-mini", "Qwen3-4B")


def test_the_command_line_wins_over_the_preset_and_every_option_is_typed() -> None:
    found = plan("mode=return_to_go", "lr=3e-4", "candidates=2", "step_cap=30", "std=true", "val_decoding=sample",
                 preset="pocket", steps=7, panel="pocket-val")  # fmt: skip
    assert (found.credit.mode, found.credit.std, found.optimiser.lr) == ("return_to_go", True, 3e-4)
    assert (found.recurrence.candidates, found.rules.step_cap) == (2, 30)
    assert (found.steps, found.panel, found.generator) == (7, "pocket-val", "pocket/writer")
    validated = found.validation.of(found.recurrence)
    assert (validated.candidates, validated.decoding, validated.parent) == (1, "sample", found.recurrence.parent)
    assert found.objective.max_tokens == found.sampling.max_new_tokens


def test_grpo_is_one_shot() -> None:
    found = plan("generations=4", method="grpo")
    assert found.recurrence.generations == 1 and found.credit.mode == "grpo"
    assert plan("mode=rloo", method="grpo").credit.mode == "rloo"


def test_no_two_options_share_a_name() -> None:
    named = [f.name for kinds in _tables(get_benchmark("alfworld")).values() for k in kinds for f in fields(k)]
    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["ppo", "--task", "alfworld"], "no method 'ppo' to train"),
        (["skill_r1"], "needs a task"),
        (["skill_r1", "--task", "alfworld", "--model", "random"], "needs a generator"),
        (["skill_r1", "--preset", "nowhere.toml"], "no preset"),
        (["skill_r1", "--preset", "bad.toml"], "is no TOML"),
        (["skill_r1", "--preset", "odd.toml"], "[credit] has no 'lambda'"),
        (["skill_r1", "--preset", "strange.toml"], "'reward', which is nothing that there is"),
        (["skill_r1", "--preset", "pocket", "-T", "lamda=1"], "no option -T lamda"),
        (["skill_r1", "--preset", "pocket", "-T", "lam=much"], "-T lam is a number"),
        (["skill_r1", "--preset", "pocket", "-T", "mode=best"], "-T mode is one of rollouts, candidates"),
        (["skill_r1", "--preset", "pocket", "-T", "clip=2"], "clip (ε) lies between 0 and 1"),
        (["skill_r1", "--preset", "pocket", "--steps", "0"], "--steps is a whole number"),
        (["skill_r1", "--preset", "pocket", "-T", "instances=900"], "a step takes 900 instances"),
        (["skill_r1", "--preset", "pocket", "--val-panel", "pocket-train"], "instances that are trained on"),
        (["sft", "--generator", "lm"], "needs --pairs"),
    ],
)
def test_what_does_not_fit_is_refused(args: list[str], complaint: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("task = ")
    (tmp_path / "odd.toml").write_text('task = "alfworld"\n[credit]\nlambda = 1.0\n')
    (tmp_path / "strange.toml").write_text('task = "alfworld"\nreward = "yes"\n')
    run = skillevo("train", *args, cwd=tmp_path, ok=False)
    assert run.returncode == 2 and complaint in run.stderr, run.stderr
    assert not (tmp_path / "runs").exists()


def test_what_cannot_learn_is_said_before_it_starts(tmp_path: Path) -> None:
    args = ("skill_r1", "--preset", "pocket", "-T", "mode=rollouts", "-T", "candidates=1", "-T", "lam=0")
    assert "λ = 0" in json.loads(skillevo("train", *args, "--dry-run", "--json", cwd=tmp_path).stdout)["warning"]
    run = skillevo("train", *args, "--generator", "nowhere", cwd=tmp_path, ok=False)
    assert "warning: λ = 0" in run.stderr and ("no folder" in run.stderr or "the extra [train]" in run.stderr)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (("--panel", "nosuch"), "there is no ALFWorld panel 'nosuch'"),
        (("--generator", "pocket/nosuch"), "there is no writer 'pocket/nosuch'; there are pocket/writer"),
    ],
)
def test_a_plan_knows_what_there_is_not(changed: tuple[str, str], complaint: str, tmp_path: Path) -> None:
    run = skillevo("train", "skill_r1", "--preset", "pocket", "--dry-run", *changed, cwd=tmp_path, ok=False)
    assert run.returncode == 2 and complaint in run.stderr, run.stderr


def test_an_estimate_is_its_formula() -> None:
    size = Size(episodes=1000, edits=100, learned=80, prompts=20)
    a = Assumptions(turns=10, act_prompt=1000, act_answer=100, edit_prompt=3000, edit_answer=500, price_in=0.1,
                    price_out=1.0, episodes_per_hour=500, written_per_second=100, trained_per_second=100,
                    gpu_hour=2.0)  # fmt: skip
    found = {line.name: line.value for line in estimate(size, a)}
    assert (found["task model reads"], found["task model writes"], found["task model costs"]) == (10, 1, 2)
    assert (found["playing"], found["writing"]) == (2, pytest.approx(500 / 3600))
    assert found["training"] == pytest.approx((20 * 3000 + 80 * 500) / 100 / 3600)
    hours = 2 + 500 / 3600 + 1000 / 3600
    assert found["in all"] == pytest.approx(2 + 2 * hours)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0.0, "0 s"), (1e-5, "under 1 s"), (8 / 3600, "8 s"), (0.02, "1 min 12 s"), (0.5, "30 min"),
        (59.999 / 60, "1 h"), (3 + 1 / 3, "3 h 20 min"), (52.0, "2 d 4 h"), (24_000.0, "1,000 d"),
    ],
)  # fmt: skip
def test_hours_are_told_in_units_that_a_person_reads(hours: float, told: str) -> None:
    assert duration(hours) == told == Line("playing", hours, "h", "").shown
    assert [Line("", 0.375, unit, "").shown for unit in ("$", "M tokens", "")] == ["$ 0.38", "0.38 M tokens", "0.38"]


def test_a_runs_size_is_what_it_plays() -> None:
    found = plan("generations=2", "candidates=3", "rollouts=2", "instances=4", "validate_every=5", steps=10)
    size = found.size(100, 20)
    assert size.episodes == 10 * 4 * 2 * 7 + 3 * 20 * 2 * 3
    assert (size.edits, size.learned, size.prompts) == (240 + 3 * 20 * 2, 240, 80)


@TORCH
def test_a_generator_is_trained_resumed_and_evaluated(tmp_path: Path) -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parents[1] / "trainer"))
    import tiny_lm

    steps = ["1.", "Find", "the", "object", ".", "Take", "Put", "it", "in", "on", "destination", "go", "to", "fridge"]
    tiny_lm.make(tmp_path / "lm", words=["<unk>", "<end>", *dict.fromkeys(steps)])
    Skill("start", "Household tasks.", "1. Find the object.").write(tmp_path)
    args = ("train", "skill_r1", "--preset", "pocket", "--generator", "lm", "--skill", "start", "--limit", "8",
            "--val-limit", "4", "-T", "instances=2", "-T", "generations=2", "-T", "candidates=2", "-T", "rollouts=1",
            "-T", "max_new_tokens=6", "-T", "schedule=constant", "-T", "history_tokens=40",
            "-T", "validate_every=2", "-T", "checkpoint_every=1", "--name", "r", "--json")  # fmt: skip
    result = json.loads(skillevo(*args, "--steps", "2", cwd=tmp_path).stdout)
    assert result["step"] == 2 and [v["step"] for v in result["validations"]] == [0, 2]
    run = skillevo(*args, "--steps", "3", cwd=tmp_path)
    assert "resuming after step 2" in run.stderr and json.loads(run.stdout)["step"] == 3
    home = tmp_path / "runs" / "r"
    assert [json.loads(line)["step"] for line in (home / "metrics.jsonl").read_text().splitlines()] == [0, 1, 2, 3]
    rows = episodes(home)
    assert len(rows) == 3 * 2 * 5 + 3 * 4 * 3 and {r["phase"] for r in rows} >= {"train/1", "train/3", "val/0", "val/3"}
    assert any(r["parent_skill"] for r in rows) and (home / "turns").is_dir()
    told = json.loads((home / "checkpoints" / "best" / "training.json").read_text())
    assert len(told["instances"]) == 8 + 4
    evaluated = skillevo(
        "eval", "alfworld", "--method", "skill_r1", "--generator", "runs/r/checkpoints/best", "--skill", "start",
        "--model", "pocket/follower", "--panel", "pocket-train", "--limit", "2", "--generations", "1", "--rollouts",
        "1", "-T", "history_tokens=40", "--no-log", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert json.loads(evaluated.stdout)["n"] == 2


@TORCH
def test_a_cold_start_is_learned_from_pairs(tmp_path: Path) -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parents[1] / "trainer"))
    import tiny_lm

    tiny_lm.make(tmp_path / "lm")
    pairs = [{"prompt": f"find the {n}", "completion": f"take {n}"} for n in ("10", "30", "50", "70", "90", "apple")]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(p) + "\n" for p in pairs))
    args = ("train", "sft", "--generator", "lm", "--pairs", "pairs.jsonl", "--json", "-T", "steps=4", "-T", "pairs=2",
            "-T", "held_out=2", "-T", "validate_every=2", "-T", "lr=0.01", "--name", "s")  # fmt: skip
    result = json.loads(skillevo(*args, cwd=tmp_path).stdout)
    assert [step for step, _ in result["losses"]] == [2, 4] and result["losses"][1][1] < result["losses"][0][1]
    assert (tmp_path / "runs" / "s" / "checkpoints" / "best" / "model.safetensors").exists()
