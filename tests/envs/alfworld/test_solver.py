"""Plans win, and no shorter ones exist: breadth-first search says so where it can."""

from __future__ import annotations

from collections import deque

import pytest
from house import kitchen, make_game, world
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.solver import Unsolvable, solve

TYPES = ["Apple", "Mug", "Lettuce", "Book", "DeskLamp", "Plate"]
PLACES = ["CounterTop", "Cabinet", "Fridge", "Microwave", "SinkBasin", "SideTable"]


def shortest(game: Game, longest: int) -> int | None:
    """Length of a shortest winning sequence of commands by breadth-first search; None beyond `longest`."""
    w = World(game)
    if w.won:
        return 0
    queue, seen = deque([(w.snapshot(), 0)]), {w.snapshot()}
    while queue:
        state, n = queue.popleft()
        if n == longest:
            return None
        w.restore(state)
        for command in w.actions:
            w.restore(state)
            w.step(command)
            if w.won:
                return n + 1
            after = w.snapshot()
            if after not in seen:
                seen.add(after)
                queue.append((after, n + 1))
    return None


def check(game: Game) -> None:
    try:
        plan = solve(game)
    except Unsolvable:
        assert shortest(game, 6) is None
        return
    w = World(game)
    for command in plan:
        assert not w.won and command in w.actions
        w.step(command)
    assert w.won
    assert not plan or shortest(game, len(plan) - 1) is None, "breadth-first search found a shorter plan"


@pytest.mark.parametrize("task", ["simple", "clean", "heat", "cool", "look", "two"])
@pytest.mark.parametrize("what", ["Apple", "Mug", "Lettuce"])
def test_kitchen_plans_are_shortest(task: str, what: str) -> None:
    target = "DeskLamp" if task == "look" else "SideTable"
    if task in ("two",) and what != "Apple":
        with pytest.raises(Unsolvable, match="do it"):
            solve(kitchen((task, what, target)).game)
    else:
        check(kitchen((task, what, target)).game)


@st.composite
def games(draw: st.DrawFn) -> Game:
    """Rooms with 2 to 4 receptacles and 1 to 3 things, some of them in two receptacles at once."""
    n = draw(st.integers(2, 4))
    receptacles = [(draw(st.sampled_from(PLACES)), k + 1, f"loc_bar_{draw(st.integers(1, 3))}") for k in range(n)]
    things = [
        (draw(st.sampled_from(TYPES)), k + 1, sorted(draw(st.sets(st.integers(0, n - 1), max_size=2))))
        for k in range(draw(st.integers(1, 3)))
    ]
    task = draw(st.sampled_from(["simple", "clean", "heat", "cool", "look", "two"]))
    target = "DeskLamp" if task == "look" else draw(st.sampled_from([t for t, _, _ in receptacles]))
    extra = [f"(isCool {{{k}}})" for k, (kind, _, _) in enumerate(things) if kind == "Apple" and draw(st.booleans())]
    return make_game(
        receptacles, things, (task, draw(st.sampled_from([t for t, _, _ in things])), target), extra=extra
    ).compile()


@given(games())
def test_random_small_rooms(game: Game) -> None:
    check(game)


def test_a_game_won_at_the_start_needs_nothing() -> None:
    assert solve(world([("Shelf", 1, "l1")], [("Book", 1, [0])], ("simple", "Book", "Shelf")).game) == ()


def test_what_cannot_be_switched_on_is_no_lamp() -> None:
    with pytest.raises(Unsolvable):
        solve(kitchen(("look", "Mug", "Plate")).game)


def test_what_cannot_be_won_is_said_by_name() -> None:
    game = make_game(
        [("Shelf", 1, "l1")],
        [("Mug", 1, [0])],
        ("heat", "Mug", "Shelf"),
        task="Your task is to: put a hot mug in shelf.",
    )
    with pytest.raises(Unsolvable, match="pick_heat_then_place_in_recep.*put a hot mug in shelf"):
        solve(game.compile())
