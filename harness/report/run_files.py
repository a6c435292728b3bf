"""The files of a run directory, read and checked one by one. Nothing is guessed and nothing repaired."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from sys import float_info
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.report.notices import Notice, Problem, RunError, left_out
from skillevo.harness.rows import EpisodeRow
from skillevo.harness.rundir import CONFIG, JOURNAL, WRITTEN, read_config
from skillevo.harness.skills import PACKED

EPISODES = "episodes.parquet"
METRICS = "metrics.jsonl"
TRANSFER = "transfer.parquet"
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "reward": (0, 1),
    **dict.fromkeys(("generation", "candidate", "rollout"), (0, 1 << 20)),
    **dict.fromkeys(("steps", "turns", "input_tokens", "output_tokens", "cost", "seconds"), (0, float_info.max)),
}
"""What a column's values lie between, by every benchmark's rules."""
_TELLTALES = (CONFIG, EPISODES, TRANSFER, METRICS, PACKED, JOURNAL)
EVAL = "eval"
"""Both the command whose runs tables are made of, and the phase of the episodes that it plays."""


def is_run(path: Path) -> bool:
    """Whether a folder is a run's, by any of its files: one that lost its run.toml is not to be passed over."""
    return any((path / name).exists() for name in _TELLTALES)


def read_run_config(path: Path) -> dict[str, Any]:
    """run.toml, with what every report needs of it.

    Raises:
        RunError: there is none, it is damaged, or of another format.
    """
    file = path / CONFIG
    if not file.exists():
        text = "it is no run directory, or has lost what says which run it is: put it back, or take the folder away"
        raise left_out(path, CONFIG, Problem.MISSING, text)
    try:
        config = read_config(path)
    except SkillevoError as e:
        other = "is of format" in str(e)
        raise left_out(path, CONFIG, Problem.OTHER_FORMAT if other else Problem.DAMAGED, str(e)) from None
    wanted = {"task": "name", "panel": "hash", "method": "name", "model": "name"}
    lost = [f"{s}.{k}" for s, k in wanted.items() if not isinstance(config.get(s), dict) or k not in config[s]]
    lost += sorted({"seed", *(("protocol",) if config.get("command") == EVAL else ())} - set(config))
    if lost:
        raise left_out(path, CONFIG, Problem.DAMAGED, f"it lacks {', '.join(lost)}")
    if odd := next(_odd_settings(config), ""):
        raise left_out(path, CONFIG, Problem.DAMAGED, odd)
    return config


def _odd_settings(config: Mapping[str, Any]) -> Iterator[str]:
    """What a report computes with, and is of another kind than every run's."""
    for section in ("protocol", "grader", "transfer", "versions", "spent", WRITTEN):
        if not isinstance(config.get(section, {}), dict):
            yield f"{section} is {config[section]!r}, no section"
            return
    texts = [("task", "name"), ("panel", "name"), ("panel", "hash"), ("method", "name"), ("model", "name")]
    for section, key in texts:
        if not isinstance(value := config[section].get(key, ""), str):
            yield f"{section}.{key} is {value!r}, no text"
    counts = {"seed": config["seed"], **{f"spent.{k}": v for k, v in config.get("spent", {}).items()}}
    counts |= {f"{WRITTEN}.{k}": v for k, v in config.get(WRITTEN, {}).items()}
    if "transfer" in config:
        counts["transfer.siblings"] = config["transfer"].get("siblings")
    if config["method"].get("score") == "best":
        counts["method.generations"] = config["method"].get("generations")
    for name, value in counts.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole and not (name == "spent.cost" and isinstance(value, float) and isfinite(value)):
            yield f"{name} is {value!r}, no whole number"


