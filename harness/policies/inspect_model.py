"""Any model that Inspect can reach, acting through a prompt preset: one completion per turn.

`openai/...`, `anthropic/...`, `vllm/...`, `hf/...`, `mockllm/...`: providers, keys, back-off on rate limits,
connection limits and the response cache are Inspect's. Importing Inspect costs seconds, so it is imported when a
policy is made, not when this module is.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Call, StopReason
from skillevo.harness.play import Action, TurnContext
from skillevo.harness.policies.inspect_calls import Price, record_call, written
from skillevo.harness.policies.inspect_chat import act_in_chat, with_attachments
from skillevo.harness.policies.inspect_connect import apart, connect, generate_config, keep_offline
from skillevo.harness.policies.inspect_skills import note_opened, skill_tool
from skillevo.harness.policies.prompts import (
    DEFAULT_PROMPT,
    PRESETS,
    PromptOptions,
    build_messages,
    parse_completion,
)

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, Model, ModelOutput
    from inspect_ai.tool import Tool, ToolDef

__all__ = ["InspectModelPolicy", "Price"]

MAX_TOOL_ROUNDS = 4
"""Completions of one turn that may call the `skill` tool; after that the model has to act."""


class InspectModelPolicy:
    """Asks a model for one action per turn and records every completion as a `Call`.

    A refusal by the provider's content filter ends the episode with REFUSED, a full context with TOKEN_LIMIT;
    an empty output is a silent turn. Errors that outlast the retries are raised.
    """

    def __init__(
        self,
        model: str | Model,
        options: PromptOptions = DEFAULT_PROMPT,
        *,
        config: Mapping[str, Any] | None = None,
        price: Price | None = None,
        cache: bool = False,
        max_connections: int | None = None,
        skill_tool: Tool | ToolDef | None = None,
        in_sample: bool = False,
    ) -> None:
        """Connect to the model; nothing is sent yet.

        Args:
            model: Inspect's name of the model, or a `Model`, whose own configuration holds where `config` is silent.
            options: how it is prompted.
            config: fields of Inspect's `GenerateConfig` (`temperature`, `max_tokens`, ...). A `seed` is not sent as it
                is: every call gets one of its own, drawn from it, the episode's seed and the step.
            price: dollars per million tokens; by default what Inspect knows.
            cache: keep responses in Inspect's cache and serve them again to the same episode seed and step.
            max_connections: requests under way at once.
            skill_tool: what `skill_mode="tool"` offers; by default Inspect's `skill` tool without its sandbox.
            in_sample: turns are played inside an Inspect sample, whose transcript is to hold their events.

        Raises:
            SkillevoError: the model is unknown, its package or key is missing, or `config` names no such field.
        """
        given = dict(config or {})
        self._seed: int | None = given.pop("seed", None)
        self._options = options
        self._price = price
        self._cache = cache
        self._skill_tool = skill_tool
        self._in_sample = in_sample
        if max_connections is not None:
            given["max_connections"] = max_connections
        defaults = {"max_tokens": PRESETS[options.preset].max_tokens}
        self._model = connect(model, {**defaults, **given}) if isinstance(model, str) else model
        if self.name.startswith("mockllm/"):
            keep_offline(self._model)
        stop = PRESETS[options.preset].stop
        if stop and _takes_stop(str(self._model), stop):
            given.setdefault("stop_seqs", list(stop))
        self._config = generate_config(given)
        described = {k: v for k, v in given.items() if k != "max_connections"}  # it changes no answer
        self._described = {**described, **({} if self._seed is None else {"seed": self._seed})}

    @property
    def name(self) -> str:
        return str(self._model)

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        if self._in_sample:
            return [await self._act(turn) for turn in turns]
        return await asyncio.gather(*(apart(self._act(turn)) for turn in turns))

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        cut = turn.scratch.get("cut", 0)
        return (f"completions cut at max_tokens: {cut}",) if cut else ()

    def describe(self) -> Mapping[str, Any]:
        import inspect_ai

        return {
            "kind": "inspect",
            "model": self.name,
            "prompt": self._options.as_dict(),
            "config": self._described,
            "cache": self._cache,
            "price": None if self._price is None else {"input": self._price.input, "output": self._price.output},
            "inspect_ai": inspect_ai.__version__,
        }

    async def _act(self, turn: TurnContext) -> Action:
        from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser, execute_tools

        if self._options.preset == "tools":
            return await self._converse(turn)
        kinds = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}
        prompt = build_messages(turn, self._options)
        messages: list[ChatMessage] = [kinds[m.role](content=m.content) for m in prompt]
        if turn.observation.attachments:
            messages[-1].content = with_attachments(prompt[-1].content, turn.observation.attachments)
        tools = self._tools(turn)
        calls: list[Call] = []
        for round_ in range(MAX_TOOL_ROUNDS + 1 if tools else 1):
            output = await self._model.generate(
                messages,
                tools=tools,
                tool_choice="auto" if round_ < MAX_TOOL_ROUNDS else "none",
                config=self._config_of(turn),
                **self._cache_of(turn),
            )
            calls.append(record_call(output, messages, self.name, self._price))
            asked = not output.empty and output.message.tool_calls
            if not asked or round_ == MAX_TOOL_ROUNDS:
                break
            messages.append(output.message)
            answers, _ = await execute_tools(messages, tools)
            messages.extend(answers)
            note_opened(turn, output, answers)
        return replace(self._read(output, turn), calls=tuple(calls))

    async def _converse(self, turn: TurnContext) -> Action:
        async def generate(chat: list[Any], tools: list[Any]) -> tuple[ModelOutput, Call]:
            output = await self._model.generate(chat, tools=tools, config=self._config_of(turn), **self._cache_of(turn))
            return output, record_call(output, chat, self.name, self._price)

        output, calls, action = await act_in_chat(turn, self._options, self._tools(turn), generate)
        return replace(self._ended(output, turn) or action, calls=tuple(calls))

    def _tools(self, turn: TurnContext) -> list[Tool | ToolDef]:
        if turn.conditioning.skill_mode != "tool" or not turn.conditioning.skills:
            return []
        if self._skill_tool is not None:
            return [self._skill_tool]
        if "skill_tool" not in turn.scratch:
            turn.scratch["skill_tool"] = skill_tool(turn.conditioning.skills)
        return [turn.scratch["skill_tool"]]

    def _config_of(self, turn: TurnContext) -> Any:
        if self._seed is None:
            return self._config
        text = f"{self._seed}\x1f{turn.seed}\x1f{turn.step}"
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") >> 1
        return self._config.model_copy(update={"seed": seed})  # 31 bits: the most that every provider takes

    def _cache_of(self, turn: TurnContext) -> Mapping[str, Any]:
        """A response is reused in the same place only: rollouts stay different, in either driver and any epoch."""
        from inspect_ai.model import CachePolicy

        if not self._cache:
            return {}  # not `cache=False`: that would overrule Inspect's own `--cache`
        scopes = {"episode_seed": str(turn.seed), "step": str(turn.step)}
        return {"cache": CachePolicy(expiry=None, per_epoch=False, scopes=scopes)}

    def _read(self, output: ModelOutput, turn: TurnContext) -> Action:
        seen = turn.observation
        return self._ended(output, turn) or parse_completion(written(output), self._options, seen.actions, seen.forms)

    def _ended(self, output: ModelOutput, turn: TurnContext) -> Action | None:
        """The end of the episode, where the provider will not or cannot go on; takes note of a cut completion."""
        if not output.empty:
            if output.stop_reason == "content_filter":
                return Action("", valid=False, stop=StopReason.REFUSED, note="refused by the content filter")
            if output.stop_reason == "model_length":
                return Action("", valid=False, stop=StopReason.TOKEN_LIMIT, note="the model's context is full")
            if output.stop_reason == "max_tokens":
                turn.scratch["cut"] = turn.scratch.get("cut", 0) + 1
        return None


def _takes_stop(model: str, stop: Sequence[str]) -> bool:
    """Whether the provider takes these stop sequences: Anthropic's models refuse one that is only white space.

    Nothing depends on it but tokens, for a parser reads the first line anyway.
    """
    return all(s.strip() for s in stop) or not model.startswith(("anthropic/", "bedrock/"))
