"""What an agent may do, as text: `name[content]`, where the content may be many lines of code."""

from __future__ import annotations

import re
from typing import NamedTuple

_ACTION = re.compile(r"\s*(\w+)\[(.*)\]\s*", re.DOTALL)
_TEMPLATE = re.compile(r"final answer\s*:[ \t]*(.*)", re.IGNORECASE)

ANSWER = "answer[<final answer>]"
READ = "read_file[<file name>]"
PAGE = "page[<page number>]"
CALCULATE = "calculate[<expression>]"
PYTHON = "python[<code>]"
BASH = "bash[<command>]"
VISIT = "visit[<address>]"
SEARCH = "search[<query>]"

TOOL_ERROR = "the tool came to an error"
"""The note on a turn whose tool did: what a file, a page or a program says cannot pass for one."""


class Call(NamedTuple):
    """One use of a tool."""

    name: str
    content: str


def read_action(text: str) -> Call | None:
    """The tool that a text calls, or None where it calls none.

    The template of GAIA's own prompt, `FINAL ANSWER: ...`, is an answer wherever it stands.
    """
    if found := _ACTION.fullmatch(text):
        return Call(found[1].lower(), found[2])
    if _TEMPLATE.search(text):
        return Call("answer", text)
    return None


def final_answer(text: str) -> str | None:
    """The answer that an action gives, without the template around it; None for any other action."""
    call = read_action(text)
    if call is None or call.name != "answer":
        return None
    templates = _TEMPLATE.findall(call.content)
    return (templates[-1] if templates else call.content).strip()
