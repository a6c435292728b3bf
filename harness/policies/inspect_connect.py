"""Connecting to a model of Inspect's, and calling it without leaving traces in the process."""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Coroutine, Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from skillevo.envs.base import SkillevoError

if TYPE_CHECKING:
    from inspect_ai.model import GenerateConfig, Model
    from pydantic import ValidationError

T = TypeVar("T")

MAX_RETRIES = 8
"""Inspect alone would retry for ever; with its waits of 3, 6, 12, ... seconds this gives up after 13 minutes."""


def connect(name: str, given: Mapping[str, Any]) -> Model:
    """The model of that name, with these fields of `GenerateConfig` as its own; nothing is sent yet.

    Raises:
        SkillevoError: the model is unknown, its package or key is missing, or there is no such field.
    """
    from inspect_ai.model import get_model

    # Inspect looks at `timeout` between two attempts only: a server that hangs would be waited for all the same.
    attempt = {"attempt_timeout": given["timeout"]} if "timeout" in given else {}
    try:
        model = get_model(name, config=generate_config({"max_retries": MAX_RETRIES, **attempt, **given}))
    except SkillevoError:
        raise
    except Exception as error:  # Inspect raises ValueError, ImportError and errors of its own here
        said = re.sub(r"\[/?[a-z ]+\]", "", str(getattr(error, "message", error)))
        reason = " ".join(said.split()).removeprefix("ERROR: ")
        raise SkillevoError(f"the model {name!r} cannot be used: {reason}") from error
    if name.startswith("mockllm/"):
        keep_offline(model)
    return model


def check_provider(name: str) -> None:
    """Refuse a model whose provider Inspect does not know. No package or key of the provider's is wanted yet.

    Raises:
        SkillevoError: there is none; the nearest name is told.
    """
    provider, known = name.partition("/")[0], _providers()
    if provider not in known:
        close = get_close_matches(provider, known, 1)
        told = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
        raise SkillevoError(f"the model {name!r} is of no provider that Inspect knows: {told}")


@cache
def _providers() -> tuple[str, ...]:
    """The names by which Inspect finds providers, its own and those of installed packages."""
    import inspect_ai.model._providers.providers  # noqa: F401  (its own register themselves)
    from inspect_ai._util.registry import registry_find, registry_unqualified_name

    found = registry_find(lambda info: info.type == "modelapi")
    return tuple(sorted({registry_unqualified_name(info) for info in found}))


def generate_config(given: Mapping[str, Any]) -> GenerateConfig:
    """Inspect's generation options from a mapping.

    Raises:
        SkillevoError: there is no such option, or it does not take that value.
    """
    from inspect_ai.model import GenerateConfig
    from pydantic import ValidationError

    unknown = sorted(set(given) - set(GenerateConfig.model_fields))
    if unknown:
        known = ", ".join(sorted(GenerateConfig.model_fields))
        raise SkillevoError(f"there is no model option {unknown[0]!r}; Inspect's generation options are {known}")
    try:
        return GenerateConfig(**given)
    except ValidationError as error:
        raise SkillevoError(f"the model option {_first_mistake(error)}") from error


def _first_mistake(error: ValidationError) -> str:
    """What is wrong with which field, of pydantic's pages of it."""
    mistake = error.errors(include_url=False)[0]
    return f"{mistake['loc'][0]} is not {mistake['input']!r}: {mistake['msg']}"


def keep_offline(mock: Model) -> None:
    """Have Inspect's mock model count four characters as a token; its own way downloads a tokeniser."""

    async def count_text_tokens(text: str) -> int:
        return -(-len(text) // 4)

    setattr(mock.api, "count_text_tokens", count_text_tokens)  # noqa: B010 - a method, overridden for this instance


def apart(act: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Run a call in an empty context.

    Inspect records every completion in the transcript of the current context, and where no sample has made one,
    in a transcript that it makes for whoever asked first and that grows for the life of the process. In an empty
    context that transcript is the call's own, and goes with it.
    """
    return asyncio.get_running_loop().create_task(act, context=contextvars.Context())
