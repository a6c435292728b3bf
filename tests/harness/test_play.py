"""The episode loop: what ends an episode, what is recorded of it, what is closed."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from types import FunctionType, ModuleType

import pytest
from worlds import Counter, Scripted, call, count_then_win, panel

from skillevo.envs.base import Episode, EpisodeKey, StopReason
from skillevo.harness.play import Action, Conditioning, PlayFailed, PlayRules, SkillText, SpendStop, TurnContext, play

INSTANCE = panel(1).instances[0]


def run(choose, rules: PlayRules = PlayRules(), env: Counter | None = None) -> Episode:  # type: ignore[no-untyped-def]
    env = env or Counter(INSTANCE)
    policy = choose if isinstance(choose, Scripted) else Scripted(choose)
    try:
        return asyncio.run(play(env, INSTANCE, EpisodeKey(INSTANCE.id), 7, policy, Conditioning(), rules))
    finally:
        assert env.closed


def test_a_turn_holds_what_was_seen_before_the_action() -> None:
    e = run(count_then_win)
    assert e.stop_reason is StopReason.DONE and e.steps == 4 and e.reward == 1.0
    assert [(t.observation, t.action, t.state_key) for t in e.turns[:2]] == [
        ("0 of them.", "step", "0"),
        ("1 of them.", "step", "1"),
    ]
    assert e.final == "4 of them." and e.turns[-1].done


def test_the_step_cap_ends_it() -> None:
    e = run(lambda t: "step", PlayRules(step_cap=6))
    assert e.stop_reason is StopReason.STEP_CAP and e.steps == 6 and e.final == "6 of them."


def test_a_thought_spends_a_step_but_not_the_worlds() -> None:
    env = Counter(INSTANCE)
    e = run(lambda t: Action("think: hm", thought=True), PlayRules(step_cap=4), env)
    assert env.steps == e.steps == 0 and len(e.turns) == 4
    assert e.turns[1].observation == "OK." and e.final == "OK." and not e.turns[0].sent


def test_an_inadmissible_action_is_sent_or_ends_it_as_the_protocol_says() -> None:
    env = Counter(INSTANCE)
    e = run(lambda t: "jump", PlayRules(step_cap=3), env)
    assert env.steps == 3 and [t.note for t in e.turns] == ["inadmissible"] * 3
    env = Counter(INSTANCE)
    e = run(lambda t: "jump", PlayRules(invalid="end"), env)
    assert e.stop_reason is StopReason.INVALID_ACTION and env.steps == 0
    assert [(t.action, t.sent) for t in e.turns] == [("jump", False)]


def test_white_space_around_an_action_does_not_make_it_inadmissible() -> None:
    e = run(lambda t: " step ", PlayRules(step_cap=1, invalid="end"))
    assert e.steps == 1 and e.turns[0].note == ""


def test_silence_ends_it_after_a_while() -> None:
    said = iter(["", "", "step", "", "", ""])
    e = run(lambda t: Action(word := next(said), silent=not word), PlayRules(max_silent=3))
    assert e.stop_reason is StopReason.NO_ACTION and len(e.turns) == 6


@pytest.mark.parametrize("reason", [StopReason.GAVE_UP, StopReason.REFUSED, StopReason.TOKEN_LIMIT])
def test_a_policy_may_stop(reason: StopReason) -> None:
    e = run(lambda t: Action("", stop=reason, calls=(call(),)) if t.step else Action("step"))
    assert e.stop_reason is reason and e.steps == 1
    assert not e.turns[-1].sent and len(list(e.calls)) == 1, "what the model said last is kept"


def test_tokens_are_limited_per_episode() -> None:
    e = run(lambda t: Action("step", calls=(call(10),)), PlayRules(token_limit=30))
    assert e.stop_reason is StopReason.TOKEN_LIMIT and len(e.turns) == 3


def test_time_is_limited_even_while_the_model_is_silent() -> None:
    class Slow(Scripted):
        async def act_many(self, turns):  # type: ignore[no-untyped-def]
            await asyncio.sleep(30)
            return [Action("step")]

    e = run(Slow(lambda t: "step"), PlayRules(time_limit=0.05))
    assert e.stop_reason is StopReason.TIME_LIMIT and e.seconds < 10


def test_a_timeout_of_the_policys_own_is_a_failure_not_a_limit() -> None:
    def fail(turn: TurnContext) -> str:
        raise TimeoutError("the provider is slow")

    with pytest.raises(PlayFailed) as e:
        run(fail, PlayRules(time_limit=60))
    assert e.value.reason is StopReason.MODEL_ERROR


def test_failures_say_whose_they_are_and_keep_what_was_played() -> None:
    with pytest.raises(PlayFailed) as e:
        run(lambda t: "step", env=Counter(INSTANCE, crash_at=2))
    assert e.value.reason is StopReason.ENV_ERROR and "the world broke" in e.value.episode.error
    assert len(e.value.episode.turns) == 2

    def fail(turn: TurnContext) -> str:
        raise ValueError("no")

    with pytest.raises(PlayFailed) as e:
        run(fail)
    assert e.value.reason is StopReason.MODEL_ERROR


def test_a_spent_budget_is_no_failure() -> None:
    def spend(turn: TurnContext) -> str:
        raise SpendStop("cost")

    assert run(spend).stop_reason is StopReason.BUDGET


def test_nothing_in_a_turn_leads_to_the_payload() -> None:
    """By whatever attributes and containers, but for code: what a world may know, a policy cannot reach."""
    payload = {"length": 3, "walkthrough": ["the way to win"]}
    instance = replace(INSTANCE, payload=payload, prompt="Count.")
    seen: list[TurnContext] = []

    def look(turn: TurnContext) -> str:
        seen.append(turn)
        return count_then_win(turn)

    shown = Conditioning((SkillText("s@1", "s", "d", "b"),))
    asyncio.run(play(Counter(instance), instance, EpisodeKey("c0"), 7, Scripted(look), shown, PlayRules()))
    reached: dict[int, object] = {}
    frontier: list[object] = [seen[-1]]
    while frontier:
        thing = frontier.pop()
        if id(thing) not in reached and not isinstance(thing, type | FunctionType | ModuleType):
            reached[id(thing)] = thing
            frontier += gc.get_referents(thing)
    assert id(seen[-1].task) in reached and id(seen[-1].turns[0]) in reached, "the walk goes somewhere"
    assert not any(thing is payload or thing is instance or thing == "the way to win" for thing in reached.values())
    assert seen[-1].task == (instance.id, "counter", "Count.")


def test_scratch_is_the_episodes_own_and_notes_are_asked_once() -> None:
    def choose(turn: TurnContext) -> str:
        turn.scratch.setdefault("notes", []).append(turn.step)
        return count_then_win(turn)

    assert run(choose).notes == (0, 1, 2, 3)
    assert run(choose).notes == (0, 1, 2, 3)
