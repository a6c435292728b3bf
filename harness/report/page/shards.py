"""Shards: plain pages without scripts that hold the turns of a run's episodes, some hundred in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from skillevo.harness.report.page.markup import document
from skillevo.harness.report.page.turns import Turn, Turns
from skillevo.harness.report.runs import Run
from skillevo.harness.rows import EpisodeRow

PER_SHARD = 250
LONGEST = 6_000
"""Characters of one text that are shown; the run's journal has the rest."""


def shard_name(run: Run, number: int) -> str:
    """A shard's path below the report's folder."""
    return f"episodes/{run.name}-{number:03d}.html"


def shards(run: Run, turns: Turns, style: str) -> Iterator[tuple[str, str]]:
    """Path and text of each of a run's shards."""
    for number, start in enumerate(range(0, len(run.recorded), PER_SHARD)):
        rows = run.recorded[start : start + PER_SHARD]
        body = "".join(
            _episode(run, start + i, row, of) for i, (row, of) in enumerate(zip(rows, turns.of(rows), strict=True))
        )
        head = (
            f'<header><p><a href="../index.html">report</a></p><h1>{escape(run.name)}</h1>'
            f"<p>{escape(run.method)} · {escape(run.model)} · episodes {start + 1:,} to {start + len(rows):,} "
            f"of {len(run.recorded):,}</p></header>"
        )
        yield shard_name(run, number), document(run.name, style, f"{head}<main>{body}</main>")


def _episode(run: Run, index: int, row: EpisodeRow, turns: Sequence[Turn]) -> str:
    outcome = "solved" if row.success else "failed"
    facts = (
        f"generation {row.generation}, candidate {row.candidate}, rollout {row.rollout} · reward {row.reward:g} · "
        f"{row.steps} steps · {escape(row.stop_reason)}"
    )
    skill = f" · skill {escape(', '.join(row.skill_ids))}" if row.skill_ids else ""
    error = f'<p class="error">{escape(row.error)}</p>' if row.error else ""
    shown = "".join(map(_turn, turns))
    opening = f"<pre>{_text(turns[0].observation)}</pre>" if turns else "<p>No turns are on record.</p>"
    return (
        f'<article id="e{index}" class="{outcome}"><h2>{escape(row.instance)}</h2>'
        f'<p class="facts"><b>{outcome}</b> · {facts}{skill}</p>{error}{opening}<ol>{shown}</ol></article>\n'
    )


def _turn(turn: Turn) -> str:
    said = f"<details><summary>completion</summary><pre>{_text(turn.said)}</pre></details>" if turn.said else ""
    note = f'<p class="note">{_text(turn.note)}</p>' if turn.note else ""
    return f"<li><code>{_text(turn.action)}</code>{said}{note}<pre>{_text(turn.result)}</pre></li>"


def _text(text: str) -> str:
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters)"
    return escape(text, quote=False)
