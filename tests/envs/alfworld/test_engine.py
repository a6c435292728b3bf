"""The engine's semantics, one by one (README.md lists them), on a household small enough to read."""

from __future__ import annotations

import threading

import pytest
from corners import LIVING
from house import at, kitchen, make_game, world
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.alfworld.engine import HELP, NOTHING, World


def do(w: World, *commands: str) -> str:
    """The last command's answer; all of them must have been admissible."""
    text = ""
    for command in commands:
        assert command in w.actions, command
        text = w.step(command)
    return text


def test_numbers_descend_along_the_order_of_ids() -> None:
    w = world(
        [("Shelf", 3, "l3"), ("Shelf", 1, "l1"), ("Shelf", 2, "l2")], [("Book", 1, [0])], ("simple", "Book", "Shelf")
    )
    assert "you see a shelf 3, a shelf 2, and a shelf 1." in w.reset()
    # position 1 sorts first, so it is shelf 3
    assert w.game.receptacles[0] == "shelf 3" and w.game.contents == ((), (), (0,))


def test_an_id_with_basin_in_it_is_called_a_basin() -> None:
    assert "a sinkbasin 1" in kitchen().reset()


def test_the_room_lists_all_at_first_and_nothing_on_look() -> None:
    w = kitchen()
    assert "you see a cabinet 2, a cabinet 1, a countertop 1" in w.reset()
    assert w.step("look") == "You are in the middle of a room. Looking quickly around you, you see nothing."


def test_starting_at_a_receptacle_faces_it() -> None:
    assert "You are facing the countertop 1. Next to it" in kitchen(start="loc_bar_1").reset()


def test_lists_put_a_comma_before_and() -> None:
    assert (
        do(kitchen(), "go to cabinet 1", "look")
        == "You are facing the cabinet 2, and cabinet 1. Next to it, you see nothing."
    )


def test_going_where_one_is_is_not_offered_and_does_nothing() -> None:
    w = kitchen()
    do(w, "go to cabinet 1")
    assert not {"go to cabinet 1", "go to cabinet 2"} & set(w.actions)
    assert w.step("go to cabinet 2") == NOTHING


def test_all_receptacles_at_a_place_are_in_reach() -> None:
    w = kitchen()
    do(w, "go to cabinet 1", "open cabinet 2", "open cabinet 1")
    assert {"close cabinet 1", "close cabinet 2"} <= set(w.actions)


def test_closed_receptacles_hide_and_hold_back_their_contents() -> None:
    w = kitchen()
    assert do(w, "go to fridge 1") == "You arrive at fridge 1. The fridge 1 is closed."
    assert w.step("take apple 1 from fridge 1") == NOTHING
    assert (
        do(w, "open fridge 1")
        == "You open the fridge 1. The fridge 1 is open. In it, you see a apple 1, and a lettuce 1."
    )
    assert do(w, "take apple 1 from fridge 1", "close fridge 1") == "You close the fridge 1."
    assert "move apple 1 to fridge 1" not in w.actions


def test_one_hand() -> None:
    w = kitchen()
    do(w, "go to countertop 1", "take knife 1 from countertop 1")
    assert not any(a.startswith("take ") for a in w.actions)
    assert w.step("inventory") == "You are carrying: a knife 1."
    do(w, "move knife 1 to countertop 1")
    assert w.step("inventory") == "You are not carrying anything."


def test_objects_can_be_examined_only_in_the_hand() -> None:
    w = kitchen()
    do(w, "go to countertop 1")
    assert w.step("examine apple 2") == NOTHING and "examine apple 2" not in w.actions
    assert do(w, "take apple 2 from countertop 1", "examine apple 2") == "There's nothing special about apple 2."


