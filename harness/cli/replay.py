"""`skillevo replay ENV`: actions in, what the world says out, as JSON lines. For differential tests."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import DataError, SkillevoError
from skillevo.harness.cli import webshop
from skillevo.harness.cli.options import of_world, split_root

if TYPE_CHECKING:
    from skillevo.envs.base import Env, Observation
    from skillevo.envs.benchmark import Benchmark


def replay(
    task: Annotated[str, typer.Argument(help="The benchmark.")],
    actions: Annotated[str, typer.Option(help='JSON lines {"game": path, "actions": [...]}; - for stdin.')],
    root: Annotated[Path | None, typer.Option(help="The folder that holds train/ and valid_seen/.")] = None,
    instance: Annotated[
        str | None,
        typer.Option(help="An instance's id; the lines then need no game and may be plain lists of actions."),
    ] = None,
    panel: Annotated[str | None, typer.Option(help="The panel that holds --instance.")] = None,
    engine: Annotated[
        str | None, typer.Option(help="native or official, where the benchmark has two.", show_default="native")
    ] = None,
    data: webshop.Data = None,
    env_seed: webshop.EnvSeed = 0,
    mode: Annotated[str, typer.Option(help="WebShop's observations: text, text_rich or url.")] = "text",
    tagger: webshop.Tagger = "auto",
    variant: webshop.Variant = "upstream",
    human: webshop.Human = False,
    profile: webshop.Profile = "princeton",
    task_option: Annotated[list[str] | None, typer.Option("-T", help="The world's option key=value.")] = None,
) -> None:
    """Replay recorded actions; one JSON line for the reset (action null) and one per step.

    The options from --data on are WebShop's, whose lines are {"goal": index, "actions": [...]}.
    """
    if task == "webshop" and instance is None:
        if task_option or engine or panel:
            given = "-T" if task_option else "--engine" if engine else "--panel"
            raise SkillevoError(
                f"{given} goes with --instance; goals take --mode, --tagger, --variant, --human, --profile"
            )
        rules = webshop.make_rules(data or root, env_seed, tagger, variant, human, profile)
        webshop.replay_goals(rules, mode, actions)
        return
    from skillevo.envs.benchmark import get_benchmark

    benchmark = get_benchmark(task)
    own, folder = split_root(task_option or (), str(root) if root else None)
    options = _options(benchmark, engine, own)
    benchmark.check_installed(options)
    pinned = None
    if instance is not None:
        found = benchmark.load_panel(panel or benchmark.default_panel, folder, options)
        pinned = next((i for i in found if i.id == instance), None)
        if pinned is None:
            raise SkillevoError(f"panel {found.name} has no instance {instance!r}; `skillevo panel show` lists them")
    for number, line in read_lines(actions):
        game, commands = _request(line, number, pinned.id if pinned else None)
        if pinned is not None:
            env = benchmark.make_env(pinned, options)
        elif folder is None:
            raise SkillevoError("--root DIR is needed to find the games that the lines name")
        else:
            env = benchmark.open_game(Path(folder) / game, options)
        asyncio.run(_replay(env, game, commands))


def _options(benchmark: Benchmark, engine: str | None, given: Sequence[str]) -> Any:
    if engine is None:
        return of_world(benchmark, given)
    if "engine" not in {f.name for f in fields(benchmark.options)}:
        raise SkillevoError(f"{benchmark.name} has one engine only; it takes no --engine")
    return of_world(benchmark, (*given, f"engine={engine}"))


async def _replay(env: Env, game: str, commands: list[str]) -> None:
    try:
        seen = await env.reset()
        _print(game, None, seen, 0.0, False)
        for command in commands:
            step = await env.step(command)
            _print(game, command, step.observation, step.reward, step.done)
    finally:
        await env.close()


def _print(game: str, action: str | None, seen: Observation, reward: float, done: bool) -> None:
    line = {"game": game, "action": action, "observation": seen.text, "actions": list(seen.actions)}
    print(json.dumps({**line, "reward": reward, "done": done, "success": done and reward >= 1.0}))


def read_lines(source: str) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that are not empty.

    Raises:
        DataError: the file cannot be read, or is not text in UTF-8.
    """
    name = "standard input" if source == "-" else source
    try:
        with sys.stdin.buffer if source == "-" else Path(source).open("rb") as f:
            for number, line in enumerate(f, 1):
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError:
                    raise DataError(f"{name}, line {number}, is not text in UTF-8") from None
                if text.strip():
                    yield number, text
    except OSError as e:
        raise DataError(f"cannot read {name}: {e.strerror}") from None


def _request(line: str, number: int, pinned: str | None) -> tuple[str, list[str]]:
    try:
        request: Any = json.loads(line)
    except (ValueError, RecursionError) as e:
        reason = "nested too deeply" if isinstance(e, RecursionError) else e
        raise DataError(f"line {number} is not JSON ({reason})") from None
    if pinned is not None and isinstance(request, list):
        request = {"actions": request}
    if not isinstance(request, dict) or (pinned is None and not isinstance(request.get("game"), str)):
        raise DataError(f'line {number} is not {{"game": path, "actions": [...]}}')
    commands = request.get("actions")
    if not isinstance(commands, list) or not all(isinstance(c, str) for c in commands):
        raise DataError(f"line {number}: actions is a list of texts")
    game = pinned or request["game"]
    if "\0" in game:
        raise DataError(f"line {number}: {game!r} is no path")
    return game, commands
