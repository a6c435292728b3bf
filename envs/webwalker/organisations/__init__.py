"""Organisations of our own and their web sites: what the bundled panels ask about. Seeded; nothing of it exists."""

from __future__ import annotations

from skillevo.envs.webwalker.organisations.ask import Question, questions
from skillevo.envs.webwalker.organisations.facts import GENERATOR_VERSION, Organisation, make_organisation
from skillevo.envs.webwalker.organisations.render import render_site

__all__ = ["GENERATOR_VERSION", "Organisation", "Question", "make_organisation", "questions", "render_site"]
