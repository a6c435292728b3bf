"""Who acts: any Inspect model, and the embedded policies. Importing this package loads none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skillevo.envs.base import SkillevoError
from skillevo.harness.play import Policy
from skillevo.harness.policies.prompts import PromptOptions

EMBEDDED = ("pocket/follower", "pocket/ranker", "pocket/ranker-able", "oracle", "random")
"""Policies that are part of this project and need no key, no download and no GPU."""

__all__ = ["EMBEDDED", "check_model", "embedded_policy", "make_policy"]


def embedded_policy(name: str, plan: Callable[[str], Sequence[str]]) -> Policy | None:
    """The embedded policy of that name, or None where the name is not one of ours.

    Args:
        plan: what `oracle` plays on the instance of that id.

    Raises:
        SkillevoError: a `pocket/` name that does not exist.
    """
    if name == "pocket/follower":
        from skillevo.harness.policies.follower import Follower

        return Follower()
    if name in ("pocket/ranker", "pocket/ranker-able"):
        from skillevo.harness.policies.ranker import load_ranker

        return load_ranker(name)
    if name == "oracle":
        from skillevo.harness.policies.oracle import OraclePolicy

        return OraclePolicy(plan)
    if name == "random":
        from skillevo.harness.policies.random import RandomPolicy

        return RandomPolicy()
    check_embedded(name)
    return None


def check_embedded(name: str) -> None:
    """Refuse a name that is one of ours by its beginning, and of which there is no model."""
    if name.startswith("pocket/") and name not in EMBEDDED:
        raise SkillevoError(f"there is no embedded model {name!r}; there are {', '.join(EMBEDDED)}")


def check_model(name: str) -> None:
    """Refuse what no model is called, as far as that can be told before one is asked: a plan needs no key.

    Raises:
        SkillevoError: no embedded model has the name, and none of Inspect's providers its beginning.
    """
    if name in EMBEDDED:
        return
    check_embedded(name)
    check_form(name)
    from skillevo.harness.policies.inspect_connect import check_provider

    check_provider(name)


def check_form(name: str) -> None:
    """Refuse a name that is no `provider/model`."""
    if "/" not in name:
        raise SkillevoError(
            f"{name!r} is no model: give an Inspect model string such as openai/gpt-4o-mini or vllm/NAME, "
            f"or one of {', '.join(EMBEDDED)}"
        )


def make_policy(
    name: str,
    plan: Callable[[str], Sequence[str]],
    prompt: PromptOptions,
    *,
    generation: Mapping[str, Any] | None = None,
    price: tuple[float, float] | None = None,
    cache: bool = False,
    max_connections: int | None = None,
) -> Policy:
    """A policy by name: one of `EMBEDDED`, or an Inspect model string (`openai/...`, `vllm/...`, `mockllm/...`).

    Args:
        plan: what `oracle` plays on the instance of that id.
        generation: Inspect's generation options (temperature, max_tokens, ...).
        price: US dollars per million tokens in and out, where Inspect does not know them.

    Raises:
        SkillevoError: no such model.
    """
    found = embedded_policy(name, plan)
    if found is not None:
        return found
    check_form(name)
    from skillevo.harness.policies.inspect_model import InspectModelPolicy, Price

    return InspectModelPolicy(
        name,
        prompt,
        config=generation,
        price=Price(*price) if price is not None else None,
        cache=cache,
        max_connections=max_connections,
    )
