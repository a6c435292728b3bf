"""Record what the official engine says of the corner households, into corners.json.gz beside this file.

    SKILLEVO_OFFICIAL_PYTHON=... python tests/envs/alfworld/record_corners.py

The households are our own; the recording lets the suite hold our engine to the official one's words
where alfworld is not installed.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from pathlib import Path

from corners import corner_games

from skillevo.envs.alfworld.gamefile import GameText
from skillevo.envs.alfworld.official import OfficialEnv

FILE = Path(__file__).with_name("corners.json.gz")
RANDOM_STEPS = 25


async def record(game: GameText, commands: list[str], rng: random.Random) -> list[dict[str, object]]:
    env = OfficialEnv(game)
    try:
        seen = await env.reset()
        steps: list[dict[str, object]] = [
            {"action": None, "observation": seen.text, "actions": seen.actions, "won": False}
        ]
        for number in range(len(commands) + RANDOM_STEPS):
            command = commands[number] if number < len(commands) else rng.choice(seen.actions)
            step = await env.step(command)
            seen = step.observation
            steps.append({"action": command, "observation": seen.text, "actions": seen.actions, "won": step.done})
        return steps
    finally:
        await env.close()


def main() -> None:
    recorded = {}
    for name, (game, commands) in corner_games().items():
        steps = asyncio.run(record(game, commands, random.Random(name)))
        recorded[name] = {"problem": game.problem, "task": game.task, "steps": steps}
    # mtime 0: the same recording is the same file
    FILE.write_bytes(gzip.compress(json.dumps(recorded, indent=0).encode(), mtime=0))
    print(f"{len(recorded)} households, {sum(len(r['steps']) for r in recorded.values())} steps in {FILE.name}")


if __name__ == "__main__":
    main()