def test_heat_and_cool_undo_each_other_and_need_no_open_door() -> None:
    w = kitchen()
    do(w, "go to countertop 1", "take apple 2 from countertop 1", "go to microwave 1")
    assert do(w, "heat apple 2 with microwave 1") == "You heat the apple 2 using the microwave 1."
    assert do(w, "examine apple 2") == "This is a hot apple 2."
    do(w, "go to fridge 1", "cool apple 2 with fridge 1")
    assert do(w, "examine apple 2") == "This is a cold apple 2."
    assert "cool apple 2 with fridge 1" in w.actions, "it can be done again"


def test_what_is_heated_is_no_longer_cool_and_the_other_way_round() -> None:
    w = kitchen(("cool", "Apple", "SideTable"))
    do(w, "go to fridge 1", "open fridge 1", "take apple 1 from fridge 1", "go to microwave 1")
    do(w, "heat apple 1 with microwave 1", "go to sidetable 1", "move apple 1 to sidetable 1")
    assert not w.won, "it was cool before it was heated"
    do(w, "take apple 1 from sidetable 1", "go to fridge 1", "cool apple 1 with fridge 1")
    do(w, "go to sidetable 1", "move apple 1 to sidetable 1")
    assert w.won and not w.snapshot().hot


def test_a_lamp_in_two_receptacles_here_is_offered_once() -> None:
    w = world([("Shelf", 1, "l1"), ("Shelf", 2, "l1")], [("DeskLamp", 1, [0, 1])], ("look", "Book", "DeskLamp"))
    do(w, "go to shelf 1")
    assert w.actions.count("use desklamp 1") == 1


def test_states_are_told_in_their_order() -> None:
    w = kitchen()
    do(w, "go to countertop 1", "take knife 1 from countertop 1", "slice apple 2 with knife 1")
    do(w, "move knife 1 to countertop 1", "take apple 2 from countertop 1")
    assert do(w, "examine apple 2") == "This is a sliced apple 2."
    do(w, "go to fridge 1", "cool apple 2 with fridge 1")
    assert do(w, "examine apple 2") == "This is a cool sliced apple 2."
    do(w, "go to sinkbasin 1", "clean apple 2 with sinkbasin 1")
    assert do(w, "examine apple 2") == "This is a cool and clean sliced apple 2."
    do(w, "go to microwave 1", "heat apple 2 with microwave 1")
    assert do(w, "examine apple 2") == "This is a hot and clean sliced apple 2."


def test_what_lies_in_a_thing_is_what_lay_in_it_at_the_start() -> None:
    w = kitchen()
    do(w, "go to countertop 1", "take knife 1 from countertop 1", "go to cabinet 1", "open cabinet 1")
    do(w, "move knife 1 to cabinet 1", "go to countertop 1", "take plate 1 from countertop 1")
    assert do(w, "examine plate 1") == "This is a normal plate 1. In it, you see a knife 1."


def test_a_lamp_turns_on_every_time() -> None:
    w = kitchen()
    do(w, "go to sidetable 1")
    assert do(w, "use desklamp 1") == do(w, "use desklamp 1") == "You turn on the desklamp 1."


def test_a_lamp_works_through_a_closed_door() -> None:
    w = world([("Cabinet", 1, "l1")], [("DeskLamp", 1, [0]), ("Book", 2, [])], ("look", "Book", "DeskLamp"))
    do(w, "go to cabinet 1")
    assert "use desklamp 1" in w.actions and w.step("use desklamp 1") == "You turn on the desklamp 1."


def test_a_thing_in_two_receptacles_leaves_one_when_it_is_taken() -> None:
    w = world([("Shelf", 1, "l1"), ("Desk", 2, "l2")], [("Book", 1, [0, 1])], ("simple", "Book", "Bed"))
    do(w, "go to shelf 1", "take book 1 from shelf 1")
    assert w.step("go to desk 1") == "You arrive at desk 1. On the desk 1, you see a book 1."
    assert w.step("take book 1 from desk 1") == NOTHING, "it is in the hand"


