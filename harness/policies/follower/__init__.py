"""`pocket/follower`: a deterministic reader of skills that stands in for a frozen task model, offline.

It acts only as the skill's plain-English steps tell it to. It knows English (lexicon.py: verbs, states, roles), the
grammar of the world's commands and the names of its things (alfworld.py), and how to walk to what it has seen. It knows
no household: not what heats, cools or cleans, not where things lie, not how a kind of task is solved. Hence:

- Without a skill, or with one of which no step can be read, it gives up at once and wins nothing.
- It searches where the skill says. "Find the object" alone means every place in an order drawn from the episode's
  seed, none of them opened; places that the skill names in an order are searched in that order; closed ones are opened
  only where a sentence says so ("open it if closed", "look inside").
- Picking up, putting down, treating and using act on what has been seen; they walk there but never search or open.
- Of several skills, one whose name and description speak only of states or counts that the task lacks is passed over.
- It does not read few-shots and memories; skills behind a tool are read as if the tool had been called.

A clause does nothing and is reported by `notes` if it cannot be read, and also if it can be read only in part: every
word must be accounted for (accounting.py). Sent to a place that is not there, it does nothing "there".
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from skillevo.envs.base import StopReason
from skillevo.harness.play import Action, SkillText, TurnContext
from skillevo.harness.policies.follower.alfworld import Hands, task_sentence
from skillevo.harness.policies.follower.conditions import read_heading
from skillevo.harness.policies.follower.interpreter import Interpreter
from skillevo.harness.policies.follower.parser import parse, read_text
from skillevo.harness.policies.follower.steps import Program, Says, show
from skillevo.harness.policies.follower.task import Task, read_task
from skillevo.harness.policies.follower.text import tokens
from skillevo.harness.policies.follower.webwalker import Walker, Web

__all__ = ["VERSION", "Follower", "Program", "parse", "read_text", "show"]

VERSION = "2"
"""Changes with every change of what a skill's text makes the follower do."""

_SCRATCH = "follower"
_KEPT_PROGRAMS = 512
_GAVE_UP = Action("", stop=StopReason.GAVE_UP)


@dataclass(slots=True)
class _Walk:
    """One episode in WebWalker, and the action sent last."""

    player: Walker
    sent: str = ""


@dataclass(slots=True)
class _Run:
    """One episode: the eyes and hands, the commands to come, and the one sent last."""

    hands: Hands
    commands: Generator[str, None, None]
    unread: tuple[str, ...]
    helpless: bool
    sent: str = ""


class Follower:
    """The policy. Stateless between turns but for a bounded cache of parsed skills."""

    name = "pocket/follower"

    def __init__(self) -> None:
        self._programs: dict[tuple[str, str], tuple[Program, frozenset[str]]] = {}
        self._lock = Lock()

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        """The next command of each episode. Waits for nothing."""
        return [self._act(turn) for turn in turns]

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        """The sentences of the episode's skills that could not be read, and that no step could, where none could."""
        run: _Run | _Walk | None = turn.scratch.get(_SCRATCH)
        if run is None:
            return ()
        reader = run.player if isinstance(run, _Walk) else run
        nothing = ("no step of the skill could be read",) if reader.helpless else ()
        return (*nothing, *(f"unread: {sentence!r}" for sentence in reader.unread))

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name, "version": VERSION, "kind": "scripted reader of skills, not a language model"}

    def _act(self, turn: TurnContext) -> Action:
        if turn.task.env == "webwalker":
            return self._walk(turn)
        seen = turn.observation
        run: _Run | None = turn.scratch.get(_SCRATCH)
        if run is None:
            run = turn.scratch[_SCRATCH] = self._start(turn)
        else:
            run.hands.observe(run.sent, seen.text, seen.actions)
        run.sent = next(run.commands, "")
        return Action(run.sent) if run.sent else _GAVE_UP

    def _walk(self, turn: TurnContext) -> Action:
        run: _Walk | None = turn.scratch.get(_SCRATCH)
        if run is None:
            web = Web()
            skills = [web.read(skill) for skill in turn.conditioning.skills]
            run = turn.scratch[_SCRATCH] = _Walk(web.start(turn, skills))
        else:
            run.player.observe(run.sent, turn.observation)
        run.sent = run.player.next()
        return Action(run.sent) if run.sent else _GAVE_UP

    def _start(self, turn: TurnContext) -> _Run:
        hands = Hands(turn.observation.text, turn.observation.actions)
        prompt = turn.task.prompt
        task = read_task(hands.task or task_sentence(prompt) or prompt)
        skills = [self._read(skill) for skill in turn.conditioning.skills]
        fitting = [program for program, topics in skills if len(skills) == 1 or _fits(topics, task)]
        unread = tuple(dict.fromkeys(s for program in fitting for s in program.unread))
        helpless = bool(skills) and not any(program.readable for program in fitting)
        return _Run(hands, Interpreter(hands, task, turn.seed).run(fitting), unread, helpless)

    def _read(self, skill: SkillText) -> tuple[Program, frozenset[str]]:
        key = (skill.id, skill.body)
        known = self._programs.get(key)
        if known is None:
            about = read_heading(tokens(f"{skill.name.replace('-', ' ')}, {skill.description}"))
            known = parse(skill.body), frozenset(about.words if isinstance(about, Says) else ())
            with self._lock:
                while len(self._programs) >= _KEPT_PROGRAMS:
                    del self._programs[next(iter(self._programs))]
                self._programs[key] = known
        return known


def _fits(topics: frozenset[str], task: Task) -> bool:
    """Whether a skill that speaks of these states and counts can be meant for the task."""
    return not topics or bool(topics & task.words)
