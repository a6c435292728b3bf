"""What a shopper is shown to see how well it obeys: no skill, the solver's own, the same in other words, wrong ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from skillevo.harness.pocket.shop.phrases import HELD_OUT, text_of
from skillevo.harness.pocket.shop.plans import Facts, right_plan, wrong_plan, wrong_step

Say = Callable[[Facts, random.Random], str]

CONDITIONS: Mapping[str, Say] = {
    "no skill": lambda f, rng: "",
    "solver's skill": lambda f, rng: text_of(right_plan(f), rng),
    "in other words": lambda f, rng: text_of(right_plan(f), rng, HELD_OUT),
    "all wrong": lambda f, rng: text_of(wrong_plan(f, rng), rng),
    "one step wrong": lambda f, rng: text_of(wrong_step(f, rng), rng),
}
"""What a ranker is shown, from the facts of the goal."""
