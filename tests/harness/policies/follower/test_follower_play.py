"""What the follower does with a skill: exactly what it says, no more and no less."""

from __future__ import annotations

import asyncio

import pytest
from toy_house import ToyHouse, commands, follow, skill

from skillevo.envs.base import EpisodeKey, Observation, StopReason, TaskInstance
from skillevo.harness.play import Conditioning, PlayRules, SkillText, TurnContext, agent_task
from skillevo.harness.policies.follower import Follower

KITCHEN = {
    "countertop 1": ["apple 1"],
    "fridge 1*": ["egg 1"],
    "drawer 1*": ["spoon 1"],
    "drawer 2*": ["fork 1"],
    "stove 1": [],
}
DESKS = {f"desk {i}": [] for i in range(1, 9)} | {"shelf 1": ["cd 1"], "drawer 1*": ["cd 2"]}


def house(task: str, places: dict[str, list[str]] = KITCHEN, **options: bool) -> ToyHouse:
    return ToyHouse(places, task, **options)


@pytest.mark.parametrize("body", ["", "Be careful.", "1. Juggle.", "- Mind the gap."])
def test_without_a_step_it_gives_up_at_once(body: str) -> None:
    episode = follow(house("put a apple in fridge"), body)
    assert (episode.turns, episode.stop_reason) == ([], StopReason.GAVE_UP)


def test_without_a_skill_it_gives_up_at_once() -> None:
    assert follow(house("put a apple in fridge")).stop_reason is StopReason.GAVE_UP


@pytest.mark.parametrize("list_actions", [True, False])
def test_a_whole_task(list_actions: bool) -> None:
    world = house("put a hot apple in fridge", list_actions=list_actions)
    body = (
        "1. Look for the object on the countertop.\n2. Take it.\n3. If the task says hot, heat it with the stove.\n"
        "4. Go to the target, open it if it is closed, and put the object there.\n"
    )
    assert commands(follow(world, body)) == [
        "go to countertop 1",
        "take apple 1 from countertop 1",
        "go to stove 1",
        "heat apple 1 with stove 1",
        "go to fridge 1",
        "open fridge 1",
        "move apple 1 to fridge 1",
    ]


def test_it_opens_nothing_unasked() -> None:
    body = "1. Search every receptacle.\n2. Take it."
    world = house("put a egg in stove")
    assert not any(c.startswith(("open", "take")) for c in commands(follow(world, body)))
    asked = body.replace("receptacle.", "receptacle and open closed ones.")
    assert commands(follow(house("put a egg in stove"), asked))[-1] == "take egg 1 from fridge 1"


def test_it_puts_nothing_into_what_is_closed() -> None:
    world = house("put a apple in fridge", list_actions=False)
    follow(world, "1. Find the object on the countertop.\n2. Take it.\n3. Put it in the target.")
    assert world.hand == "apple 1"
    assert world.contents["fridge 1"] == ["egg 1"]


def test_a_wrong_appliance_is_used_as_told() -> None:
    world = house("put a hot apple in stove")
    follow(world, "1. Find the object on the countertop.\n2. Take it.\n3. Heat it with the fridge.")
    assert world.states == ["heat apple 1 with fridge 1"]


def test_a_skipped_step_stays_skipped() -> None:
    world = house("put a hot apple in stove")
    follow(world, "1. Find the object on the countertop.\n2. Put it in the target.\n3. Heat it with the stove.")
    assert world.contents["countertop 1"] == ["apple 1"]
    assert world.states == []


def test_conditions_speak_of_the_task() -> None:
    body = "1. If the task says hot, go to the stove.\n"
    body += "2. If the task says two, go to the fridge.\n3. Unless it says cool, look."
    assert commands(follow(house("put a hot apple in fridge"), body)) == ["go to stove 1", "look"]
    assert commands(follow(house("put two apple in fridge"), body)) == ["go to fridge 1", "look"]
    assert commands(follow(house("cool some apple and put it in fridge"), body)) == []


def test_places_are_searched_in_the_order_that_the_skill_gives() -> None:
    for seed in range(5):
        found = commands(
            follow(
                house("put a pear in stove"), "1. Search the stove, then the fridge, then the countertop.", seed=seed
            )
        )
        assert found == ["go to stove 1", "go to fridge 1", "go to countertop 1"]


