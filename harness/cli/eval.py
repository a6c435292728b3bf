"""`skillevo eval`: one method, one panel, one run directory."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import SkillevoError, StopReason
from skillevo.harness.cli.numbers import amount, whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skillevo.harness.cli.evolving import Evolution
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
    task: Annotated[str, typer.Argument(help="alfworld, webshop, webwalker or gaia")],
    method: Annotated[
        str,
        typer.Option(
            "--method",
            "-m",
            help="no_skill, static_skill, react, pass_at_n, best_of_n, skill_r1_inference, skill_r1, grpo.",
        ),
    ],
    model: Annotated[
        str, typer.Option(help="pocket/follower, oracle, random, or any Inspect model (openai/..., vllm/...).")
    ],
    panel: Annotated[str | None, typer.Option(help="Panel; `skillevo panel list` shows them.")] = None,
    limit: Annotated[int | None, whole("--limit", "Only the panel's first N instances.")] = None,
    rollouts: Annotated[
        int | None, whole("--rollouts", "Episodes per instance, or under each skill of an evolving method.")
    ] = None,
    generator: Annotated[
        str | None, typer.Option(help="Who writes skills: a model's folder, or an Inspect model.")
    ] = None,
    generations: Annotated[int | None, whole("--generations", "Rewritings of the skill (5).")] = None,
    candidates: Annotated[int | None, whole("--candidates", "Skills written from one history (1).")] = None,
    transfer: Annotated[int, whole("--transfer", "Unseen siblings that each final skill is played on.", 0)] = 0,
    seed: Annotated[
        int, whole("--seed", "The run's seed; every episode's seed follows from it and its key.", None)
    ] = 0,
    skill: Annotated[list[Path] | None, typer.Option(help="SKILL.md or its folder; several are a bank.")] = None,
    task_option: Annotated[list[str] | None, typer.Option("-T", help="Task option key=value.")] = None,
    model_option: Annotated[
        list[str] | None,
        typer.Option("-M", help="Model option key=value: temperature, max_tokens, price_in, price_out, ..."),
    ] = None,
    generator_option: Annotated[
        list[str] | None, typer.Option("-G", help="Generator option key=value, as -M for the task model.")
    ] = None,
    grader: Annotated[
        str | None, typer.Option(help="The Inspect model that judges answers, with -T verifier=judge.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run; the same command again resumes it.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("runs"),
    workers: Annotated[int, whole("--workers", "Episodes under way at once; changes no result.")] = 16,
    max_cost: Annotated[
        float | None, amount("--max-cost", "Stop at this many US dollars, resumptions included.")
    ] = None,
    max_tokens: Annotated[
        int | None, whole("--max-tokens", "Stop at this many tokens, resumptions included.", 0)
    ] = None,
    max_rollouts: Annotated[
        int | None, whole("--max-rollouts", "Stop at this many episodes, resumptions included.", 0)
    ] = None,
    cache: Annotated[bool, typer.Option("--cache", help="Reuse a model's answer to a request already made.")] = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="On resuming, play failed episodes again.")
    ] = False,
    arm: Annotated[str, typer.Option(help="What a comparison calls it: runs of one arm are its seeds.")] = "",
    log: Annotated[bool, typer.Option(help="Write an Inspect log of the run.")] = True,
    driver: Annotated[Driver, typer.Option(help="The `own` runner, or the same loop in `inspect` eval.")] = Driver.OWN,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Evaluate one method on one panel."""
    from skillevo.harness.cli.evolving import Evolution
    from skillevo.harness.cli.generators import is_priced
    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.cli.setup import make_setup
    from skillevo.harness.evaluation import summarise
    from skillevo.harness.rollouts import Budget
    from skillevo.harness.rundir import new_path

    budget = Budget(max_cost, max_tokens, max_rollouts)
    setup = make_setup(
        task,
        MethodArguments(method, (), rollouts, generations, candidates, generator, tuple(generator_option or ())),
        model=model,
        panel=panel,
        limit=limit,
        seed=seed,
        task_options=task_option or (),
        model_options=model_option or (),
        skills=skill or (),
        cache=cache,
        workers=workers,
        transfer=transfer,
        arm=arm,
        grader=grader,
    )
    if max_cost is not None and grader:
        raise SkillevoError("--max-cost cannot be kept with a --grader, whose price is not known: use --max-tokens")
    if max_cost is not None and setup.charged and not any(o.startswith("price_in=") for o in model_option or ()):
        raise SkillevoError(
            "--max-cost needs a price, and Inspect ships none: state it as -M price_in=USD -M price_out=USD, "
            "both per million tokens"
        )
    if max_cost is not None and generator and not is_priced(generator, generator_option or ()):
        raise SkillevoError("--max-cost needs the generator's price, too: -G price_in=USD -G price_out=USD")
    path = new_path(runs, name, f"{task}-{method}-{model.rsplit('/', 1)[-1]}")
    inspected = driver is Driver.INSPECT
    if inspected and (cache or any(o.startswith("price_") for o in model_option or ())):
        raise SkillevoError("--cache and -M price_in, price_out belong to this harness's own runner, not to Inspect's")
    evolution = Evolution()
    rows, meter, seconds = run(
        setup,
        path,
        budget,
        evolution=evolution,
        workers=workers,
        log=log,
        retry_errors=retry_errors,
        quiet=as_json,
        inspected=inspected,
    )
    summary = summarise(rows, setup.benchmark.group_by, setup.method.reducer)
    stopped = any(r.stop_reason == StopReason.BUDGET for r in rows)
    result = as_result(setup, summary, meter, seconds, path, meter.exhausted if stopped else "")
    if setup.evolving:
        result |= evolution.as_result(setup, rows)
    if as_json:
        print_json(result)
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
    label: str = "",
    evolution: Evolution | None = None,
) -> tuple[Sequence[EpisodeRow], Meter, float]:
    """Play what is missing of a run and close it.

    Args:
        label: what stands before the progress bar; by default the method's name.
        evolution: sees what an evolving method does, and holds what transfer came to.

    Returns:
        All rows in panel order, what this call spent, and the seconds that playing took.
    """
    from skillevo.harness.archive import write_episodes, write_turns
    from skillevo.harness.cli.evolving import TRANSFER_FILE, Evolution
    from skillevo.harness.cli.progress import EpisodeBar
    from skillevo.harness.redaction import any_private, is_private, mark_private
    from skillevo.harness.rollouts import Meter
    from skillevo.harness.rundir import RunDirectory

    meter, evolution = Meter(budget), evolution or Evolution()
    with RunDirectory(path, setup.config()) as directory:
        if any_private(setup.pool):
            mark_private(path)
        if retry_errors:
            directory.journal.forget_errors()
        for skill in setup.skills:
            directory.keep_skill(skill)
        done = len(directory.journal)
        total = len(setup.panel) * (setup.rollouts + setup.transfer)
        if done and not quiet:
            print(f"resuming {path}: {done:,} of {total:,} episodes are there", file=sys.stderr)
        try:
            with EpisodeBar(label or setup.method.name, total, done, quiet=quiet) as bar:
                started = perf_counter()
                rows = _play_all(setup, directory, meter, bar, workers, inspected, evolution)
                seconds = perf_counter() - started
        except (KeyboardInterrupt, asyncio.CancelledError):
            kept = f"interrupted: {len(directory.journal):,} of {total:,} episodes are kept"
            print(f"{kept}; the same command with --name {path.name} goes on", file=sys.stderr)
            raise
        write_episodes(path / "episodes.parquet", rows, setup.describe_protocol())
        if setup.transfer:
            handed_on = setup.describe_protocol(skill_source="other", weights=evolution.weights_of_transfer(setup))
            write_episodes(path / TRANSFER_FILE, evolution.transferred, handed_on)
        private = {i.id for i in setup.pool if is_private(i)}
        write_turns(path / "turns", [*rows, *evolution.transferred], directory.journal, private)
        if log and not inspected and len(directory.journal):  # Inspect writes its own
            from skillevo.harness.cli.logs import write_log

            write_log(setup, rows, directory)
        logs = len(list((path / "logs").glob("*.eval")))
        directory.count(episodes=len(rows), transfer=len(evolution.transferred), logs=logs)
    return rows, meter, seconds


