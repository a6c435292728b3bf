"""WebShop behind the `Env` protocol: one goal, one episode."""

from __future__ import annotations

import random

from skillevo.envs.base import Observation, Step
from skillevo.envs.webshop.goals import Goal
from skillevo.envs.webshop.options import WebShopOptions
from skillevo.envs.webshop.replay import observe
from skillevo.envs.webshop.session import Outcome, Rules, Session
from skillevo.envs.webshop.shop import Refused

VERSION = "webshop-1-A"
"""Number: results are comparable within it. Letter: fixes that change no result."""

SEARCH_FORM = "search[<your query>]"


def new_session(rules: Rules, goal: Goal) -> Session:
    """A session at its beginning. What `<r>` searches find follows from the goal, so that a play can be repeated."""
    return Session(rules, str(goal.index), goal, random.Random(goal.index))


class WebShopEnv:
    """One episode of one goal.

    The reward comes with the purchase, which ends the episode. A search that the original's server dies of does
    nothing here. The step cap is the player's, not the world's.
    """

    __slots__ = ("_goal", "_options", "_rules", "_session")

    def __init__(self, rules: Rules, goal: Goal, options: WebShopOptions = WebShopOptions()) -> None:
        self._rules, self._goal, self._options = rules, goal, options
        self._session = new_session(rules, goal)

    async def reset(self) -> Observation:
        self._session = new_session(self._rules, self._goal)
        return self._observe()

    async def step(self, action: str) -> Step:
        try:
            reward, done = self._session.act(action)
        except Refused as e:
            return Step(self._observe(), 0.0, False, {"refused": e.original})
        return Step(self._observe(), float(reward), done)

    async def close(self) -> None:
        """Nothing to give back: the shop is shared."""

    def _observe(self) -> Observation:
        session, options = self._session, self._options
        text = observe(session, options.observation)
        if not options.admissible:
            return Observation(text, (), session.url)
        # `search` names the button beside the search bar, which does nothing by itself.
        clicks = tuple(f"click[{name}]" for name in session.page.targets if name != "search")
        return Observation(text, clicks, session.url, (SEARCH_FORM,) if session.page.has_search_bar else ())


def purchase(rules: Rules, goal: Goal, actions: list[str]) -> Session:
    """The session that these actions lead to, up to the first purchase."""
    session = new_session(rules, goal)
    for action in actions:
        try:
            outcome = session.act(action)
        except Refused:
            outcome = Outcome(0)
        if outcome.done:
            break
    return session
