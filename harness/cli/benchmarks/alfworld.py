"""ALFWorld's figures: the engine, the environment, loading, memory, the runner, the two drivers."""

from __future__ import annotations

import asyncio
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from skillevo.envs.alfworld import AlfworldEnv, AlfworldOptions, load_panel
from skillevo.envs.alfworld.data import load_text
from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.official import OfficialEngineError, OfficialEnv, check_official
from skillevo.envs.base import Panel, SkillevoError
from skillevo.harness.cli.benchmarks.figure import MEDIAN, Figure, cpu_seconds

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
        Figure("games", len(panel), "", f"the panel {panel.name}"),
        Figure.at_least("engine, admissible commands included", engine, "steps/s", MEDIAN, 100_000),
        Figure("Env.step", env, "steps/s", MEDIAN),
        Figure.at_most("engine over Env.step", engine / env, "times", MEDIAN, 1.5),
        Figure.at_most("load and first reset of a game", load * 1000, "ms", MEDIAN, 5),
        _memory(sources),
        _runner(),
        _help(),
    ]
    if inspect:
        from skillevo.tasks._bench import inspect_overhead

        overhead = inspect_overhead()["overhead_ms"]
        figures.append(Figure.at_most("Inspect driver beyond the policy", overhead, "ms/turn", "once, CPU", 5))
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


def _memory(sources: Sequence[str]) -> Figure:
    """Resident memory that opening the games adds to a fresh process, parser's leavings included."""
    name = "memory of the open games above the interpreter"
    if not Path("/proc/self/statm").exists():
        return Figure(name, None, "MB", "needs Linux's /proc")
    run = subprocess.run(
        [sys.executable, "-c", _MEMORY], input="\n".join(sources), capture_output=True, text=True, check=True
    )
    return Figure.at_most(name, float(run.stdout), "MB", "once, a fresh process", 60)


def _runner(episodes: int = 2000) -> Figure:
    """Turns per CPU second of the harness's own runner, journal and verdicts included."""
    from skillevo.harness.cli.benchmarks.playing import play_panel
    from skillevo.harness.cli.demo import GOOD_SKILL
    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.cli.setup import make_setup

    setup = make_setup(
        "alfworld",
        MethodArguments("static_skill", rollouts=-(-episodes // len(load_panel("pocket-test")))),
        model="pocket/follower",
        panel="pocket-test",
        skills=[GOOD_SKILL],
    )
    with tempfile.TemporaryDirectory() as folder:
        seconds, turns = play_panel(setup, setup.method, Path(folder) / "journal.db")
    return Figure.at_least("runner: pocket/follower episodes", turns / seconds, "turns/s", "once, CPU", 10_000)


def _help() -> Figure:
    """CPU time of `skillevo --help`, compiled before."""
    command = [sys.executable, "-m", "skillevo.harness.cli", "--help"]
    seconds = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return Figure.at_most("skillevo --help", median(seconds[1:]), "s", MEDIAN, 0.3)


def _official(panel: Panel, games: Sequence[Game], scripts: Sequence[Sequence[str]], steps: int) -> list[Figure]:
    try:
        check_official()
        rate, load = asyncio.run(_walk_official(str(panel.instances[0].payload["source"]), scripts[0][:steps]))
    except OfficialEngineError as e:
        return [Figure("official engine", None, "steps/s", str(e))]
    again, commands = [games[0]] * 50, [scripts[0][:steps]] * 50
    ours = 50 * len(commands[0]) / cpu_seconds(lambda: _walk(again, commands))
    name = "native over official, the same game and steps"
    return [
        Figure("official engine", rate, "steps/s", "once, CPU of its process"),
        Figure("official engine, load and first reset", load * 1000, "ms", "once, CPU of its process"),
        Figure.at_least(name, ours / rate, "times", f"{MEDIAN}, over once, CPU", 3_000),
    ]


async def _walk_official(source: str, commands: Sequence[str]) -> tuple[float, float]:
    """Steps per second of CPU, and the seconds of CPU that starting it and loading the game take."""
    text, tree = load_text(source), source.removeprefix("tree:")
    env = OfficialEnv(text if tree == source else Path(tree), AlfworldOptions(engine="official"))
    try:
        await env.reset()
        loaded = env.cpu_seconds
        for command in commands:
            await env.step(command)
        return len(commands) / (env.cpu_seconds - loaded), loaded
    finally:
        await env.close()
