"""A turn as numbers: what each command is about, and what is remembered of it.

The words of the skill, the task and the commands go to the network as they are. Beside them stand flags
that follow from the episode so far: visited, closed, carried, said in the task, said in the skill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import Observation
from skillevo.harness.policies.ranker.memory import TREATMENTS, VERBS, Command, Memory, kind
from skillevo.harness.policies.ranker.shape import Shape
from skillevo.harness.policies.ranker.words import Token, read_words, stems
from skillevo.harness.policies.stem import stem

FEATURES_VERSION = 1
"""Changes with every change of what a turn becomes; weights belong to one version."""

PLACE_FLAGS = 13
COMMAND_FLAGS = 9
FLAGS = PLACE_FLAGS + COMMAND_FLAGS
STATE_FLAGS = 25
LONGEST_SKILL = 512
"""Words of skill and task that are read; what is beyond is cut off."""

HOUSE = Shape("alfworld", VERBS, FLAGS, STATE_FLAGS, FEATURES_VERSION)

_NOWHERE = (0.0,) * PLACE_FLAGS
_TAKE, _USE, _MOVE = VERBS.index("take"), VERBS.index("use"), VERBS.index("move")


class Text(NamedTuple):
    """What is read once an episode: the task's words, then the skill's.

    Attributes:
        tokens: all words in order; sentences of the skill count from 1, the task is sentence 0.
        task: how many of them are the task's.
        in_task, in_skill: their stems.
    """

    tokens: tuple[Token, ...]
    task: int
    in_task: frozenset[str]
    in_skill: frozenset[str]


def read_text(task: str, skill: str) -> Text:
    """The words of a task's sentence and of a skill's body."""
    first = [Token(t.word, 0) for t in read_words(task)]
    body = [Token(t.word, t.sentence + 1) for t in read_words(skill)]
    tokens = tuple((first + body)[:LONGEST_SKILL])
    return Text(tokens, min(len(first), LONGEST_SKILL), stems(task), stems(skill))


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn's features.

    Attributes:
        verbs: verb of each command, (A,), an index into VERBS.
        things, places: noun of each command, (A,), an index into the episode's nouns; 0 for none.
        flags: what is remembered of each command, (A, FLAGS).
        state: what is remembered of the episode, (STATE_FLAGS,).
        last: verb of the command before.
        held, here: nouns.
    """

    verbs: NDArray[np.int64]
    things: NDArray[np.int64]
    places: NDArray[np.int64]
    flags: NDArray[np.float32]
    state: NDArray[np.float32]
    last: int
    held: int
    here: int


class Reader:
    """Makes the features of one episode's turns.

    Attributes:
        skill: the text that is followed.
        nouns: kinds of things and places met so far ("drawer"); the first is "", for none.
    """

    shape = HOUSE

    def __init__(self, first: str, skill: str) -> None:
        self.memory = Memory(first)
        self.skill = skill
        self.text = read_text(self.memory.task, skill)
        self.nouns: list[str] = [""]
        self._index: dict[str, int] = {"": 0}
        self._said: list[tuple[bool, bool]] = [(False, False)]
        self._room = [
            (name, k, int(number), f"{stem(k)} {number}" in self.text.in_skill)
            for name in self.memory.places
            for k, _, number in [name.partition(" ")]
        ]

    @property
    def task(self) -> str:
        return self.memory.task

    def commands(self, seen: Observation) -> tuple[str, ...]:
        """What may be chosen from."""
        return seen.actions

    def observe(self, sent: str, seen: Observation) -> None:
        self.memory.observe(sent, seen.text)

    def said(self, noun: int) -> tuple[bool, bool]:
        """Whether the task, and the skill, have the noun in so many letters."""
        return self._said[noun]

    def turn(self, actions: tuple[str, ...], step: int) -> Turn:
        """The features of the turn in which these commands may be given."""
        m = self.memory
        commands = m.offered(actions)
        known = self._places()
        takes: set[str] = set()
        put = set(m.placed.values())
        rows = []
        for action, c in zip(actions, commands, strict=True):
            thing_kind = kind(c.thing)
            first = c.verb == _TAKE and thing_kind not in takes
            if first:
                takes.add(thing_kind)
            times = m.given.get(action, 0)
            rows.append(
                (
                    *known.get(c.place, _NOWHERE),
                    times > 0,
                    times > 1,
                    c == m.last,
                    c.thing in m.placed,
                    c.thing in m.treated,
                    first,
                    bool(c.thing) and c.thing == m.held,
                    c.thing in m.lit,
                    c.verb == _MOVE and c.place in put,
                )
            )
        return Turn(
            np.array([c.verb for c in commands], np.int64),
            np.array([self.noun(kind(c.thing)) for c in commands], np.int64),
            np.array([self.noun(kind(c.place)) for c in commands], np.int64),
            np.array(rows, np.float32).reshape(len(rows), FLAGS),
            self._state(commands, step),
            m.last.verb,
            self.noun(kind(m.held)),
            self.noun(kind(m.here)),
        )

    def noun(self, name: str) -> int:
        index = self._index.get(name)
        if index is None:
            index = self._index[name] = len(self.nouns)
            self.nouns.append(name)
            plain = stem(name)
            self._said.append((plain in self.text.in_task, plain in self.text.in_skill))
        return index

    def _places(self) -> dict[str, tuple[float | bool, ...]]:
        """What is remembered of each receptacle of the room."""
        m = self.memory
        holding: dict[str, list[bool]] = {}
        for thing, where in m.seen.items():
            if thing in m.placed:
                continue
            in_task, in_skill = self._said[self.noun(kind(thing))]
            marks = holding.setdefault(where, [False, False, False])
            if thing in m.usable:
                marks[2] |= in_task or in_skill
            else:
                marks[0] |= in_task
                marks[1] |= in_skill
        unvisited: dict[str, int] = {}
        visited: set[str] = set()
        for name, k, number, _ in self._room:
            if name in m.visits:
                visited.add(k)
            else:
                unvisited[k] = min(unvisited.get(k, number), number)
        found = {}
        for name, k, number, written in self._room:
            times = m.visits.get(name, 0)
            found[name] = (
                times > 0,
                times > 1,
                name == m.here,
                name in m.closed,
                name in m.opened,
                unvisited.get(k) == number,
                k not in unvisited,
                *holding.get(name, (False, False, False)),
                name in m.carried_to,
                written,
                k in visited,
            )
        return found

    def _state(self, commands: list[Command], step: int) -> NDArray[np.float32]:
        m = self.memory
        held_said = self._said[self.noun(kind(m.held))]
        held_treated = m.treated.get(m.held, ())
        ever = {how for hows in m.treated.values() for how in hows}
        placed = sum(any(self._said[self.noun(kind(t))]) for t in m.placed)
        takes = [self._said[self.noun(kind(c.thing))] for c in commands if c.verb == _TAKE and c.thing not in m.placed]
        return np.array(
            (
                bool(m.held),
                *held_said,
                *(how in held_treated for how in TREATMENTS),
                *(how in ever for how in TREATMENTS),
                placed == 1,
                placed > 1,
                bool(m.placed),
                m.refused,
                m.here in m.closed,
                m.here in m.opened,
                bool(m.here),
                bool(m.lit),
                any(t for t, _ in takes),
                any(s for _, s in takes),
                any(c.verb == _USE for c in commands),
                any(c.verb == _MOVE for c in commands),
                not self.text.in_skill,
                step / 50,
                min(1.0, len(m.visits) / max(1, len(m.places))),
                step == 0,
            ),
            np.float32,
        )
