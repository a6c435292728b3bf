"""Where a model's code runs: in a container, or, only when it is asked for, on this machine."""

from __future__ import annotations

from skillevo.envs.gaia.sandbox.base import Language, Outcome, Sandbox
from skillevo.envs.gaia.sandbox.docker import IMAGE, LABEL, DockerSandbox, engine_answers
from skillevo.envs.gaia.sandbox.local import LocalSandbox

__all__ = ["IMAGE", "LABEL", "DockerSandbox", "Language", "LocalSandbox", "Outcome", "Sandbox", "engine_answers"]
