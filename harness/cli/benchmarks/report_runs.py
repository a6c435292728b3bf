"""Made-up runs, as many and as large as a report must bear: shaped like real ones, of no model and no benchmark.

Two panels: a small one on which methods evolve skills, and a large one that is played once per seed. Success rates
follow plain formulas, so that curves rise and methods differ; nothing here is a measurement, and the runs say so.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from skillevo.harness.archive import write_episodes
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import FORMAT
from skillevo.harness.skills import Provenance, Skill

TASK = "made-up"
KINDS = ("boil", "fetch", "stack", "water")
ROLLOUTS, GENERATIONS = 4, 4
TURNS = 10
_ADVICE = (
    "Look in closed places before open ones.",
    "Write down what you have seen where.",
    "Open the cupboard first, then look inside.",
    "Carry one thing at a time.",
    "If an action has no effect, do something else.",
    "Check that the pot is filled before you heat it.",
    "Go back to the place that the task names.",
    "Read the task again when nothing is left to try.",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A method to make up: its success at the start, what a generation adds, and what a turn costs."""

    method: str
    settings: Mapping[str, Any]
    start: float
    step: float = 0.0
    tokens: int = 300

    @property
    def evolves(self) -> bool:
        return self.step > 0


SMALL = (
    Kind("no_skill", {}, 0.12),
    Kind("static_skill", {"skills": ["start@0"]}, 0.31, tokens=420),
    Kind("pass_at_n", {}, 0.31, tokens=420),
    Kind("skill_r1_inference", {"parent": "last", "generator": {"name": "made-up/writer"}}, 0.31, 0.03, 600),
    Kind("skill_r1_inference", {"parent": "best", "generator": {"name": "made-up/writer"}}, 0.31, 0.06, 600),
    Kind("skill_r1", {"generator": {"name": "made-up/trained"}, "credit": {"mode": "paper"}}, 0.31, 0.09, 620),
    Kind("skill_r1", {"generator": {"name": "made-up/trained"}, "credit": {"mode": "candidates"}}, 0.31, 0.12, 620),
)
LARGE = (
    Kind("no_skill", {}, 0.22),
    Kind("react", {}, 0.35, tokens=500),
    Kind("static_skill", {"skills": ["start@0"]}, 0.43, tokens=420),
)


def make_runs(folder: Path, runs: int, episodes: int, seeds: int = 5) -> list[Path]:
    """Make so many runs of so many episodes each, both to the next multiple that the methods' shapes allow.

    Returns:
        The runs' directories.
    """
    made = []
    kinds = [(kind, large) for kind, large in [*((k, False) for k in SMALL), *((k, True) for k in LARGE)]]
    for number in range(runs):
        arm, seed = divmod(number, seeds)
        kind, large = kinds[arm % len(kinds)]
        if variant := arm // len(kinds):
            settings = {**kind.settings, "temperature": round(0.2 * variant, 1)}
            kind = replace(kind, settings=settings, start=kind.start * (1 - 0.04 * variant))
        made.append(_make(folder / f"{kind.method}-{arm:02d}-s{seed}", kind, large, episodes, seed))
    return made


