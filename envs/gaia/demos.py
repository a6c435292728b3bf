"""Worked episodes for few-shot prompts: bundled training questions of the same level, never GAIA's own."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.envs.base import TaskInstance
from skillevo.envs.gaia.pocket import Question, pocket_questions

_PANEL = "pocket-train"
_LONGEST = 600


def demonstrations(instance: TaskInstance, n: int) -> Sequence[str]:
    """`n` questions with a file of plain text, read and answered; of the instance's level as far as there are any."""
    level = int(instance.tags["level"])
    able = [q for q in pocket_questions(_PANEL) if q.draft.suffix in (".csv", ".txt", ".json", ".xml", ".py")]
    able.sort(key=lambda q: q.level != level)
    by_kind = {q.kind: q for q in reversed(able)}  # one of each kind, the first
    chosen = sorted(by_kind.values(), key=lambda q: (q.level != level, q.kind))
    return [_worked(q) for q in chosen[:n]]


def _worked(question: Question) -> str:
    text = question.data.decode()
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n[shortened]"
    return "\n".join(
        (
            f"The task: {question.draft.question}",
            f"Files that belong to the question:\n- {question.file_name} ({len(question.data):,} bytes)",
            f"> read_file[{question.file_name}]",
            f"{question.file_name}:\n{shown}",
            f"> answer[{question.draft.answer}]",
        )
    )
