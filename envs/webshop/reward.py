"""What a purchase is worth: how much of a goal the product, its options and its price fulfil.

    reward = r_type * (attributes met + options met + price met) / (attributes + options + 1)

`upstream` is the original's code to the letter. In it the options of a synthetic goal are compared as pairs of name
and value, written out with brackets and quotes, so that some goals' own products do not score 1; `options-fixed`
compares the values, as the original does for human goals, and takes equal values as met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from skillevo.envs.webshop.fuzzy import alike
from skillevo.envs.webshop.goals import Goal
from skillevo.envs.webshop.product import Product
from skillevo.envs.webshop.tagging import Tagger

Variant = Literal["upstream", "options-fixed"]

# In the original's order: the first one that an option holds stands for it (`tan` in `standard`, `dark` before `red`).
_COLOR_WORDS = (
    "alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown burgundy camel "
    "camo caramel champagne charcoal cheetah chestnut chocolate christmas coffee cognac copper coral cranberry "
    "cream crystal dark denim eggplant elephant espresso fuchsia gold granite grape graphite grass gray green grey "
    "heather indigo ivory ivy khaki lavender lemon leopard light lilac lime magenta maroon mauve merlot midnight "
    "mint mocha multicolor mushroom mustard natural navy nude olive orange peach pewter pink plum purple rainbow "
    "red rose royal rust sand sapphire seashell silver skull slate steel stone stonewash sunflower tan taupe teal "
    "tiger turquoise violet walnut wheat white wine yellow"
)
_COLORS = tuple(_COLOR_WORDS.split())


class Reward(NamedTuple):
    """A purchase's reward in [0, 1], and the parts that the original reports, under its names."""

    total: float
    parts: Mapping[str, Any]


def reward(
    product: Product,
    chosen: Mapping[str, str],
    price: float,
    goal: Goal,
    tagger: Tagger,
    variant: Variant = "upstream",
) -> Reward:
    """What buying `product` with the options `chosen` at `price` is worth under `goal`."""
    kind = _type_parts(product, goal, tagger)
    attributes = sum(_has_attribute(product, wanted) for wanted in goal.attributes)
    options = _options_met(list(chosen.values()), goal, variant)
    affordable = price <= goal.price_upper
    wants = len(goal.attributes) + len(goal.options) + 1
    total = (attributes + options + affordable) / wants * kind["r_type"]
    parts: dict[str, Any] = {
        "r_type": kind["r_type"],
        "r_att": attributes / len(goal.attributes),
        "w_att": len(goal.attributes) / wants,
        "query_match": kind["query_match"],
        "category_match": kind["category_match"],
        "title_score": kind["title_score"],
    }
    if goal.options:
        parts |= {"r_option": options / len(goal.options), "w_option": len(goal.options) / wants}
    return Reward(total, parts | {"r_price": affordable, "w_price": 1 / wants})


def _type_parts(product: Product, goal: Goal, tagger: Tagger) -> dict[str, Any]:
    """Whether it is the kind of thing that was asked for."""
    query_match = product.query == goal.product.query
    category_match = len(_path(product.product_category) & _path(goal.product.product_category)) >= 2
    bought, wanted = tagger.nouns(product.title), tagger.nouns(goal.product.title)
    title_score = len(set(bought) & set(wanted)) / len(wanted) if wanted else 0.2
    r_type = 1.0 if query_match or category_match or title_score > 0.2 else 0.5
    # A title with nothing in common overrides what query and category say.
    if title_score < 0.1:
        r_type = 0.1
    if title_score == 0.0:
        r_type = 0.0
    return {
        "r_type": r_type,
        "query_match": query_match,
        "category_match": category_match,
        "title_score": title_score,
    }


def _path(category: str) -> set[str]:
    return {part.strip() for part in category.split("›")}


def _has_attribute(product: Product, wanted: str) -> bool:
    """Among its attributes, by and large, or to the letter in its texts."""
    return (
        any(alike(has, wanted) for has in product.attributes)
        or wanted in product.title.lower()
        or wanted in " ".join(product.bullets).lower()
        or wanted in product.description.lower()
    )


def _options_met(chosen: Sequence[str], goal: Goal, variant: Variant) -> int:
    """How many of the goal's options some chosen one is like; one may do for several."""
    has = [color(value) for value in chosen]
    wanted: Sequence[str]
    if variant == "upstream" and isinstance(goal.options, Mapping):
        wanted = [_pair(*pair) for pair in goal.options.items()]
    else:
        wanted = [color(v) for v in (goal.options.values() if isinstance(goal.options, Mapping) else goal.options)]
    exact = variant == "options-fixed"
    return sum(any((exact and value == want) or alike(value, want) for value in has) for want in wanted)


def _pair(name: str, value: str) -> str:
    """What the original makes of a synthetic goal's option: it looks for colours that *are* the name or the value."""
    return next((c for c in _COLORS if c in (name, value)), None) or str((name, value))


@lru_cache(1 << 14)
def color(text: str) -> str:
    """The first known colour that the text holds, or the text itself."""
    return next((c for c in _COLORS if c in text), text)
