"""The two policies that read nothing: chance and a given plan."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from skillevo.envs.base import EpisodeKey, Observation, StopReason, TaskInstance, Turn
from skillevo.harness.play import Action, Conditioning, PlayRules, Policy, TurnContext, agent_task
from skillevo.harness.policies.oracle import OraclePolicy
from skillevo.harness.policies.random import RandomPolicy

INSTANCE = TaskInstance("i", "toy", "test")
ACTIONS = ("a", "b", "c", "d")


def turn(seed: int = 0, step: int = 0, actions: tuple[str, ...] = ACTIONS) -> TurnContext:
    done = [Turn("", (), "", 0.0, False) for _ in range(step)]
    return TurnContext(
        agent_task(INSTANCE), EpisodeKey("i"), seed, Conditioning(), PlayRules(), Observation("", actions), done
    )


def act(policy: Policy, turns: Sequence[TurnContext]) -> list[Action]:
    return list(asyncio.run(policy.act_many(turns)))


def test_random_is_uniform_over_the_admissible_actions() -> None:
    chosen = Counter(
        a.text for a in act(RandomPolicy(), [turn(seed, step) for seed in range(200) for step in range(20)])
    )
    assert set(chosen) == set(ACTIONS)
    assert all(900 < n < 1100 for n in chosen.values())


def test_random_follows_from_seed_and_step_alone() -> None:
    policy = RandomPolicy()
    alone = [act(policy, [turn(5, step)])[0].text for step in range(50)]
    together = [a.text for a in act(policy, [turn(5, step) for step in range(50)])]
    assert alone == together
    assert len(set(alone)) > 1
    assert alone != [act(policy, [turn(6, step)])[0].text for step in range(50)]


def test_random_gives_up_where_nothing_is_listed() -> None:
    policy, blind = RandomPolicy(), turn(actions=())
    assert act(policy, [blind])[0].stop is StopReason.GAVE_UP
    assert policy.notes(blind)
    assert policy.notes(turn()) == ()


def test_the_oracle_plays_its_plan_and_gives_up() -> None:
    asked: list[str] = []

    def plan(instance_id: str) -> tuple[str, ...]:
        asked.append(instance_id)
        return ("go", "take")

    policy, context = OraclePolicy(plan), turn()
    played = []
    for _ in range(3):
        (action,) = act(policy, [context])
        played.append(action)
        context.turns.append(Turn("", (), action.text, 0.0, False))
    assert [a.text for a in played[:2]] == ["go", "take"]
    assert played[2].stop is StopReason.GAVE_UP
    assert asked == ["i"]


def test_random_fills_in_forms_with_words_of_the_task() -> None:
    task = replace(INSTANCE, prompt="Find me a red lamp")
    context = turn()
    turns = [
        TurnContext(
            agent_task(task), context.key, seed, context.conditioning, context.rules,
            Observation("", ("click[x]",), "", ("search[<your query>]",)), [],
        )
        for seed in range(300)
    ]  # fmt: skip
    chosen = {a.text for a in act(RandomPolicy(), turns)}
    queries = {c.removeprefix("search[").removesuffix("]") for c in chosen - {"click[x]"}}
    assert "click[x]" in chosen and len(queries) > 8
    assert all(f" {q} " in " Find me a red lamp " and len(q.split()) <= 4 for q in queries)
    assert RandomPolicy().notes(turns[0]) == ()


def test_random_has_nothing_to_say_of_an_episode_that_is_over() -> None:
    over = turn(actions=())
    over.turns.append(Turn("", ACTIONS, "a", 1.0, True))
    assert RandomPolicy().notes(over) == ()
