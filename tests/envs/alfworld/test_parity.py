"""Our engine against recordings of the official one: every field, every step."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from real_data import RealGames, traces

from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.gamefile import GameText, parse_game
from skillevo.envs.alfworld.solver import solve

RECORDED = json.loads(gzip.decompress(Path(__file__).with_name("corners.json.gz").read_bytes()))


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_households(name: str) -> None:
    """Households of our own, full of rare cases, as the official engine played them."""
    recorded = RECORDED[name]
    world = World(GameText(recorded["problem"], recorded["task"]).compile())
    for step in recorded["steps"]:
        text = world.reset() if step["action"] is None else world.step(step["action"])
        assert text == step["observation"], step["action"]
        assert list(world.actions) == step["actions"], step["action"]
        assert world.won == step["won"], step["action"]


def test_recorded_traces_of_real_games(real_folder: Path, real_games: RealGames) -> None:
    games = steps = 0
    for trace in traces(real_folder):
        world = World(parse_game(real_games.read(trace["game"]), trace["game"]).compile())
        for step in trace["steps"]:
            text = world.reset() if step["action"] is None else world.step(step["action"])
            assert text == step["observation"], (trace["game"], step["action"])
            assert list(world.actions) == step["admissible"], (trace["game"], step["action"])
            assert (world.won, float(world.won)) == (step["won"], step["score"]), (trace["game"], step["action"])
            steps += 1
        games += 1
    assert games == 80 and steps > 2000


@pytest.mark.slow
def test_every_real_walkthrough_wins_and_is_as_short_as_the_solvers(real_games: RealGames) -> None:
    names = real_games.names()
    assert len(names) == 3693
    for name in names:
        game = parse_game(real_games.read(name), name)
        world = World(game.compile())
        for command in game.walkthrough:
            assert not world.won
            assert command in world.actions, (name, command)
            world.step(command)
        assert world.won, name
        assert len(solve(world.game)) == len(game.walkthrough), name
