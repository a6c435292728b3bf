"""The presets: what a model is told, and which action its answer is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import EpisodeKey, Observation, SkillevoError, TaskInstance, Turn
from skillevo.harness.play import Action, Conditioning, PlayRules, SkillText, TurnContext, agent_task
from skillevo.harness.policies.prompts import (
    OPENED_SKILLS,
    PRESETS,
    PromptOptions,
    build_messages,
    parse_completion,
)

ROOM = "You are in a room.\n\nYour task is to: put a mug in the safe."
SKILL = SkillText("open-first@1", "open-first", "When a box is closed", "1. Open the box.")
TAGS = PromptOptions.of("zeroshot-tags")
REACT = PromptOptions.of("react-fewshot")


def turn(past: int = 0, conditioning: Conditioning | None = None, prompt: str = "") -> TurnContext:
    """A turn after `past` steps; the observations are "seen 1", ..., the actions "do 0", ..."""
    turns = [Turn(ROOM if k == 0 else f"seen {k}", (), f"do {k}", 0.0, False) for k in range(past)]
    now = Observation(f"seen {past}" if past else ROOM, ("go to safe 1", "look"))
    instance = TaskInstance("i", "alfworld", "test", prompt=prompt)
    return TurnContext(
        agent_task(instance), EpisodeKey("i"), 1, conditioning or Conditioning(), PlayRules(), now, turns
    )


def prompt_of(context: TurnContext, options: PromptOptions) -> str:
    (message,) = build_messages(context, options)
    assert message.role == "user"
    return message.content


# ---- options


def test_a_preset_brings_its_papers_history() -> None:
    assert TAGS.history == 2
    assert REACT.history is None


@pytest.mark.parametrize(("given_", "kept"), [("5", 5), (0, 0), ("all", None), ("none", None), (None, 2)])
def test_history_as_a_command_line_gives_it(given_: int | str | None, kept: int | None) -> None:
    assert PromptOptions.of("zeroshot-tags", given_).history == kept


@pytest.mark.parametrize("history", ["two", "-1", -3])
def test_a_history_that_is_none_is_refused(history: int | str) -> None:
    with pytest.raises(SkillevoError, match="history"):
        PromptOptions.of("zeroshot-tags", history)


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SkillevoError, match="react-fewshot"):
        PromptOptions.of("react")


def test_what_a_run_records() -> None:
    assert dict(REACT.as_dict()) == {
        "preset": "react-fewshot",
        "version": PRESETS["react-fewshot"].version,
        "history": "all",
        "show_admissible": True,
    }


# ---- zeroshot-tags: the prompt


def test_the_first_prompt_holds_task_observation_and_actions() -> None:
    text = prompt_of(turn(), TAGS)
    assert "Your task: put a mug in the safe." in text
    assert ROOM in text
    assert "- go to safe 1\n- look" in text
    assert "Steps taken" not in text
    assert all(tag in text for tag in ("<think>", "</think>", "<action>", "</action>"))


def test_later_prompts_keep_the_task_and_the_last_steps_only() -> None:
    text = prompt_of(turn(5), TAGS)
    assert "Your task: put a mug in the safe." in text
    assert "Steps taken so far: 5." in text
    assert "[4] You saw: seen 3\n[4] You did: do 3\n[5] You saw: seen 4\n[5] You did: do 4" in text
    assert "do 2" not in text
    assert "This is step 6. You see:\nseen 5" in text


@given(past=st.integers(0, 8), history=st.none() | st.integers(0, 10))
def test_the_history_is_as_long_as_asked(past: int, history: int | None) -> None:
    text = prompt_of(turn(past), PromptOptions("zeroshot-tags", history))
    shown = [k for k in range(past) if f"You did: do {k}" in text]
    assert shown == list(range(0 if history is None else max(0, past - history), past))


def test_the_instances_own_prompt_is_the_task() -> None:
    assert "Your task: find the answer" in prompt_of(turn(2, prompt="find the answer"), TAGS)


@pytest.mark.parametrize("preset", ["zeroshot-tags", "react-fewshot"])
def test_the_admissible_list_can_be_hidden(preset: str) -> None:
    assert "go to safe 1" in prompt_of(turn(), PromptOptions.of(preset))
    assert "go to safe 1" not in prompt_of(turn(), PromptOptions.of(preset, show_admissible=False))


@pytest.mark.parametrize("preset", PRESETS)
def test_skills_and_memories_are_shown(preset: str) -> None:
    shown = Conditioning(skills=(SKILL,), memories=("look behind you",))
    text = prompt_of(turn(3, shown), PromptOptions.of(preset))
    assert "open-first: When a box is closed\n1. Open the box." in text
    assert "- look behind you" in text
    without = prompt_of(turn(3), PromptOptions.of(preset))
    assert "Skills" not in without
    assert "Notes" not in without


@pytest.mark.parametrize("preset", PRESETS)
def test_behind_the_tool_a_skill_is_shown_once_it_is_opened(preset: str) -> None:
    context = turn(1, Conditioning(skills=(SKILL,), skill_mode="tool"))
    assert "1. Open the box." not in prompt_of(context, PromptOptions.of(preset))
    context.scratch[OPENED_SKILLS] = ["open-first"]
    assert "1. Open the box." in prompt_of(context, PromptOptions.of(preset))


# ---- zeroshot-tags: the answer


@pytest.mark.parametrize(
    ("completion", "text", "valid"),
    [
        ("<think>hm</think><action>look</action>", "look", True),
        ("<think>hm</think>\n<action>\n Go to Safe 1 </action>", "go to safe 1", True),
        ("<THINK>hm</THINK> <ACTION>look</ACTION>", "look", True),
        ("<think>a</think><action>look</action> no: <action>go to safe 1</action>", "go to safe 1", True),
        ("<think>it says <action>look</action>", "look", False),
        ("<action>look</action>", "look", False),
        ("<action>go <action>look</action><think></think>", "look", True),
        ("My answer is that you should now LOOK", "swer is that you should now look"[-30:], False),
        ("look", "look", False),
        ("<think>hm</think><action>dance</action>", "dance", True),
    ],
)
def test_the_action_between_the_last_tags(completion: str, text: str, valid: bool) -> None:
    action = parse_completion(completion, TAGS, ("go to safe 1", "look"))
    assert action == Action(text, valid=valid)


def test_untagged_output_acts_by_its_last_thirty_characters() -> None:
    assert parse_completion("x" * 50 + "Y" * 30 + "\n", TAGS).text == "y" * 30


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("completion", ["", "  \n\n "])
def test_an_empty_output_is_silent(completion: str, preset: str) -> None:
    assert parse_completion(completion, PromptOptions.of(preset)) == Action("", valid=False, silent=True)


def test_empty_tags_are_silent() -> None:
    assert parse_completion("<think>hm</think><action> </action>", TAGS) == Action("", valid=False, silent=True)


@pytest.mark.parametrize("preset", PRESETS)
def test_an_admissible_action_is_spelt_as_the_world_spells_it(preset: str) -> None:
    forms = {"zeroshot-tags": "<think></think><action>open BOX</action>", "react-fewshot": "> open BOX"}
    completion = forms.get(preset, "open BOX")
    assert parse_completion(completion, PromptOptions.of(preset), ("Open Box",)).text == "Open Box"
    assert parse_completion(completion, PromptOptions.of(preset), ("open box 1",)).text == "open box"


CODE = "Python[x = [1]\nprint(x[0], 'Ä')]"


@pytest.mark.parametrize("said", [f"<think></think><action>\n{CODE}\n</action>", CODE])
def test_what_fills_a_form_keeps_its_case_and_its_lines(said: str) -> None:
    preset = PromptOptions.of("zeroshot-tags" if said.startswith("<") else "tools")
    assert parse_completion(said, preset, ("look",), ("search[<query>]", "python[<code>]")).text == "p" + CODE[1:]


@given(st.text(), st.sampled_from(sorted(PRESETS)))
def test_no_output_breaks_the_parser(completion: str, preset: str) -> None:
    action = parse_completion(completion, PromptOptions.of(preset), ("look",))
    assert action.silent == (not action.text)
    assert not (action.valid and action.silent)
    assert action.text == action.text.strip()


@given(said=st.from_regex(r"[a-z]+( [a-z0-9]+){0,4}", fullmatch=True), before=st.text(), after=st.text())
def test_a_well_formed_answer_is_read_whatever_surrounds_it(said: str, before: str, after: str) -> None:
    if "<" in before + after:
        return
    completion = f"{before}<think>{before}</think>{after}<action>{said}</action>{after}"
    assert parse_completion(completion, TAGS) == Action(said)


# ---- react-fewshot


def test_the_transcript_is_whole_and_in_order() -> None:
    text = prompt_of(turn(3), REACT)
    assert f"{ROOM}\n> do 0\nseen 1\n> do 1\nseen 2\n> do 2\nseen 3" in text


def test_a_shorter_history_keeps_the_first_observation() -> None:
    text = prompt_of(turn(4), PromptOptions("react-fewshot", 1))
    assert f"{ROOM}\n[3 steps left out]\nseen 3\n> do 3\nseen 4" in text


def test_demonstrations_come_before_the_task() -> None:
    text = prompt_of(turn(1, Conditioning(demos=("first demo", "second demo"))), REACT)
    assert text.index("first demo") < text.index("second demo") < text.index(ROOM)


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        ("> go to safe 1", Action("go to safe 1")),
        ("\n> Look\nYou see nothing.\n> go to safe 1", Action("look")),
        ("go to safe 1", Action("go to safe 1", valid=False)),
        ("> think: The mug may be in the safe.", Action("think: The mug may be in the safe.", thought=True)),
        ("Think: hm", Action("Think: hm", valid=False, thought=True)),
        ("<think>long\nreasoning</think>\n> look", Action("look")),
        (">", Action("", valid=False, silent=True)),
        ("> > look", Action("look")),
    ],
)
def test_one_line_is_a_command_or_a_thought(completion: str, expected: Action) -> None:
    assert parse_completion(completion, REACT, ("go to safe 1", "look")) == expected
