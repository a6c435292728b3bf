"""Generators and task models for tests of methods: a skill is a number, and rollouts under it succeed that often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from worlds import Counter, Scripted, call, won

from skillevo.envs.base import Call, CallRole
from skillevo.harness.methods.generator import Decoding
from skillevo.harness.play import PlayRules, TurnContext
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Skill


def skill(percent: int, **more: Any) -> Skill:
    return Skill("percent", "How often to succeed.", f"{percent}", **more)


def obey(turn: TurnContext) -> str:
    """Wins in as many of a hundred seeds as the skill says, at once, and else never."""
    shown = turn.conditioning.skills
    percent = int(shown[0].body) if shown and shown[0].body.isdigit() else 0
    return "win" if turn.seed % 100 < percent else "step"


def make_play(**more: Any) -> Play:
    given = {"make_env": Counter, "verify": won, "policy": Scripted(obey), "rules": PlayRules(step_cap=2), **more}
    return Play(**given)


class Writer:
    """Answers by a function of the prompt and the seed; keeps what it was asked."""

    name = "writer"

    def __init__(self, answer: Callable[[str, int], str]) -> None:
        self._answer = answer
        self.asked: list[tuple[str, Decoding, int]] = []

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        calls = []
        for prompt, seed in zip(prompts, seeds, strict=True):
            self.asked.append((prompt, decoding, seed))
            made = call(100, cost=0.5)
            calls.append(
                Call(CallRole.EDIT, self.name, self._answer(prompt, seed), prompt, input_tokens=100, cost=made.cost)
            )
        return calls

    def describe(self) -> Mapping[str, Any]:
        return {"kind": "test"}
