"""Skills as documents: read, identified, written; their history, and who may be served which."""

from skillevo.harness.skills.guard import Finding, Guard, SkillSource
from skillevo.harness.skills.history import (
    Attempt,
    History,
    Place,
    estimate_tokens,
    failures_first,
    quoted,
    render_rollout,
    task_text,
)
from skillevo.harness.skills.packed import PACKED, pack_skills, unpack_skills
from skillevo.harness.skills.provenance import UNKNOWN, Provenance, source_of
from skillevo.harness.skills.skill import (
    LINEAGE_FILE,
    SKILL_FILE,
    Skill,
    load_skill,
    load_skills,
    parse_skill,
    write_bank,
)

__all__ = [
    "LINEAGE_FILE",
    "PACKED",
    "SKILL_FILE",
    "UNKNOWN",
    "Attempt",
    "Finding",
    "Guard",
    "History",
    "Place",
    "Provenance",
    "Skill",
    "SkillSource",
    "estimate_tokens",
    "failures_first",
    "load_skill",
    "load_skills",
    "pack_skills",
    "parse_skill",
    "quoted",
    "render_rollout",
    "source_of",
    "task_text",
    "unpack_skills",
    "write_bank",
]
