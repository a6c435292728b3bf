"""`skillevo eval`: one method, one panel, one run directory."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import SkillevoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skillevo.harness.cli.progress import EpisodeBar
    from skillevo.harness.cli.setup import Setup
    from skillevo.harness.evaluation import Summary
    from skillevo.harness.rollouts import Budget, Meter
    from skillevo.harness.rows import EpisodeRow
    from skillevo.harness.rundir import RunDirectory


class Driver(StrEnum):
    """Who runs the episode loop: this harness, or `inspect eval` around it."""

    OWN = "own"
    INSPECT = "inspect"


def evaluate(
    task: Annotated[str, typer.Argument(help="alfworld")],
    method: Annotated[
        str,
        typer.Option("--method", "-m", help="no_skill, static_skill, react, skill_r1_inference, pass_at_n, best_of_n."),
    ],
    model: Annotated[
        str, typer.Option(help="pocket/follower, oracle, random, or any Inspect model (openai/..., vllm/...).")
    ],
    panel: Annotated[str | None, typer.Option(help="Panel; `skillevo panel list` shows them.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only the panel's first N instances.")] = None,
    rollouts: Annotated[
        int | None, typer.Option(help="Episodes per instance, or under each skill of an evolving method.")
    ] = None,
    generator: Annotated[
        str | None, typer.Option(help="Who writes skills: a model's folder, or an Inspect model.")
    ] = None,
    generations: Annotated[int | None, typer.Option(help="Rewritings of the skill (5).")] = None,
    candidates: Annotated[int | None, typer.Option(help="Skills written from one history (1).")] = None,
    seed: Annotated[int, typer.Option(help="The run's seed; every episode's seed follows from it and its key.")] = 0,
    skill: Annotated[list[Path] | None, typer.Option(help="SKILL.md or its folder; several are a bank.")] = None,
    task_option: Annotated[list[str] | None, typer.Option("-T", help="Task option key=value.")] = None,
    model_option: Annotated[
        list[str] | None,
        typer.Option("-M", help="Model option key=value: temperature, max_tokens, price_in, price_out, ..."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run; the same command again resumes it.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("runs"),
    workers: Annotated[int, typer.Option(help="Episodes under way at once; changes no result.")] = 16,
    max_cost: Annotated[float | None, typer.Option(help="Stop at this many US dollars.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Stop at this many tokens.")] = None,
    max_rollouts: Annotated[int | None, typer.Option(help="Stop after this many new episodes.")] = None,
    cache: Annotated[bool, typer.Option(help="Reuse a model's answer to a request already made.")] = False,
    retry_errors: Annotated[bool, typer.Option(help="On resuming, play failed episodes again.")] = False,
    log: Annotated[bool, typer.Option(help="Write an Inspect log of the run.")] = True,
    driver: Annotated[Driver, typer.Option(help="The `own` runner, or the same loop in `inspect` eval.")] = Driver.OWN,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Evaluate one method on one panel."""
    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.cli.setup import make_setup
    from skillevo.harness.evaluation import generations as curve_of
    from skillevo.harness.evaluation import summarise
    from skillevo.harness.rollouts import Budget
    from skillevo.harness.rundir import new_path

    setup = make_setup(
        task,
        MethodArguments(method, (), rollouts, generations, candidates, generator),
        model=model,
        panel=panel,
        limit=limit,
        seed=seed,
        task_options=task_option or (),
        model_options=model_option or (),
        skills=skill or (),
        cache=cache,
        workers=workers,
    )
    if max_cost is not None and setup.charged and not any(o.startswith("price_in=") for o in model_option or ()):
        raise SkillevoError(
            "--max-cost needs a price, and Inspect ships none: state it as -M price_in=USD -M price_out=USD, "
            "both per million tokens"
        )
    path = new_path(runs, name, f"{task}-{method}-{model.rsplit('/', 1)[-1]}")
    inspected = driver is Driver.INSPECT
    if inspected and (cache or any(o.startswith("price_") for o in model_option or ())):
        raise SkillevoError("--cache and -M price_in, price_out belong to this harness's own runner, not to Inspect's")
    rows, meter, seconds = run(
        setup,
        path,
        Budget(max_cost, max_tokens, max_rollouts),
        workers=workers,
        log=log,
        retry_errors=retry_errors,
        quiet=as_json,
        inspected=inspected,
    )
    summary = summarise(rows, setup.benchmark.group_by, setup.method.reducer)
    result = as_result(setup, summary, meter, seconds, path)
    if setup.evolving:
        result["generations"] = [asdict(g) for g in curve_of(rows)]
    if as_json:
        print(json.dumps(result))
    else:
        print_result(setup, summary, result)


