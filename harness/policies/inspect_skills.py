"""Skills behind a tool: Inspect's `skill` tool outside of its samples, and what a model has read through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillevo.harness.play import SkillText, TurnContext
from skillevo.harness.policies.prompts import OPENED_SKILLS

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, ModelOutput
    from inspect_ai.tool import ToolDef


def skill_tool(skills: Sequence[SkillText]) -> ToolDef:
    """Inspect's `skill` tool, for episodes outside an Inspect sample.

    The model is told the same words and gives the same parameter; but the body is handed over from memory, where
    Inspect's tool copies the skill into a sandbox first.
    """
    from inspect_ai.tool import Skill, ToolDef, ToolError, skill

    bodies = {s.name: s.body for s in skills}

    async def execute(command: str) -> str:
        if command not in bodies:
            raise ToolError(f"Unknown skill: {command}")
        return bodies[command]

    like = ToolDef(skill([Skill(name=s.name, description=s.description, instructions=s.body) for s in skills]))
    return ToolDef(execute, like.name, like.description, like.parameters, parallel=True)


def note_opened(turn: TurnContext, output: ModelOutput, answers: Sequence[ChatMessage]) -> None:
    """Keep the names of the skills that the model has opened: every prompt is built anew, and they stay in it."""
    refused = {a.tool_call_id for a in answers if a.role == "tool" and a.error is not None}
    opened: list[str] = turn.scratch.setdefault(OPENED_SKILLS, [])
    for call in output.message.tool_calls or []:
        name = str(call.arguments.get("command", ""))
        if call.function == "skill" and call.id not in refused and name not in opened:
            opened.append(name)
