"""Generated games: rooms, households and tasks of our own, in ALFWorld's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skillevo.envs.alfworld.gamefile import GameText
from skillevo.envs.base import SkillevoError

GENERATOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class GameSpec:
    task_type: str
    room: str
    seed: int
    id: str
    params: Mapping[str, str] = field(default_factory=dict)


def room_names(split: str) -> tuple[str, ...]:
    raise SkillevoError("the generator is being written")


def rooms_for(task_type: str, split: str) -> tuple[str, ...]:
    raise SkillevoError("the generator is being written")


def generate(task_type: str, room: str, seed: int) -> GameText:
    raise SkillevoError("the generator is being written")


def plan_games(split: str, per_type: int) -> tuple[GameSpec, ...]:
    raise SkillevoError("the generator is being written")
