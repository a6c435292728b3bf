"""Demonstrations: somebody follows a plan in a game, and every turn becomes features and weights over the commands."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.alfworld.engine import World
from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.generate import generate, rooms_for
from skillevo.envs.alfworld.problem import TASK_TYPES
from skillevo.harness.pocket.blur import Habits, complete, draw_plan
from skillevo.harness.pocket.guides import draw_guide
from skillevo.harness.pocket.noise import disturb
from skillevo.harness.pocket.obedient import Obedient, draw
from skillevo.harness.pocket.phrases import Style, Writer
from skillevo.harness.pocket.plans import Facts, Plan, facts_of
from skillevo.harness.policies.ranker.features import Reader, Turn
from skillevo.harness.policies.ranker.memory import read_command
from skillevo.harness.policies.ranker.readers import Reader as AnyReader

FIRST_SEED = 500_000
"""Beyond the seeds of the panels and of the worked episodes: no game of training is a panel's game."""

CARELESS = (0.05, 0.1, 0.2)
"""Of every second skill, how many of its words are changed."""

GUIDES = 0.22
"""How many of the skills are guides for all kinds of task."""

STEP_CAP = 40
SLIP = 0.1
"""How often the demonstrator is made to do something else, so that the ranker sees what to do after a mistake."""


@dataclass(frozen=True, slots=True)
class GameFacts:
    game: Game
    facts: Facts


def training_games(seed: int, count: int) -> Iterator[GameFacts]:
    """Games in pocket-train's rooms, all task types in turn; none of them in a panel."""
    rng = random.Random(f"games/{seed}")
    for k in range(count):
        task_type = TASK_TYPES[k % len(TASK_TYPES)]
        rooms = rooms_for(task_type, "train")
        game = generate(task_type, rng.choice(rooms), FIRST_SEED + rng.randrange(10_000_000)).compile()
        yield GameFacts(game, facts_of(game))


def habits_of(games: Sequence[GameFacts]) -> Habits:
    """Where things lie in these games, as shares."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for g in games:
        for place, things in zip(g.game.receptacle_types, g.game.contents, strict=True):
            for thing in things:
                counts[g.game.object_types[thing].lower()][place.lower()] += 1
    return {thing: {p: n / places.total() for p, n in places.items()} for thing, places in counts.items()}


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One episode as the ranker is trained on it.

    Attributes:
        skill: the text that was followed.
        turns: features with the weights of the commands, (A,).
    """

    skill: str
    reader: AnyReader
    turns: list[tuple[Turn, NDArray[np.float32]]]
    won: bool
    reward: float = 0.0


def demonstrate(g: GameFacts, rng: random.Random, *, habits: Habits | None = None, knows: float = 0.0) -> Demonstration:
    """One demonstration of a plan drawn at random, in words drawn at random.

    Args:
        habits: given, what the plan leaves out is filled in from these.
    """
    if rng.random() < GUIDES:
        guide = draw_guide(g.facts, rng, Style())
        plan = guide.plan if habits is None else complete(guide.plan, g.facts, habits, rng, knows)
        return follow(g, plan, _carelessly(guide.text, rng), rng)
    plan = draw_plan(g.facts, rng)
    generic = rng.random() < 0.3
    text = "" if not plan.steps and rng.random() < 0.6 else Writer(rng, Style(generic=generic)).text(plan)
    followed = plan if habits is None else complete(plan, g.facts, habits, rng, knows)
    return follow(g, followed, _carelessly(text, rng), rng)


def _carelessly(text: str, rng: random.Random) -> str:
    return disturb(text, rng, rng.choice(CARELESS)) if rng.random() < 0.5 else text


def follow(g: GameFacts, plan: Plan, text: str, rng: random.Random) -> Demonstration:
    """Play a game by a plan."""
    world = World(g.game)
    reader = Reader(world.reset(), text)
    who = Obedient(plan, g.facts)
    turns: list[tuple[Turn, NDArray[np.float32]]] = []
    for step in range(STEP_CAP if plan.steps else 12):
        actions = world.actions
        turn = reader.turn(actions, step)
        choice = who.choose(reader.memory, actions, [read_command(a) for a in actions])
        if not choice:
            break
        turns.append((turn, np.array([choice.get(a, 0.0) for a in actions], np.float32)))
        action = rng.choice(actions) if rng.random() < SLIP else draw(choice, rng)
        reader.memory.observe(action, world.step(action))
        if world.won:
            break
    return Demonstration(text, reader, turns, world.won)
