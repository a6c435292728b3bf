"""`skillevo replay ENV`: actions in, what the world says out, as JSON lines. For differential tests."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import DataError, SkillevoError

if TYPE_CHECKING:
    from skillevo.envs.base import Env, Observation


def replay(
    task: Annotated[str, typer.Argument(help="The benchmark.")],
    actions: Annotated[str, typer.Option(help='JSON lines {"game": path, "actions": [...]}; - for stdin.')],
    root: Annotated[Path | None, typer.Option(help="The folder that holds train/ and valid_seen/.")] = None,
    instance: Annotated[
        str | None,
        typer.Option(help="An instance's id; the lines then need no game and may be plain lists of actions."),
    ] = None,
    panel: Annotated[str | None, typer.Option(help="The panel that holds --instance.")] = None,
    engine: Annotated[str, typer.Option(help="native or official.")] = "native",
) -> None:
    """Replay recorded actions; one JSON line for the reset (action null) and one per step."""
    from skillevo.envs.benchmark import get_benchmark

    benchmark = get_benchmark(task)
    options = benchmark.options(engine=engine)
    pinned = None
    if instance is not None:
        found = benchmark.load_panel(panel or benchmark.default_panel, str(root) if root else None, options)
        pinned = next((i for i in found if i.id == instance), None)
        if pinned is None:
            raise SkillevoError(f"panel {found.name} has no instance {instance!r}; `skillevo panel show` lists them")
    for number, line in _lines(actions):
        game, commands = _request(line, number, pinned.id if pinned else None)
        if pinned is not None:
            env = benchmark.make_env(pinned, options)
        elif root is None:
            raise SkillevoError("--root DIR is needed to find the games that the lines name")
        else:
            env = benchmark.open_game(root / game, options)
        asyncio.run(_replay(env, game, commands))


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


def _lines(source: str) -> Iterator[tuple[int, str]]:
    try:
        with sys.stdin if source == "-" else Path(source).open(encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if line.strip():
                    yield number, line
    except OSError as e:
        raise DataError(f"cannot read {source}: {e.strerror}") from None


def _request(line: str, number: int, pinned: str | None) -> tuple[str, list[str]]:
    try:
        request: Any = json.loads(line)
    except ValueError as e:
        raise DataError(f"line {number} is not JSON ({e})") from None
    if pinned is not None and isinstance(request, list):
        request = {"actions": request}
    if not isinstance(request, dict) or (pinned is None and not isinstance(request.get("game"), str)):
        raise DataError(f'line {number} is not {{"game": path, "actions": [...]}}')
    commands = request.get("actions")
    if not isinstance(commands, list) or not all(isinstance(c, str) for c in commands):
        raise DataError(f"line {number}: actions is a list of texts")
    return pinned or request["game"], commands
