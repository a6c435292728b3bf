"""The preset `tools`: one chat for the whole episode, in which a model acts by native tool calls.

    opening (task, skills, first observation) -> [ completion with a call -> result ]*

One call a turn is carried out. A completion without a call is sent to the world as it is, which is rarely an action.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Attachment, Call
from skillevo.harness.play import Action, TurnContext
from skillevo.harness.policies.inspect_calls import written
from skillevo.harness.policies.inspect_skills import note_opened
from skillevo.harness.policies.native_tools import action_text, native_tools
from skillevo.harness.policies.prompts import PromptOptions, build_messages

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, Content, ModelOutput
    from inspect_ai.tool import Tool, ToolDef

Generate = Callable[[list[Any], list[Any]], Awaitable[tuple["ModelOutput", Call]]]
"""Chat and tools -> completion, and its record."""

MAX_SKILL_ROUNDS = 4
_CHAT = "chat"
_ONE_AT_A_TIME = "Not carried out: only the first call of a turn is. Call it again if it is still wanted."


async def act_in_chat(
    turn: TurnContext, options: PromptOptions, skill_tools: Sequence[Tool | ToolDef], generate: Generate
) -> tuple[ModelOutput, list[Call], Action]:
    """The next action of an episode's chat, which is kept in `turn.scratch`."""
    chat: list[ChatMessage] = turn.scratch.setdefault(_CHAT, [])
    chat += _result(turn, chat[-1]) if chat else _opening(turn, options)
    tools = native_tools(turn.observation, options.show_admissible)
    offered = [tool.info() for tool in tools.values()]
    calls: list[Call] = []
    for left in range(MAX_SKILL_ROUNDS, -1, -1):
        output, call = await generate(chat, [*offered, *(skill_tools if left else ())])
        calls.append(call)
        if output.empty:
            break
        chat.append(output.message)
        if not await _skills_read(turn, chat, output, skill_tools):
            break
    if output.empty:
        return output, calls, Action("", valid=False, silent=True)
    for asked in output.message.tool_calls or []:
        tool = tools.get(asked.function)
        text = action_text(tool, asked.arguments) if tool and not asked.parse_error else ""
        if text:
            return output, calls, Action(text)
        return output, calls, Action("", valid=False, silent=True, note=f"no such call: {asked.function}")
    text = written(output).strip()
    return output, calls, Action(text, valid=False, silent=not text)


def with_attachments(text: str, attachments: Sequence[Attachment]) -> str | list[Content]:
    """A message's content: the text, and what there is to look at or listen to.

    Raises:
        OSError: a file is not there any more.
    """
    from inspect_ai.model import ContentAudio, ContentDocument, ContentImage, ContentText

    if not attachments:
        return text
    content: list[Content] = [ContentText(text=text)]
    for path, kind in attachments:
        held = _inline(path, kind)
        if kind.startswith("image/"):
            content.append(ContentImage(image=held))
        elif kind.startswith("audio/"):
            content.append(ContentAudio(audio=held, format="wav" if "wav" in kind else "mp3"))
        else:
            content.append(ContentDocument(document=held, mime_type=kind))
    return content


def _inline(path: str, kind: str) -> str:
    """The file itself as an address: Inspect sends no file that a message only names."""
    return f"data:{kind};base64,{b64encode(Path(path).read_bytes()).decode()}"


def _opening(turn: TurnContext, options: PromptOptions) -> list[ChatMessage]:
    from inspect_ai.model import ChatMessageUser

    (message,) = build_messages(turn, options)
    return [ChatMessageUser(content=with_attachments(message.content, turn.observation.attachments))]


def _result(turn: TurnContext, last: ChatMessage) -> list[ChatMessage]:
    """What the last completion led to: the result of its call, or what the world says to its text."""
    from inspect_ai.model import ChatMessageTool, ChatMessageUser

    seen = turn.observation
    asked = (last.tool_calls or []) if last.role == "assistant" else []
    if not asked:
        return [ChatMessageUser(content=with_attachments(seen.text, seen.attachments))]
    texts = [seen.text or "(nothing)", *[_ONE_AT_A_TIME] * (len(asked) - 1)]
    answers: list[ChatMessage] = [
        ChatMessageTool(content=text, tool_call_id=call.id, function=call.function)
        for call, text in zip(asked, texts, strict=True)
    ]
    if seen.attachments:  # not all providers take pictures in a tool's result
        answers.append(ChatMessageUser(content=with_attachments("Here it is.", seen.attachments)))
    return answers


async def _skills_read(
    turn: TurnContext, chat: list[ChatMessage], output: ModelOutput, tools: Sequence[Tool | ToolDef]
) -> bool:
    """Whether the completion asked for skills; they are handed over, and other calls beside them put off."""
    from inspect_ai.model import ChatMessageTool, execute_tools

    asked = output.message.tool_calls or []
    wanted = [call for call in asked if call.function == "skill"]
    if not wanted or not tools:
        return False
    only = output.message.model_copy(update={"tool_calls": wanted})
    answers, _ = await execute_tools([*chat[:-1], only], list(tools))
    chat += answers
    chat += [
        ChatMessageTool(content=_ONE_AT_A_TIME, tool_call_id=call.id, function=call.function)
        for call in asked
        if call.function != "skill"
    ]
    note_opened(turn, output, answers)
    return True
