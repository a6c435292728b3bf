"""The leakage guard: which skill may be served to which instance, and what looks like a leak.

Enforced when a skill is served, by its provenance. Reasons go to the run's record, never to a generator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from skillevo.envs.base import TaskInstance
from skillevo.harness.play import Conditioning
from skillevo.harness.skills.skill import Skill

SkillSource = Literal["same", "other"]
LONG_ANSWER = 12
"""Characters from which a gold answer found in a skill is taken for a leak and not for chance."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about serving this skill to this instance. Only a refusal keeps the skill back."""

    skill: str
    instance: str
    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """Serves skills under one setting of the protocol axis `skill_source`.

    `other` refuses a skill that was made, itself or an ancestor, from the instance that it would be scored
    on. Under both settings a skill that holds the instance's id, an attachment's name or a long gold answer
    is refused where `other` holds and flagged where `same` does; a short gold answer is always only flagged.
    """

    skill_source: SkillSource = "other"

    def check(self, skill: Skill, instance: TaskInstance) -> tuple[Finding, ...]:
        strict = self.skill_source == "other"
        found = []
        if strict and instance.id in skill.provenance.instances:
            found.append(("it was made from this very instance", True))
        text = _plain(f"{skill.name}\n{skill.description}\n{skill.body}")
        for kind, value, certain in _marks(instance.id, instance.payload):
            if _holds(text, _plain(value)):
                found.append((f"it holds the instance's {kind}", strict and certain))
        # Once each: an id is found whole and by its last part.
        return tuple(Finding(skill.id, instance.id, reason, refused) for reason, refused in dict.fromkeys(found))

    def serve(
        self, skills: Sequence[Skill], instance: TaskInstance, **shown: Any
    ) -> tuple[Conditioning, tuple[Finding, ...]]:
        """The conditioning with those skills that may be served, and what was found of all of them."""
        findings = [(s, self.check(s, instance)) for s in skills]
        allowed = tuple(s.shown() for s, found in findings if not any(f.refused for f in found))
        return Conditioning(allowed, **shown), tuple(f for _, found in findings for f in found)


def _marks(instance_id: str, payload: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """What of an instance must not stand in a skill: (what it is, the text, whether it is beyond chance)."""
    marks = [("id", part, True) for part in {instance_id, instance_id.rsplit("/", 1)[-1]} if len(part) >= 6]
    marks += [("attachment's name", str(name), True) for name in payload.get("attachments", ()) if name]
    answer = str(payload.get("answer", "")).strip()
    if answer:
        marks.append(("gold answer", answer, len(answer) >= LONG_ANSWER))
    return marks


def _plain(text: str) -> str:
    """Letter case and line breaks aside: a skill wraps its lines where it likes."""
    return " ".join(text.casefold().split())


def _holds(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None
