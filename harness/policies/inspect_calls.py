"""What an Inspect completion was, in the harness's words: a `Call`, whole enough to be read and trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Call, CallRole
from skillevo.envs.checks import check_amount

if TYPE_CHECKING:
    from inspect_ai.event import ModelEvent
    from inspect_ai.model import ChatMessage, ModelOutput


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, for models whose price Inspect does not know.

    Tokens that the provider read from its prompt cache are charged in full, so the cost is an upper bound.
    """

    input: float
    output: float

    def __post_init__(self) -> None:
        check_amount("price_in", self.input)
        check_amount("price_out", self.output)


def record_call(output: ModelOutput, messages: Sequence[ChatMessage], model: str, price: Price | None) -> Call:
    """The completion that was just generated, in the context that it was generated in."""
    event = _last_model_event()
    usage = output.usage
    cached = event is not None and event.cache == "read"
    tokens_in = tokens_out = 0
    cost = None
    if usage is not None:
        tokens_in = usage.input_tokens + (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
        tokens_out = usage.output_tokens
        cost = usage.total_cost if price is None else (tokens_in * price.input + tokens_out * price.output) / 1e6
    return Call(
        role=CallRole.ACT,
        model=model,
        completion="" if output.empty else _transcribed(output.message),
        prompt="\n\n".join(f"[{m.role}]\n{_transcribed(m)}" for m in messages),
        logprobs=_logprobs(output),
        sampling=_sampling(event),
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost=0.0 if cached else cost,
        cached=cached,
    )


def written(output: ModelOutput) -> str:
    """The text of an output as the model wrote it; empty where there is none."""
    return "" if output.empty else _written(output.message)


def _written(message: ChatMessage) -> str:
    """The text as the model wrote it.

    Inspect takes a leading `<think>...</think>` out of what OpenAI-compatible servers answer; it is put back.
    """
    content = message.content
    text = (
        content if isinstance(content, str) else "\n".join(p.text for p in content if p.type in ("text", "reasoning"))
    )
    # A lone surrogate is no character: no file and no log could hold it.
    return text.encode("utf-8", "replace").decode()


def _transcribed(message: ChatMessage) -> str:
    """A message as a record keeps it: tool calls and their errors in words too."""
    parts = [_written(message)]
    if message.role == "assistant":
        parts += [f"[{c.function}] {json.dumps(c.arguments, ensure_ascii=False)}" for c in message.tool_calls or []]
    elif message.role == "tool" and message.error is not None:
        parts.append(message.error.message)
    return "\n".join(p for p in parts if p)


def _logprobs(output: ModelOutput) -> tuple[float, ...] | None:
    given = None if output.empty else output.choices[0].logprobs
    return None if given is None else tuple(token.logprob for token in given.content)


def _last_model_event() -> ModelEvent | None:
    from inspect_ai.event import Event, ModelEvent
    from inspect_ai.log import transcript

    def is_completion(event: Event) -> bool:
        return isinstance(event, ModelEvent)

    found = transcript().history.find_last(is_completion)
    return found if isinstance(found, ModelEvent) else None


def _sampling(event: ModelEvent | None) -> Mapping[str, Any]:
    """What the provider was sent, but for what concerns the wire only."""
    wire = {"max_connections", "adaptive_connections", "max_retries", "timeout", "attempt_timeout", "cache", "batch"}
    return {} if event is None else event.config.model_dump(exclude_none=True, exclude=wire)
