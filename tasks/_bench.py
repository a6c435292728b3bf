"""What a turn costs under Inspect, beyond the world and the policy."""

from __future__ import annotations

import asyncio
import tempfile
import time
from typing import Any

from inspect_ai import eval

from skillevo.envs.base import Panel
from skillevo.envs.benchmark import Benchmark, get_benchmark
from skillevo.harness.play import Conditioning, PlayRules
from skillevo.harness.policies import embedded_policy
from skillevo.harness.policies.prompts import DEFAULT_PROMPT
from skillevo.harness.rollouts import Play
from skillevo.tasks._scorer import EpisodeRecord, find_panel
from skillevo.tasks._task import make_task


def inspect_overhead(benchmark: str = "alfworld", episodes: int = 40, step_cap: int = 50) -> dict[str, Any]:
    """Play the same random episodes in the harness's own runner and under `inspect eval`, and compare CPU time.

    Inspect's settings are its defaults, logging as it goes included; its first evaluation in a process, which sets
    things up for a second or so, is not counted.

    Returns:
        `turns`; `runner_ms`, `inspect_ms` and their difference `overhead_ms`: milliseconds of CPU a turn.
    """
    world = get_benchmark(benchmark)
    panel = find_panel(benchmark, world.default_panel, None, episodes, world.options())
    rules = PlayRules(step_cap=step_cap)
    _under_inspect(world, 1, rules)
    inspected, logged = _under_inspect(world, episodes, rules)
    started = time.process_time()
    turns = asyncio.run(_in_runner(world, panel, rules))
    own = time.process_time() - started
    if logged != turns:
        raise RuntimeError(
            f"the drivers played different episodes: {logged} turns under Inspect, {turns} in the runner"
        )
    return {
        "turns": turns,
        "runner_ms": 1e3 * own / turns,
        "inspect_ms": 1e3 * inspected / turns,
        "overhead_ms": 1e3 * (inspected - own) / turns,
    }


def _under_inspect(world: Benchmark, episodes: int, rules: PlayRules) -> tuple[float, int]:
    """Seconds of CPU and turns of one evaluation."""
    task = make_task(
        world,
        panel=world.default_panel,
        root=None,
        limit=episodes,
        options=world.options(),
        rules=rules,
        prompt=DEFAULT_PROMPT,
    )
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        (log,) = eval(task, model="pocket/random", log_dir=folder, display="none")
        seconds = time.process_time() - started
        # The samples are read from the file when they are asked for.
        return seconds, sum(len(s.store_as(EpisodeRecord).episode["turns"]) for s in log.samples or ())


async def _in_runner(world: Benchmark, panel: Panel, rules: PlayRules) -> int:
    policy = embedded_policy("random", world.plans(panel))
    assert policy is not None
    options = world.options()
    play = Play(make_env=lambda i: world.make_env(i, options), verify=world.verify, policy=policy, rules=rules)
    return sum([len((await play.episode(i, Conditioning())).episode.turns) for i in panel])
