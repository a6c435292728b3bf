"""What is read of a problem, and what is refused."""

from __future__ import annotations

import pytest
from house import KITCHEN, make_game

from skillevo.envs.alfworld.problem import TASK_TYPES, UnsupportedGame, parse_problem
from skillevo.envs.base import DataError

TEXT = make_game(**KITCHEN, goal=("heat", "Apple", "SideTable")).problem


def test_everything_that_decides_play_is_read() -> None:
    p = parse_problem(TEXT)
    assert (p.goal.task_type, p.goal.object_type, p.goal.target_type) == (TASK_TYPES[3], "Apple", "SideTable")
    assert [r.type for r in p.receptacles].count("Cabinet") == 2
    assert {r.type for r in p.receptacles if r.openable} == {"Cabinet", "Fridge", "Microwave"}
    assert len(p.things) == 8 and len(p.inside) == 8 and len(p.nested) == 1
    assert sum("isCool" in t.flags for t in p.things) == 2
    assert ("Fridge", "Apple") in p.can_contain


@pytest.mark.parametrize("goal", ["simple", "clean", "heat", "cool", "two", "look"])
def test_six_goal_shapes(goal: str) -> None:
    found = parse_problem(make_game(**KITCHEN, goal=(goal, "Mug", "SideTable")).problem).goal
    assert (found.object_type, found.target_type) == ("Mug", "SideTable")


def test_white_space_and_comments_do_not_matter() -> None:
    loose = TEXT.replace("(and", "( and \n\t").replace(")\n", " ) ; a remark (with parentheses)\n")
    assert parse_problem(loose) == parse_problem(TEXT)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_a_text_cut_off_is_damaged_not_unsupported(share: float) -> None:
    with pytest.raises(DataError) as e:
        parse_problem(TEXT[: int(len(TEXT) * share)])
    assert not isinstance(e.value, UnsupportedGame)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("(:domain alfred)", "(:domain blocks)", "blocks"),
        ("(:init", "(:init\n(temperature oven hot)", "temperature"),
        ("(inReceptacle ?o ?r)", "(onTop ?o ?r)", "six shapes"),
        ("(:init", "(:init\n(atLocation agent1 loc_bar_9)", "2 places"),
        ("(:init", "(:init\n(receptacleAtLocation Shelf_bar_9 loc_bar_1)", "Shelf_bar_9 has no type"),
        ("(:init", "(:init\n(inReceptacle Nobody_bar_1 Nowhere_bar_2)", "has no type"),
    ],
)
def test_another_dialect_is_refused_and_the_way_out_named(old: str, new: str, complaint: str) -> None:
    with pytest.raises(UnsupportedGame, match=complaint) as e:
        parse_problem(TEXT.replace(old, new))
    assert "engine=official" in str(e.value)


def test_a_thing_is_an_object_or_a_receptacle() -> None:
    apple = next(t.id for t in parse_problem(TEXT).things if t.type == "Apple")
    with pytest.raises(UnsupportedGame, match="both an object and a receptacle"):
        parse_problem(TEXT.replace("(:init", f"(:init\n(receptacleType {apple} ShelfType)"))


def test_two_goals_types_must_agree() -> None:
    text = make_game(**KITCHEN, goal=("two", "Apple", "SideTable")).problem
    with pytest.raises(UnsupportedGame, match="six shapes"):
        parse_problem(text.replace("(objectType ?o2 AppleType)", "(objectType ?o2 MugType)"))


def test_a_fact_with_too_few_arguments_is_damage() -> None:
    with pytest.raises(DataError, match="inReceptacle has not 2 arguments"):
        parse_problem(TEXT.replace("(:init", "(:init\n(inReceptacle Apple)"))