def test_next_to_it_lists_what_changed_receptacles_at_one_place() -> None:
    w = world([("Shelf", 1, "l1"), ("Shelf", 2, "l1")], [("Book", 1, [0])], ("simple", "Book", "Bed"))
    do(w, "go to shelf 1", "take book 1 from shelf 2")
    assert w.step("look").endswith("Next to it, you see nothing.")
    do(w, "move book 1 to shelf 1")
    assert w.step("look").endswith("Next to it, you see a book 1.")
    do(w, "take book 1 from shelf 1", "move book 1 to shelf 2")
    assert w.step("look").endswith("Next to it, you see a book 1."), "it was taken from the other one, too"


def test_only_what_a_receptacle_can_contain_is_offered() -> None:
    w = kitchen(cannot=[("Cabinet", "Knife")])
    do(w, "go to countertop 1", "take knife 1 from countertop 1", "go to cabinet 1", "open cabinet 1")
    assert w.step("move knife 1 to cabinet 1") == NOTHING


def test_the_sink_of_the_wheels_domain_does_not_clean() -> None:
    game = make_game([("Sink", 1, "l1")], [("Mug", 1, [0])], ("clean", "Mug", "Sink"))
    for dialect, cleans in (("data", True), ("wheel", False)):
        w = World(type(game)(game.problem, game.task, (), dialect).compile())
        do(w, "go to sink 1", "take mug 1 from sink 1")
        assert ("clean mug 1 with sink 1" in w.actions) == cleans
        assert (w.step("clean mug 1 with sink 1") != NOTHING) == cleans


def test_help_begins_without_the_templates_newline_and_ends_with_one() -> None:
    text = kitchen().step("help")
    assert text == HELP and text.startswith("Available commands:\n  look:") and text.endswith("sharp object\n")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "LOOK",
        "look around",
        "go to",
        "go to  fridge 1",
        "open",
        "take apple 1 from",
        "put apple 1 in/on fridge 1",
        "heat",
        "examine",
        "use",
        "slice a with b",
        "dance",
    ],
)
def test_what_is_not_offered_changes_nothing(command: str) -> None:
    w = kitchen()
    do(w, "go to fridge 1")
    before = w.snapshot()
    assert w.step(command) == NOTHING
    assert w.snapshot() == before


def test_white_space_around_a_command_is_dropped() -> None:
    assert kitchen().step("  go to fridge 1 \n").startswith("You arrive at fridge 1.")


GOALS = {
    ("simple", "Mug", "SideTable"): [
        "go to cabinet 2",
        "open cabinet 2",
        "take mug 1 from cabinet 2",
        "go to sidetable 1",
        "move mug 1 to sidetable 1",
    ],
    ("clean", "Mug", "SideTable"): [
        "go to cabinet 2",
        "open cabinet 2",
        "take mug 1 from cabinet 2",
        "go to sinkbasin 1",
        "clean mug 1 with sinkbasin 1",
        "go to sidetable 1",
        "move mug 1 to sidetable 1",
    ],
    ("heat", "Apple", "SideTable"): [
        "go to countertop 1",
        "take apple 2 from countertop 1",
        "go to microwave 1",
        "heat apple 2 with microwave 1",
        "go to sidetable 1",
        "move apple 2 to sidetable 1",
    ],
    ("cool", "Apple", "SideTable"): [
        "go to fridge 1",
        "open fridge 1",
        "take apple 1 from fridge 1",
        "go to sidetable 1",
        "move apple 1 to sidetable 1",
    ],
    ("look", "Mug", "DeskLamp"): [
        "go to cabinet 2",
        "open cabinet 2",
        "take mug 1 from cabinet 2",
        "go to sidetable 1",
        "use desklamp 1",
    ],
    ("two", "Apple", "SideTable"): [
        "go to countertop 1",
        "take apple 2 from countertop 1",
        "go to sidetable 1",
        "move apple 2 to sidetable 1",
        "go to fridge 1",
        "open fridge 1",
        "take apple 1 from fridge 1",
        "go to sidetable 1",
        "move apple 1 to sidetable 1",
    ],
}


