"""The original WebShop, measured where a user has it: start, memory, steps and searches, in a process of its own.

Two variables tell where: WEBSHOP_OFFICIAL, a checkout of princeton-nlp/WebShop with its data and indexes, and
WEBSHOP_PYTHON, an interpreter that has what the original needs (Java included). What runs there imports nothing of
skillevo: the original asks for other versions of almost everything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from skillevo.harness.cli.benchmarks.figure import Figure

CHECKOUT, PYTHON = "WEBSHOP_OFFICIAL", "WEBSHOP_PYTHON"
_EPISODES, _SEARCHES = 50, 200
_SECONDS = 3600.0
_WORKER = Path(__file__).with_name("webshop_official_worker.py")


def official(sizes: dict[int, float]) -> list[Figure]:
    """The original's figures at these sizes, or one line that says why there are none.

    Args:
        sizes: our own steps a second by number of products, which the original's are set beside.
    """
    checkout = os.environ.get(CHECKOUT, "")
    if not checkout:
        return [Figure("the original", None, "", f"${CHECKOUT} names no checkout of princeton-nlp/WebShop")]
    if not (Path(checkout) / "web_agent_site").is_dir():
        return [Figure("the original", None, "", f"${CHECKOUT}: {checkout} holds no web_agent_site")]
    return [figure for size, ours in sizes.items() for figure in _figures(Path(checkout), size, ours)]


def _figures(checkout: Path, size: int, ours: float) -> list[Figure]:
    python = os.environ.get(PYTHON) or sys.executable
    command = [python, str(_WORKER), str(size), str(_EPISODES), str(_SEARCHES)]
    name = f"the original, {size:,}"
    try:
        run = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as e:
        return [Figure(name, None, "", f"{python} does not run it ({e})")]
    try:
        found = json.loads(run.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        why = run.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return [Figure(name, None, "", f"it failed under {python}: {why[0]} (${PYTHON} names another interpreter)")]
    if found["products"] != size:
        loaded = f"it loaded {found['products']:,} products: its web_agent_site/utils.py names another file"
        return [Figure(name, None, "", loaded)]
    how = "once, CPU of its process, Java included"
    return [
        Figure(f"{name}: start, first search included", found["start"], "s", how),
        Figure(f"{name}: memory after {_EPISODES} episodes", found["memory"], "MB", "peak"),
        Figure(f"{name}: steps with the real reward", found["steps"], "steps/s", how),
        Figure(f"{name}: search, mean", found["search"], "ms", f"{_SEARCHES} instructions, CPU"),
        Figure(f"{size:,}: steps over the original's", ours / found["steps"], "x", "the figures above"),
    ]
