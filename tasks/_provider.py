"""The pocket models behind Inspect's model interface: `--model pocket/follower`.

A pocket model is no language model. It reads the turn itself (observation, admissible actions, skill), not a chat,
so the agent hands it the turn beside the message. Each turn is still one `generate()` call with one output in the
log; there are no tokens, and none are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from skillevo.envs.base import SkillevoError
from skillevo.harness.play import Action, Policy, TurnContext
from skillevo.harness.policies import EMBEDDED, embedded_policy
from skillevo.tasks._errors import plain_mistakes

_NO_TOKENS = ModelUsage(input_tokens=0, output_tokens=0, total_tokens=0)


@dataclass(slots=True)
class Handed:
    """A turn on its way in, its action on the way out."""

    turn: TurnContext
    plan: Callable[[str], Sequence[str]]
    action: Action | None = None


_handed: ContextVar[Handed | None] = ContextVar("skillevo_handed_turn", default=None)


class PocketAPI(ModelAPI):
    """Answers `generate()` with the pocket policy's action on the turn that was handed over."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - the signature that Inspect's providers have
        **_: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        with plain_mistakes():
            self.policy = _embedded(model_name)

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        handed = _handed.get()
        if handed is None:
            raise SkillevoError(
                f"{self.policy.name} reads an episode, not a chat: it plays skillevo's tasks (inspect eval "
                "skillevo/alfworld) and cannot stand in for a language model elsewhere"
            )
        (handed.action,) = await self.policy.act_many((handed.turn,))
        output = ModelOutput.from_content(self.policy.name, handed.action.text)
        output.usage = _NO_TOKENS.model_copy()
        return output

    async def count_text_tokens(self, text: str) -> int:
        return 0

    def max_connections(self) -> int:
        return 1000  # nothing is waited for


def _embedded(name: str) -> Policy:
    """The embedded policy; `pocket/oracle` and `pocket/random` reach those that are models in no sense."""
    own_name = name if name in EMBEDDED else f"pocket/{name}"
    policy = embedded_policy(own_name, _plan)
    assert policy is not None  # a pocket/ name is found, or refused
    return policy


def _plan(instance_id: str) -> Sequence[str]:
    handed = _handed.get()
    assert handed is not None  # a policy is asked within generate(), which has seen to it
    return handed.plan(instance_id)


@modelapi(name="pocket")
def pocket() -> type[ModelAPI]:
    return PocketAPI


class PocketPolicy:
    """The pocket model of an Inspect `Model`, every turn by way of `generate()`.

    Args:
        plan: what `pocket/oracle` plays on the instance of that id.
    """

    def __init__(self, model: Model, api: PocketAPI, plan: Callable[[str], Sequence[str]]) -> None:
        self._model = model
        self._policy = api.policy
        self._plan = plan

    @property
    def name(self) -> str:
        return self._policy.name

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        return [await self._act(turn) for turn in turns]

    async def _act(self, turn: TurnContext) -> Action:
        handed = Handed(turn, self._plan)
        token = _handed.set(handed)
        try:
            await self._model.generate([ChatMessageUser(content=turn.observation.text)], cache=False)
        finally:
            _handed.reset(token)
        assert handed.action is not None  # generate() returned, so the provider has answered
        return handed.action

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        return self._policy.notes(turn)

    def describe(self) -> Mapping[str, Any]:
        return self._policy.describe()
