"""Recorded actions, searches and purchases in, what the shop says out: for differential tests and scripts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from skillevo.envs.base import SkillevoError
from skillevo.envs.webshop import pages
from skillevo.envs.webshop.reward import reward
from skillevo.envs.webshop.search import TooManyClauses
from skillevo.envs.webshop.session import Rules, Session
from skillevo.envs.webshop.shop import Refused, Shop

Mode = Literal["text", "text_rich", "url"]
MODES: tuple[Mode, ...] = ("text", "text_rich", "url")


def observe(session: Session, mode: Mode) -> str:
    """The page that a session is on, in one of the original's observation modes."""
    if mode == "text":
        return pages.text(session.page)
    if mode == "text_rich":
        return pages.rich_text(session.page, session.url, session.visited)
    return session.url


class Transcript:
    """Observations as the original shows them where it is told to show earlier observations and actions as well."""

    def __init__(self, first: str, observations: int = 0, actions: int = 0) -> None:
        self._observations, self._actions = observations, actions
        self._seen, self._done = [first], list[str]()

    def show(self, action: str, observation: str) -> str:
        """The observation after an action, with what goes before it, oldest first."""
        self._done.append(action)
        parts = [observation]
        for back in range(1, max(self._observations, self._actions) + 1):
            if back <= min(self._actions, len(self._done)):
                parts.append(self._done[-back])
            if back <= min(self._observations, len(self._seen)):
                parts.append(self._seen[-back])
        self._seen.append(observation)
        return " [SEP] ".join(reversed(parts))


def replay(
    rules: Rules,
    goal: int,
    actions: Sequence[str],
    *,
    mode: Mode = "text",
    show_attributes: bool = False,
    random_seed: int | None = None,
    previous_observations: int = 0,
    previous_actions: int = 0,
) -> Iterator[dict[str, Any]]:
    """Play actions; one dict for the reset (action None) and one for each action.

    Args:
        random_seed: of what `<r>` searches find.
        previous_observations, previous_actions: how many earlier ones each observation shows.

    Yields:
        goal, action, observation, actions (the original's object), url, reward, done, success; where the original's
        server dies: goal, action, error (its exception's name), and nothing after it.

    Raises:
        SkillevoError: there is no such goal.
    """
    if not 0 <= goal < len(rules.goals):
        raise SkillevoError(f"there is no goal {goal}: there are {len(rules.goals):,} (0 to {len(rules.goals) - 1:,})")
    rules = replace(rules, show_attributes=show_attributes)
    session = Session(rules, str(goal), rules.goals[goal], random.Random(random_seed or 0))
    first = observe(session, mode)
    transcript = Transcript(first, previous_observations, previous_actions)
    yield _line(session, goal, None, first, 0.0, False)
    for action in actions:
        try:
            gained, done = session.act(action)
        except Refused as e:
            yield {"goal": goal, "action": action, "error": e.original}
            return
        yield _line(session, goal, action, transcript.show(action, observe(session, mode)), gained, done)


def search(shop: Shop, queries: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The names of the products that the search engine finds, best first, for each query."""
    for query in queries:
        try:
            yield {"asins": [shop.store.product(row).asin for row in shop.index.search(query)]}
        except TooManyClauses:
            yield {"error": "TooManyClauses"}


def rewards(rules: Rules, purchases: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Reward and parts of purchases given as asin, options, price (by default what it costs) and goal_index."""
    for purchase in purchases:
        row, product = rules.shop.product(purchase["asin"])
        price = purchase["price"] if "price" in purchase else rules.goals.price(row, product)
        goal = rules.goals[purchase["goal_index"]]
        found = reward(product, purchase["options"], price, goal, rules.tagger, rules.variant)
        yield {"reward": found.total, "parts": dict(found.parts)}


def _line(s: Session, goal: int, action: str | None, observation: str, gained: float, done: bool) -> dict[str, Any]:
    return {
        "goal": goal,
        "action": action,
        "observation": observation,
        "actions": s.page.available,
        "url": s.url,
        "reward": gained,
        "done": done,
        "success": done and gained == 1.0,
    }
