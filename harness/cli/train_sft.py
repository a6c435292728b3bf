"""`skillevo train sft`: a generator learns to write given texts, as a cold start."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from skillevo.envs.base import SkillevoError
from skillevo.harness.cli import options as opt
from skillevo.harness.cli.output import print_json
from skillevo.harness.trainer.options import OptimiserOptions, WeightOptions


def train_sft(
    pairs: Path | None,
    generator: str | None,
    task_options: Sequence[str],
    seed: int,
    name: str | None,
    runs: Path,
    as_json: bool,
) -> None:
    """Train, and print what came of it.

    Raises:
        SkillevoError: something is missing, or an option is unknown.
    """
    if pairs is None or generator is None:
        raise SkillevoError(
            "a cold start needs --pairs FILE.jsonl (objects with prompt and completion) and --generator"
        )
    from skillevo.harness.cli.training import check_torch

    check_torch()
    from skillevo.harness.cli.step_bar import StepBar
    from skillevo.harness.pocket import generator_path
    from skillevo.harness.rundir import RunDirectory, new_path
    from skillevo.harness.trainer.language_model import LanguageModel
    from skillevo.harness.trainer.sft import Sft, SftOptions, read_pairs, split_pairs

    given = opt.pairs(task_options, "-T")
    known = opt.names(SftOptions, OptimiserOptions, WeightOptions)
    options = opt.fill(SftOptions, given, "-T")
    optimiser, weights = opt.fill(OptimiserOptions, given, "-T"), opt.fill(WeightOptions, given, "-T")
    opt.nothing_left(given, "-T", known, "train sft")
    learned, held_out = split_pairs(read_pairs(pairs), options.held_out, seed)
    folder, _, adapter = generator.partition("+")
    model = LanguageModel(generator_path(folder), adapter or None, weights, seed=seed)
    path = new_path(runs, name, "sft")
    config = {
        "command": "train sft",
        "seed": seed,
        "pairs": {"path": str(pairs), "learned": len(learned), "held_out": len(held_out)},
        "generator": {"path": generator, "digest": model.digest()},
        "sft": asdict(options),
        "optimiser": asdict(optimiser),
        "weights": asdict(weights),
    }
    with RunDirectory(path, config), StepBar(options.steps, quiet=as_json) as bar:
        sft = Sft(
            model,
            learned,
            held_out,
            options,
            optimiser,
            path,
            seed,
            say=lambda text: print(text, file=sys.stderr),
            on_step=bar.advance,
        )
        progress = sft.run()
    result = {
        "step": progress.step,
        "stopped_by": progress.stopped_by,
        "losses": progress.losses,
        "best": str(path / "checkpoints" / "best"),
        "run": str(path),
    }
    if as_json:
        print_json(result)
        return
    print(f"{progress.step} steps on {len(learned):,} pairs")
    if progress.best is not None:
        step, loss = progress.best
        print(f"loss on {len(held_out):,} held-out pairs: {loss:.4f} nats a token after step {step}, the best")
    print(f"generator  {result['best']}")
