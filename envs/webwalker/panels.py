"""WebWalker's panels: the bundled ones, the released sets and their cells, and a declared choice of 100."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.base import DataError, Panel, SkillevoError, TaskInstance, content_digest
from skillevo.envs.webwalker.data import LEVELS, TYPES, Row, load_rows
from skillevo.envs.webwalker.options import WebWalkerOptions
from skillevo.envs.webwalker.pocket import SITES, pocket_panel
from skillevo.envs.webwalker.sources import archive_folder, open_archive

DEFAULT_PANEL = "pocket-test"
HUNDRED = "skillevo-100"
HUNDRED_SEED = 0
HUNDRED_MIX = {
    ("multi_source", "easy"): 5,
    ("multi_source", "medium"): 43,
    ("multi_source", "hard"): 15,
    ("single_source", "easy"): 3,
    ("single_source", "medium"): 25,
    ("single_source", "hard"): 9,
}
"""Skill-R1 reports 100 tasks, easy 8, medium 68, hard 24, and multi-source 63, single-source 37, and not which ones.
These cells have both margins; what fills them follows from ids and seed, and is our choice, not theirs."""

_RELEASED = ("main", "silver")


def panel_names() -> tuple[str, ...]:
    return (*SITES, HUNDRED, *_RELEASED)


def load_panel(
    name: str = DEFAULT_PANEL, root: Path | str | None = None, options: WebWalkerOptions = WebWalkerOptions()
) -> Panel:
    """A panel by name.

    Args:
        name: one of `panel_names()`; of `main` and `silver` also a part: `main@hard`, `main@multi_source`,
            `main@multi_source-hard`.
        root: WebWalkerQA's JSON lines, or their folder; by default $WEBWALKER_DATA. Pocket panels need none.

    Raises:
        SkillevoError: no such panel, or its data is not there.
        DataError: its data is damaged.
    """
    if name in SITES:
        return pocket_panel(name)
    base, _, part = name.partition("@")
    if base not in (*_RELEASED, HUNDRED) or (part and base == HUNDRED):
        raise SkillevoError(
            f"there is no WebWalker panel {name!r}; there are {', '.join(panel_names())}, and parts as main@hard, "
            "main@multi_source, main@multi_source-hard"
        )
    rows = load_rows("main" if base == HUNDRED else base, str(root) if root else None)
    chosen = choose_hundred(rows) if base == HUNDRED else _part(rows, part)
    # An archive that is being recorded grows with the run, which must stay the same run when it is resumed.
    folder = "" if options.record else archive_folder(options, "")
    return Panel(name, "webwalker", tuple(_instance(row, base) for row in chosen), _note(base, folder))


def choose_hundred(rows: Sequence[Row], seed: int = HUNDRED_SEED) -> list[Row]:
    """Of each cell as many as its share says: those whose hashed ids are the smallest, in the order of the data.

    Raises:
        DataError: a cell has too few.
    """
    chosen: set[str] = set()
    for (kind, level), n in HUNDRED_MIX.items():
        cell = [row for row in rows if (row.type, row.level) == (kind, level)]
        if len(cell) < n:
            raise DataError(f"{HUNDRED} needs {n} {level} {kind} questions, and the data has {len(cell)}")
        chosen |= {row.id for row in sorted(cell, key=lambda row: _rank(row.id, seed))[:n]}
    return [row for row in rows if row.id in chosen]


def _rank(row_id: str, seed: int) -> str:
    return hashlib.sha256(f"{HUNDRED}/{seed}/{row_id}".encode()).hexdigest()


def _part(rows: Sequence[Row], part: str) -> Sequence[Row]:
    if not part:
        return rows
    kind, _, level = part.partition("-") if part.partition("-")[0] in TYPES else ("", "", part)
    if (level and level not in LEVELS) or not (kind or level):
        raise SkillevoError(
            f"a part is one of {', '.join((*TYPES, *LEVELS))}, or both as multi_source-hard; not {part!r}"
        )
    return [row for row in rows if (not kind or row.type == kind) and (not level or row.level == level)]


def _note(base: str, folder: str) -> str:
    pages = f"; pages of {open_archive(folder).digest}" if folder and Path(folder).is_dir() else ""
    seed = f", chosen by seed {HUNDRED_SEED}" if base == HUNDRED else ""
    return f"questions of WebWalkerQA (Apache-2.0){seed}{pages}"


def _instance(row: Row, base: str) -> TaskInstance:
    return TaskInstance(
        id=row.id,
        env="webwalker",
        split="train" if base == "silver" else "test",
        prompt=row.question,
        payload={"root": row.root, "answer": row.answer, "sources": list(row.sources), "allow": list(row.allow)},
        tags={"level": row.level, "type": row.type, "language": row.language, "site": row.root, "domain": row.domain},
        digest=content_digest([row.question, row.answer, row.root]),
    )
