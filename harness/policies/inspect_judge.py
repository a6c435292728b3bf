"""An Inspect model as the judge of answers: greedy, with the benchmark's pinned prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skillevo.envs.base import Call, CallRole
from skillevo.envs.judging import JudgeError, Judging
from skillevo.harness.policies.inspect_calls import record_call
from skillevo.harness.policies.inspect_connect import apart, connect

if TYPE_CHECKING:
    from inspect_ai.model import Model

SAMPLING: Mapping[str, Any] = {"temperature": 0.0, "max_tokens": 1024}
"""How a judge is sampled, always; recorded with every judged run."""


class InspectJudge:
    """Asks an Inspect model.

    Args:
        model: its name, or the model itself: in a sample, that of the role `grader`.
        judging: what it is asked, and how its answer is read.

    Raises:
        SkillevoError: the model cannot be used.
    """

    def __init__(self, model: str | Model, judging: Judging) -> None:
        self._in_sample = not isinstance(model, str)
        self._model: Model = connect(model, SAMPLING) if isinstance(model, str) else model
        self.judging = judging

    @property
    def name(self) -> str:
        return str(self._model)

    async def ask(self, prompt: str) -> Call:
        # In a sample the completion belongs into the sample's transcript.
        return await (self._ask(prompt) if self._in_sample else apart(self._ask(prompt)))

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name, **self.judging.describe(), "sampling": dict(SAMPLING)}

    async def _ask(self, prompt: str) -> Call:
        from inspect_ai.model import ChatMessageUser, GenerateConfig
        from inspect_ai.util import LimitExceededError

        messages = [ChatMessageUser(content=prompt)]
        try:
            output = await self._model.generate([*messages], config=GenerateConfig(**SAMPLING))
        except LimitExceededError:
            raise
        except Exception as e:  # whatever a provider raises once Inspect has given up on it
            said = " ".join(str(e).split())
            raise JudgeError(f"the judge {self.name} failed ({type(e).__name__}: {said})") from e
        return replace(record_call(output, messages, self.name, None), role=CallRole.JUDGE)
