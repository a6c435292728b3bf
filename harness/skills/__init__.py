"""Skills as documents: read, identified, written."""

from skillevo.harness.skills.skill import SKILL_FILE, Skill, load_skill, parse_skill

__all__ = ["SKILL_FILE", "Skill", "load_skill", "parse_skill"]
