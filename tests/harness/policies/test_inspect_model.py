"""A model behind Inspect, acting turn by turn. The model is `mockllm`; the rest is Inspect's own."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import transcript
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ContentReasoning,
    ContentText,
    GenerateConfig,
    Model,
    ModelOutput,
    ModelUsage,
    get_model,
)
from inspect_ai.tool import ToolInfo

from skillevo.envs.base import EpisodeKey, Observation, SkillevoError, Step, StopReason, TaskInstance
from skillevo.harness.play import Action, Conditioning, PlayRules, SkillText, TurnContext, agent_task, play
from skillevo.harness.policies.inspect_connect import MAX_RETRIES, connect
from skillevo.harness.policies.inspect_model import MAX_TOOL_ROUNDS, InspectModelPolicy, Price
from skillevo.harness.policies.prompts import PromptOptions

LOOK = "<think>hm</think><action>look</action>"
SKILL = SkillText("open-first@1", "open-first", "When a box is closed", "1. Open the box.")
BEHIND_TOOL = Conditioning(skills=(SKILL,), skill_mode="tool")
INSTANCE = TaskInstance("i", "alfworld", "test", prompt="find the mug")


def said(content: Any, stop_reason: Any = "stop") -> ModelOutput:
    """An output with its usage: without one, mockllm would count tokens with a tokeniser that it downloads."""
    output = ModelOutput.from_message(ChatMessageAssistant(content=content), stop_reason)
    output.usage = ModelUsage(input_tokens=100, output_tokens=20, total_tokens=120, input_tokens_cache_read=10)
    return output


def asks_for(skill: str) -> ModelOutput:
    output = ModelOutput.for_tool_call("mockllm/model", "skill", {"command": skill}, content="")
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def mock(*outputs: ModelOutput) -> Model:
    return get_model("mockllm/model", custom_outputs=list(outputs))


class Recording:
    """A model that answers `look` and remembers what it was sent."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.configs: list[GenerateConfig] = []
        self.tools: list[list[str]] = []
        self.model = get_model("mockllm/model", custom_outputs=self.answer)

    def answer(
        self, messages: list[ChatMessage], tools: list[ToolInfo], choice: Any, config: GenerateConfig
    ) -> ModelOutput:
        self.prompts.append(messages[-1].text)
        self.configs.append(config)
        self.tools.append([t.name for t in tools])
        return said(LOOK)


def turn(seed: int = 7, conditioning: Conditioning | None = None) -> TurnContext:
    seen = Observation("a room", ("look", "open box 1"))
    return TurnContext(
        agent_task(INSTANCE), EpisodeKey("i"), seed, conditioning or Conditioning(), PlayRules(), seen, []
    )


def act(policy: InspectModelPolicy, *turns: TurnContext) -> Sequence[Action]:
    return asyncio.run(_act(policy, *turns))


async def _act(policy: InspectModelPolicy, *turns: TurnContext) -> Sequence[Action]:
    return await policy.act_many(turns)


class Corridor:
    """A world without end."""

    async def reset(self) -> Observation:
        return Observation("a corridor", ("look",))

    async def step(self, action: str) -> Step:
        return Step(Observation("a corridor", ("look",)), 0.0, False)

    async def close(self) -> None:
        pass


# ---- one turn


def test_a_completion_becomes_an_action_and_a_call() -> None:
    policy = InspectModelPolicy(mock(said(LOOK)), config={"temperature": 0.4})
    (action,) = act(policy, turn())
    (call,) = action.calls
    assert replace(action, calls=()) == Action("look")
    assert call.completion == LOOK
    assert call.prompt.startswith("[user]\n")
    assert "find the mug" in call.prompt
    assert (call.model, call.input_tokens, call.output_tokens) == ("mockllm/model", 110, 20)
    assert (call.cost, call.cached) == (None, False)
    assert call.sampling["temperature"] == 0.4


def test_turns_of_a_batch_are_answered_in_their_order() -> None:
    def echo(messages: list[ChatMessage], *_: Any) -> ModelOutput:
        return said(f"<think></think><action>{messages[-1].text.split('You see:')[1].split()[0]}</action>")

    policy = InspectModelPolicy(get_model("mockllm/model", custom_outputs=echo))
    turns = [turn() for _ in range(5)]
    for k, t in enumerate(turns):
        t.observation = Observation(f"room{k}")
    assert [a.text for a in act(policy, *turns)] == [f"room{k}" for k in range(5)]


