"""Worlds and policies small enough to see through, for tests of what plays them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skillevo.envs.base import (
    Call,
    CallRole,
    Episode,
    Observation,
    Panel,
    Step,
    StopReason,
    TaskInstance,
    Verdict,
)
from skillevo.harness.play import Action, TurnContext


class Counter:
    """Won when the action "win" comes after `payload["length"]` other ones. Crashes as told."""

    def __init__(self, instance: TaskInstance, crash_at: int | None = None) -> None:
        self._length = int(instance.payload.get("length", 3))
        self._crash_at = crash_at
        self.steps = 0
        self.closed = False

    async def reset(self) -> Observation:
        return Observation("0 of them.", ("step", "win"), "0")

    async def step(self, action: str) -> Step:
        if self.steps == self._crash_at:
            raise RuntimeError("the world broke")
        won = action == "win" and self.steps >= self._length
        self.steps += 1
        return Step(Observation(f"{self.steps} of them.", ("step", "win"), str(self.steps)), float(won), won)

    async def close(self) -> None:
        self.closed = True


class Scripted:
    """Plays what a function of the turn says; notes how many turns were asked of it."""

    name = "scripted"

    def __init__(self, choose: Callable[[TurnContext], Action | str], wait: bool = False) -> None:
        self._choose = choose
        self._wait = wait
        self.asked = 0

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        actions = []
        for turn in turns:
            self.asked += 1
            if self._wait:  # later episodes overtake earlier ones
                await asyncio.sleep((turn.seed % 7) / 2000)
            chosen = self._choose(turn)
            actions.append(Action(chosen) if isinstance(chosen, str) else chosen)
        return actions

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        return tuple(turn.scratch.get("notes", ()))

    def describe(self) -> Mapping[str, Any]:
        return {}


def count_then_win(turn: TurnContext) -> str:
    return "win" if turn.step >= 3 else "step"


def by_seed(turn: TurnContext) -> str:
    """Depends on the episode's seed and step alone."""
    return "win" if (turn.seed >> turn.step) % 5 == 0 else "step"


def call(tokens: int = 10, cost: float | None = None, cached: bool = False) -> Call:
    return Call(CallRole.ACT, "m", "text", input_tokens=tokens, output_tokens=1, cost=cost, cached=cached)


def won(instance: TaskInstance, episode: Episode) -> Verdict:
    success = episode.stop_reason is StopReason.DONE
    return Verdict(float(success), success, {"steps": float(episode.steps)})


def panel(n: int = 5, length: int = 3) -> Panel:
    return Panel(
        "counting",
        "counter",
        tuple(
            TaskInstance(
                f"c{k}", "counter", "test", payload={"length": length}, tags={"type": "even" if k % 2 == 0 else "odd"}
            )
            for k in range(n)
        ),
    )
