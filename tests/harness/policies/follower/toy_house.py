"""A house of a few places for the follower to act in: ALFWorld's commands and texts, any rooms and tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from skillevo.envs.base import Episode, EpisodeKey, Observation, Step, TaskInstance
from skillevo.harness.play import Conditioning, PlayRules, SkillText, play
from skillevo.harness.policies.follower import Follower

Places = Mapping[str, Sequence[str]]


class ToyHouse:
    """Things in places; names ending in "*" are closed at first. It records states, and never says that it is won."""

    def __init__(self, places: Places, task: str, *, list_actions: bool = True, shared: Sequence[str] = ()) -> None:
        self.contents = {name.rstrip("*"): list(things) for name, things in places.items()}
        self.doors = {name.rstrip("*"): False for name in places if name.endswith("*")}
        self.task, self.list_actions, self.shared = task, list_actions, frozenset(shared)
        self.here = self.hand = ""
        self.states: list[str] = []

    async def reset(self) -> Observation:
        rooms = ", ".join(f"a {name}" for name in self.contents)
        text = f"You are in the middle of a room. Looking quickly around you, you see {rooms}."
        return self._seen(f"{text}\n\nYour task is to: {self.task}.")

    async def step(self, action: str) -> Step:
        text = self._act(action) if action in self._actions() else "Nothing happens."
        return Step(self._seen(text), 0.0, False)

    async def close(self) -> None:
        pass

    def _seen(self, text: str) -> Observation:
        return Observation(text, tuple(sorted(self._actions())) if self.list_actions else ())

    def _at(self) -> set[str]:
        return set(self.shared) if self.here in self.shared else {self.here} - {""}

    def _actions(self) -> set[str]:
        found = {f"go to {p}" for p in self.contents if p not in self._at()} | {"look", "inventory"}
        for place in self._at():
            found.add(f"examine {place}")
            shut = place in self.doors and not self.doors[place]
            if place in self.doors:
                found.add(f"open {place}" if shut else f"close {place}")
            if self.hand:
                found |= {f"{how} {self.hand} with {place}" for how in ("heat", "cool", "clean")}
                found |= set() if shut else {f"move {self.hand} to {place}"}
            for thing in () if shut else self.contents[place]:
                found |= {f"use {thing}"} | (set() if self.hand else {f"take {thing} from {place}"})
        return found

    def _act(self, action: str) -> str:
        verb, _, rest = action.partition(" ")
        if verb == "go":
            self.here = rest.removeprefix("to ")
            return f"You arrive at {self.here}. {self._describe(self.here)}"
        if verb in ("open", "close"):
            self.doors[rest] = verb == "open"
            return f"You {verb} the {rest}. {self._describe(rest)}" if verb == "open" else f"You close the {rest}."
        if verb == "take":
            self.hand, _, place = rest.partition(" from ")
            self.contents[place].remove(self.hand)
            return f"You pick up the {self.hand} from the {place}."
        if verb == "move":
            thing, _, place = rest.partition(" to ")
            self.contents[place].append(thing)
            self.hand = ""
            return f"You move the {thing} to the {place}."
        if verb in ("heat", "cool", "clean", "use"):
            self.states.append(action)
        return self._describe(rest) if verb == "examine" else f"You {action}."

    def _describe(self, place: str) -> str:
        things = ", and ".join(f"a {thing}" for thing in self.contents[place]) or "nothing"
        if place not in self.doors:
            return f"On the {place}, you see {things}."
        return f"The {place} is open. In it, you see {things}." if self.doors[place] else f"The {place} is closed."


def skill(body: str, name: str = "s", description: str = "") -> SkillText:
    return SkillText(f"{name}-{hash(body)}", name, description, body)


def follow(house: ToyHouse, *skills: SkillText | str, seed: int = 0, follower: Follower | None = None) -> Episode:
    """One episode of the follower in a toy house."""
    shown = tuple(s if isinstance(s, SkillText) else skill(s) for s in skills)
    task = TaskInstance("toy", "toy", "test")
    key = EpisodeKey("toy", rollout=seed)
    return asyncio.run(play(house, task, key, seed, follower or Follower(), Conditioning(shown), PlayRules()))


def commands(episode: Episode) -> list[str]:
    return [turn.action for turn in episode.turns]