def test_what_the_skill_leaves_open_the_seed_decides() -> None:
    def order(seed: int) -> tuple[str, ...]:
        return tuple(commands(follow(house("put a pear in shelf", DESKS), "1. Find the object.", seed=seed)))

    orders = {seed: order(seed) for seed in range(6)}
    assert len(set(orders.values())) == 6
    assert all(sorted(o) == sorted(f"go to {p.rstrip('*')}" for p in DESKS) for o in orders.values())
    assert orders == {seed: order(seed) for seed in range(6)}


def test_likely_places_come_first() -> None:
    body = "1. Find the object.\n\n## Tips\n- A cd is usually on a shelf.\n- Pears are usually in drawers."
    assert commands(follow(house("put a cd in desk", DESKS), body, seed=3)) == ["go to shelf 1"]


def test_forbidden_places_are_passed_over() -> None:
    body = "1. Search every receptacle, opening closed ones.\n\n## Rules\n"
    body += "- Never open the fridge.\n- Do not search the stove."
    done = commands(follow(house("put a pear in shelf"), body))
    assert "open fridge 1" not in done
    assert "go to stove 1" not in done
    assert "open drawer 1" in done


def test_the_second_object_is_another_one() -> None:
    places = {"desk 1": ["cd 1", "cd 2"], "shelf 1": [], "shelf 2": []}
    world = ToyHouse(places, "put two cd in shelf")
    body = "1. Find the object on the desk.\n2. Take it.\n3. Put it in the target.\n"
    body += "4. Repeat steps 1-3 for the second one."
    follow(world, body)
    assert sorted(map(len, world.contents.values())) == [0, 0, 2]  # both in the same shelf


def test_repeating_for_a_second_object_asks_for_two() -> None:
    world = ToyHouse({"desk 1": ["cd 1", "cd 2"], "shelf 1": []}, "put a cd in shelf")
    follow(world, "1. Find the object.\n2. Take it.\n3. Put it in the target.\n4. Repeat for the second object.")
    assert world.contents["shelf 1"] == ["cd 1"] or world.contents["shelf 1"] == ["cd 2"]


def test_repeat_until_all_are_placed() -> None:
    world = ToyHouse({"desk 1": ["cd 1"], "bed 1": ["cd 2"], "shelf 1": []}, "find two cd and put them in shelf")
    follow(world, "1. Find the object.\n2. Take it.\n3. Put it in the target.\n4. Repeat until both are placed.")
    assert sorted(world.contents["shelf 1"]) == ["cd 1", "cd 2"]


@pytest.mark.parametrize(
    "body",
    [
        "1. Go back to step 1.",
        "1. Go to the moon.\n2. Go back to step 1.",
        "1. Take it.\n2. Repeat until the task is done.",
    ],
)
def test_loops_in_which_nothing_is_done_end(body: str) -> None:
    assert follow(house("put a apple in fridge"), body).stop_reason is StopReason.GAVE_UP


def test_places_that_share_a_spot() -> None:
    places = {"drawer 1*": [], "drawer 2*": ["pen 1"]}
    for list_actions in (True, False):
        world = ToyHouse(places, "put a pen in drawer", list_actions=list_actions, shared=("drawer 1", "drawer 2"))
        follow(world, "1. Search every drawer, opening closed ones.\n2. Take it.")
        assert world.hand == "pen 1"


def test_a_lamp_that_was_never_seen_is_not_switched_on() -> None:
    places = {"desk 1": ["desklamp 1"], "bed 1": ["book 1"]}
    world = ToyHouse(places, "examine the book with the desklamp")
    follow(world, "1. Turn on the lamp.")
    assert world.states == []
    follow(world, "1. Find the lamp.\n2. Turn it on.")
    assert world.states == ["use desklamp 1"]


