"""`skillevo skills build`: a base bank from seed instances, for recurrences to begin with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli.numbers import amount, whole
from skillevo.harness.cli.output import print_json

if TYPE_CHECKING:
    from skillevo.harness.cli.setup import Setup
    from skillevo.harness.methods import Generator
    from skillevo.harness.methods.base_bank import BankRules, BaseBank
    from skillevo.harness.rollouts import Meter
    from skillevo.harness.rundir import RunDirectory

app = typer.Typer(help="Banks of skills.", no_args_is_help=True)

BANK_FILE = "bank.json"
"""Beside the skills of a bank: how it was built."""


@app.command()
def build(
    panel: Annotated[str, typer.Option(help="Where the seeds come from: a panel that nothing is scored on.")],
    model: Annotated[str, typer.Option(help="The frozen task model, which plays the seeds without a skill.")],
    writer: Annotated[str, typer.Option(help="Who abstracts skills: an Inspect model, or a model's folder.")],
    out: Annotated[Path, typer.Option(help="The bank's folder; --skill takes it.")],
    task: Annotated[str, typer.Option(help="The benchmark.")] = "alfworld",
    limit: Annotated[int, whole("--limit", "Seeds, taken from the panel's types in turn.")] = 10,
    rollouts: Annotated[int, whole("--rollouts", "Episodes of each seed.")] = 4,
    seed: Annotated[int, whole("--seed", "The run's seed.", None)] = 0,
    task_option: Annotated[
        list[str] | None,
        typer.Option("-T", help="Option key=value: by=writer|type, skills, tries, root, ..."),
    ] = None,
    model_option: Annotated[list[str] | None, typer.Option("-M", help="Task model option key=value.")] = None,
    writer_option: Annotated[list[str] | None, typer.Option("-G", help="Writer option key=value.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run; the same command again resumes it.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("runs"),
    workers: Annotated[int, whole("--workers", "Episodes under way at once; changes no result.")] = 16,
    max_cost: Annotated[float | None, amount("--max-cost", "Stop at this many US dollars.")] = None,
    max_tokens: Annotated[int | None, whole("--max-tokens", "Stop at this many tokens.", 0)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Have a writer abstract what the task model does on seed instances into a bank of skills."""
    from skillevo.harness.cli import options as opt
    from skillevo.harness.cli.generators import is_priced, make_generator
    from skillevo.harness.cli.methods import MethodArguments
    from skillevo.harness.cli.setup import make_setup
    from skillevo.harness.methods.base_bank import BankRules, choose_seeds
    from skillevo.harness.redaction import any_private, mark_private
    from skillevo.harness.rollouts import Budget, Meter
    from skillevo.harness.rundir import RunDirectory, new_path

    given = opt.pairs(task_option or (), "-T")
    own = {k: given.pop(k) for k in opt.names(BankRules) if k in given}
    rules = opt.fill(BankRules, own, "-T")
    setup = make_setup(
        task,
        MethodArguments("no_skill", rollouts=rollouts),
        model=model,
        panel=panel,
        seed=seed,
        task_options=[f"{k}={v}" for k, v in given.items()],
        model_options=model_option or (),
        workers=workers,
    )
    setup = replace(setup, panel=choose_seeds(setup.pool, limit, setup.benchmark.group_by))
    if max_cost is not None and not (is_priced(model, model_option or ()) and is_priced(writer, writer_option or ())):
        raise SkillevoError(
            "--max-cost needs prices, and Inspect ships none: state them as -M price_in=USD -M price_out=USD for the "
            "task model and -G price_in=USD -G price_out=USD for the writer, per million tokens"
        )
    made = make_generator(writer, *opt.of_model(writer_option or (), "-G"))
    meter = Meter(Budget(max_cost, max_tokens))
    config = {
        **setup.config(),
        "command": "skills build",
        "writer": {"name": made.name, **made.describe()},
        "build": rules.as_dict(),
    }
    _check_free(out, config)
    path = new_path(runs, name, f"{task}-bank-{model.rsplit('/', 1)[-1]}")
    with RunDirectory(path, config) as directory:
        if any_private(setup.panel):
            mark_private(path)
        bank = _build(setup, directory, meter, made, rules, workers, as_json)
    _write(bank, out, config)
    if any_private(setup.panel):  # its skills may quote the seeds
        mark_private(out)
    result = _result(bank, setup, meter, out, path)
    if as_json:
        print_json(result)
    else:
        _print(bank, result)