def make_training(folder: Path, steps: int = 300, seeds: int = 3) -> list[Path]:
    """Made-up training runs, for the curves of their metrics."""
    made = []
    for mode, gain in (("paper", 0.25), ("candidates", 0.45)):
        for seed in range(seeds):
            path = folder / f"train-{mode}-s{seed}"
            path.mkdir(parents=True)
            rng = random.Random(f"{mode}/{seed}")
            rows = [_metrics(step, steps, gain, rng) for step in range(steps + 1)]
            (path / "metrics.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
            kind = Kind("skill_r1", {"credit": {"mode": mode}}, 0.3)
            _write_config(path, {**_config(kind, 2, seed, "small"), "command": "train"})
            write_episodes(
                path / "episodes.parquet", list(_rows(kind, _instances(2), seed, 2)), {"panel_hash": "small"}
            )
            made.append(path)
    return made


def _make(path: Path, kind: Kind, large: bool, episodes: int, seed: int) -> Path:
    each = 1 if large else ROLLOUTS * (GENERATIONS + 1)
    n = max(len(KINDS), episodes // each)
    panel = f"{'large' if large else 'small'}-{n}"
    path.mkdir(parents=True)
    rows = list(_rows(kind, _instances(n), seed, each))
    _write_config(path, _config(kind, n, seed, panel))
    write_episodes(path / "episodes.parquet", rows, {"panel": panel, "panel_hash": panel})
    _write_turns(path / "turns", rows)
    if kind.evolves:
        for skill in {s.id: s for i in _instances(n) for s in _line(kind, i, seed)}.values():
            skill.write(path / "skills" / skill.id.replace("@", "-"))
    return path


def _instances(n: int) -> list[tuple[str, Mapping[str, str]]]:
    return [
        (
            f"made-up/{KINDS[i % 4]}-something-somewhere-{i:04d}",
            {"type": KINDS[i % 4], "room": f"room-{i % max(1, n // 3)}"},
        )
        for i in range(n)
    ]


def _rows(kind: Kind, instances: Sequence[tuple[str, Mapping[str, str]]], seed: int, each: int) -> Iterator[EpisodeRow]:
    for name, tags in instances:
        rng = random.Random(f"{name}/{kind.method}/{sorted(kind.settings.items())!r}/{seed}")
        hard = random.Random(name).uniform(-0.25, 0.25) + 0.06 * (KINDS.index(tags["type"]) - 1.5)
        skills = [s.id for s in _line(kind, (name, tags), seed)] if kind.evolves else []
        for k in range(each):
            g, rollout = divmod(k, ROLLOUTS) if kind.evolves else (0, k)
            chance = kind.start + kind.step * g + hard
            won = rng.random() < chance
            yield EpisodeRow(
                instance=name, split="test", method=kind.method, phase="eval", generation=g, candidate=0,
                rollout=rollout, seed=rng.randrange(1 << 62), attempt=1,
                reward=1.0 if won else rng.choice((0.0, 0.0, 0.25, 0.5)), success=won,
                steps=rng.randint(3, TURNS), turns=TURNS, input_tokens=kind.tokens * TURNS, output_tokens=40 * TURNS,
                cost=kind.tokens * TURNS * 1e-7, seconds=1.0, stop_reason="done" if won else "step_cap", error="",
                skill_ids=(skills[g],) if skills else (), parent_skill=skills[g - 1] if skills and g else "",
                policy_version=0, scored=not kind.evolves or g == GENERATIONS, notes=(), tags=tags, parts={},
            )  # fmt: skip


def _line(kind: Kind, instance: tuple[str, Mapping[str, str]], seed: int) -> list[Skill]:
    """The skills of one instance: each generation adds, changes or drops a piece of advice."""
    rng = random.Random(f"{instance[0]}/{seed}/{kind.step}")
    lines = ["Find what the task names.", "Bring it where it belongs."]
    made = [Skill("start", "How to go about chores.", _numbered(lines), provenance=Provenance())]
    for _ in range(GENERATIONS):
        lines = [*lines]
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(_ADVICE))
        if rng.random() < 0.3:
            lines.pop(rng.randrange(len(lines)))
        provenance = made[-1].provenance.joined("made-up/writer", instance[0], "test", ())
        made.append(made[-1].rewritten(_numbered(lines), made[-1].description, provenance))
    return made


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))


def _config(kind: Kind, n: int, seed: int, panel: str) -> dict[str, Any]:
    axes = {"weights": "unseen", "skill_source": "other", "test_feedback": "none"}
    if kind.evolves:
        axes |= {"skill_source": "same", "test_feedback": "verdict"}
    return {
        "format": FORMAT,
        "command": "eval",
        "created": "2026-01-01T00:00:00+00:00",
        "seed": seed,
        "task": {"name": TASK, "version": "1-A"},
        "panel": {"name": panel, "hash": panel, "n": n, "note": "made up"},
        "method": {"name": kind.method, **kind.settings},
        "model": {"name": "made-up/model", "kind": "no model: made-up runs of `skillevo bench report`"},
        "protocol": {"step_cap": TURNS, **axes},
        "versions": {"skillevo": "bench"},
    }


def _metrics(step: int, steps: int, gain: float, rng: random.Random) -> dict[str, Any]:
    done = 1 - 0.5 ** (5 * step / steps)
    row: dict[str, Any] = {
        "step": step,
        "reward_gen0": 0.3 + rng.gauss(0, 0.03),
        "reward_gen4": min(1.0, 0.35 + gain * done + rng.gauss(0, 0.04)),
        "zero_variance": min(1.0, max(0.0, 0.7 - 0.3 * done + rng.gauss(0, 0.05))),
        "kl": 0.04 * done + abs(rng.gauss(0, 0.003)),
        "length": 60 + 50 * gain * done + rng.gauss(0, 4),
        "entropy": 1.4 - 0.7 * done + rng.gauss(0, 0.05),
        "skipped_steps": 0,
    }
    if step % 20 == 0:
        row["val_score"] = min(1.0, 0.33 + gain * done + rng.gauss(0, 0.03))
    return row


def _write_config(path: Path, config: Mapping[str, Any]) -> None:
    import tomli_w

    (path / "run.toml").write_text(tomli_w.dumps(dict(config)), "utf-8")


def _write_turns(folder: Path, rows: Sequence[EpisodeRow]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    seen = (
        "You are in a room with a table, a cupboard, a sink and a shelf. On the table is a pot; the cupboard is shut. "
    )
    folder.mkdir()
    columns: dict[str, list[Any]] = {name: [] for name in ("phase", "instance", "generation", "candidate", "rollout")}
    texts: dict[str, list[Any]] = {
        name: [] for name in ("turn", "observation", "action", "result", "note", "completions")
    }
    for row in rows:
        for turn in range(row.turns):
            for name in columns:
                columns[name].append(getattr(row, name))
            action = f"go to place {turn} of {row.instance}"
            texts["turn"].append(turn)
            texts["observation"].append(f"{seen}Turn {turn}.")
            texts["action"].append(action)
            texts["result"].append(f"{seen}Turn {turn + 1}.")
            texts["note"].append("")
            texts["completions"].append([f"I should look around.\n{action}"])
    pq.write_table(pa.table({**columns, **texts}), folder / "00000.parquet", compression="zstd")