def read_episodes(path: Path, config: Mapping[str, Any], name: str = EPISODES) -> tuple[EpisodeRow, ...]:
    """The rows of a run's episodes.parquet, or of another file of its kind.

    Raises:
        RunError: there is none, it cannot be read, lacks a column or holds values of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = path / name
    if not file.exists():
        way_out = f"it was never closed: repeat its command with --name {path.name}"
        raise left_out(path, name, Problem.MISSING, way_out)
    try:
        table = pq.read_table(file, partitioning=None, page_checksum_verification=True)
        columns = {column: table.column(column).to_pylist() for column in table.column_names}
    except (pa.ArrowException, OSError, ValueError) as e:
        raise left_out(path, name, Problem.DAMAGED, " ".join(str(e).split())) from None
    if odd := set(columns.get("panel_hash", ())) - {config["panel"]["hash"]}:
        text = f"it is of panel {next(iter(odd))}, {CONFIG} of {config['panel']['hash']}"
        raise left_out(path, name, Problem.DAMAGED, text)
    kinds = {f.name: str(f.type) for f in fields(EpisodeRow) if f.name not in ("tags", "parts")}
    if lost := [column for column in kinds if column not in columns]:
        writer = config.get("versions", {}).get("skillevo", "an unknown version")
        raise left_out(
            path, name, Problem.OTHER_FORMAT, f"skillevo {writer} wrote it without {', '.join(lost)}; play it anew"
        )
    try:
        plain = {column: _typed(column, kind, columns[column]) for column, kind in kinds.items()}
        for column in (c for c in columns if c.startswith("tag.")):
            _typed(column, "str", [v for v in columns[column] if v is not None])
    except ValueError as e:
        raise left_out(path, name, Problem.DAMAGED, str(e)) from None
    tags, parts = _mappings(columns, "tag.", table.num_rows), _mappings(columns, "part.", table.num_rows)
    names = list(plain)
    return tuple(
        EpisodeRow(**dict(zip(names, values, strict=True)), tags=t, parts=p)
        for values, t, p in zip(zip(*plain.values(), strict=True), tags, parts, strict=True)
    )


def read_transferred(path: Path, config: Mapping[str, Any], notices: list[Notice]) -> tuple[EpisodeRow, ...] | None:
    """The rows of a run's transfer, none where it played none; None and a notice where its file cannot be used."""
    if "transfer" not in config:
        return ()
    try:
        rows = read_episodes(path, config, TRANSFER)
        wanted = config.get(WRITTEN, {}).get("transfer", len(rows))
        if len(rows) != wanted:
            text = f"{len(rows):,} episodes are in it and {CONFIG} says {wanted:,}"
            raise left_out(path, TRANSFER, Problem.DAMAGED, text)
    except RunError as e:
        notices.append(Notice(path.name, TRANSFER, e.notice.problem, f"{e.notice.text}; no transfer is shown", False))
        return None
    return rows


def _typed(name: str, kind: str, values: list[Any]) -> list[Any]:
    """A column's values, checked; JSON lists become tuples."""
    if kind.startswith("tuple"):
        known: dict[str, tuple[str, ...]] = {}
        for text in set(values):
            found = json.loads(text) if isinstance(text, str) else None
            if not isinstance(found, list):
                raise ValueError(f"column {name} holds {text!r}, not a list")
            known[text] = tuple(found)
        return [known[text] for text in values]
    wanted: dict[str, tuple[type, ...]] = {"str": (str,), "bool": (bool,), "int": (int,), "float": (int, float)}
    for row, value in enumerate(values):
        if not isinstance(value, wanted[kind]) or (isinstance(value, bool) and kind != "bool") or value != value:
            raise ValueError(f"column {name} holds {value!r} in row {row}")
    low, high = _BOUNDS.get(name, (None, None))
    if low is not None and high is not None and values and not (low <= min(values) and max(values) <= high):
        row = next(i for i, v in enumerate(values) if not low <= v <= high)
        raise ValueError(f"column {name} holds {values[row]!r} in row {row}, outside of {low:g} to {high:g}")
    return [float(v) for v in values] if kind == "float" else values


def _mappings(columns: Mapping[str, list[Any]], prefix: str, rows: int) -> Iterator[Mapping[str, Any]]:
    """The columns under a prefix as one mapping per row, absent ones left out; equal mappings are one object."""
    own = {name.removeprefix(prefix): values for name, values in columns.items() if name.startswith(prefix)}
    seen: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for values in zip(*own.values(), strict=True) if own else ((),) * rows:
        if values not in seen:
            seen[values] = {k: v for k, v in zip(own, values, strict=True) if v is not None}
        yield seen[values]


def read_metrics(path: Path, notices: list[Notice]) -> tuple[Mapping[str, Any], ...]:
    """The steps; a last line that a kill cut short is left out, and nothing is taken from a file damaged elsewhere."""
    file = path / METRICS
    found: list[Mapping[str, Any]] = []
    try:
        lines = file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except ValueError:
                if number == len(lines) and not line.endswith("\n"):
                    text = f"line {number} was cut short; the {len(found)} before it are used"
                    notices.append(Notice(path.name, METRICS, Problem.UNFINISHED, text, False))
                    break
                raise ValueError(f"line {number} is no JSON") from None
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is no mapping")
            found.append(row)
    except (ValueError, OSError) as e:
        notices.append(Notice(path.name, METRICS, Problem.DAMAGED, f"{e}; no curve is drawn from it", False))
        return ()
    return tuple(found)
