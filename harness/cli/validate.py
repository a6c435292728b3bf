"""`skillevo validate ENV`: the verifier's self-test, on every instance of a panel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import SkillevoError, StopReason
from skillevo.harness.cli.numbers import whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.envs.base import TaskInstance, Verdict
    from skillevo.envs.benchmark import Benchmark


def validate(
    task: Annotated[str, typer.Argument(help="The benchmark.")],
    panel: Annotated[str | None, typer.Option(help="Panel; by default the benchmark's own.")] = None,
    root: Annotated[str | None, typer.Option(help="Folder of the released data.")] = None,
    limit: Annotated[int | None, whole("--limit", "Only the first N instances.")] = None,
    task_option: Annotated[list[str] | None, typer.Option("-T", help="The world's option key=value.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Verifier self-test: gold play scores 1, doing nothing scores 0, on every instance."""
    from skillevo.envs.benchmark import get_benchmark
    from skillevo.harness.cli.options import of_world, split_root

    benchmark = get_benchmark(task)
    given, root = split_root(task_option or (), root)
    options = of_world(benchmark, given)
    benchmark.check_installed(options)
    found = benchmark.load_panel(panel or benchmark.default_panel, root, options).take(limit)
    complaints: list[str] = []
    limits: list[str] = []
    for instance in found:
        if reason := benchmark.known_limit(instance):
            limits.append(f"{instance.id}: {reason}")
        complaints += [f"{instance.id}: {c}" for c in _check(benchmark, options, instance)]
    result = {"task": task, "panel": found.name, "panel_hash": found.hash, "n": len(found), "complaints": complaints}
    if as_json:
        print_json({**result, "known_limits": limits})
    else:
        for line in (*limits, *complaints):
            print(line)
        known = f", {len(limits):,} that cannot score 1 (listed above)" if limits else ""
        print(f"{found.name} ({found.hash}): {len(found):,} instances checked, {len(complaints):,} complaints{known}")
    if complaints:
        raise typer.Exit(1)


def _check(benchmark: Benchmark, options: Any, instance: TaskInstance) -> list[str]:
    try:
        plan = benchmark.plan(instance)
        gold = asyncio.run(_verdict(benchmark, options, instance, plan))
        empty = asyncio.run(_verdict(benchmark, options, instance, ()))
        right = (gold.success and gold.reward == 1.0) or benchmark.known_limit(instance)
        complaints = [] if right else [f"the gold play scores {gold.reward}"]
        complaints += [f"doing nothing scores {empty.reward}"] if empty.success or empty.reward else []
        for name, check in benchmark.extra_checks.items():
            if complaint := check(instance):
                complaints.append(f"{name}: {complaint}")
        return complaints
    except SkillevoError as e:
        return [str(e)]


async def _verdict(benchmark: Benchmark, options: Any, instance: TaskInstance, plan: Sequence[str]) -> Verdict:
    from skillevo.envs.base import EpisodeKey
    from skillevo.harness.play import Conditioning, PlayRules, play
    from skillevo.harness.policies.oracle import OraclePolicy

    rules = PlayRules(step_cap=benchmark.step_cap)
    policy = OraclePolicy(lambda _: plan)
    env = benchmark.make_env(instance, options)
    episode = await play(env, instance, EpisodeKey(instance.id), 0, policy, Conditioning(), rules)
    if episode.stop_reason not in (StopReason.DONE, StopReason.GAVE_UP):
        raise SkillevoError(f"{instance.id}: the gold play ended by {episode.stop_reason}")
    return benchmark.verify(instance, episode)
