"""What `--driver inspect` leaves behind, whatever goes wrong; within this process, for Inspect is slow to import."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log
from test_cli import episodes

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.cli.eval import run
from skillevo.harness.cli.inspect_driver import play_inspect, task_arguments
from skillevo.harness.cli.methods import MethodArguments
from skillevo.harness.cli.progress import EpisodeBar
from skillevo.harness.cli.setup import Setup, make_setup
from skillevo.harness.journal import Journal
from skillevo.harness.rollouts import Budget, Meter, Play
from skillevo.harness.skills import Skill
from skillevo.tasks.alfworld import alfworld


def setup(model: str = "random", method: str = "no_skill", limit: int = 4, rollouts: int = 2, **more: Any) -> Setup:
    options = more.pop("options", ("step_cap=4",))
    return make_setup(
        "alfworld", MethodArguments(method, rollouts=rollouts), model=model, limit=limit, task_options=options, **more
    )


def play(home: Path, chosen: Setup, budget: Budget = Budget(), workers: int = 4):  # type: ignore[no-untyped-def]  # noqa: B008
    return run(chosen, home, budget, workers=workers, quiet=True, inspected=True)


def log_of(home: Path):  # type: ignore[no-untyped-def]
    (path,) = (home / "logs").glob("*.eval")
    return read_eval_log(str(path))


# ---- exactly once


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_an_inspect_model_plays_each_episode_once_across_a_resume(workers: int, tmp_path: Path) -> None:
    chosen = setup("mockllm/model")
    keys = [(i.id, k) for i in chosen.panel for k in range(2)]
    rows, meter, _ = play(tmp_path / "r", chosen, Budget(rollouts=3), workers)
    assert meter.rollouts == 3 and Counter(r.stop_reason for r in rows) == {"step_cap": 3, "budget": 5}
    rows, again, _ = play(tmp_path / "r", chosen, workers=workers)
    assert again.rollouts == 5 and [(r.instance, r.rollout) for r in rows] == keys
    assert [r.seed for r in rows] == [r.key.seed(0) for r in rows] and {r.stop_reason for r in rows} == {"step_cap"}
    # Every completion that was paid for belongs to an episode that is kept: none was played twice.
    assert sum(r.input_tokens + r.output_tokens for r in rows) == again.total.tokens > 0
    _, last, _ = play(tmp_path / "r", chosen, workers=workers)
    assert last.rollouts == last.input_tokens == 0
    run(chosen, tmp_path / "own", Budget(), workers=workers, quiet=True, log=False)
    assert episodes(tmp_path / "r") == episodes(tmp_path / "own")


# ---- what the log says of itself


def test_the_log_is_named_as_inspect_eval_names_it(tmp_path: Path) -> None:
    skill = Skill("look", "Look.", "1. Look.").write(tmp_path)
    options = ("step_cap=3", "admissible=false", "hide_help=true", "history=all", "token_limit=900")
    chosen = setup("random", "static_skill", 2, options=options, skills=[skill], seed=3)
    play(tmp_path / "r", chosen)
    log = log_of(tmp_path / "r")
    given = {
        "limit": 2, "skill": str(skill), "admissible": False, "hide_help": True, "step_cap": 3, "token_limit": 900,
        "history": "all", "seed": 3,
    }  # fmt: skip
    assert (log.eval.task, log.eval.task_args_passed) == ("skillevo/alfworld", given)
    (other,) = inspect_eval(
        "skillevo/alfworld", model="pocket/random", task_args=given, epochs=2, log_dir=str(tmp_path), display="none"
    )
    for name in ("task", "task_registry_name", "task_args", "task_args_passed", "model", "dataset", "metadata"):
        assert getattr(log.eval, name) == getattr(other.eval, name)
    assert other.results is not None and log.results is not None
    assert other.results.scores[0].metrics == log.results.scores[0].metrics


def test_defaults_are_no_arguments_and_several_skills_are_a_list(tmp_path: Path) -> None:
    assert task_arguments(setup(limit=4, options=()), alfworld) == {"limit": 4}
    paths = [Skill(name, "Look.", "1. Look.").write(tmp_path) for name in ("look", "run")]
    chosen = setup("random", "static_skill", skills=paths, options=("skill_mode=tool",))
    assert task_arguments(chosen, alfworld) == {"limit": 4, "skill": [str(p) for p in paths], "skill_mode": "tool"}
    chosen = setup("mockllm/model", "react", options=("examples=1",))
    assert task_arguments(chosen, alfworld) == {"limit": 4, "prompt": "react-fewshot", "examples": 1}


# ---- what goes wrong around an episode


def failing(monkeypatch: pytest.MonkeyPatch, victim: str) -> None:
    plays = Play.episode

    async def episode(self: Play, instance: TaskInstance, *args: Any, **more: Any) -> Any:
        if instance.id == victim:
            raise RuntimeError("the sandbox is gone")
        return await plays(self, instance, *args, **more)

    monkeypatch.setattr(Play, "episode", episode)


def test_a_sample_that_failed_is_an_error_and_no_matter_of_money(tmp_path: Path) -> None:
    chosen = setup()
    victim = chosen.panel.instances[1].id
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, victim)
        rows, _, _ = play(tmp_path / "r", chosen)
    assert {(r.instance, r.stop_reason) for r in rows} == {
        (i.id, "env_error" if i.id == victim else "step_cap") for i in chosen.panel
    }
    assert ["the sandbox is gone" in r.error for r in rows if r.instance == victim] == [True] * 2 and len(rows) == 8
    rows, meter, _ = play(tmp_path / "r", chosen)
    assert meter.rollouts == 2 and {r.stop_reason for r in rows} == {"step_cap"}


def test_a_sample_that_failed_is_an_error_even_where_the_budget_is_spent(tmp_path: Path) -> None:
    chosen = setup(rollouts=1)
    first = chosen.panel.instances[0].id
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, first)
        rows, _, _ = play(tmp_path / "r", chosen, Budget(rollouts=2), workers=1)
    assert [r.stop_reason for r in rows] == ["env_error", "step_cap", "step_cap", "budget"]


def test_a_journal_of_other_skills_ends_it_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    paths = [Skill("look", "Look.", body).write(tmp_path / body[3:6]) for body in ("1. Look.", "1. Run.")]

    def under(path: Path, limit: int) -> Meter:
        meter = Meter()
        with EpisodeBar("r", 8, 0, quiet=True) as bar:
            play_inspect(setup("random", "static_skill", limit, skills=[path]), journal, meter, bar, 1, tmp_path / "l")
        return meter

    assert under(paths[0], 1).rollouts == 2
    with pytest.raises(SkillevoError, match=r"was played under the skills look@\w+, and is now"):
        under(paths[1], 4)
    assert len(journal) == 2, "no other sample was started"
