"""Whole skills: lists, headings, notes, tables, and what is reported as unread."""

from __future__ import annotations

import pytest

from skillevo.harness.policies.follower import parse, show
from skillevo.harness.policies.follower.steps import Program


def outline(program: Program) -> list[str]:
    return [
        f"{'[' + str(block.cond) + '] ' if block.cond else ''}{item.number}: {show(item.steps)}"
        for block in program.blocks
        for item in block.items
    ]


def rules(program: Program) -> list[str]:
    return [f"{cond}: {rule}" if cond else str(rule) for cond, rule in program.rules]


def test_numbered_steps_are_followed_and_prose_is_not() -> None:
    program = parse("# A title\n\nFirst of all, take the mug.\n\n1. Find the object.\n2) Take it.\n\nHeat it well.\n")
    assert outline(program) == ["1: find(object)", "2: take(it)"]
    assert program.unread == ()


def test_prose_alone_is_nothing_to_act_on() -> None:
    program = parse("Find the object. Take it. Put it in the target.")
    assert not program.readable
    assert program.blocks == ()


@pytest.mark.parametrize("body", ["", "1. Hum a tune.\n2. Paint the wall.", "## Steps\n\n```\n1. Take it.\n```"])
def test_nothing_readable(body: str) -> None:
    assert not parse(body).readable


def test_nested_steps_belong_to_their_condition() -> None:
    body = "1. If the task says hot:\n   1. Go to the microwave.\n   2. Heat the object.\n2. Go to the target.\n"
    assert outline(parse(body)) == ["1: if(says(heat): go(microwave) + heat(object))", "2: go(target)"]


def test_what_is_nested_spells_a_title_out() -> None:
    body = "1. **Heat it:**\n   - go to the microwave\n   - heat it there\n2. Find the object:\n"
    body += "   - the desk\n   - the bed\n"
    assert outline(parse(body)) == ["1: if(says(heat): go(microwave) + heat(it))", "2: find(object; desk, bed)"]


def test_places_listed_in_order() -> None:
    body = "1. Search in this order:\n   1. fridge\n   2. cabinets and drawers\n   3. everything else\n"
    assert outline(parse(body)) == ["1: find(object; fridge > cabinet, drawer > *)"]


def test_headings_say_for_which_tasks_a_list_is() -> None:
    body = "# Household\n## Search\n1. Find it.\n## Heating tasks\n1. Heat it with the oven.\n"
    body += "## If two\n1. Repeat step 1.\n"
    assert outline(parse(body)) == [
        "1: find(object)",
        "[says(heat)] 1: heat(it; oven)",
        "[says(two)] 1: repeat(1)",
    ]


def test_a_line_before_a_list_may_state_its_condition() -> None:
    body = "For cooling tasks:\n\n1. Go to the fridge.\n\nOtherwise nothing.\n\n1. Go to the target.\n"
    assert outline(parse(body)) == ["[says(cool)] 1: go(fridge)", "1: go(target)"]


def test_notes_hold_as_rules() -> None:
    body = (
        "1. Find the object.\n\n## Tips\n- Mugs are usually in cabinets.\n- Open closed places.\n"
        "- Never open the safe.\n"
        "- Check the desk first.\n- If the object is a book, search the bed.\n- Heat things with the microwave.\n"
        "- Take the object.\n"
    )
    program = parse(body)
    assert outline(program) == ["1: find(object)"]
    assert rules(program) == [
        "prefer(mug; cabinet)",
        "opening",
        "never(open; safe)",
        "prefer(desk)",
        "says(book): prefer(bed)",
        "means(heat; microwave)",
    ]


def test_bullets_are_steps_where_nothing_is_numbered() -> None:
    assert outline(parse("- Find the object.\n- Take it.\n")) == ["0: find(object)", "0: take(it)"]
    assert outline(parse("1. Find the object.\n\n- Take it.\n")) == ["1: find(object)"]


def test_tables_are_read_row_by_row() -> None:
    body = "1. Take the object.\n\n| state | where |\n|---|---|\n| hot | microwave |\n| cold | fridge |\n"
    assert rules(parse(body)) == ["means(heat; microwave)", "means(cool; fridge)"]


def test_steps_named_in_words() -> None:
    assert outline(parse("Step 1: Find the object.\nStep 2: Take it.\n")) == ["1: find(object)", "2: take(it)"]


def test_what_cannot_be_read_is_reported_once_and_does_nothing() -> None:
    program = parse(
        "1. Find the object. Juggle with it.\n2. Juggle.\n3. Juggle.\n4. If the stars are not right, take it.\n"
    )
    assert outline(program) == ["1: find(object)", "2: unread", "3: unread", "4: unread"]
    assert program.unread == ("Juggle with it.", "Juggle.", "If the stars are not right, take it.")
