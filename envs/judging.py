"""The seam for verifiers that need a model: what is asked, how the answer is read, what it makes of a verdict.

A `Verifier` is pure and asks nobody. Where a benchmark's answers can only be judged by a model, its `Judging` says how,
as pure functions; whoever plays has the model, asks it once the episode is over, and keeps what it said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skillevo.envs.base import Episode, SkillevoError, TaskInstance, Verdict


class JudgeError(SkillevoError):
    """A judge's answer cannot be read. The episode is neither solved nor failed: it is an error, and counted as one."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How a benchmark has answers judged.

    Attributes:
        name: the prompt's name and version.
        template: the prompt's text before anything is filled in; its hash is recorded.
        wanted: whether these options ask for a judge.
        prompt: (instance, episode) -> what is asked; None where there is nothing to judge.
        read: a completion -> the decision; raises JudgeError.
        settle: (verdict, decision) -> the verdict that counts.
    """

    name: str
    template: str
    wanted: Callable[[Any], bool]
    prompt: Callable[[TaskInstance, Episode], str | None]
    read: Callable[[str], bool]
    settle: Callable[[Verdict, bool], Verdict]

    def describe(self) -> Mapping[str, Any]:
        """What a run records of it."""
        return {"prompt": self.name, "prompt_sha256": hashlib.sha256(self.template.encode()).hexdigest()[:16]}
