"""The harness's loop inside Inspect: same episodes, nothing lost, nothing leaked."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import toy_world
from inspect_ai import Task, eval, score
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from inspect_ai.model import ChatMessageUser, Model, ModelOutput, ModelUsage, get_model
from toy_task import Evaluate, toy_task

from skillevo.envs.base import SkillevoError
from skillevo.harness.journal import Played
from skillevo.harness.play import Conditioning, PlayRules
from skillevo.harness.policies.inspect_model import InspectModelPolicy
from skillevo.harness.policies.prompts import PromptOptions
from skillevo.harness.policies.random import RandomPolicy
from skillevo.harness.report.inspect_log import SCORE, write_inspect_log
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import load_skill
from skillevo.tasks._scorer import pack_episode, verdict
from skillevo.tasks.alfworld import alfworld

RULES = PlayRules(step_cap=5)
PANEL = toy_world.load_panel("rooms", None, toy_world.Options())


def out(text: str, tokens: int = 10) -> ModelOutput:
    output = ModelOutput.from_content("mockllm/model", text)
    output.usage = ModelUsage(input_tokens=tokens, output_tokens=0, total_tokens=tokens)
    return output


def door_by_prompt(messages: list[Any], *_: Any) -> ModelOutput:
    """A model whose answer depends on its prompt alone."""
    return out(f"<think>hm</think><action>open {len(messages[-1].text) % 3}</action>")


def play_own(policy: Any, rollouts: int = 1, seed: int = 0, conditioning: Conditioning | None = None) -> list[Played]:
    """The same panel through the harness's own runner."""
    play = Play(
        make_env=lambda i: toy_world.make_env(i, toy_world.Options()),
        verify=toy_world.verify,
        policy=policy,
        rules=RULES,
        seed=seed,
    )

    async def run() -> list[Played]:
        shown = conditioning or Conditioning()
        return [p for i in PANEL for p in await play.rollouts(i, shown, rollouts)]

    return asyncio.run(run())


def samples(log: EvalLog) -> list[EvalSample]:
    assert log.samples
    return sorted(log.samples, key=lambda s: (str(s.id), s.epoch))


def episode_of(sample: EvalSample) -> dict[str, Any]:
    kept: dict[str, Any] = sample.store["EpisodeRecord:episode"]
    return kept


# ---- both drivers


@pytest.mark.parametrize("seed", [0, 7])
def test_a_pocket_policy_plays_equal_episodes_in_both_drivers(evaluate: Evaluate, seed: int) -> None:
    log = evaluate(toy_task(seed=seed), "pocket/random", epochs=3)
    own = play_own(RandomPolicy(), rollouts=3, seed=seed)
    assert [(s.id, s.epoch) for s in samples(log)] == [(p.episode.key.instance, p.episode.key.rollout + 1) for p in own]
    assert [episode_of(s) for s in samples(log)] == [pack_episode(p.episode) for p in own]
    assert len({json.dumps(episode_of(s)) for s in samples(log)}) > len(PANEL)  # rollouts do differ


def test_a_prompted_model_plays_equal_episodes_in_both_drivers(evaluate: Evaluate) -> None:
    def model() -> Model:
        return get_model("mockllm/model", custom_outputs=door_by_prompt)

    log = evaluate(toy_task(), model())
    own = play_own(InspectModelPolicy(model()))
    assert [episode_of(s) for s in samples(log)] == [pack_episode(p.episode) for p in own]


def test_both_logs_say_the_same(evaluate: Evaluate, tmp_path: Path) -> None:
    log = evaluate(toy_task(), "pocket/random", epochs=2)
    path = write_inspect_log(
        tmp_path / "own.eval",
        play_own(RandomPolicy(), rollouts=2),
        task="toy",
        model="pocket/random",
        panel=PANEL,
        group_by="type",
    )
    own = read_eval_log(str(path))
    assert log.results and own.results
    inspects, ours = log.results.scores[0], own.results.scores[0]
    assert {m: (v.value, v.group) for m, v in inspects.metrics.items()} == {
        m: (v.value, v.group) for m, v in ours.metrics.items()
    }
    assert inspects.name == ours.name
    for a, b in zip(samples(log), samples(own), strict=True):
        assert a.scores is not None and b.scores is not None
        assert a.scores[SCORE].model_dump() == b.scores[SCORE].model_dump()
        assert [(m.role, m.text) for m in a.messages] == [(m.role, m.text) for m in b.messages]


def test_the_oracle_wins_through_inspect(evaluate: Evaluate) -> None:
    log = evaluate(toy_task(), "pocket/oracle")
    assert log.results
    metrics = log.results.scores[0].metrics
    assert metrics["accuracy"].value == 1.0
    assert metrics["upper"].value == 1.0
    assert 0.5 < metrics["lower"].value < 0.55  # Wilson, 4 of 4
    assert {"kind0", "kind1"} <= set(metrics)


# ---- what the log holds


