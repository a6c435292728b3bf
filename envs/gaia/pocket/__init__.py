"""Our own questions in GAIA's schema, with real attachments; answers are computed, nothing is downloaded.

18 kinds over three levels. Every question of a kind is drawn anew, from words that no other split has.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from skillevo.envs.draw import Draw
from skillevo.envs.gaia.pocket.questions import KINDS, Draft
from skillevo.envs.gaia.pocket.words import WORDS

GENERATOR_VERSION = 1
"""Changes with every change of what is generated; the panels' hashes are in the tests."""

POCKET: Mapping[str, tuple[str, int]] = {
    "pocket-train": ("train", 4),
    "pocket-val": ("val", 2),
    "pocket-test": ("test", 3),
}
"""Panel -> split and questions of each kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """A bundled question.

    Attributes:
        file_name: of its attachment; "" without one.
        data: the attachment's bytes.
        record: it in GAIA's own schema.
    """

    kind: str
    level: int
    task_id: str
    draft: Draft

    @property
    def file_name(self) -> str:
        return f"{self.task_id}{self.draft.suffix}" if self.draft.suffix else ""

    @property
    def data(self) -> bytes:
        return self.draft.data

    @property
    def record(self) -> dict[str, object]:
        how = {"Number of steps": str(self.draft.steps), "Tools": self.draft.tools}
        return {
            "task_id": self.task_id,
            "Question": self.draft.question,
            "Level": str(self.level),
            "Final answer": self.draft.answer,
            "file_name": self.file_name,
            "file_path": self.file_name,
            "Annotator Metadata": how,
        }


@lru_cache(maxsize=4)
def pocket_questions(panel: str) -> tuple[Question, ...]:
    """The questions of a bundled panel, in order: easy ones first."""
    split, each = POCKET[panel]
    found = []
    for level, makers in KINDS.items():
        for make in makers:
            for k in range(each):
                kind = make.__name__
                draft = make(Draw("gaia", GENERATOR_VERSION, split, kind, k), WORDS[split])
                ident = hashlib.sha256(f"{GENERATOR_VERSION}/{split}/{kind}/{k}".encode()).hexdigest()[:12]
                found.append(Question(kind, level, ident, draft))
    return tuple(found)


def keep_attachment(question: Question, folder: Path) -> Path:
    """The attachment as a file in this folder, written if it is not there yet; safe among processes."""
    path = folder / question.file_name
    if not path.exists() or path.read_bytes() != question.data:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{question.file_name}.{os.getpid()}"
        part.write_bytes(question.data)
        part.replace(path)
    return path
