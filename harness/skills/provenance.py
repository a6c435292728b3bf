"""Where a skill comes from: what the leakage guard reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a skill was made from.

    Attributes:
        author: who wrote it: a person's file (`file`), or the generator's name.
        instances: ids of the instances whose rollouts its author saw, its ancestors' included.
        splits: the splits of those instances.
        rewards: mean reward of each generation that its author saw, oldest first.
    """

    author: str = "file"
    instances: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    rewards: tuple[float, ...] = ()

    def joined(self, author: str, instance: str, split: str, rewards: tuple[float, ...]) -> Provenance:
        """The provenance of a rewriting: all that this one was made from, and the instance it was rewritten for."""
        return Provenance(
            author,
            tuple(sorted({*self.instances, instance})),
            tuple(sorted({*self.splits, split})),
            rewards,
        )

    def as_dict(self) -> Mapping[str, Any]:
        return asdict(self)
