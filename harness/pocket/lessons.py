"""The writer's first lessons: prompts made from played histories, with a poor teacher's answers.

Histories come from generated training games, played by a demonstrator who does what the skills say and slips now and
then. Prompts are made from the history by the very function that asks the writer later on, and the teacher reads the
prompt: what the agent could not see reaches neither.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from skillevo.envs.alfworld.engine import World
from skillevo.envs.base import Episode, EpisodeKey, StopReason, Turn, Verdict
from skillevo.harness.journal import Played
from skillevo.harness.methods.compact_prompt import compact_prompt
from skillevo.harness.pocket.demos import SLIP, GameFacts
from skillevo.harness.pocket.guides import draw_guide
from skillevo.harness.pocket.obedient import Obedient, draw
from skillevo.harness.pocket.phrases import Style
from skillevo.harness.pocket.plans import Find, Plan, Put, Take
from skillevo.harness.pocket.teacher import HABITS, Habits, Shown, revise, write
from skillevo.harness.policies.ranker.memory import Memory, read_command
from skillevo.harness.skills import Attempt, History, Place, Skill

_STEP_CAP = 50
_SURFACES = ("countertop", "diningtable", "sidetable", "coffeetable", "desk", "dresser", "shelf")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the writer is asked, and what the teacher wrote."""

    prompt: str
    answer: str


def lessons(games: Iterator[GameFacts], seed: int, *, longest: int = 3, habits: Habits = HABITS) -> Iterator[Lesson]:
    """Of each game, a lesson for every generation of one recurrence of a random length."""
    rng = random.Random(f"lessons/{seed}")
    for g in games:
        text, plan = _first_skill(g, rng)
        known: Plan | None = None
        rollouts = rng.choice((1, 2, 2, 4))
        history = History()
        for generation in range(rng.randrange(1, longest + 1)):
            skill = Skill("household", "How to do household tasks.", text)
            played = tuple(_play(g, plan, generation, k, rng) for k in range(rollouts))
            parent = Place(generation - 1, 0) if generation else None
            history = history.add(Attempt(generation, 0, skill, played, parent))
            prompt = compact_prompt(history)
            revised = revise(Shown.read(prompt), known, rng, habits)
            text = text if revised is known else write(revised, rng)
            plan = known = revised
            yield Lesson(prompt, text)


def _first_skill(g: GameFacts, rng: random.Random) -> tuple[str, Plan]:
    """A general skill, as recurrences begin with one, and what it says about this game."""
    if rng.random() < 0.5:
        guide = draw_guide(g.facts, rng, Style())
        return guide.text, guide.plan
    places = tuple(rng.sample(_SURFACES, rng.randrange(1, 4)))
    named = ", ".join(f"every {p}" for p in places)
    text = (
        f"1. Find the object. Look on {named}.\n2. Pick up the object.\n"
        "3. Go to the destination that the task names.\n4. Put the object in or on the destination."
    )
    return text, Plan((Find("", places, opening=False), Take(), Put()))


def _play(g: GameFacts, plan: Plan, generation: int, rollout: int, rng: random.Random) -> Played:
    """A rollout of somebody who follows the plan, as the harness would record it."""
    world = World(g.game)
    seen = world.reset()
    memory, who = Memory(seen), Obedient(plan, g.facts)
    turns: list[Turn] = []
    while len(turns) < _STEP_CAP and not world.won:
        actions = world.actions
        choice = who.choose(memory, actions, [read_command(a) for a in actions])
        action = rng.choice(actions) if not choice or rng.random() < SLIP else draw(choice, rng)
        answer = world.step(action)
        memory.observe(action, answer)
        turns.append(Turn(seen, actions, action, float(world.won), world.won))
        seen = answer
    reason = StopReason.DONE if world.won else StopReason.STEP_CAP
    key = EpisodeKey(g.game.name, generation, 0, rollout)
    episode = Episode(key, 0, turns, seen, reason)
    return Played(episode, Verdict(float(world.won), world.won), "train")