def _build(
    setup: Setup,
    directory: RunDirectory,
    meter: Meter,
    writer: Generator,
    rules: BankRules,
    workers: int,
    quiet: bool,
) -> BaseBank:
    from skillevo.harness.archive import write_episodes, write_turns
    from skillevo.harness.cli.progress import EpisodeBar
    from skillevo.harness.methods.base_bank import build_bank
    from skillevo.harness.redaction import is_private
    from skillevo.harness.rollouts import Play
    from skillevo.harness.rows import EpisodeRow

    total = len(setup.panel) * setup.rollouts
    with EpisodeBar("seeds", total, len(directory.journal), quiet=quiet) as bar:
        play = Play(
            make_env=lambda i: setup.benchmark.make_env(i, setup.options),
            verify=setup.benchmark.verify,
            policy=setup.policy,
            rules=setup.rules,
            seed=setup.seed,
            journal=directory.journal,
            meter=meter,
            phase="seed",
            on_episode=bar.advance,
            at_once=workers,
        )
        tag = setup.benchmark.group_by
        building = build_bank(setup.panel, play, writer, rules, rollouts=setup.rollouts, type_tag=tag, workers=workers)
        bank = asyncio.run(building)
    rows = [EpisodeRow.of(s.instance, p, "no_skill") for s in bank.seen for p in s.played]
    write_episodes(directory.path / "episodes.parquet", rows, setup.describe_protocol())
    private = {i.id for i in setup.panel if is_private(i)}
    write_turns(directory.path / "turns", rows, directory.journal, private)
    for skill in bank.skills:
        directory.keep_skill(skill)
    return bank


def _check_free(out: Path, config: Mapping[str, Any]) -> None:
    """Refuse to write a bank over another one, or into a folder that holds something else."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        same = json.loads((out / BANK_FILE).read_text("utf-8")) == _plain(config)
    except (OSError, ValueError):
        same = False
    if not same:
        raise SkillevoError(f"{out} holds something else already: give another --out, or take it away")


def _write(bank: BaseBank, out: Path, config: Mapping[str, Any]) -> None:
    from skillevo.harness.rundir import write_whole
    from skillevo.harness.skills import write_bank

    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / BANK_FILE, json.dumps(_plain(config), indent=2) + "\n")
    write_bank(bank.skills, out)


def _plain(config: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(config))


def _result(bank: BaseBank, setup: Setup, meter: Meter, out: Path, path: Path) -> dict[str, Any]:
    played = [p for s in bank.seen for p in s.played]
    return {
        "task": setup.benchmark.name,
        "skills": [s.id for s in bank.skills],
        "panel": setup.panel.name,
        "panel_hash": setup.panel.hash,
        "seeds": len(bank.seen),
        "episodes": len(played),
        "successes": sum(p.verdict.success for p in played),
        "answers": bank.answers,
        "notes": dict(bank.notes),
        "played": meter.rollouts,
        "tokens": meter.input_tokens + meter.output_tokens,
        "cost": meter.cost,
        "unpriced_tokens": meter.unpriced_tokens,
        "out": str(out),
        "run": str(path),
    }


def _print(bank: BaseBank, r: Mapping[str, Any]) -> None:
    print(f"{r['seeds']} seeds of {r['panel']} ({r['panel_hash']}): {r['successes']} of {r['episodes']} succeed")
    for skill in bank.skills:
        print(f"  {skill.name}: {skill.description}")
    for note, n in r["notes"].items():
        print(f"{n:,} times: {note}")
    if r["tokens"]:
        unpriced = f" ({r['unpriced_tokens']:,} tokens have no known price)" if r["unpriced_tokens"] else ""
        print(f"spent {r['tokens']:,} tokens, ${r['cost']:.4f}{unpriced}")
    print(f"bank  {r['out']}\nrun   {r['run']}")
    print(f"next  skillevo eval {r['task']} --method skill_r1_inference --skill {r['out']} --generator ... --model ...")
