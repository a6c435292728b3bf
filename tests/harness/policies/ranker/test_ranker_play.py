"""The shipped rankers in ALFWorld's games: they do what they read, alike in any company, and quickly."""

from __future__ import annotations

import asyncio
import time
from functools import cache
from hashlib import sha256

import pytest

from skillevo.envs.alfworld import AlfworldOptions, load_panel, make_env
from skillevo.envs.base import Episode, EpisodeKey, Panel, SkillevoError, StopReason
from skillevo.harness.play import Conditioning, PlayRules, SkillText, TurnContext, agent_task, play
from skillevo.harness.pocket.measure import CONDITIONS, successes
from skillevo.harness.pocket.shipped import RECORD_FOLDER, files_of, read_record, weights_folder
from skillevo.harness.policies import embedded_policy
from skillevo.harness.policies.ranker import Network, Ranker, find_weights, load_ranker
from skillevo.harness.policies.ranker.record import read_turn_text

SKILL = "1. Find the object on the countertop, the dining table or the desk.\n2. Take it.\n3. Put it in the drawer."
SOLVER, OTHER_WORDS = "solver's skill", "in other words"


@cache
def games() -> Panel:
    return load_panel("pocket-val").take(24)


@cache
def share(name: str, condition: str) -> float:
    won = successes(load_ranker(name), games(), CONDITIONS[condition])
    return sum(won) / len(won)


def episode(policy: Ranker, number: int = 0, seed: int = 0, body: str = SKILL, *, listed: bool = True) -> Episode:
    instance = games().instances[number]
    env = make_env(instance, AlfworldOptions(admissible=listed))
    shown = Conditioning((SkillText("s", "s", "", body),) if body else ())
    return asyncio.run(play(env, instance, EpisodeKey(instance.id), seed, policy, shown, PlayRules(step_cap=30)))


def actions(e: Episode) -> list[str]:
    return [t.action for t in e.turns]


def test_it_does_what_it_reads() -> None:
    assert share("pocket/ranker", "no skill") < 0.15
    assert share("pocket/ranker", SOLVER) > 0.75
    assert share("pocket/ranker", OTHER_WORDS) > share("pocket/ranker", SOLVER) - 0.15
    assert share("pocket/ranker", "one step wrong") < share("pocket/ranker", SOLVER) - 0.4


def test_the_able_one_gets_along_without_a_skill_and_better_with_one() -> None:
    assert 0.2 < share("pocket/ranker-able", "no skill") < 0.75
    assert share("pocket/ranker-able", SOLVER) > share("pocket/ranker-able", "no skill") + 0.15


def test_equal_seeds_play_alike_and_others_differ() -> None:
    ranker = load_ranker("pocket/ranker")
    assert actions(episode(ranker)) == actions(episode(ranker))
    assert len({tuple(actions(episode(ranker, seed=s, body=""))) for s in range(4)}) > 1
    assert len({tuple(actions(episode(load_ranker("pocket/ranker", temperature=0), seed=s))) for s in range(4)}) == 1


def test_a_choice_does_not_depend_on_the_company() -> None:
    ranker = load_ranker("pocket/ranker")

    async def first(instance_number: int) -> TurnContext:
        instance = games().instances[instance_number]
        seen = await make_env(instance).reset()
        shown = Conditioning((SkillText("s", "s", "", SKILL),))
        return TurnContext(agent_task(instance), EpisodeKey(instance.id), 7, shown, PlayRules(), seen, [])

    async def compare() -> None:
        alone = [(await ranker.act_many([await first(n)]))[0].text for n in range(6)]
        together = await ranker.act_many([await first(n) for n in range(6)])
        assert [a.text for a in together] == alone

    asyncio.run(compare())


def test_recorded_turns_hold_what_training_needs() -> None:
    ranker = Ranker(Network(find_weights("pocket/ranker")), record=True, version=3)
    played = episode(ranker)
    assert actions(played) == actions(episode(load_ranker("pocket/ranker")))
    for turn in played.turns:
        (call,) = turn.calls
        assert turn.actions[call.completion_ids[0]] == turn.action == call.completion  # type: ignore[index]
        assert call.prompt_ids == tuple(range(len(turn.actions)))
        assert call.logprobs is not None
        assert call.logprobs[0] <= 0
        assert call.policy_version == 3
        _, features = read_turn_text(call.prompt)
        assert len(features.verbs) == len(turn.actions)


def test_without_listed_commands_it_gives_up() -> None:
    assert episode(load_ranker("pocket/ranker"), listed=False).stop_reason is StopReason.GAVE_UP


def test_a_skill_that_is_cut_is_reported() -> None:
    played = episode(load_ranker("pocket/ranker"), body="Be patient with it. " * 400)
    assert any("512th word" in note for note in played.notes)
    assert not episode(load_ranker("pocket/ranker")).notes


def test_names_and_temperatures() -> None:
    policy = embedded_policy("pocket/ranker-able", lambda _: ())
    assert policy is not None
    assert policy.describe()["temperature"] > 0
    with pytest.raises(SkillevoError, match="temperature"):
        load_ranker("pocket/ranker", temperature=-1)


def test_a_turn_takes_little_time() -> None:
    ranker = load_ranker("pocket/ranker")
    episode(ranker)
    started, turns = time.process_time(), 0
    for n in range(8):
        turns += len(episode(ranker, n).turns)
    assert (time.process_time() - started) / turns < 0.004  # 0.4 ms on an idle core


@pytest.mark.parametrize("name", ["ranker", "ranker-able", "ranker-webshop"])
def test_the_shipped_weights_are_those_of_the_record(name: str) -> None:
    said = read_record(RECORD_FOLDER)[name]
    (file,) = files_of(weights_folder(name), name)
    assert said["sha256"] == {file.name: sha256(file.read_bytes()).hexdigest()}
    assert said["bytes"] == file.stat().st_size
    assert said["parameters"] < 1_000_000
