"""WebShop's figures at three sizes: start, memory, steps, searches, and the import that they rest on.

Each size is measured in a process of its own. The sizes beyond the catalogue at hand are made from it by seed, and kept
in the cache folder; where no catalogue is at hand, all are of our own generator's making.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop.catalogue import CATALOGUE, Generated
from skillevo.envs.webshop.data import DATA_VARIABLE, cache_folder, find_shop
from skillevo.envs.webshop.env import WebShopEnv
from skillevo.envs.webshop.goals import Goal, Goals, GoalSpec, Kind
from skillevo.envs.webshop.importer import MANIFEST, Catalogue, import_catalogue
from skillevo.envs.webshop.plan import own_options
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.tagging import get_tagger
from skillevo.envs.webshop.varied import FULL_SIZE, VariedCatalogue
from skillevo.harness.cli.benchmarks.figure import Figure
from skillevo.harness.cli.benchmarks.webshop_official import official

EPISODES = 1_000
SMALL_SIZE = 1_000
_STEPS = "steps with the real reward"


def measure(root: str | None, sizes: Sequence[int]) -> list[Figure]:
    """All figures of the catalogue at hand and of these sizes made from it; without one, of our own generator's."""
    figures: list[Figure] = []
    base = find_shop(root) if root or os.environ.get(DATA_VARIABLE) else None
    at_hand = len(base.store) if base else SMALL_SIZE
    kind = "synthetic" if base else "human"
    if base:
        figures += _figures(base.folder, at_hand, kind)
    for size in sizes if base else (SMALL_SIZE, *sizes):
        made = f"varied-{size}-{base.manifest.content[:8]}" if base else f"own-{size}-{_own(size).fingerprint[:8]}"
        folder = cache_folder() / made
        if not (folder / MANIFEST).exists():
            built = _in_a_process("build", base.folder if base else "", folder, str(size))
            figures += [
                Figure.at_most(f"{size:,}: import", built["cpu"] / 60, "min", "once, CPU", 20),
                Figure.at_most(f"{size:,}: memory of the import", built["memory"], "MB", "once, peak", 2000),
            ]
        figures += _figures(folder, size, kind)
    ours = {n: _steps(figures, n) for n in dict.fromkeys((at_hand, *sizes))}
    return figures + official(ours)


def _own(size: int) -> Generated:
    return Generated(CATALOGUE.seed, size)


def _steps(figures: Sequence[Figure], size: int) -> float:
    return next(f.value or 0.0 for f in figures if f.name == f"{size:,}: {_STEPS}")


def _figures(folder: Path, size: int, kind: str) -> list[Figure]:
    found = _in_a_process("play", folder, kind)
    small, full = size <= SMALL_SIZE, size >= FULL_SIZE
    start = f"{size:,}: start, first search included"
    memory = f"{size:,}: memory after {EPISODES:,} episodes"
    once = "once, CPU"
    return [
        Figure.at_most(start, found["start"], "s", once, 0.5 if small else 1.5)
        if small or full
        else Figure(start, found["start"], "s", once),
        Figure.at_most(f"{size:,}: memory at the start", found["start_memory"], "MB", "peak", 90)
        if small
        else Figure(f"{size:,}: memory at the start", found["start_memory"], "MB", "peak"),
        Figure.at_most(memory, found["memory"], "MB", "peak", 1000)
        if full
        else Figure(memory, found["memory"], "MB", "peak"),
        Figure.at_least(f"{size:,}: {_STEPS}", found["steps"], "steps/s", once, 3000)
        if small
        else Figure(f"{size:,}: {_STEPS}", found["steps"], "steps/s", once),
        Figure.at_most(f"{size:,}: search, mean", found["search"], "ms", f"{EPISODES:,} instructions, CPU", 20),
        Figure(f"{size:,}: search, 95th percentile", found["search_p95"], "ms", f"{EPISODES:,} instructions, CPU"),
    ]


def _in_a_process(task: str, *arguments: Path | str) -> dict[str, float]:
    command = [sys.executable, "-m", __name__, task, *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise SkillevoError(f"measuring {arguments[0]} failed: {run.stderr.strip().splitlines()[-1:]}")
    found: dict[str, float] = json.loads(run.stdout)
    return found


def build(base: str, folder: str, size: str) -> dict[str, float]:
    """Import a catalogue of this size, made of the products of a shop, or, where that is "", by our own generator."""
    if base:
        shop = Shop(Path(base))
        catalogue: Catalogue = VariedCatalogue(shop.store, shop.manifest.content, int(size))
    else:
        catalogue = _own(int(size))
    started = process_time()
    import_catalogue(catalogue, Path(folder))
    return {"cpu": process_time() - started, "memory": _peak()}


def play(folder: str, kind: Kind) -> dict[str, float]:
    """Open a shop, play episodes in it, and search for what their instructions say."""
    shop = Shop(Path(folder))
    goals = shop.goals(GoalSpec(kind))
    shop.index.search(goals[0].instruction)
    start, start_memory = process_time(), _peak()  # since the process began, imports and all
    chosen = random.Random(0).sample(range(len(goals)), min(EPISODES, len(goals)))
    searches = sorted(_timed(shop, goals[i].instruction) for i in chosen)
    rules = Rules(shop, goals, get_tagger("rule"))
    scripts = [_script(goals, i) for i in chosen]
    started = process_time()
    steps = asyncio.run(_play(rules, scripts))
    return {
        "start": start,
        "start_memory": start_memory,
        "steps": steps / (process_time() - started),
        "memory": _peak(),
        "search": 1000 * sum(searches) / len(searches),
        "search_p95": 1000 * searches[int(0.95 * len(searches))],
    }


def _timed(shop: Shop, query: str) -> float:
    started = process_time()
    shop.index.search(query)
    return process_time() - started


def _script(goals: Goals, index: int) -> tuple[Goal, list[str]]:
    """A shopper who looks around: three pages of results, the product's pages, its options, and the purchase."""
    goal = goals[index]
    asin = goal.product.asin.lower()
    title = "".join(c for c in goal.product.title if c not in "[]\n")
    results = [f"search[{goal.instruction}]", "click[next >]", "click[next >]"]
    look = [f"search[{title}]", f"click[{asin}]", "click[description]", "click[< prev]"]
    more = ["click[features]", "click[< prev]"]
    options = [f"click[{value}]" for value in own_options(goal).values()]
    return goal, [*results, *look, *more, *options, "click[buy now]"]


async def _play(rules: Rules, scripts: Sequence[tuple[Goal, list[str]]]) -> int:
    steps = 0
    for goal, actions in scripts:
        env = WebShopEnv(rules, goal)
        await env.reset()
        for action in actions:
            await env.step(action)
        steps += len(actions)
    return steps


def _peak() -> float:
    """Memory of this process at its largest, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1 << 20 if sys.platform == "darwin" else 1 << 10)


TASKS: dict[str, Any] = {"build": build, "play": play}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
