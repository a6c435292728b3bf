"""What the page is given as JSON: tables, lineages, and every episode in columns, some twenty bytes each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skillevo.harness.report.build import Report
from skillevo.harness.report.lineage import Edit, Lineage
from skillevo.harness.report.page.logs import logs_of, viewer_of
from skillevo.harness.report.page.shards import PER_SHARD
from skillevo.harness.report.page.turns import Turn
from skillevo.harness.report.plots import columns_of
from skillevo.harness.report.runs import Run
from skillevo.harness.report.writers import table_json
from skillevo.harness.rows import EpisodeRow

LONGEST = 1_500
MOST_TURNS = 40
"""Of an episode inside the page: characters of a text, turns. The shards have more."""
Places = Mapping[str, Mapping[tuple[str, int, int, int], int]]


def page_content(report: Report, out: Path, inside: Mapping[tuple[str, int], Sequence[Turn]]) -> dict[str, Any]:
    """Everything that page.js shows.

    Args:
        out: where the page will stand: links to logs are relative to it.
        inside: turns of those episodes that are shown within the page, by run and place.
    """
    instances: dict[str, int] = {}
    tags: list[Mapping[str, str]] = []
    for run in report.runs:
        for row in run.recorded:
            if row.instance not in instances:
                instances[row.instance] = len(instances)
                tags.append(row.tags)
    stops = list(dict.fromkeys(r.stop_reason for run in report.runs for r in run.recorded))
    places = {
        run.name: {(r.instance, r.generation, r.candidate, r.rollout): i for i, r in enumerate(run.episodes)}
        for run in report.runs
        if any(x.run == run.name for x in report.lineages)
    }
    return {
        "title": report.options.title,
        "notices": list(report.warnings()),
        "tables": [table_json(t) for t in report.tables],
        "figures": [
            {"id": f.id, "title": f.title, "caption": f.caption, "notes": f.notes, "wide": columns_of(f)}
            for f in report.figures
        ],
        "instances": list(instances),
        "tags": tags,
        "stops": stops,
        "perShard": PER_SHARD,
        "viewer": viewer_of(report.runs, out),
        "metrics": _metrics(report),
        "runs": [_run(run, out, instances, stops) for run in report.runs],
        "inside": [
            {"run": name, "at": at, "turns": [_turn(t, i == 0) for i, t in enumerate(turns[:MOST_TURNS])],
             "left": max(0, len(turns) - MOST_TURNS)}
            for (name, at), turns in inside.items()
        ],
        "lineages": [_lineage(x, places) for x in report.lineages],
        "allLineages": report.all_lineages,
    }  # fmt: skip


def chosen(report: Report) -> list[tuple[Run, int]]:
    """Episodes to show inside the page: of each run in turn a solved one and a failed one, until there are enough."""
    queues = []
    for run in report.runs:
        played = [(i, r) for i, r in enumerate(run.episodes) if r.scored and r.turns]
        of = [[i for i, r in played if r.success is wanted] for wanted in (True, False)]
        queues += [[(run, i) for i in side] for side in of]
    found: list[tuple[Run, int]] = []
    depth = 0
    while len(found) < report.options.inside and any(depth < len(q) for q in queues):
        found += [q[depth] for q in queues if depth < len(q)]
        depth += 1
    return found[: report.options.inside]


def _run(run: Run, out: Path, instances: Mapping[str, int], stops: Sequence[str]) -> dict[str, Any]:
    rows = run.recorded
    columns: dict[str, list[Any]] = {
        "i": [instances[r.instance] for r in rows],
        "g": [r.generation for r in rows],
        "c": [r.candidate for r in rows],
        "k": [r.rollout for r in rows],
        "v": [_brief(r.reward) for r in rows],
        "s": [int(r.success) for r in rows],
        "n": [r.steps for r in rows],
        "e": [stops.index(r.stop_reason) for r in rows],
        "d": [int(r.scored) for r in rows],
        "p": [r.phase for r in rows],
        "t": [r.input_tokens + r.output_tokens for r in rows],
        "u": [_brief(r.cost) for r in rows],
    }
    return {
        "name": run.name,
        "n": len(rows),
        "logs": logs_of(run, out),
        "columns": {k: v[0] if v and all(x == v[0] for x in v) else v for k, v in columns.items()},
    }


def _metrics(report: Report) -> dict[str, dict[str, Any]]:
    """Of each training its file, and the steps that a cell was computed from, by their place in it."""
    steps = [c.steps for t in report.tables for row in t.rows for c in row if c.steps is not None]
    runs = {run.name: run for run in report.runs}
    found: dict[str, dict[str, Any]] = {}
    for rule in steps:
        of = found.setdefault(rule.run, {})
        of |= {str(i): {k: _short(v) for k, v in runs[rule.run].metrics[i].items()} for i in rule.places}
    return found


def _short(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _brief(value: float) -> float:
    return int(value) if value == int(value) else round(value, 6)


def _turn(turn: Turn, first: bool) -> list[str]:
    """observation (of the first turn only), action, result, completion, note."""
    return [_cut(x) for x in (turn.observation if first else "", turn.action, turn.result, turn.said, turn.note)]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text) - LONGEST:,} more characters)"


def _lineage(x: Lineage, places: Places) -> dict[str, Any]:
    return {
        "run": x.run,
        "instance": x.instance,
        "gain": x.gain,
        "name": x.edits[0].parent.name,
        "edits": [_edit(e, places) for e in x.edits],
    }


def _edit(e: Edit, places: Places) -> dict[str, Any]:
    def at(rows: Sequence[EpisodeRow]) -> list[int]:
        return [places[e.run][r.instance, r.generation, r.candidate, r.rollout] for r in rows]

    return {
        "generation": e.generation,
        "candidate": e.candidate,
        "parent": e.parent.id,
        "child": e.child.id,
        "author": e.child.provenance.author,
        "gain": e.gain,
        "size": e.size,
        "removed": e.diff.removed,
        "added": e.diff.added,
        "pieces": [[p.kind, p.text] for p in e.diff.pieces],
        "before": at(e.before),
        "after": at(e.after),
    }
