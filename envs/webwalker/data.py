"""WebWalkerQA's questions (Apache-2.0) from JSON lines: the released files, or a user's own in their format.

Both spellings of the fields are read, that of the data card (`Question`, `Answer`, `Root_Url`, `Info`) and that of the
release (`question`, `answer`, `root_url`, `info`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillevo.envs.base import DataError, SkillevoError, content_digest

DATA_VARIABLE = "WEBWALKER_DATA"
REPOSITORY = "callanwu/WebWalkerQA"
SETS = {"main": 680, "silver": None}
"""The released sets, and how many questions they have; of `silver` no fixed number is known."""

TYPES = ("single_source", "multi_source")
LEVELS = ("easy", "medium", "hard")


@dataclass(frozen=True, slots=True)
class Row:
    """A question of the data.

    Attributes:
        sources: the gold pages; none where the data names none.
        allow: `host:port` of private places that the data declares.
    """

    id: str
    question: str
    answer: str
    root: str
    type: str
    level: str
    language: str
    domain: str
    sources: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


def load_rows(name: str, root: str | None) -> Sequence[Row]:
    """The questions of a set.

    Args:
        name: `main` or `silver`.
        root: a file of JSON lines, or a folder that has one; by default $WEBWALKER_DATA.

    Raises:
        SkillevoError: there is no such file.
        DataError: a line of it cannot be read.
    """
    path = _find(name, root)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        lines = path.read_text("utf-8").split("\n")  # and not at other characters, which a text may hold
    except (OSError, UnicodeDecodeError) as e:
        raise DataError(f"{path} cannot be read as text in UTF-8 ({e})") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = _read(line, f"{path}, line {number}", name)
            if row.id in seen:
                raise DataError(f"{path}, line {number}: the same question is on line {seen[row.id]}")
            seen[row.id] = number
            rows.append(row)
    if not rows:
        raise DataError(f"{path} has no questions")
    return rows


def fetch(name: str, out: Path) -> int:
    """Download a released set through `datasets` and write it as JSON lines.

    Returns:
        The number of questions.

    Raises:
        SkillevoError: it cannot be fetched, or is not what was released.
    """
    from datasets import load_dataset

    try:
        rows = [dict(row) for row in load_dataset(REPOSITORY, split=name)]
    except Exception as e:  # whatever the hub, the network or the cache has to say
        raise SkillevoError(f"{REPOSITORY} ({name}) cannot be fetched: {' '.join(str(e).split())[:300]}") from None
    expected = SETS[name]
    if expected is not None and len(rows) != expected:
        raise SkillevoError(f"{REPOSITORY} ({name}) has {len(rows):,} questions where {expected:,} were released")
    out.mkdir(parents=True, exist_ok=True)
    partial = out / f".{name}.jsonl.partial"
    partial.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    partial.replace(out / f"{name}.jsonl")
    return len(rows)


def _find(name: str, root: str | None) -> Path:
    place = root or os.environ.get(DATA_VARIABLE)
    if not place:
        raise SkillevoError(
            f"WebWalkerQA's questions are not at hand: `skillevo data webwalker --fetch {name} --out DIR`, then give "
            f"the folder as --root or ${DATA_VARIABLE}"
        )
    path = Path(place).expanduser()
    if path.is_dir():
        found = [
            p for pattern in (f"{name}.jsonl", f"{name}-*.jsonl", f"data/{name}-*.jsonl") for p in path.glob(pattern)
        ]
        if not found:
            raise SkillevoError(f"{path} has no {name}.jsonl; `skillevo data webwalker --fetch {name} --out {path}`")
        return sorted(found)[0]
    if not path.is_file():
        raise SkillevoError(f"{path} is neither a file nor a folder")
    return path


def _read(line: str, where: str, name: str) -> Row:
    try:
        raw = json.loads(line)
        if not isinstance(raw, dict):
            raise ValueError("it is no JSON object")
        row = _lower(raw)
        info = row.get("info") or {}
        info = _lower(json.loads(info) if isinstance(info, str) else info)
        question, answer, root = (_text(row, key) for key in ("question", "answer", "root_url"))
    except (ValueError, TypeError, AttributeError) as e:
        raise DataError(f"{where}: {e}") from None
    kind, level = str(info.get("type", "")), str(info.get("difficulty_level", ""))
    if kind not in TYPES or level not in LEVELS:
        raise DataError(f"{where}: type is one of {', '.join(TYPES)} and difficulty_level of {', '.join(LEVELS)}")
    return Row(
        id=f"{name}/{str(row.get('id') or '') or content_digest([question, answer, root])[:12]}",
        question=question,
        answer=answer,
        root=root,
        type=kind,
        level=level,
        language=str(info.get("lang") or info.get("language") or ""),
        domain=str(info.get("domain") or ""),
        sources=_texts(info.get("source_website")),
        allow=_texts(info.get("allow")),
    )


def _lower(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower().replace(" ", "_"): value for key, value in raw.items()}


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} is a text that is not empty")
    return value.strip()


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()
