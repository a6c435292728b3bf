"""A benchmark small enough to see through: a row of doors, one of which wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from skillevo.envs import alfworld
from skillevo.envs.base import Env, Episode, Observation, Panel, Step, TaskInstance, Verdict

ROOMS = 4
SECRET = "what only the world may know"


@dataclass(frozen=True, slots=True)
class Options:
    doors: int = 3


class Doors:
    """`open N` opens a door; the right one wins. The room of kind `broken` fails at the second step."""

    def __init__(self, instance: TaskInstance, options: Options) -> None:
        self._right = int(instance.payload["right"])
        self._broken = instance.tags["type"] == "broken"
        self._actions = tuple(f"open {k}" for k in range(options.doors))
        self._opened = 0

    async def reset(self) -> Observation:
        return Observation("You stand before some doors.\n\nYour task is to: find the way out.", self._actions)

    async def step(self, action: str) -> Step:
        self._opened += 1
        if self._broken and self._opened == 2:
            raise OSError("the door fell off")
        won = action == f"open {self._right}"
        text = "You are out." if won else f"{action!r} leads nowhere."
        return Step(Observation(text, self._actions), float(won), won)

    async def close(self) -> None:
        pass


def room(k: int, kind: str = "") -> TaskInstance:
    payload = {"right": k % 3, "secret": SECRET}
    return TaskInstance(f"room-{k}", "toy", "test", payload=payload, tags={"type": kind or f"kind{k % 2}"})


def load_panel(name: str, root: str | None, options: Options) -> Panel:
    if name == "broken":
        return Panel(name, "toy", (room(0, "broken"), room(1, "broken")))
    return Panel(name, "toy", tuple(room(k) for k in range(ROOMS)))


def make_env(instance: TaskInstance, options: Options) -> Env:
    return Doors(instance, options)


def verify(instance: TaskInstance, episode: Episode) -> Verdict:
    won = any(t.sent and t.done for t in episode.turns)
    return Verdict(float(won), won, {"steps": float(episode.steps)})


def plan(instance: TaskInstance) -> Sequence[str]:
    return (f"open {instance.payload['right']}",)


def demos(instance: TaskInstance, n: int) -> Sequence[str]:
    return [f"demonstration {k}\n> open 0" for k in range(n)]


# What a toy has no use for is ALFWorld's.
BENCHMARK = replace(
    alfworld.BENCHMARK,
    name="toy",
    version="toy-1",
    panels=("rooms", "broken"),
    default_panel="rooms",
    options=Options,
    load_panel=load_panel,
    make_env=make_env,
    verify=verify,
    plan=plan,
    demos=demos,
    step_cap=5,
    group_by="type",
    check_installed=lambda options: None,
)
