"""GAIA's panels: our own questions, and the release's, chosen when it is loaded."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from skillevo.envs.base import DataError, Panel, SkillevoError, TaskInstance, content_digest
from skillevo.envs.draw import Draw
from skillevo.envs.gaia.data import RELEASED, Task, cache_folder, find_release, read_split
from skillevo.envs.gaia.options import GaiaOptions
from skillevo.envs.gaia.pocket import GENERATOR_VERSION, POCKET, Question, keep_attachment, pocket_questions

DEFAULT_PANEL = "pocket-test"

_CHOICES = ("validation", "validation-text", "level1", "level2", "level3", "train-100", "test-65")
_NOTE = "GAIA's own questions: not to be shared in the open"
SPLIT_SEED = 2023
"""Of the split into train-100 and test-65, which is ours: 32/52/16 and 21/34/10 by level."""


def panel_names() -> tuple[str, ...]:
    return (*POCKET, *_CHOICES, "test")


def load_panel(name: str = DEFAULT_PANEL, root: str | Path | None = None, options: GaiaOptions | None = None) -> Panel:
    """A panel by name, every question with its content digest.

    Args:
        name: one of `panel_names()`.
        root: the release's folder; by default $GAIA_DATA or the hub's cache. Pocket panels have their own.
        options: whether what is GAIA's own is to be left out of logs.

    Returns:
        The panel. From another validation split than the released 165 it is called "validation (another release)".

    Raises:
        SkillevoError: no such panel; its data is missing or damaged.
    """
    if name in POCKET:
        return _pocket(name)
    if name not in panel_names():
        raise SkillevoError(f"there is no GAIA panel {name!r}; there are {', '.join(panel_names())}")
    folder = find_release(root)
    split = "test" if name == "test" else "validation"
    tasks = read_split(folder, split)
    redact = options is None or options.redact
    instances = tuple(_instance(task, split, redact) for task in choose(name, tasks))
    if not instances:
        raise DataError(f"{folder} has no question for the panel {name}")
    counts = Counter(t.level for t in tasks)
    known = split not in RELEASED or counts == RELEASED[split]
    return Panel(name if known else f"{name} (another release)", "gaia", instances, _NOTE)


def choose(name: str, tasks: Sequence[Task]) -> Sequence[Task]:
    """The tasks of a panel, in the release's order."""
    if name == "validation-text":
        return [t for t in tasks if t.file is None]
    if name.startswith("level"):
        return [t for t in tasks if t.level == int(name[-1])]
    if name in ("train-100", "test-65"):
        train = split_ids({t.id: t.level for t in tasks}, 100)
        return [t for t in tasks if (t.id in train) == (name == "train-100")]
    return tasks


def split_ids(levels: Mapping[str, int], n: int) -> frozenset[str]:
    """`n` of these ids, each level in its share (largest remainders), drawn from the ids and `SPLIT_SEED` alone."""
    by_level: dict[int, list[str]] = {}
    for ident in sorted(levels):
        by_level.setdefault(levels[ident], []).append(ident)
    n = min(n, len(levels))
    shares = {level: divmod(n * len(ids), max(1, len(levels))) for level, ids in sorted(by_level.items())}
    left = n - sum(whole for whole, _ in shares.values())
    more = sorted(shares, key=lambda level: (-shares[level][1], level))[:left]
    return frozenset(
        ident
        for level, ids in by_level.items()
        for ident in Draw("gaia-split", SPLIT_SEED, level).shuffled(ids)[: shares[level][0] + (level in more)]
    )


def attachments_of(instance: TaskInstance) -> Mapping[str, Path]:
    """Name -> where it lies, of the files that belong to a question.

    Raises:
        DataError: one is missing, or has changed since the panel was made.
    """
    if question := instance.payload.get("question"):
        return {question.file_name: keep_attachment(question, cache_folder())} if question.file_name else {}
    path = instance.payload["file"]
    if path is None:
        return {}
    try:
        changed = _file_digest(path, path.stat().st_size) != instance.payload["file_digest"]
    except OSError:
        raise DataError(f"the attachment {path} is missing; `skillevo data gaia` checks the release") from None
    if changed:
        raise DataError(f"the attachment {path} has changed since its panel was made")
    return {str(instance.payload["attachments"][0]): path}


def _pocket(name: str) -> Panel:
    instances = tuple(_bundled(name, q) for q in pocket_questions(name))
    return Panel(name, "gaia", instances, f"skillevo's own questions, version {GENERATOR_VERSION}")


def _bundled(panel: str, question: Question) -> TaskInstance:
    draft = question.draft
    data = hashlib.sha256(draft.data).hexdigest()
    return TaskInstance(
        id=f"{panel}/{question.kind}-{question.task_id}",
        env="gaia",
        split=POCKET[panel][0],
        prompt=draft.question,
        payload={
            "answer": draft.answer,
            "attachments": [question.file_name] if question.file_name else [],
            "question": question,
        },
        tags={"level": str(question.level), "kind": question.kind, "file": draft.suffix.lstrip(".") or "none"},
        digest=content_digest([draft.question, draft.answer, str(question.level), data]),
    )


def _instance(task: Task, split: str, redact: bool) -> TaskInstance:
    digest = ""
    if task.file is not None:
        try:
            digest = _file_digest(task.file, task.file.stat().st_size)
        except OSError:
            digest = "missing"
    return TaskInstance(
        id=task.id,
        env="gaia",
        split=split,
        prompt=task.question,
        payload={
            "answer": task.answer,
            "attachments": [task.file_name] if task.file_name else [],
            "file": task.file,
            "file_digest": digest,
            "redact": redact,
        },
        tags={"level": str(task.level), "file": Path(task.file_name).suffix.lstrip(".") or "none"},
        digest=content_digest([task.question, task.answer or "", str(task.level), digest]),
    )


@lru_cache(maxsize=512)
def _file_digest(path: Path, size: int) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