@pytest.mark.parametrize("goal", GOALS)
def test_each_goal_is_won_by_its_last_command_and_not_before(goal: tuple[str, str, str]) -> None:
    w = kitchen(goal)
    for command in GOALS[goal]:
        assert not w.won
        do(w, command)
    assert w.won


def test_light_counts_only_where_one_stands_with_the_thing_in_hand() -> None:
    w = kitchen(("look", "Mug", "DeskLamp"))
    do(w, "go to sidetable 1", "use desklamp 1", "go to cabinet 2", "open cabinet 2", "take mug 1 from cabinet 2")
    assert not w.won
    do(w, "go to sidetable 1")
    assert w.won
    do(w, "go to fridge 1")
    assert not w.won


@given(st.lists(st.integers(0, 10_000), max_size=60), st.integers(0, 59))
def test_a_snapshot_brings_everything_back(choices: list[int], cut: int) -> None:
    w = kitchen()
    for choice in choices[:cut]:
        w.step(w.actions[choice % len(w.actions)])
    saved, key, actions, won = w.snapshot(), w.state_key, w.actions, w.won
    first = [(w.step(w.actions[c % len(w.actions)]), w.actions, w.state_key, w.won) for c in choices[cut:]]
    w.restore(saved)
    assert (w.snapshot(), w.state_key, w.actions, w.won) == (saved, key, actions, won)
    assert [(w.step(w.actions[c % len(w.actions)]), w.actions, w.state_key, w.won) for c in choices[cut:]] == first
    other = World(w.game)
    other.restore(saved)
    assert other.state_key == key


@given(st.lists(st.integers(0, 10_000), max_size=60))
def test_what_is_offered_happens_and_nothing_else_does(choices: list[int]) -> None:
    w = kitchen()
    every = set(w.actions)
    for choice in choices:
        offered, here = w.actions, w.snapshot()
        every |= set(offered)
        for command in every:
            assert (w.step(command) != NOTHING) == (command in offered), command
            w.restore(here)
        w.step(offered[choice % len(offered)])


def test_keys_tell_states_apart_and_forget_the_way() -> None:
    w = kitchen()
    start = w.state_key
    do(w, "go to fridge 1")
    there = w.state_key
    assert there != start
    do(w, "open fridge 1")
    assert w.state_key not in (start, there)
    do(w, "close fridge 1")
    assert w.state_key == there
    do(w, "look", "inventory", "examine fridge 1")
    assert w.state_key == there


def test_keys_tell_apart_what_only_looking_around_shows() -> None:
    """The same things in the same places, the same ones taken out: but where the book is noted differs."""
    w = World(make_game(**{**LIVING, "goal": ("look", "Book", "DeskLamp")}).compile())
    do(w, "go to shelf 1", "take book 2 from shelf 1", "go to sidetable 1", "move book 2 to sidetable 1")
    do(w, "go to shelf 1")
    before, seen = w.snapshot(), w.state_key
    assert do(w, "look").endswith("Next to it, you see nothing.")
    do(w, "take book 2 from shelf 2", "move book 2 to shelf 2")
    after = w.snapshot()
    assert after._replace(noted=before.noted) == before != after
    assert do(w, "look").endswith("Next to it, you see a book 2.") and w.state_key != seen


def test_worlds_of_one_game_share_nothing_that_changes() -> None:
    game = kitchen().game
    commands = [
        "go to fridge 1",
        "open fridge 1",
        "take apple 1 from fridge 1",
        "go to sidetable 1",
        "move apple 1 to sidetable 1",
    ]
    expected = [World(game).step(commands[0])]
    w = World(game)
    expected = [w.step(c) for c in commands]
    results: list[list[str]] = []

    def play() -> None:
        for _ in range(50):
            own = World(game)
            results.append([own.step(c) for c in commands])

    threads = [threading.Thread(target=play) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 200 and all(r == expected for r in results)


def test_positions_in_the_test_households_sort_as_their_numbers() -> None:
    assert sorted([at(3), at(1), at(2)]) == [at(1), at(2), at(3)]
