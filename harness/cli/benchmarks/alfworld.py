"""ALFWorld's figures: the engine, the environment, loading, memory, the runner, the two drivers."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from skillevo.envs.alfworld import AlfworldEnv, AlfworldOptions, load_panel
from skillevo.envs.alfworld.data import load_text
from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.official import OfficialEngineError, OfficialEnv
from skillevo.envs.base import Panel, SkillevoError
from skillevo.harness.cli.benchmarks.figure import Figure, cpu_seconds

STEPS = 50


def measure(root: str | None, games: int, official_steps: int, *, inspect: bool) -> list[Figure]:
    """All figures, in one run on one machine, so that their ratios mean something."""
    panel = _panel(root, games)
    sources = [str(i.payload["source"]) for i in panel]
    compiled = [load_text(s).compile() for s in sources]
    scripts = [_script(g, k) for k, g in enumerate(compiled)]
    total = sum(map(len, scripts))

    engine = total / cpu_seconds(lambda: _walk(compiled, scripts))
    env = total / cpu_seconds(lambda: asyncio.run(_walk_env(compiled, scripts)))
    # From where a person's games lie: a file for released ones, the seed for generated ones.
    load = cpu_seconds(lambda: [World(load_text(s).compile()).reset() for s in sources]) / len(sources)
    figures = [
        Figure("games", len(panel), panel.name),
        Figure.at_least("engine, admissible commands included", engine, "steps/s", 100_000),
        Figure("Env.step", env, "steps/s"),
        Figure.at_most("engine over Env.step", engine / env, "times", 1.5),
        Figure.at_most("load and first reset of a game", load * 1000, "ms", 5),
        Figure.at_most("memory of the open games above the interpreter", _memory(sources), "MB", 60),
        Figure.at_least("runner: pocket/follower episodes", *_runner(panel)),
    ]
    if inspect:
        from skillevo.tasks._bench import inspect_overhead

        overhead = inspect_overhead()
        figures.append(Figure.at_most("Inspect driver beyond the policy", overhead["overhead_ms"], "ms/turn", 5))
    if official_steps:
        figures += _official(panel, compiled, scripts, official_steps)
    return figures


def _panel(root: str | None, games: int) -> Panel:
    try:
        return load_panel("valid_seen", root).take(games)
    except SkillevoError:
        if root is not None:
            raise
        return load_panel("pocket-test").take(games)


def _script(game: Game, seed: int) -> list[str]:
    """A walk that touches things: half its commands change more than the place."""
    rng, world, commands = random.Random(seed), World(game), []
    for _ in range(STEPS):
        others = [a for a in world.actions if not a.startswith("go ")]
        commands.append(rng.choice(others if rng.random() < 0.5 else world.actions))
        world.step(commands[-1])
    return commands


def _walk(games: Sequence[Game], scripts: Sequence[Sequence[str]]) -> None:
    for game, commands in zip(games, scripts, strict=True):
        world = World(game)
        for command in commands:
            world.step(command)
            _ = world.actions


async def _walk_env(games: Sequence[Game], scripts: Sequence[Sequence[str]]) -> None:
    for game, commands in zip(games, scripts, strict=True):
        env = AlfworldEnv(game)
        for command in commands:
            await env.step(command)


_MEMORY = """
import sys
from skillevo.envs.alfworld.data import load_text
from skillevo.envs.alfworld.engine import World
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
sources = sys.stdin.read().split("\\n")
before = resident()
worlds = [World(load_text(s).compile()) for s in sources]
for world in worlds:
    world.step(world.actions[0])
    world.actions
print((resident() - before) / 1e6)
"""


def _memory(sources: Sequence[str]) -> float:
    """Resident memory that opening the games adds to a fresh process, parser's leavings included, in MB (Linux)."""
    if not Path("/proc/self/statm").exists():
        return float("nan")
    run = subprocess.run(
        [sys.executable, "-c", _MEMORY], input="\n".join(sources), capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def _runner(panel: Panel, episodes: int = 2000) -> tuple[float, str, float]:
    """Turns per CPU second of the harness's own runner, journal and verdicts included."""
    from skillevo.harness.cli.demo import GOOD_SKILL
    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.cli.setup import make_setup
    from skillevo.harness.evaluation import evaluate
    from skillevo.harness.journal import Journal
    from skillevo.harness.rollouts import Play

    setup = make_setup(
        "alfworld",
        MethodArguments("static_skill", rollouts=-(-episodes // len(load_panel("pocket-test")))),
        model="pocket/follower",
        panel="pocket-test",
        skills=[GOOD_SKILL],
    )
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db")
        play = Play(
            make_env=lambda i: setup.benchmark.make_env(i, setup.options),
            verify=setup.benchmark.verify,
            policy=setup.policy,
            rules=setup.rules,
            journal=journal,
        )
        started = process_time()
        asyncio.run(evaluate(setup.method, setup.panel, play, workers=16))
        rate = play.meter.turns / (process_time() - started)
        journal.close()
    return rate, "turns/s", 10_000


def _official(panel: Panel, games: Sequence[Game], scripts: Sequence[Sequence[str]], steps: int) -> list[Figure]:
    try:
        rate, load = asyncio.run(_walk_official(str(panel.instances[0].payload["source"]), scripts[0][:steps]))
    except OfficialEngineError as e:
        return [Figure(f"official engine: {e}", 0.0, "")]
    again, commands = [games[0]] * 50, [scripts[0][:steps]] * 50
    ours = 50 * steps / cpu_seconds(lambda: _walk(again, commands))
    return [
        Figure("official engine", rate, "steps/s"),
        Figure("official engine, load and first reset", load * 1000, "ms"),
        Figure.at_least("native over official, the same game and steps", ours / rate, "times", 3_000),
    ]


async def _walk_official(source: str, commands: Sequence[str]) -> tuple[float, float]:
    text, tree = load_text(source), source.removeprefix("tree:")
    env = OfficialEnv(text if tree == source else Path(tree), AlfworldOptions(engine="official"))
    try:
        started = perf_counter()
        await env.reset()
        loaded = perf_counter()
        for command in commands:
            await env.step(command)
        return len(commands) / (perf_counter() - loaded), loaded - started
    finally:
        await env.close()
