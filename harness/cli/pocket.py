"""`skillevo pocket`: the embedded models, made and measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The embedded models: make and measure them.", no_args_is_help=True)


@app.command()
def build(
    name: Annotated[
        str, typer.Argument(help="ranker, ranker-able, writer, ranker-webshop, writer-webshop, or all (two processes).")
    ] = "all",
    out: Annotated[Path, typer.Option(help="Folder for the weights and their record.")] = Path("pocket"),
    seed: Annotated[int, typer.Option(help="All that is drawn follows from it.")] = 0,
    tiny: Annotated[bool, typer.Option("--tiny", help="A minute's worth that has learned nothing, to try it.")] = False,
) -> None:
    r"""Make pocket models from generated games. Needs the extra \[train]; half an hour on two cores for all."""
    from skillevo.envs.base import SkillevoError

    try:
        from skillevo.harness.pocket.build import FULL, TINY, build_all
        from skillevo.harness.pocket.build import build as build_some
    except ImportError as e:
        raise SkillevoError(f'building needs the extra [train]: pip install "skillevo[train]" ({e})') from None
    sizes = TINY if tiny else FULL
    if name == "all":
        build_all(out, seed, sizes)
    else:
        build_some((name,), out, seed, sizes)


@app.command()
def measure(
    model: Annotated[str, typer.Argument(help="pocket/ranker, pocket/ranker-able, or a .npz that was built.")],
    task: Annotated[str, typer.Option(help="alfworld or webshop.")] = "alfworld",
    panel: Annotated[str, typer.Option(help="Panel of the task.")] = "pocket-val",
    limit: Annotated[int | None, typer.Option(help="The panel's first games only.")] = None,
    rollouts: Annotated[int, typer.Option(help="Episodes of each game under each skill.")] = 1,
    seed: Annotated[int, typer.Option(help="The episodes' and the skills' words follow from it.")] = 0,
    temperature: Annotated[float | None, typer.Option(help="Of the drawing; else the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """How well a ranker obeys: success without a skill, with the solver's, in words new to it, and with wrong ones."""
    from skillevo.envs.base import SkillevoError
    from skillevo.envs.benchmark import get_benchmark
    from skillevo.harness.evaluation.intervals import wilson
    from skillevo.harness.pocket.measure import OF_WORLD, successes
    from skillevo.harness.policies.ranker import TEMPERATURE, load_ranker

    policy = load_ranker(model, temperature=TEMPERATURE if temperature is None else temperature)
    if task not in OF_WORLD:
        raise SkillevoError(f"rankers are measured on {' and '.join(OF_WORLD)}, not on {task!r}")
    bench = get_benchmark(task)
    games = bench.load_panel(panel, None, bench.options()).take(limit)
    found = {}
    for name, say in OF_WORLD[task].items():
        won = successes(policy, games, say, seed=seed, rollouts=rollouts)
        low, high = wilson(sum(won), len(won))
        found[name] = {"success": sum(won) / len(won), "low": low, "high": high, "n": len(won)}
        if not as_json:
            share = 100 * sum(won) / len(won)
            print(f"{name:16} {share:5.1f} [{100 * low:.0f}, {100 * high:.0f}]  of {len(won)}", flush=True)
    if as_json:
        print(
            json.dumps(
                {"model": policy.name, "task": task, "panel": games.name, "hash": games.hash, "conditions": found}
            )
        )