@pytest.mark.parametrize(
    ("output", "stop"),
    [
        (said("I cannot", "content_filter"), StopReason.REFUSED),
        (said("<think>so", "model_length"), StopReason.TOKEN_LIMIT),
    ],
)
def test_a_refusal_and_a_full_context_end_the_episode(output: ModelOutput, stop: StopReason) -> None:
    (action,) = act(InspectModelPolicy(mock(output)), turn())
    assert action.stop is stop
    assert action.note
    assert len(action.calls) == 1


@pytest.mark.parametrize("output", [said(""), ModelOutput(model="mockllm/model", usage=ModelUsage())])
def test_an_empty_output_is_a_silent_turn(output: ModelOutput) -> None:
    (action,) = act(InspectModelPolicy(mock(output)), turn())
    assert action.silent
    assert action.stop is None


def test_an_output_that_was_cut_is_noted() -> None:
    policy = InspectModelPolicy(mock(said(LOOK), said("<think>long", "max_tokens")))
    context = turn()
    act(policy, context)
    assert policy.notes(context) == ()
    act(policy, context)
    assert policy.notes(context) == ("completions cut at max_tokens: 1",)


def test_thoughts_that_inspect_took_out_of_the_text_are_put_back() -> None:
    parts = [ContentReasoning(reasoning="hm"), ContentText(text="<action>look</action>")]
    (action,) = act(InspectModelPolicy(mock(said(parts))), turn())
    assert action.valid
    assert action.calls[0].completion == "<think>hm</think>\n<action>look</action>"


def test_the_preset_asks_for_its_stop_sequence() -> None:
    recording = Recording()
    act(InspectModelPolicy(recording.model, PromptOptions.of("react-fewshot")), turn())
    act(InspectModelPolicy(recording.model, PromptOptions.of("zeroshot-tags")), turn())
    act(InspectModelPolicy(recording.model, PromptOptions.of("react-fewshot"), config={"stop_seqs": ["#"]}), turn())
    assert [c.stop_seqs for c in recording.configs] == [["\n"], None, ["#"]]


def test_the_mock_model_answers_without_a_network() -> None:
    (action,) = act(InspectModelPolicy("mockllm/model"), turn())
    assert (action.text, action.valid) == ("efault output from mockllm/model"[-30:], False)
    assert action.calls[0].input_tokens > 0


# ---- cost, cache, seeds


def test_a_given_price_counts_every_token() -> None:
    (action,) = act(InspectModelPolicy(mock(said(LOOK)), price=Price(input=2.0, output=10.0)), turn())
    assert action.calls[0].cost == pytest.approx((110 * 2 + 20 * 10) / 1e6)


def test_the_cache_serves_the_same_episode_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path))
    outputs = [said(f"<think></think><action>open box {k}</action>") for k in range(3)]
    policy = InspectModelPolicy(mock(*outputs), cache=True, price=Price(1.0, 1.0))
    first, other, again = (act(policy, turn(seed))[0] for seed in (1, 2, 1))
    assert [a.text for a in (first, other, again)] == ["open box 0", "open box 1", "open box 0"]
    assert [a.calls[0].cached for a in (first, other, again)] == [False, False, True]
    assert again.calls[0].cost == 0.0
    assert again.calls[0].input_tokens == first.calls[0].input_tokens  # an episode's token limit falls where it fell


def test_every_call_has_a_seed_of_its_own() -> None:
    recording = Recording()
    policy = InspectModelPolicy(recording.model, config={"seed": 5})
    for seed in (1, 2, 1):
        act(policy, turn(seed))
    one, two, again = (c.seed for c in recording.configs)
    assert one == again
    assert one != two
    assert all(s is not None and 0 <= s < 2**31 for s in (one, two))


# ---- skills behind the tool


def test_a_skill_is_read_and_stays_in_the_prompt() -> None:
    policy = InspectModelPolicy(mock(asks_for("open-first"), said(LOOK), said(LOOK)))
    context = turn(conditioning=BEHIND_TOOL)
    (action,) = act(policy, context)
    assert action.text == "look"
    assert [c.completion for c in action.calls] == ['[skill] {"command": "open-first"}', LOOK]
    assert "1. Open the box." not in action.calls[0].prompt
    assert action.calls[1].prompt.endswith("[tool]\n1. Open the box.")
    (later,) = act(policy, context)
    assert "1. Open the box." in later.calls[0].prompt


