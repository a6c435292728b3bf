"""The follower in ALFWorld's games: better skills win more, wrong ones fail as they should, and a turn costs little."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import skillevo.harness.cli
from skillevo.envs.alfworld import AlfworldOptions, load_panel, make_env, verify
from skillevo.envs.base import Episode, EpisodeKey, StopReason, TaskInstance
from skillevo.harness.play import Conditioning, PlayRules, SkillText, TurnContext, agent_task, play
from skillevo.harness.policies.follower import Follower, parse

DEMO = Path(skillevo.harness.cli.__file__).parent / "demo" / "skills"
CAREFUL = """
1. Search every receptacle for the object, opening closed ones.
2. Take it.
3. If the task says hot, heat it with the microwave.
4. If the task says cool, cool it with the fridge.
5. If the task says clean, clean it with the sinkbasin.
6. If the task is to look at something under a lamp, find the lamp and turn it on.
7. Go to the target, open it if it is closed, and put the object there.
8. If two objects are wanted, repeat steps 1, 2 and 7 for the second one.
"""
SKILLS = {
    "none": "",
    "vague": "1. Find the object.\n2. Take it.\n3. Put it in the target.\n",
    "half": CAREFUL.replace(", opening closed ones", "").replace(", open it if it is closed,", "").rpartition("8.")[0],
    "careful": CAREFUL,
    "swapped": CAREFUL.replace("the microwave", "X").replace("the fridge", "the microwave").replace("X", "the fridge"),
    "untreated": "\n".join(line for line in CAREFUL.splitlines() if line[:1] not in "345"),
}


def demo(name: str) -> str:
    return (DEMO / name / "SKILL.md").read_text("utf-8").split("---", 2)[2]


@cache
def games() -> tuple[TaskInstance, ...]:
    """Ten games of each type."""
    by_type: dict[str, list[TaskInstance]] = defaultdict(list)
    for instance in load_panel("pocket-val"):
        by_type[instance.tags["type"]].append(instance)
    return tuple(i for found in by_type.values() for i in found[:10])


@cache
def episodes(body: str, *, listed: bool = True, strict: bool = False) -> tuple[tuple[TaskInstance, Episode], ...]:
    follower, shown = Follower(), Conditioning((SkillText("s", "s", "", body),))
    rules = PlayRules(invalid="end" if strict else "nothing")

    async def run(instance: TaskInstance) -> Episode:
        env = make_env(instance, AlfworldOptions(admissible=listed))
        key = EpisodeKey(instance.id)
        return await play(env, instance, key, key.seed(0), follower, shown, rules)

    return tuple((i, asyncio.run(run(i))) for i in games())


def share(body: str, **options: bool) -> float:
    return sum(verify(i, e).success for i, e in episodes(body, **options)) / len(games())


def by_type(body: str) -> Counter[str]:
    return Counter(i.tags["type"] for i, e in episodes(body) if verify(i, e).success)


def test_better_skills_win_more() -> None:
    shares = [share(SKILLS[name]) for name in ("none", "vague", "half", "careful")]
    assert shares[0] == 0
    assert all(better - worse >= 0.1 for worse, better in pairwise(shares)), shares
    assert shares[-1] >= 0.8


def test_a_skill_that_names_the_likely_places_needs_fewer_steps() -> None:
    def mean_steps(body: str) -> float:
        return sum(e.steps for _, e in episodes(body)) / len(games())

    good = demo("household-good")
    assert share(good) >= share(CAREFUL) - 0.02
    assert mean_steps(good) < 0.75 * mean_steps(CAREFUL)


def test_the_good_demo_skill_wins_and_the_wrong_one_does_not() -> None:
    assert share(demo("household-good")) >= 0.8
    assert share(demo("household-wrong")) <= 0.3
    assert min(by_type(demo("household-good")).values()) >= 7  # of each type


@pytest.mark.parametrize("name", ["household-good", "household-wrong"])
def test_the_demo_skills_are_read_whole(name: str) -> None:
    program = parse(demo(name))
    assert program.readable
    assert program.unread == ()
    head = (DEMO / name / "SKILL.md").read_text("utf-8").split("---", 2)[1]
    assert f"name: {name}\n" in head
    assert "description: " in head


def test_wrong_steps_fail_where_they_matter() -> None:
    careful, swapped, untreated = (by_type(SKILLS[name]) for name in ("careful", "swapped", "untreated"))
    for kind in ("pick_heat_then_place_in_recep", "pick_cool_then_place_in_recep"):
        assert careful[kind] > 0
        assert swapped[kind] == untreated[kind] == 0
    assert untreated["pick_clean_then_place_in_recep"] == 0
    assert swapped["pick_clean_then_place_in_recep"] == careful["pick_clean_then_place_in_recep"]
    assert swapped["pick_and_place_simple"] == careful["pick_and_place_simple"]


def test_it_plays_without_the_list_of_actions() -> None:
    assert abs(share(CAREFUL, listed=False) - share(CAREFUL)) <= 0.05


def test_where_actions_are_listed_it_sends_no_others() -> None:
    for body in (CAREFUL, demo("household-good"), demo("household-wrong"), SKILLS["swapped"]):
        assert StopReason.INVALID_ACTION not in {e.stop_reason for _, e in episodes(body, strict=True)}


def test_rollouts_differ_and_repeat() -> None:
    instance = games()[0]
    follower, shown = Follower(), Conditioning((SkillText("s", "s", "", CAREFUL),))

    def actions(rollout: int) -> tuple[str, ...]:
        key = EpisodeKey(instance.id, rollout=rollout)
        episode = asyncio.run(play(make_env(instance), instance, key, key.seed(0), follower, shown, PlayRules()))
        return tuple(turn.action for turn in episode.turns)

    played = [actions(rollout) for rollout in range(6)]
    assert len(set(played)) >= 4
    assert played == [actions(rollout) for rollout in range(6)]


def test_a_turn_costs_little_beside_the_runners_hundred_microseconds() -> None:
    """Measured in CPU time against a fixed piece of work on the same machine, for machines are not alike."""
    follower, shown = Follower(), Conditioning((SkillText("s", "s", "", CAREFUL),))

    async def run() -> tuple[float, int]:
        spent, turns = 0, 0
        for instance in games():
            env, key = make_env(instance), EpisodeKey(instance.id)
            turn = TurnContext(agent_task(instance), key, key.seed(0), shown, PlayRules(), await env.reset(), [])
            for _ in range(50):
                before = time.process_time_ns()
                (action,) = await follower.act_many((turn,))
                spent += time.process_time_ns() - before
                turns += 1
                if action.stop or (step := await env.step(action.text)).done:
                    break
                turn.observation = step.observation
        return spent / 1000, turns

    asyncio.run(run())  # parses the skill
    microseconds, turns = asyncio.run(run())
    before = time.process_time_ns()
    sum(i * i for i in range(200_000))
    work = (time.process_time_ns() - before) / 1000  # about 10,000 microseconds where a turn costs 12
    assert microseconds / turns < work / 250
