"""Finished episodes as an Inspect log: what Inspect's own readers find in it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.analysis import samples_df
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from skillevo.envs.base import (
    Call,
    CallRole,
    Episode,
    EpisodeKey,
    Panel,
    SkillevoError,
    StopReason,
    TaskInstance,
    Turn,
    Verdict,
)
from skillevo.harness.evaluation import wilson
from skillevo.harness.journal import Played
from skillevo.harness.report.inspect_log import SCORE, episode_messages, write_inspect_log

PANEL = Panel(
    "tiny",
    "alfworld",
    tuple(
        TaskInstance(
            f"i{k}", "alfworld", "test", payload={"source": "hidden"}, tags={"type": "even" if k % 2 == 0 else "odd"}
        )
        for k in range(4)
    ),
)


def turn(observation: str, action: str, *, done: bool = False, sent: bool = True, says: str = "") -> Turn:
    calls = (Call(CallRole.ACT, "m", says, input_tokens=30, output_tokens=4, cost=0.5),) if says else ()
    return Turn(observation, (), action, float(done), done, sent, calls=calls)


def played(instance: str, won: bool, rollout: int = 0, **episode: Any) -> Played:
    key = EpisodeKey(instance, rollout=rollout)
    given = {
        "turns": [turn("a room", "look", says="> look"), turn("a mug", "take mug", done=won)],
        "final": "taken",
        "stop_reason": StopReason.DONE if won else StopReason.STEP_CAP,
        **episode,
    }
    return Played(Episode(key, seed=11, **given), Verdict(float(won), won, {"steps": 2.0}), "eval", ("s@1",))


def write(folder: Path, *episodes: Played, **options: Any) -> EvalLog:
    path = folder / "logs" / "run.eval"
    given = {"task": "alfworld", "model": "pocket/follower", "panel": PANEL, "group_by": "type", **options}
    assert write_inspect_log(path, episodes, **given) == path
    return read_eval_log(str(path))


def test_every_episode_is_a_sample(tmp_path: Path) -> None:
    log = write(tmp_path, played("i1", True), played("i0", False, 1), played("i0", True, 0))
    assert log.status == "success"
    samples = {(s.id, s.epoch): s for s in log.samples or []}
    assert set(samples) == {("i0", 1), ("i0", 2), ("i1", 1)}
    first = samples["i0", 1]
    assert [(m.role, m.text) for m in first.messages] == [
        ("user", "a room"),
        ("assistant", "> look"),
        ("user", "a mug"),
        ("assistant", "take mug"),
        ("user", "taken"),
    ]
    assert first.metadata["type"] == "even"
    assert first.metadata["stop_reason"] == "done"
    assert first.metadata["seed"] == 11
    assert first.metadata["skill_ids"] == ["s@1"]
    assert first.scores is not None
    assert first.scores[SCORE].value == "C"
    assert first.scores[SCORE].metadata == {"reward": 1.0, "steps": 2.0, "stop_reason": "done"}
    usage = first.model_usage["pocket/follower"]
    assert (usage.input_tokens, usage.output_tokens, usage.total_cost) == (30, 4, 0.5)


def test_the_header_says_what_was_played(tmp_path: Path) -> None:
    created = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    log = write(
        tmp_path, played("i0", True), created=created, task_args={"panel": "tiny"}, metadata={"method": "no_skill"}
    )
    assert (log.eval.task, log.eval.model) == ("alfworld", "pocket/follower")
    assert (log.eval.dataset.name, log.eval.dataset.samples) == ("tiny", 4)
    assert log.eval.metadata is not None
    assert log.eval.metadata["panel_hash"] == PANEL.hash
    assert log.eval.metadata["method"] == "no_skill"
    assert log.eval.task_args == {"panel": "tiny"}
    assert log.eval.created.startswith("2026-01-02T03:04:05")


def test_results_are_accuracy_interval_and_groups(tmp_path: Path) -> None:
    won = {"i0": True, "i1": False, "i2": True, "i3": True}
    log = write(tmp_path, *(played(i, w) for i, w in won.items()))
    assert log.results
    (score,) = log.results.scores
    values = {name: metric.value for name, metric in score.metrics.items()}
    low, high = wilson(3, 4)
    assert values == pytest.approx({"accuracy": 0.75, "lower": low, "upper": high, "even": 1.0, "odd": 0.5})
    assert log.results.total_samples == log.results.completed_samples == 4


def test_rollouts_of_an_instance_weigh_as_one(tmp_path: Path) -> None:
    log = write(tmp_path, *(played("i0", True, k) for k in range(3)), played("i1", False))
    assert log.results
    assert log.results.scores[0].metrics["accuracy"].value == 0.5
    assert log.eval.config.epochs == 3


def test_a_failed_episode_is_in_the_log_and_in_the_denominator(tmp_path: Path) -> None:
    failed = played("i1", False, turns=[], final="", stop_reason=StopReason.ENV_ERROR, error="OSError: gone")
    log = write(tmp_path, played("i0", True), failed)
    assert log.results and log.samples
    assert log.results.scores[0].metrics["accuracy"].value == 0.5
    assert log.samples[1].scores is not None
    assert log.samples[1].scores[SCORE].explanation == "env_error: OSError: gone"


def test_inspects_tables_read_it(tmp_path: Path) -> None:
    write(tmp_path, played("i0", True), played("i1", False))
    assert len(list_eval_logs(str(tmp_path / "logs"))) == 1
    table = samples_df(str(tmp_path / "logs"))
    assert list(table["id"]) == ["i0", "i1"]
    assert list(table["score_verdict"]) == ["C", "I"]
    assert list(table["metadata_stop_reason"]) == ["done", "step_cap"]


def test_no_payload_is_in_the_log(tmp_path: Path) -> None:
    assert "hidden" not in write(tmp_path, played("i0", True)).model_dump_json()


def test_only_the_whole_file_appears(tmp_path: Path) -> None:
    write(tmp_path, played("i0", True))
    write(tmp_path, played("i0", False))  # written again: the later one stands
    assert [p.name for p in (tmp_path / "logs").iterdir()] == ["run.eval"]
    assert read_eval_log(str(tmp_path / "logs" / "run.eval")).results.scores[0].metrics["accuracy"].value == 0.0  # type: ignore[union-attr]


def test_it_can_be_written_from_async_code(tmp_path: Path) -> None:
    async def run() -> EvalLog:
        return write(tmp_path, played("i0", True))

    assert asyncio.run(run()).status == "success"


@pytest.mark.parametrize(("name", "episodes", "says"), [("run.json", 1, ".eval"), ("run.eval", 0, "no episodes")])
def test_mistakes(tmp_path: Path, name: str, episodes: int, says: str) -> None:
    given = [played("i0", True)][:episodes]
    with pytest.raises(SkillevoError, match=says):
        write_inspect_log(tmp_path / name, given, task="alfworld", model="m", panel=PANEL, group_by="type")


def test_no_episode_silently_takes_the_place_of_another(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two episodes"):
        write(tmp_path, played("i0", True), played("i0", False))


# ---- the episode as a chat


def test_a_thought_is_answered_in_the_chat() -> None:
    turns = [turn("a room", "think: hm", sent=False), turn("OK.", "look")]
    chat = episode_messages(Episode(EpisodeKey("i0"), 1, turns, "a mug", StopReason.STEP_CAP), "m")
    assert [m.text for m in chat] == ["a room", "think: hm", "OK.", "look", "a mug"]


def test_an_action_that_was_not_sent_ends_the_chat() -> None:
    turns = [turn("a room", "dance", sent=False)]
    chat = episode_messages(Episode(EpisodeKey("i0"), 1, turns, "a room", StopReason.INVALID_ACTION), "m")
    assert [m.text for m in chat] == ["a room", "dance"]


def test_an_episode_without_turns_is_its_first_observation() -> None:
    chat = episode_messages(Episode(EpisodeKey("i0"), 1, [], "a room", StopReason.GAVE_UP), "m")
    assert [m.text for m in chat] == ["a room"]