def test_every_turn_of_a_pocket_model_is_one_completion_without_tokens(evaluate: Evaluate) -> None:
    (sample, *_) = samples(evaluate(toy_task(limit=1), "pocket/random"))
    completions = [e for e in sample.events if e.event == "model"]
    turns = episode_of(sample)["turns"]
    assert [e.output.completion for e in completions] == [t["action"] for t in turns]
    assert [e.input[-1].text for e in completions] == [t["observation"] for t in turns]
    assert sample.model_usage["pocket/random"].total_tokens == 0


def test_the_protocol_is_recorded_and_the_payload_is_not(evaluate: Evaluate, tmp_path: Path) -> None:
    log = evaluate(toy_task(limit=2, seed=3), "pocket/random")
    assert log.eval.metadata is not None
    assert log.eval.metadata["panel"] == "rooms[:2]"
    assert log.eval.metadata["panel_hash"] == PANEL.take(2).hash
    assert log.eval.metadata["seed"] == 3
    assert log.eval.metadata["rules"]["step_cap"] == 5
    assert log.eval.metadata["prompt"]["preset"] == "zeroshot-tags"
    assert toy_world.SECRET not in log.model_dump_json()


def test_a_log_can_be_scored_again(evaluate: Evaluate) -> None:
    log = evaluate(toy_task(), "pocket/random")
    for sample in log.samples or []:
        sample.scores = None
    again = score(log, verdict("toy", "rooms"), action="overwrite", display="none")
    assert again.results and log.results
    assert again.results.scores[0].metrics["accuracy"].value == log.results.scores[0].metrics["accuracy"].value
    assert all(s.scores and SCORE in s.scores for s in again.samples or [])


# ---- what goes wrong


def test_a_world_that_fails_is_tried_again_and_counted(evaluate: Evaluate) -> None:
    log = evaluate(toy_task("broken"), get_model("mockllm/model", custom_outputs=lambda *_: out("open 2")))
    assert log.results
    assert log.results.completed_samples == 2
    assert log.results.scores[0].metrics["accuracy"].value == 0.0
    for sample in samples(log):
        kept = episode_of(sample)
        assert (kept["attempt"], kept["stop_reason"]) == (2, "env_error")
        assert sample.scores is not None
        assert "the door fell off" in (sample.scores[SCORE].explanation or "")


def test_a_model_that_fails_is_counted(evaluate: Evaluate) -> None:
    def fails(*_: Any) -> ModelOutput:
        raise RuntimeError("no answer")

    log = evaluate(toy_task(limit=1), get_model("mockllm/model", custom_outputs=fails))
    assert [episode_of(s)["stop_reason"] for s in samples(log)] == ["model_error"]


def test_a_limit_of_inspects_ends_the_episode_and_scores_it(evaluate: Evaluate) -> None:
    calls: list[int] = []

    def closed_door(*_: Any) -> ModelOutput:
        calls.append(1)
        return out("<think></think><action>open 9</action>", tokens=60)

    log = evaluate(toy_task(limit=1), get_model("mockllm/model", custom_outputs=closed_door), token_limit=100)
    (sample,) = samples(log)
    assert sample.limit is not None and sample.limit.type == "token"
    kept = episode_of(sample)
    assert (kept["stop_reason"], kept["attempt"], len(kept["turns"])) == (
        "token_limit",
        1,
        1,
    )  # what was played is kept
    assert sample.scores is not None and sample.scores[SCORE].value == "I"
    assert len(calls) == 2  # played once, not tried again


def test_nonsense_and_silence_are_stop_reasons(evaluate: Evaluate) -> None:
    silent = evaluate(toy_task(limit=1), get_model("mockllm/model", custom_outputs=lambda *_: out("")))
    assert [episode_of(s)["stop_reason"] for s in samples(silent)] == ["no_action"]
    rules = PlayRules(step_cap=5, invalid="end")
    babbles = get_model("mockllm/model", custom_outputs=lambda *_: out("I would rather sing."))
    ended = evaluate(toy_task(limit=1, rules=rules), babbles)
    assert [episode_of(s)["stop_reason"] for s in samples(ended)] == ["invalid_action"]


def test_inspects_mock_model_is_played_without_a_network(evaluate: Evaluate) -> None:
    (sample,) = samples(evaluate(toy_task(limit=1, step_cap=2), "mockllm/model"))
    assert episode_of(sample)["stop_reason"] == "step_cap"


def test_a_sample_without_a_seat_is_an_error(tmp_path: Path) -> None:
    task = toy_task(limit=1)
    bare = Task(dataset=[Sample(input="x", id="room-0", metadata={"type": "kind0"})], solver=task.solver)
    (log,) = eval(bare, model="pocket/random", log_dir=str(tmp_path), display="none")
    assert log.status == "error"
    assert log.error is not None and "setup=seat()" in log.error.message


