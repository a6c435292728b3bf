"""Skills as documents: read, identified, written; their history, and who may be served which."""

from skillevo.harness.skills.guard import Finding, Guard, SkillSource
from skillevo.harness.skills.history import Attempt, History, Place, estimate_tokens
from skillevo.harness.skills.provenance import Provenance
from skillevo.harness.skills.skill import SKILL_FILE, Skill, load_skill, parse_skill

__all__ = [
    "SKILL_FILE",
    "Attempt",
    "Finding",
    "Guard",
    "History",
    "Place",
    "Provenance",
    "Skill",
    "SkillSource",
    "estimate_tokens",
    "load_skill",
    "parse_skill",
]
