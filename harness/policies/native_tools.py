"""A world's actions as native tools, and a model's call as an action's text: any world's, whatever it lists.

A form such as `search[<your query>]` becomes a tool `search` with the parameter `query`; listed actions such as
`click[back]` become a tool `click` that chooses among the targets; any other listed action is a choice of the tool
`act`. Where a world lists nothing, `act` takes any text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Observation

if TYPE_CHECKING:
    from inspect_ai.tool import ToolInfo

ACT = "act"

_FORM = re.compile(r"(\w+)\[<(.+)>\]")
_LISTED = re.compile(r"(\w+)\[(.*)\]", re.DOTALL)


@dataclass(slots=True)
class NativeTool:
    """One tool as a model is told of it.

    Attributes:
        parameter: its only one.
        told: what the parameter is, in words.
        choices: its admissible values; none for any text.
    """

    name: str
    parameter: str
    told: str
    choices: list[str] = field(default_factory=list)

    def info(self) -> ToolInfo:
        from inspect_ai.tool import ToolInfo, ToolParams
        from inspect_ai.util import JSONSchema

        what = JSONSchema(type="string", description=self.told, enum=list(self.choices) or None)
        return ToolInfo(
            name=self.name,
            description=f"Take the action `{self.name}` in the world; what it leads to is the result.",
            parameters=ToolParams(properties={self.parameter: what}, required=[self.parameter]),
        )


def native_tools(seen: Observation, show_admissible: bool = True) -> dict[str, NativeTool]:
    """The tools by which the admissible actions can be taken.

    Args:
        show_admissible: whether a model may know the listed actions; if not, `act` takes any text.
    """
    tools: dict[str, NativeTool] = {}
    for form in seen.forms:
        if found := _FORM.fullmatch(form):
            name, told = found[1], found[2]
            tools[name] = NativeTool(name, _parameter(told), told)
        else:
            tools.setdefault(ACT, NativeTool(ACT, "action", f"an action, such as {form}"))
    for action in seen.actions if show_admissible else ():
        found = _LISTED.fullmatch(action)
        name, choice = (found[1], found[2]) if found else (ACT, action)
        tool = tools.setdefault(name, NativeTool(name, "action" if name == ACT else "target", "one of those listed"))
        if tool.told == "one of those listed":
            tool.choices.append(choice)
    if not tools or (seen.actions and not show_admissible):
        tools.setdefault(ACT, NativeTool(ACT, "action", "the action as text"))
    return tools


def action_text(tool: NativeTool, arguments: Mapping[str, Any]) -> str:
    """The action that a call stands for; "" where the parameter is missing."""
    given = arguments.get(tool.parameter)
    if given is None and len(arguments) == 1:  # one parameter, and the model called it otherwise
        (given,) = arguments.values()
    if given is None:
        return ""
    return str(given) if tool.name == ACT else f"{tool.name}[{given}]"


def _parameter(told: str) -> str:
    """A parameter's name from what stands in a form's brackets: its last word."""
    words = re.findall(r"[a-z]+", told.lower())
    return words[-1] if words else "text"
