"""Demonstrations of shopping: somebody follows a plan, and every turn becomes features and weights over the actions."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import Observation
from skillevo.envs.webshop.env import SEARCH_FORM, new_session
from skillevo.envs.webshop.replay import observe
from skillevo.envs.webshop.session import Session
from skillevo.harness.pocket.demos import Demonstration
from skillevo.harness.pocket.obedient import draw
from skillevo.harness.pocket.shop.phrases import text_of
from skillevo.harness.pocket.shop.plans import Facts, Plan, draw_plan
from skillevo.harness.pocket.shop.shopper import Shopper
from skillevo.harness.policies.ranker.features import Turn
from skillevo.harness.policies.ranker.shopping import Reader

STEP_CAP = 15
SLIP = 0.08
"""How often the demonstrator is made to do something else, so that the ranker sees what to do after a mistake."""


def see(session: Session) -> Observation:
    """What the world shows, as `WebShopEnv` does."""
    clicks = tuple(f"click[{name}]" for name in session.page.targets if name != "search")
    return Observation(observe(session, "text"), clicks, session.url, (SEARCH_FORM,) * session.page.has_search_bar)


def demonstrate(f: Facts, rng: random.Random) -> Demonstration:
    """One demonstration of a plan drawn at random, in words drawn at random."""
    plan = draw_plan(f, rng)
    text = "" if not plan and rng.random() < 0.6 else text_of(plan, rng)
    return follow(f, plan, text, rng)


def follow(
    f: Facts, plan: Plan, text: str, rng: random.Random, heard: Callable[[str, Observation], None] | None = None
) -> Demonstration:
    """Shop for a goal by a plan.

    Args:
        heard: told of every action and what it led to.
    """
    session = new_session(f.rules, f.goal)
    seen = see(session)
    reader, who = Reader(seen, text), Shopper(plan)
    turns: list[tuple[Turn, NDArray[np.float32]]] = []
    final = 0.0
    for step in range(STEP_CAP if plan else 8):
        actions = reader.commands(seen)
        choice = who.choose(reader.memory, actions)
        turns.append((reader.turn(actions, step), np.array([choice.get(a, 0.0) for a in actions], np.float32)))
        action = rng.choice(actions) if rng.random() < SLIP else draw(choice, rng)
        reward, done = session.act(action)
        seen = see(session)
        reader.observe(action, seen)
        if heard is not None:
            heard(action, seen)
        if done:
            final = float(reward)
            break
    return Demonstration(text, reader, turns, final == 1.0, final)