def _play_all(
    setup: Setup,
    directory: RunDirectory,
    meter: Meter,
    bar: EpisodeBar,
    workers: int,
    inspected: bool,
    evolution: Evolution,
) -> Sequence[EpisodeRow]:
    from skillevo.harness.cli.inspect_driver import play_inspect
    from skillevo.harness.evaluation import evaluate as play_panel
    from skillevo.harness.evaluation.transfer import PHASE as TRANSFER
    from skillevo.harness.rollouts import Meter, Play

    if inspected and setup.evolving:
        raise SkillevoError(f"{setup.method.name} writes skills between episodes: it runs in this harness's own runner")
    if inspected:
        return play_inspect(setup, directory.journal, meter, bar, workers, directory.path / "logs")

    def make_play(meter: Meter, phase: str) -> Play:
        return Play(
            make_env=lambda i: setup.benchmark.make_env(i, setup.options),
            verify=setup.benchmark.verify,
            policy=setup.policy,
            rules=setup.rules,
            seed=setup.seed,
            journal=directory.journal,
            meter=meter,
            phase=phase,
            on_episode=bar.advance,
            at_once=workers,
            judge=setup.judge,
        )

    async def play_everything() -> Sequence[EpisodeRow]:
        play = make_play(meter, "eval")
        rows = await play_panel(setup.method, setup.panel, play, workers, directory.keep_skill, evolution.see)
        if setup.transfer:  # under the same limits, on an account of its own
            await evolution.hand_on(setup, make_play(Meter(meter.budget), TRANSFER), workers)
        return rows

    return asyncio.run(play_everything())


