"""The follower in ALFWorld: skills are read by parser.py and done by interpreter.py."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from skillevo.envs.base import Observation
from skillevo.harness.play import SkillText, TurnContext
from skillevo.harness.policies.follower.alfworld import Hands, task_sentence
from skillevo.harness.policies.follower.conditions import read_heading
from skillevo.harness.policies.follower.interpreter import Interpreter
from skillevo.harness.policies.follower.parser import parse
from skillevo.harness.policies.follower.steps import Program, Says
from skillevo.harness.policies.follower.task import Task, read_task
from skillevo.harness.policies.follower.text import tokens


class Read(NamedTuple):
    """A skill: its program, and the states and counts that its name and description speak of."""

    program: Program
    topics: frozenset[str]


@dataclass(slots=True)
class Housekeeper:
    """One episode: the eyes and hands, and the commands to come."""

    hands: Hands
    commands: Generator[str, None, None]
    unread: tuple[str, ...]
    helpless: bool

    def observe(self, sent: str, seen: Observation) -> None:
        self.hands.observe(sent, seen.text, seen.actions)

    def next(self) -> str:
        return next(self.commands, "")


class Household:
    """ALFWorld."""

    def read(self, skill: SkillText) -> Read:
        about = read_heading(tokens(f"{skill.name.replace('-', ' ')}, {skill.description}"))
        return Read(parse(skill.body), frozenset(about.words if isinstance(about, Says) else ()))

    def start(self, turn: TurnContext, skills: Sequence[Read]) -> Housekeeper:
        hands = Hands(turn.observation.text, turn.observation.actions)
        prompt = turn.task.prompt
        task = read_task(hands.task or task_sentence(prompt) or prompt)
        fitting = [s.program for s in skills if len(skills) == 1 or _fits(s.topics, task)]
        unread = tuple(dict.fromkeys(s for program in fitting for s in program.unread))
        helpless = bool(skills) and not any(program.readable for program in fitting)
        return Housekeeper(hands, Interpreter(hands, task, turn.seed).run(fitting), unread, helpless)


def _fits(topics: frozenset[str], task: Task) -> bool:
    """Whether a skill that speaks of these states and counts can be meant for the task."""
    return not topics or bool(topics & task.words)
