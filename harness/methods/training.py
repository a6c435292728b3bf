"""What a generator was trained on, as training.json beside its weights says: whence `weights = seen | unseen`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillevo.envs.base import DataError, Panel

TRAINING_FILE = "training.json"


@dataclass(frozen=True, slots=True)
class Training:
    """A checkpoint's own record of its training.

    Attributes:
        method: that trained it (`skill_r1`, `grpo`).
        panel, panel_hash: the panel that it was trained on.
        instances: ids of the instances whose rewards it learned from, those of earlier training and of selection among
            checkpoints included.
    """

    method: str
    panel: str
    panel_hash: str
    instances: tuple[str, ...]

    def seen(self, panel: Panel) -> int:
        """How many of a panel's instances it was trained on."""
        known = frozenset(self.instances)
        return sum(i.id in known for i in panel)

    def describe(self) -> Mapping[str, Any]:
        return {"method": self.method, "panel": self.panel, "panel_hash": self.panel_hash, "n": len(self.instances)}

    def write(self, folder: Path) -> None:
        """Write training.json into a checkpoint's folder."""
        told = {"method": self.method, "panel": self.panel, "panel_hash": self.panel_hash}
        text = json.dumps({**told, "instances": list(self.instances)}, indent=1)
        (folder / TRAINING_FILE).write_text(text + "\n", "utf-8")


def read_training(folders: Sequence[Path]) -> Training | None:
    """The record in the first of these folders that has one; None where none has: nothing here was trained.

    Raises:
        DataError: it is damaged.
    """
    for folder in folders:
        file = folder / TRAINING_FILE
        if not file.is_file():
            continue
        try:
            told = json.loads(file.read_text("utf-8"))
            instances = told["instances"]
            if not isinstance(instances, list):
                raise TypeError("instances is no list")
            method, panel, panel_hash = (str(told[k]) for k in ("method", "panel", "panel_hash"))
            return Training(method, panel, panel_hash, tuple(map(str, instances)))
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise DataError(f"{file} is damaged ({e!r}): without it nobody can say what was trained on") from None
    return None