def as_result(
    setup: Setup, summary: Summary, meter: Meter, seconds: float, path: Path, stopped_by: str
) -> dict[str, Any]:
    """What `--json` prints.

    Args:
        stopped_by: the limit that left episodes unplayed; empty where all were played.
    """
    whole = summary.overall
    return {
        "task": setup.benchmark.name,
        "method": setup.method.name,
        "model": setup.policy.name,
        "panel": setup.panel.name,
        "panel_hash": setup.panel.hash,
        "n": whole.n,
        "episodes": whole.episodes,
        "success": whole.success,
        "interval": list(whole.interval),
        f"by_{setup.benchmark.group_by}": {
            name: {"n": c.n, "episodes": c.episodes, "success": c.success, "interval": list(c.interval)}
            for name, c in summary.by_group.items()
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
        "spent": {**asdict(meter.total), "tokens": meter.total.tokens},
        "stopped_by": stopped_by,
        "episodes_per_second": meter.rollouts / seconds if meter.rollouts else 0.0,
        "run": str(path),
    }


def print_result(setup: Setup, summary: Summary, result: dict[str, Any]) -> None:
    from rich.console import Console

    from skillevo.harness.cli.evolving import print_evolution
    from skillevo.harness.cli.tables import success_table

    console = Console()
    title = f"{result['method']} · {result['model']} · {result['panel']} ({result['panel_hash']})"
    console.print(title, highlight=False)
    if "generations" in result:
        print_evolution(console, result)
    console.print(success_table({setup.method.name: summary}, setup.benchmark.group_labels))
    reasons = ", ".join(f"{k} {v:,}" for k, v in summary.stop_reasons.items())
    console.print(f"{summary.steps:.1f} steps an episode; ended by: {reasons}", highlight=False)
    spent = result["spent"]
    if spent["tokens"]:
        unpriced = f" ({spent['unpriced_tokens']:,} tokens have no known price)" if spent["unpriced_tokens"] else ""
        now = f"; now {result['tokens']:,}, ${result['cost']:.4f}" if result["tokens"] < spent["tokens"] else ""
        console.print(f"spent {spent['tokens']:,} tokens, ${spent['cost']:.4f}{unpriced}{now}", highlight=False)
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
