"""`pocket/follower`: a deterministic reader of skills that stands in for a frozen task model, offline.

It acts only as the skill's plain-English steps tell it to, in a world that it has hands for: WebShop (webshop.py, which
says what it reads there), and wherever else texts and commands are those of ALFWorld (household.py).

In ALFWorld it knows English (lexicon.py: verbs, states, roles), the grammar of the world's commands and the names of
its things (alfworld.py), and how to walk to what it has seen. It knows no household: not what heats, cools or cleans,
not where things lie, not how a kind of task is solved. Hence:

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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from skillevo.envs.base import StopReason
from skillevo.harness.play import Action, SkillText, TurnContext
from skillevo.harness.policies.follower.gaia import Files
from skillevo.harness.policies.follower.household import Household
from skillevo.harness.policies.follower.parser import parse, read_text
from skillevo.harness.policies.follower.steps import Program, show
from skillevo.harness.policies.follower.webshop import Shop
from skillevo.harness.policies.follower.webwalker import Web
from skillevo.harness.policies.follower.world import Player, World

__all__ = ["VERSION", "Follower", "Program", "parse", "read_text", "show"]

VERSION = "2"
"""Changes with every change of what a skill's text makes the follower do."""

_HOUSEHOLD = Household()
_WORLDS: Mapping[str, World] = {"webshop": Shop(), "webwalker": Web(), "gaia": Files()}
_SCRATCH = "follower"
_KEPT_PROGRAMS = 512
_GAVE_UP = Action("", stop=StopReason.GAVE_UP)


@dataclass(slots=True)
class _Run:
    """One episode: who plays it, and the action sent last."""

    player: Player
    sent: str = ""


class Follower:
    """The policy. Stateless between turns but for a bounded cache of parsed skills."""

    name = "pocket/follower"

    def __init__(self) -> None:
        self._programs: dict[tuple[str, str, str], Any] = {}
        self._lock = Lock()

    async def act_many(self, turns: Sequence[TurnContext]) -> Sequence[Action]:
        """The next action of each episode. Waits for nothing."""
        return [self._act(turn) for turn in turns]

    def notes(self, turn: TurnContext) -> tuple[str, ...]:
        """The sentences of the episode's skills that could not be read, and that no step could, where none could."""
        run: _Run | None = turn.scratch.get(_SCRATCH)
        if run is None:
            return ()
        nothing = ("no step of the skill could be read",) if run.player.helpless else ()
        return (*nothing, *(f"unread: {sentence!r}" for sentence in run.player.unread))

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name, "version": VERSION, "kind": "scripted reader of skills, not a language model"}

    def _act(self, turn: TurnContext) -> Action:
        run: _Run | None = turn.scratch.get(_SCRATCH)
        if run is None:
            world = _WORLDS.get(turn.task.env, _HOUSEHOLD)
            skills = [self._read(turn.task.env, world, skill) for skill in turn.conditioning.skills]
            run = turn.scratch[_SCRATCH] = _Run(world.start(turn, skills))
        else:
            run.player.observe(run.sent, turn.observation)
        run.sent = run.player.next()
        return Action(run.sent) if run.sent else _GAVE_UP

    def _read(self, env: str, world: World, skill: SkillText) -> Any:
        key = (env, skill.id, skill.body)
        known = self._programs.get(key)
        if known is None:
            known = world.read(skill)
            with self._lock:
                while len(self._programs) >= _KEPT_PROGRAMS:
                    del self._programs[next(iter(self._programs))]
                self._programs[key] = known
        return known
