"""Where a skill comes from: what the leakage guard reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a skill was made from.

    Attributes:
        author: who wrote it: a person's file (`file`), or the generator's name.
        instances: ids of the instances whose rollouts its author saw, its ancestors' included.
        splits: the splits of those instances.
        rewards: mean reward of each generation that its author saw, oldest first.
        known: whether the above is all of it. Not so for a skill that came without a lineage file, nor for its
            descendants.
        private: whether any of those instances is not to be shared in the open: the skill may quote it.
    """

    author: str = "file"
    instances: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    rewards: tuple[float, ...] = ()
    known: bool = True
    private: bool = False

    def joined(
        self, author: str, instance: str, split: str, rewards: tuple[float, ...], *, private: bool = False
    ) -> Provenance:
        """The provenance of a rewriting: all that this one was made from, and the instance it was rewritten for."""
        return Provenance(
            author,
            tuple(sorted({*self.instances, instance})),
            tuple(sorted({*self.splits, split})),
            rewards,
            self.known,
            self.private or private,
        )

    def as_dict(self) -> Mapping[str, Any]:
        """All of it; `private` only where it is so."""
        return {k: v for k, v in asdict(self).items() if k != "private" or v}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Provenance:
        """What `as_dict` gave; one written by hand that does not say `known` is taken at its word."""
        instances, splits, rewards = (tuple(given[k]) for k in ("instances", "splits", "rewards"))
        known, private = bool(given.get("known", True)), bool(given.get("private", False))
        return cls(str(given["author"]), instances, splits, rewards, known, private)


UNKNOWN = Provenance(known=False)
"""Of a SKILL.md without a lineage file: who knows what its author had seen."""


def source_of(provenances: Iterable[Provenance], instances: Collection[str]) -> Literal["same", "other", "unknown"]:
    """The protocol axis `skill_source` of skills that are served, unguarded, to these instances."""
    made_from = list(provenances)
    if any(i in instances for p in made_from for i in p.instances):
        return "same"
    return "other" if all(p.known for p in made_from) else "unknown"
