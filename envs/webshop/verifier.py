"""WebShop's verdict: the reward of what was bought, and success where that is 1."""

from __future__ import annotations

from skillevo.envs.base import Episode, TaskInstance, Verdict
from skillevo.envs.webshop.env import purchase
from skillevo.envs.webshop.panels import goal_of, rules_of


def verify(instance: TaskInstance, episode: Episode) -> Verdict:
    """Play the episode's actions again and judge the purchase; without one the reward is 0.

    Parts: `steps`; `bought` (0 or 1); of a purchase `r_type`, `title_score`, `r_att`, `r_option` (where the goal has
    options) and `r_price`.
    """
    actions = [turn.action for turn in episode.turns if turn.sent]
    session = purchase(rules_of(instance), goal_of(instance), actions)
    parts = {"steps": float(episode.steps), "bought": float(session.bought is not None)}
    if session.bought is None:
        return Verdict(0.0, False, parts)
    told = ("r_type", "title_score", "r_att", "r_option", "r_price")
    parts |= {name: float(session.bought.parts[name]) for name in told if name in session.bought.parts}
    return Verdict(session.bought.total, session.bought.total == 1.0, parts)
