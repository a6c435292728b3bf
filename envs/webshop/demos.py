"""Worked episodes for few-shot prompts, from the training goals of our own catalogue.

In the form of the ReAct paper (thoughts as `> think: ...`, answered "OK."): search for the request, open the product,
choose what is asked for, buy. No product and no turn of phrase of theirs is in another panel.
"""

from __future__ import annotations

from functools import lru_cache

from skillevo.envs.base import TaskInstance
from skillevo.envs.webshop import pages
from skillevo.envs.webshop.env import new_session
from skillevo.envs.webshop.goals import Goal
from skillevo.envs.webshop.options import WebShopOptions
from skillevo.envs.webshop.panels import goal_of, load_panel, rules_of
from skillevo.envs.webshop.plan import plan
from skillevo.envs.webshop.session import Rules

_PANEL = "pocket-train"


def demonstrations(instance: TaskInstance, n: int) -> tuple[str, ...]:
    """`n` worked episodes of the instance's department, never its own, as text.

    Fewer where the department has no more goals.
    """
    worked = _demonstrations(instance.tags.get("category", ""), n + 1)
    return tuple(text for asked, text in worked if asked != instance.prompt)[:n]


@lru_cache(maxsize=64)
def _demonstrations(department: str, n: int) -> tuple[tuple[str, str], ...]:
    """The requests, and the worked episodes."""
    panel = load_panel(_PANEL, options=WebShopOptions(tagger="rule"))
    mine = [i for i in panel if i.tags["category"] == department] or list(panel)
    return tuple((i.prompt, _demonstration(rules_of(i), goal_of(i))) for i in mine[:n])


def _demonstration(rules: Rules, goal: Goal) -> str:
    session = new_session(rules, goal)
    lines = [pages.text(session.page), "> think: I search for the product by what its title may say.", "OK."]
    for action in plan(rules, goal):
        if thought := _thought(action, goal):
            lines += [f"> think: {thought}", "OK."]
        session.act(action)
        lines += [f"> {action}", pages.text(session.page)]
    return "\n".join(lines)


def _thought(action: str, goal: Goal) -> str:
    if action == f"click[{goal.product.asin.lower()}]":
        return f"{goal.product.title} is what is asked for. I look at it."
    if action == f"click[{pages.BUY.lower()}]":
        return "It is what was asked for, with the right options. I buy it."
    return ""