def test_a_pocket_model_says_that_it_is_no_language_model() -> None:
    with pytest.raises(SkillevoError, match="reads an episode, not a chat"):
        asyncio.run(get_model("pocket/random").generate([ChatMessageUser(content="Hello")]))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: alfworld(panel="nowhere"), "nowhere"),
        (lambda: alfworld(skill_mode="spoken"), "prompt, tool"),  # type: ignore[arg-type]
        (lambda: alfworld(invalid="cry"), "nothing, end"),  # type: ignore[arg-type]
        (lambda: alfworld(prompt="react"), "react-fewshot"),
        (lambda: alfworld(history="two"), "history"),
        (lambda: alfworld(step_cap="x"), "step_cap is a whole number of at least 1, not 'x'"),  # type: ignore[arg-type]
        (lambda: alfworld(step_cap=0), "step_cap is a whole number of at least 1, not 0"),
        (lambda: alfworld(admissible="maybe"), "admissible is true or false, not 'maybe'"),  # type: ignore[arg-type]
        (lambda: alfworld(hide_help=3), "hide_help is true or false, not 3"),  # type: ignore[arg-type]
        (lambda: alfworld(seed="x"), "seed is a whole number, not 'x'"),  # type: ignore[arg-type]
        (lambda: alfworld(seed=True), "seed is a whole number, not True"),
        (lambda: alfworld(limit="x"), "limit is a whole number of at least 1, not 'x'"),  # type: ignore[arg-type]
        (lambda: alfworld(limit=0), "limit is a whole number of at least 1, not 0"),
        (lambda: alfworld(examples=-1), "examples is a whole number of at least 0, not -1"),
        (lambda: alfworld(panel=3), "panel is a text, not 3"),  # type: ignore[arg-type]
        (lambda: alfworld(root=3), "root is a text, not 3"),  # type: ignore[arg-type]
        (lambda: alfworld(skill=5), "skill is the path of a SKILL.md, not 5"),  # type: ignore[arg-type]
        (lambda: alfworld(skill=["a", 5]), "the skill a|no skill|skill is a text, not 5"),  # type: ignore[list-item]
        (lambda: alfworld(skill=""), "no skill"),
        (lambda: alfworld(engine="fast"), "native, official"),  # type: ignore[arg-type]
        (lambda: alfworld(time_limit="soon"), "time_limit is a number"),  # type: ignore[arg-type]
        (lambda: alfworld(token_limit=0), "token_limit is a whole number"),
        (lambda: alfworld(max_silent=0), "max_silent is a whole number"),
        (lambda: get_model("pocket/wizard"), "pocket/wizard"),
    ],
)
def test_a_mistake_is_one_message(make: Callable[[], object], says: str) -> None:
    with pytest.raises(SkillevoError, match=says) as caught:
        make()
    assert hasattr(caught.value, "exit_code")  # the inspect command prints it without a traceback


# ---- what a model is shown


@pytest.fixture
def skill_folder(tmp_path: Path) -> str:
    folder = tmp_path / "open-doors"
    folder.mkdir()
    text = "---\nname: open-doors\ndescription: When there are doors\n---\n\n1. Open the last door.\n"
    (folder / "SKILL.md").write_text(text)
    return str(folder)


def test_a_skill_is_shown_in_the_prompt(evaluate: Evaluate, skill_folder: str) -> None:
    prompts: list[str] = []

    def answer(messages: list[Any], *_: Any) -> ModelOutput:
        prompts.append(messages[-1].text)
        return out("<think></think><action>open 0</action>")

    log = evaluate(
        toy_task(limit=1, skills=[load_skill(skill_folder)]), get_model("mockllm/model", custom_outputs=answer)
    )
    assert all("1. Open the last door." in p for p in prompts)
    assert log.eval.metadata is not None
    (shown,) = log.eval.metadata["skills"].values()
    assert "1. Open the last door." in shown


def test_a_skill_is_read_through_inspects_own_tool(evaluate: Evaluate, skill_folder: str) -> None:
    prompts: list[str] = []

    def answer(messages: list[Any], *_: Any) -> ModelOutput:
        prompts.append(messages[-1].text)
        if len(prompts) > 1:
            return out("<think></think><action>open 1</action>")
        asks = ModelOutput.for_tool_call("mockllm/model", "skill", {"command": "open-doors"}, content="")
        asks.usage = ModelUsage()
        return asks

    task = toy_task(limit=1, skills=[load_skill(skill_folder)], skill_mode="tool")
    (sample,) = samples(evaluate(task, get_model("mockllm/model", custom_outputs=answer)))
    assert "1. Open the last door." not in prompts[0]
    assert 'The "open-doors" skill is running' in prompts[1]  # the words of Inspect's tool
    assert all("1. Open the last door." in p for p in prompts[1:])
    assert [e.function for e in sample.events if e.event == "tool"] == ["skill"]
    assert episode_of(sample)["turns"][0]["action"] == "open 1"


def test_react_is_shown_worked_examples(evaluate: Evaluate) -> None:
    prompts: list[str] = []

    def answer(messages: list[Any], *_: Any) -> ModelOutput:
        prompts.append(messages[-1].text)
        return out("> open 0")

    task = toy_task(limit=1, prompt=PromptOptions.of("react-fewshot"), examples=3)
    evaluate(task, get_model("mockllm/model", custom_outputs=answer))
    assert all(f"demonstration {k}" in prompts[0] for k in range(3))