def run(
    setup: Setup,
    path: Path,
    budget: Budget,
    *,
    workers: int = 16,
    log: bool = True,
    retry_errors: bool = False,
    quiet: bool = False,
    inspected: bool = False,
) -> tuple[Sequence[EpisodeRow], Meter, float]:
    """Play what is missing of a run and close it.

    Returns:
        All rows in panel order, what this call spent, and the seconds that playing took.
    """
    from skillevo.harness.archive import write_episodes, write_turns
    from skillevo.harness.cli.progress import EpisodeBar
    from skillevo.harness.rollouts import Meter
    from skillevo.harness.rundir import RunDirectory

    meter = Meter(budget)
    with RunDirectory(path, setup.config()) as directory:
        if retry_errors:
            directory.journal.forget_errors()
        for skill in setup.skills:
            directory.keep_skill(skill)
        done = len(directory.journal)
        total = len(setup.panel) * setup.rollouts
        if done and not quiet:
            print(f"resuming {path}: {done:,} of {total:,} episodes are there", file=sys.stderr)
        with EpisodeBar(setup.method.name, total, done, quiet=quiet) as bar:
            started = perf_counter()
            try:
                rows = _play_all(setup, directory, meter, bar, workers, inspected)
            except (KeyboardInterrupt, asyncio.CancelledError):
                kept = f"interrupted: {len(directory.journal):,} of {total:,} episodes are kept"
                print(f"{kept}; the same command with --name {path.name} goes on", file=sys.stderr)
                raise
            seconds = perf_counter() - started
        write_episodes(path / "episodes.parquet", rows, setup.describe_protocol())
        write_turns(path / "turns", rows, directory.journal)
        if log and not inspected and len(directory.journal):  # Inspect writes its own
            from skillevo.harness.cli.logs import write_log

            write_log(setup, rows, directory)
    return rows, meter, seconds


def _play_all(
    setup: Setup, directory: RunDirectory, meter: Meter, bar: EpisodeBar, workers: int, inspected: bool
) -> Sequence[EpisodeRow]:
    from skillevo.harness.cli.inspect_driver import play_inspect
    from skillevo.harness.evaluation import evaluate as play_panel
    from skillevo.harness.rollouts import Play

    if inspected and setup.evolving:
        raise SkillevoError(f"{setup.method.name} writes skills between episodes: it runs in this harness's own runner")
    if inspected:
        return play_inspect(setup, directory.journal, meter, bar, workers, directory.path / "logs")
    play = Play(
        make_env=lambda i: setup.benchmark.make_env(i, setup.options),
        verify=setup.benchmark.verify,
        policy=setup.policy,
        rules=setup.rules,
        seed=setup.seed,
        journal=directory.journal,
        meter=meter,
        on_episode=bar.advance,
    )
    return asyncio.run(play_panel(setup.method, setup.panel, play, workers, directory.keep_skill))


def as_result(setup: Setup, summary: Summary, meter: Meter, seconds: float, path: Path) -> dict[str, Any]:
    """What `--json` prints."""
    whole = summary.overall
    return {
        "task": setup.benchmark.name,
        "method": setup.method.name,
        "model": setup.policy.name,
        "panel": setup.panel.name,
        "panel_hash": setup.panel.hash,
        "n": whole.n,
        "success": whole.success,
        "interval": list(whole.interval),
        f"by_{setup.benchmark.group_by}": {
            name: {"n": c.n, "success": c.success, "interval": list(c.interval)} for name, c in summary.by_group.items()
        },
        "reward": whole.reward,
        "steps": summary.steps,
        "parts": dict(summary.parts),
        "stop_reasons": dict(summary.stop_reasons),
        "notes": dict(summary.notes),
        "errors": dict(summary.errors),
        "played": meter.rollouts,
        "tokens": meter.input_tokens + meter.output_tokens,
        "cost": meter.cost,
        "unpriced_tokens": meter.unpriced_tokens,
        "stopped_by": meter.exhausted,
        "episodes_per_second": meter.rollouts / seconds if meter.rollouts else 0.0,
        "run": str(path),
    }


def print_result(setup: Setup, summary: Summary, result: dict[str, Any]) -> None:
    from rich.console import Console

    from skillevo.harness.cli.tables import generation_table, success_table

    console = Console()
    title = f"{result['method']} · {result['model']} · {result['panel']} ({result['panel_hash']})"
    console.print(title, highlight=False)
    if "generations" in result:
        console.print(generation_table(result["generations"]))
    console.print(success_table({setup.method.name: summary}, setup.benchmark.group_labels))
    reasons = ", ".join(f"{k} {v:,}" for k, v in summary.stop_reasons.items())
    console.print(f"{summary.steps:.1f} steps an episode; ended by: {reasons}", highlight=False)
    if setup.rules.step_cap and result["tokens"]:
        unpriced = f" ({result['unpriced_tokens']:,} tokens have no known price)" if result["unpriced_tokens"] else ""
        console.print(f"spent {result['tokens']:,} tokens, ${result['cost']:.4f}{unpriced}", highlight=False)
    if result["stopped_by"]:
        stopped = (
            f"stopped by the budget ({result['stopped_by']}): what is unplayed counts as failure until a resume "
            "plays it; with --cache, what was paid for is not paid again"
        )
        console.print(stopped, style="yellow", highlight=False)
    for error, n in summary.errors.items():
        console.print(f"{n:,} episodes failed: {error}", style="red", highlight=False, markup=False)
    if summary.errors:
        console.print("--retry-errors plays them again when the run is resumed", style="dim")
    for note, n in summary.notes.items():
        console.print(f"{n:,} episodes: {note}", style="dim", highlight=False, markup=False)
    console.print(f"run  {result['run']}", highlight=False, soft_wrap=True)