def test_an_unknown_skill_is_answered_and_not_opened() -> None:
    policy = InspectModelPolicy(mock(asks_for("fly"), said(LOOK), said(LOOK)))
    context = turn(conditioning=BEHIND_TOOL)
    (action,) = act(policy, context)
    assert "Unknown skill: fly" in action.calls[1].prompt
    (later,) = act(policy, context)
    assert "1. Open the box." not in later.calls[0].prompt


def test_a_model_that_only_reads_has_to_act_in_the_end() -> None:
    policy = InspectModelPolicy(mock(*(asks_for("open-first") for _ in range(MAX_TOOL_ROUNDS + 1))))
    (action,) = act(policy, turn(conditioning=BEHIND_TOOL))
    assert action.silent
    assert len(action.calls) == MAX_TOOL_ROUNDS + 1


@pytest.mark.parametrize(("conditioning", "tools"), [(BEHIND_TOOL, ["skill"]), (Conditioning((SKILL,)), [])])
def test_the_tool_is_offered_in_tool_mode_only(conditioning: Conditioning, tools: list[str]) -> None:
    recording = Recording()
    act(InspectModelPolicy(recording.model), turn(conditioning=conditioning))
    assert recording.tools == [tools]
    assert ("1. Open the box." in recording.prompts[0]) == (not tools)


# ---- a whole run


def test_an_episode_is_played_to_its_cap() -> None:
    policy = InspectModelPolicy(Recording().model)
    key = EpisodeKey("i")
    episode = asyncio.run(play(Corridor(), INSTANCE, key, 1, policy, Conditioning(), PlayRules(step_cap=4)))
    assert [t.action for t in episode.turns] == ["look"] * 4
    assert episode.stop_reason is StopReason.STEP_CAP


def test_no_event_is_left_in_the_transcript_of_the_process() -> None:
    policy = InspectModelPolicy(Recording().model)

    async def run() -> int:
        before = transcript().history.event_count
        await policy.act_many([turn() for _ in range(10)])
        return transcript().history.event_count - before

    assert asyncio.run(run()) == 0


def test_events_are_left_to_the_sample_that_is_played_in() -> None:
    policy = InspectModelPolicy(Recording().model, in_sample=True)

    async def run() -> int:
        before = transcript().history.event_count
        await policy.act_many([turn() for _ in range(10)])
        return transcript().history.event_count - before

    assert asyncio.run(run()) == 10


def test_what_a_run_records() -> None:
    policy = InspectModelPolicy("mockllm/model", config={"temperature": 0.0, "seed": 3}, cache=True, max_connections=4)
    recorded = policy.describe()
    assert recorded["model"] == policy.name == "mockllm/model"
    assert recorded["config"] == {"temperature": 0.0, "seed": 3}
    assert recorded["prompt"]["preset"] == "zeroshot-tags"


# ---- mistakes


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: InspectModelPolicy("nowhere/model"), "nowhere/model"),
        (lambda: InspectModelPolicy("model"), "model"),
        (lambda: InspectModelPolicy("mockllm/model", config={"temprature": 1}), "temprature"),
        (lambda: InspectModelPolicy("mockllm/model", config={"temperature": "warm"}), "temperature"),
    ],
)
def test_a_mistake_is_one_clear_error(make: Callable[[], object], says: str) -> None:
    with pytest.raises(SkillevoError, match=says):
        make()


def test_a_provider_without_its_package_or_key_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SkillevoError, match="openai/gpt-4o") as caught:
        InspectModelPolicy("openai/gpt-4o")
    assert "[bold]" not in str(caught.value)


def test_retries_come_to_an_end() -> None:
    recording = Recording()
    made = get_model("mockllm/model", custom_outputs=recording.answer)
    assert made.config.max_retries is None  # Inspect's own default: for ever
    policy = InspectModelPolicy("mockllm/model")
    assert policy._model.config.max_retries == MAX_RETRIES


def test_a_timeout_cuts_every_attempt() -> None:
    """Inspect itself would look at it between two attempts only."""
    assert connect("mockllm/model", {"timeout": 7}).config.attempt_timeout == 7
    assert connect("mockllm/model", {"timeout": 7, "attempt_timeout": 2}).config.attempt_timeout == 2
    assert connect("mockllm/model", {}).config.attempt_timeout is None
