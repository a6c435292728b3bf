"""Shards: plain pages without scripts that hold the turns of a run's episodes, some hundred in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from skillevo.harness.report.page.markup import document
from skillevo.harness.report.page.turns import Turns
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
        part, places = turns.part(rows)
        items = _items(part)
        openings = _openings(part, places)
        body = "".join(
            _episode(start + i, row, opening, items[place.start : place.stop])
            for i, (row, opening, place) in enumerate(zip(rows, openings, places, strict=True))
        )
        head = (
            f'<header><p><a href="../index.html">report</a></p><h1>{escape(run.name)}</h1>'
            f"<p>{escape(run.method)} · {escape(run.model)} · episodes {start + 1:,} to {start + len(rows):,} "
            f"of {len(run.recorded):,}</p></header>"
        )
        yield shard_name(run, number), document(run.name, style, f"{head}<main>{body}</main>")


def _episode(index: int, row: EpisodeRow, opening: str, turns: Sequence[str]) -> str:
    outcome = "solved" if row.success else "failed"
    facts = (
        f"generation {row.generation}, candidate {row.candidate}, rollout {row.rollout} · reward {row.reward:g} · "
        f"{row.steps} steps · {escape(row.stop_reason)}"
    )
    skill = f" · skill {escape(', '.join(row.skill_ids))}" if row.skill_ids else ""
    error = f'<p class="error">{escape(row.error)}</p>' if row.error else ""
    first = f"<pre>{opening}</pre>" if turns else "<p>No turns are on record.</p>"
    return (
        f'<article id="e{index}" class="{outcome}"><h2>{escape(row.instance)}</h2>'
        f'<p class="facts"><b>{outcome}</b> · {facts}{skill}</p>{error}{first}<ol>{"".join(turns)}</ol></article>\n'
    )


# A large report has millions of texts here: they are escaped and put together as columns, by Arrow.


def _items(part: Any) -> list[str]:
    """Each turn as a list's item."""
    import pyarrow.compute as pc

    if part is None:
        return []
    action, result, note = (part.column(name) for name in ("action", "result", "note"))
    said = pc.binary_join(part.column("completions"), "\n")
    said = pc.if_else(pc.equal(said, action), "", said)
    items = pc.binary_join_element_wise(
        *("<li><code>", _safe(action), "</code>"),
        _within("<details><summary>completion</summary><pre>", said, "</pre></details>"),
        _within('<p class="note">', note, "</p>"),
        *("<pre>", _safe(result), "</pre></li>", ""),
    )
    found: list[str] = items.to_pylist()
    return found


def _openings(part: Any, places: Sequence[range]) -> list[str]:
    """What each episode begins with; "" where it has no turns."""
    if part is None:
        return [""] * len(places)
    texts = iter(_safe(part.column("observation").take([p.start for p in places if p])).to_pylist())
    return [next(texts) if p else "" for p in places]


def _within(before: str, texts: Any, after: str) -> Any:
    """The texts inside of an element; an empty one without."""
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(texts, ""), "", pc.binary_join_element_wise(before, _safe(texts), after, ""))


def _safe(texts: Any) -> Any:
    """A column of texts for a page: cut where they are long, nothing in them is markup."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if (pc.max(pc.utf8_length(texts)).as_py() or 0) > LONGEST:
        texts = pa.chunked_array([pa.array(map(_clip, texts.to_pylist()), texts.type)])
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        texts = pc.replace_substring(texts, mark, entity)
    return texts


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters)"
