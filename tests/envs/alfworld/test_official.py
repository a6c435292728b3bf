"""The live official engine against ours, step by step. Slow: `make test-official`."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from corners import corner_games
from real_data import RealGames, shared_folder

from skillevo.envs.alfworld import AlfworldOptions, load_panel
from skillevo.envs.alfworld.data import load_text
from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.gamefile import GameText, parse_game
from skillevo.envs.alfworld.official import OfficialEngineError, OfficialEnv
from skillevo.envs.base import Observation

pytestmark = pytest.mark.official

GAMES, STEPS = 100, 40


async def compare(ours: World, theirs: OfficialEnv, commands: list[str], rng: random.Random, steps: int) -> int:
    """Walk both engines, first along the commands, then at random; every field equal at every step.

    Returns:
        The number of transitions compared.
    """
    try:
        seen = await theirs.reset()
        assert seen == Observation(ours.reset(), ours.actions, "")
        script = list(commands)
        for done in range(max(steps, len(commands))):
            command = script[done] if done < len(script) else choose(ours, rng)
            step = await theirs.step(command)
            text = ours.step(command)
            assert (text, ours.actions, ours.won) == (step.observation.text, step.observation.actions, step.done), (
                command
            )
        return max(steps, len(commands))
    finally:
        await theirs.close()


def choose(world: World, rng: random.Random) -> str:
    """A command that tends to touch things; one in twenty makes no sense."""
    if rng.random() < 0.05:
        return rng.choice(["dance", "", " look ", "open everything", "take", "go to bed 99", "put mug 1 in/on desk 1"])
    touching = [a for a in world.actions if not a.startswith(("go ", "examine ", "help", "look", "inventory"))]
    return rng.choice(touching) if touching and rng.random() < 0.6 else rng.choice(world.actions)


@pytest.mark.parametrize("name", corner_games())
def test_corner_households(name: str) -> None:
    game, commands = corner_games()[name]
    asyncio.run(compare(World(game.compile()), OfficialEnv(game), commands, random.Random(name), len(commands) + 25))


@pytest.fixture(scope="session")
def games_at_hand() -> RealGames | None:
    folder = shared_folder() / "data" / "alfworld"
    return RealGames(folder) if (folder / "train.tar.xz").exists() else None


@pytest.mark.parametrize("number", range(GAMES))
def test_hundred_games(number: int, games_at_hand: RealGames | None, tmp_path: Path) -> None:
    """40 steps each: the whole walkthrough on every fourth game, a prefix of it on the others, then at random.

    Real games where they are at hand ($SKILLEVO_SHARED), else generated ones: never none.
    """
    rng = random.Random(number)
    if games_at_hand is None:
        instance = load_panel("pocket-train").instances[number]
        game = load_text(str(instance.payload["source"]))
        theirs = OfficialEnv(game)
    else:
        names = games_at_hand.names()
        name = names[number * len(names) // GAMES]
        game = parse_game(games_at_hand.read(name), name)
        path = tmp_path / "game.tw-pddl"
        path.write_text(games_at_hand.raw(name), "utf-8")
        theirs = OfficialEnv(path)
    prefix = len(game.walkthrough) if number % 4 == 0 else rng.randrange(len(game.walkthrough))
    n = asyncio.run(compare(World(game.compile()), theirs, list(game.walkthrough[:prefix]), rng, STEPS))
    assert n == STEPS


@pytest.mark.parametrize("number", range(0, 240, 20))
def test_generated_games(number: int) -> None:
    instance = load_panel("pocket-test").instances[number]
    game = load_text(str(instance.payload["source"]))
    asyncio.run(compare(World(game.compile()), OfficialEnv(game), list(game.walkthrough), random.Random(number), STEPS))


def test_a_damaged_game_is_one_clear_error() -> None:
    env = OfficialEnv(GameText("(define (problem x)", "Your task is to: do it."), AlfworldOptions(engine="official"))

    async def play() -> None:
        try:
            await env.reset()
        finally:
            await env.close()

    with pytest.raises(OfficialEngineError, match="official engine"):
        asyncio.run(play())
