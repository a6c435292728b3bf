"""What a shopper would do who knew the goal's product: the oracle's plan, and what it can reach."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence

from skillevo.envs.webshop.fuzzy import alike
from skillevo.envs.webshop.goals import Goal
from skillevo.envs.webshop.pages import BUY, NEXT, PER_PAGE
from skillevo.envs.webshop.product import Product
from skillevo.envs.webshop.reward import Reward, color, reward
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Refused

_NO_QUERY = re.compile(r"[\[\]\s]+")
_RESERVED = frozenset(
    ("buy now", "back to search", "next >", "< prev", "description", "features", "reviews", "attributes", "search")
)


def plan(rules: Rules, goal: Goal) -> tuple[str, ...]:
    """Search, page to the goal's product, open it, choose its options and buy it.

    Returns:
        The actions; the best purchase of this product that the pages allow, which need not score 1.
    """
    way = min(_ways(rules, goal), key=len)
    chosen = own_options(goal)
    return (*way, *(f"click[{value}]" for value in chosen.values()), f"click[{BUY.lower()}]")


def own_options(goal: Goal) -> dict[str, str]:
    """The values of the product's options that the goal asks for and that can be clicked, by option."""
    options = goal.product.options
    if isinstance(goal.options, Mapping):
        wanted = dict(goal.options)
    else:
        wanted = {name: value for want in goal.options for name, value in _matches(goal.product, want)}
    owner = {value: name for name, values in options.items() for value in values}
    return {n: v for n, v in wanted.items() if owner.get(v) == n and v not in _RESERVED and "\n" not in v and v}


def ceiling(rules: Rules, goal: Goal) -> Reward:
    """What the goal's own product with the options asked for scores, whether or not the pages let one choose them."""
    options = goal.options if isinstance(goal.options, Mapping) else own_options(goal)
    row, product = rules.shop.product(goal.product.asin)
    return reward(product, options, rules.goals.price(row, product), goal, rules.tagger, rules.variant)


def _ways(rules: Rules, goal: Goal) -> Iterator[tuple[str, ...]]:
    """Ways to the product's page: by a search that finds it, or by what it was found under."""
    asin = goal.product.asin
    for query in _queries(goal):
        try:
            rows = rules.shop.find(query.split(" "), random.Random(0))
        except Refused:
            continue
        place = next((i for i, row in enumerate(rows) if rules.shop.store.product(row).asin == asin), None)
        if place is not None:
            pages = [f"click[{NEXT.lower()}]"] * (place // PER_PAGE)
            yield (f"search[{query}]", *pages, f"click[{asin.lower()}]")
            if not pages:
                return


def _queries(goal: Goal) -> Sequence[str]:
    title = _plain(goal.product.title)
    more = _plain(f"{goal.product.title} {goal.product.description[:300]}")
    return [q for q in (title, _plain(goal.instruction), more, f"<q> {_plain(goal.product.query)}") if q]


def _plain(text: str) -> str:
    """A text that can stand between the brackets of an action."""
    return _NO_QUERY.sub(" ", text).strip().lower()


def _matches(product: Product, wanted: str) -> Iterator[tuple[str, str]]:
    """The first value that is what a human goal asks for, or like it."""
    pairs = [(name, value) for name, values in product.options.items() for value in values]
    exact = [pair for pair in pairs if pair[1] == wanted]
    like = [pair for pair in pairs if alike(color(pair[1]), color(wanted))]
    yield from (exact or like)[:1]