def test_names_for_the_same_thing() -> None:
    world = ToyHouse(
        {"garbagecan 1": [], "sinkbasin 1": [], "diningtable 1": [], "fridge 1*": []}, "put a apple in shelf"
    )
    body = "1. Go to the trash can.\n2. Go to the sink.\n3. Go to the table.\n"
    body += "4. Go to the refrigerator.\n5. Go to the pond."
    assert commands(follow(world, body)) == [
        f"go to {p} 1" for p in ("garbagecan", "sinkbasin", "diningtable", "fridge")
    ]


@pytest.mark.parametrize("order", ["heat it", "put it there", "open it", "close it"])
def test_at_a_place_that_is_not_there_nothing_is_done(order: str) -> None:
    body = "1. Find the object on the countertop.\n2. Take it.\n3. Go to the {} and {}."
    world = house("put a apple in fridge")
    sent = commands(follow(world, body.format("oven", order)))
    assert not [c for c in sent if c.split()[0] in ("heat", "move", "open", "close")]
    sent = commands(follow(house("put a apple in fridge"), body.format("drawer", "heat it")))
    assert sent[-1].startswith("heat apple 1 with drawer")  # one that is there will do


def test_a_search_leaves_out_what_it_excepts_and_no_other_search_does() -> None:
    found = commands(follow(house("put a pear in shelf"), "1. Search everywhere except the stove."))
    assert found
    assert "go to stove 1" not in found
    body = "1. Search everywhere except the stove.\n2. Search the stove."
    assert commands(follow(house("put a pear in shelf"), body))[-1] == "go to stove 1"


def test_unread_sentences_are_noted() -> None:
    episode = follow(house("put a apple in fridge"), "1. Find the object.\n2. Juggle three eggs.")
    assert episode.notes == ("unread: 'Juggle three eggs.'",)


def test_of_several_skills_those_for_other_tasks_are_passed_over() -> None:
    heat = skill("1. Go to the stove.", "heat-things", "Use when the task asks for something hot.")
    cool = skill("1. Go to the fridge.", "cool-things", "Use when the task asks for something cold.")
    search = skill("1. Go to the countertop.", "search", "How to search a room.")
    done = commands(follow(house("put a cool apple in stove"), heat, search, cool))
    assert done == ["go to countertop 1", "go to fridge 1"]
    assert commands(follow(house("put a cool apple in stove"), heat)) == ["go to stove 1"]  # a lone skill is followed


def test_the_task_may_come_with_the_instance() -> None:
    world = house("")
    world.task = ""
    instance = TaskInstance("toy", "toy", "test", prompt="Your task is to: put a apple in fridge.")
    turn = _turn(
        instance, asyncio.run(world.reset()).text.partition("\n\n")[0], "1. Find the object on the countertop."
    )
    (action,) = asyncio.run(Follower().act_many([turn]))
    assert action.text == "go to countertop 1"


def test_a_choice_does_not_depend_on_who_shares_the_batch() -> None:
    text = asyncio.run(house("put a apple in fridge").reset()).text
    instance = TaskInstance("toy", "toy", "test")

    def turns() -> list[TurnContext]:
        return [_turn(instance, text, "1. Search every receptacle.", seed) for seed in range(8)]

    follower = Follower()
    together = asyncio.run(follower.act_many(turns()))
    alone = [asyncio.run(Follower().act_many([turn]))[0] for turn in turns()]
    assert list(together) == alone


def test_parsed_skills_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillevo.harness.policies.follower._KEPT_PROGRAMS", 3)
    follower = Follower()
    for i in range(10):
        follow(house("put a apple in fridge"), f"1. Go to drawer {i % 2 + 1}.\n{'<!-- -->' * i}", follower=follower)
    assert len(follower._programs) == 3


def test_one_id_with_two_bodies_is_two_skills() -> None:
    follower = Follower()
    for place in ("stove", "fridge"):
        text = SkillText("same-id", "s", "", f"1. Go to the {place}.")
        assert commands(follow(house("put a apple in fridge"), text, follower=follower)) == [f"go to {place} 1"]


def _turn(instance: TaskInstance, text: str, body: str, seed: int = 0) -> TurnContext:
    shown = Conditioning((skill(body),))
    return TurnContext(agent_task(instance), EpisodeKey(instance.id), seed, shown, PlayRules(), Observation(text), [])
