"""`skillevo train`: a generator learns to rewrite skills."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli.numbers import amount, whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.harness.trainer.loop import Loop, Progress


def train(
    method: Annotated[str, typer.Argument(help="skill_r1 or grpo; sft for a cold start.")],
    task: Annotated[str | None, typer.Option(help="alfworld, webshop, webwalker or gaia.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="pocket, pocket-webshop, or a TOML file; what follows wins over it.")
    ] = None,
    generator: Annotated[
        str | None, typer.Option(help="What is trained: a model's folder, FOLDER+ADAPTER, or pocket/writer.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Who plays, frozen: pocket/..., or any Inspect model.")] = None,
    grader: Annotated[
        str | None, typer.Option(help="The Inspect model that judges answers, with -T verifier=judge.")
    ] = None,
    panel: Annotated[str | None, typer.Option(help="What is trained on.")] = None,
    limit: Annotated[int | None, whole("--limit", "Only the panel's first N instances.")] = None,
    val_panel: Annotated[str | None, typer.Option(help="What checkpoints are chosen by.")] = None,
    val_limit: Annotated[int | None, whole("--val-limit", "Only its first N instances.")] = None,
    steps: Annotated[int | None, whole("--steps", "Optimisation steps (100).")] = None,
    skill: Annotated[list[Path] | None, typer.Option(help="SKILL.md, its folder or a bank: what is rewritten.")] = None,
    root: Annotated[str | None, typer.Option(help="The benchmark's data.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="For sft: JSON lines with prompt and completion; its size is set by -T.")
    ] = None,
    seed: Annotated[int, whole("--seed", "The run's seed.", None)] = 0,
    task_option: Annotated[
        list[str] | None,
        typer.Option("-T", help="key=value: mode, lam, lr, generations, candidates, rollouts, parent, beta, ..."),
    ] = None,
    model_option: Annotated[
        list[str] | None, typer.Option("-M", help="The task model's: temperature, max_tokens, price_in, price_out, ...")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run; the same command again resumes it.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("runs"),
    max_cost: Annotated[float | None, amount("--max-cost", "Stop at this many US dollars.")] = None,
    max_tokens: Annotated[int | None, whole("--max-tokens", "Stop at this many tokens.", 0)] = None,
    max_rollouts: Annotated[int | None, whole("--max-rollouts", "Stop after this many episodes.", 0)] = None,
    workers: Annotated[int, whole("--workers", "Episodes under way at once; changes no result.")] = 64,
    arm: Annotated[str, typer.Option(help="What a comparison calls it: runs of one arm are its seeds.")] = "",
    retry_errors: Annotated[bool, typer.Option(help="On resuming, play failed episodes again.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Print the plan and what it will cost, and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Train a generator; evaluate it with `skillevo eval --generator RUN/checkpoints/best`."""
    if method == "sft":
        from skillevo.harness.cli.train_sft import train_sft

        return train_sft(pairs, generator, task_option or (), seed, name, runs, as_json)
    from skillevo.harness.cli.plan import read_plan
    from skillevo.harness.cli.training import Assembled
    from skillevo.harness.cli.training import train as run
    from skillevo.harness.rollouts import Budget
    from skillevo.harness.rundir import new_path

    flags = {
        "task": task, "generator": generator, "model": model, "grader": grader, "panel": panel, "limit": limit,
        "val_panel": val_panel, "val_limit": val_limit, "steps": steps, "skills": skill or None, "root": root,
    }  # fmt: skip
    plan = read_plan(method, preset, flags, task_option or (), model_option or ())
    if dry_run:
        from skillevo.harness.cli.dry_run import dry_run as show

        return show(plan, as_json)
    if max_cost is not None and plan.grader:
        raise SkillevoError("--max-cost cannot be kept with a --grader, whose price is not known: use --max-tokens")
    assembled = Assembled(plan, seed, arm, workers)
    if warning := assembled.warning():
        print(f"warning: {warning}", file=sys.stderr)
    path = new_path(runs, name, f"{plan.benchmark.name}-{method}")
    progress, meter = run(
        assembled, path, Budget(max_cost, max_tokens, max_rollouts), lambda loop: _shown(loop, as_json), retry_errors
    )
    result = {
        "method": method,
        "panel": assembled.panel.name,
        "panel_hash": assembled.panel.hash,
        "step": progress.step,
        "stopped_by": progress.stopped_by,
        "validations": [v.as_dict() for v in progress.validations],
        "played": meter.rollouts,
        "tokens": meter.input_tokens + meter.output_tokens,
        "cost": meter.cost,
        "best": str(path / "checkpoints" / "best"),
        "run": str(path),
    }
    print_json(result) if as_json else _print(progress, result)


@contextmanager
def _shown(loop: Loop, quiet: bool) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    from skillevo.harness.cli.step_bar import StepBar

    with StepBar(loop.steps, quiet=quiet) as bar:
        yield bar.advance


def _print(progress: Progress, result: Mapping[str, Any]) -> None:
    print(f"{progress.step} steps on {result['panel']} ({result['panel_hash']})")
    if progress.stopped_by:
        print(f"stopped: {progress.stopped_by}")
    best = progress.best
    if best is not None:
        first = progress.validations[0]
        print(f"validation: {first.score:.3f} before, {best.score:.3f} after step {best.step}, the best")
    print(f"generator  {result['best']}")
    print(f"run        {result['run']}")
