"""Take a training's best checkpoint over as `pocket/writer-r1`: weights, what it was trained on, and how it was made.

    python tools/ship_writer.py runs/pocket-skill-r1/train-candidates-s0

The record is put into harness/pocket/weights/pocket.toml. Its command makes the same weights again, byte for byte, with
the same torch on one thread.
"""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skillevo.harness.pocket import WRITER, WRITER_R1, WRITERS
from skillevo.harness.pocket.shipped import RECORD_FOLDER, digests, files_of, record

NAME = "writer-r1"
FILES = ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
SHOWN = {
    "recurrence": ("generations", "candidates", "rollouts"),
    "credit": ("mode", "lam"),
    "objective": ("beta",),
    "optimiser": ("lr", "schedule"),
    "loop": ("instances", "validate_every", "select"),
}
"""Options that the record states; all of them stand in the run's run.toml."""


def main() -> None:
    run = Path(sys.argv[1])
    told = tomllib.loads((run / "run.toml").read_text("utf-8"))
    if told["generator"]["path"] != WRITER:
        sys.exit(f"{run} did not start from {WRITER}")
    best, target = run / "checkpoints" / "best", WRITERS[WRITER_R1]
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in (*FILES, "training.json"):
        (target / name).write_bytes((best / name).read_bytes())
    record(
        RECORD_FOLDER,
        NAME,
        {
            "command": _command(told),
            "seed": told["seed"],
            "torch": version("torch"),
            "skillevo": version("skillevo"),
            "from": {"generator": WRITER, "digest": told["generator"]["digest"]},
            "trained_on": {"panel": told["panel"]["name"], "hash": told["panel"]["hash"]},
            "config": {k: told[table][k] for table, keys in SHOWN.items() for k in keys},
            "bytes": sum(f.stat().st_size for f in files_of(RECORD_FOLDER, NAME)),
            "measured": _measured(run, told, json.loads((best / "manifest.json").read_text("utf-8"))["step"]),
            "sha256": digests(RECORD_FOLDER, NAME),
        },
    )
    print(f"{target}: {_command(told)}")


def _command(told: dict[str, Any]) -> str:
    """What trains it again. Options are stated whether the preset has them or not."""
    options = {k: told[table][k] for table, keys in SHOWN.items() for k in keys}
    validated = told["validation"]
    return " ".join(
        (
            f"skillevo train {told['method']['name']} --preset pocket --seed {told['seed']} --steps {told['steps']}",
            f"--val-limit {validated['n']}",
            *(f"-T {k}={v}" for k, v in options.items()),
        )
    )


def _measured(run: Path, told: dict[str, Any], step: int) -> dict[str, Any]:
    """The validation that chose the checkpoint, and that of the weights before training; on pocket-val."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text("utf-8").splitlines()]
    by_step = {m["step"]: m for m in lines if "val_score" in m}
    validated = told["validation"]

    def curve(m: dict[str, Any]) -> list[float]:
        return [round(m[f"val_reward_gen{g}"], 3) for g in range(told["recurrence"]["generations"] + 1)]

    return {
        "panel": validated["name"],
        "hash": validated["hash"],
        "n": validated["n"],
        "step": step,
        "mean_reward_by_generation": curve(by_step[step]),
        "mean_reward_by_generation_before": curve(by_step[0]),
    }


if __name__ == "__main__":
    main()
