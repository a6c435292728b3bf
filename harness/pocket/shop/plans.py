"""What a shopping skill says, before it is put into words: the follower's own steps, right, partial or wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skillevo.envs.base import TaskInstance
from skillevo.envs.webshop.catalogue import CATALOGUE, pocket_shop
from skillevo.envs.webshop.catalogue.lines import BLOCK, split_of
from skillevo.envs.webshop.catalogue.names import index_of
from skillevo.envs.webshop.data import cache_folder
from skillevo.envs.webshop.goals import Goal, GoalSpec
from skillevo.envs.webshop.pages import PER_PAGE
from skillevo.envs.webshop.panels import goal_of, rules_of
from skillevo.envs.webshop.plan import own_options
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Refused
from skillevo.envs.webshop.tagging import get_tagger
from skillevo.harness.policies.follower.errands import Buy, Choose, Missing, Open, Reject, Search, Step
from skillevo.harness.policies.shop import kind_of, queries

Plan = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """One goal, and what somebody knows who has seen the product that it was made from.

    Attributes:
        title: the product's; head: its part before the first comma; brand: its first two words.
        values: of its options, those asked for.
        found_by: the kinds of search that list it on the first page.
        others: titles listed beside it.
        wrong_values: other values of its options.
    """

    rules: Rules
    goal: Goal
    title: str
    head: str
    brand: str
    values: tuple[str, ...]
    found_by: tuple[Search, ...]
    others: tuple[str, ...]
    wrong_values: tuple[str, ...]

    @property
    def words(self) -> Search:
        """A search for the product by its name."""
        return Search("quoted", f"{self.brand} {kind_of(self.goal.instruction)}".lower())


def facts_of(rules: Rules, goal: Goal) -> Facts:
    title = goal.product.title
    head, brand = title.split(",")[0].strip(), " ".join(title.split()[:2])
    values = tuple(own_options(goal).values())
    searches = (Search("request"), Search("kind"))
    listed = {s: _listed(rules, goal, s) for s in searches}
    by_name = _listed(rules, goal, Search("quoted", f"{brand} {kind_of(goal.instruction)}".lower()))
    others = [t for titles in (*listed.values(), by_name) for t in titles if t != title]
    wrong = [v for vs in goal.product.options.values() for v in vs if v not in values]
    return Facts(
        rules,
        goal,
        title,
        head,
        brand,
        values,
        tuple(s for s, titles in listed.items() if title in titles),
        tuple(dict.fromkeys(others)),
        tuple(dict.fromkeys(wrong)),
    )


def facts_for(instance: TaskInstance) -> Facts:
    return facts_of(rules_of(instance), goal_of(instance))


def training_goals(seed: int, count: int) -> Iterator[Facts]:
    """Goals of the training split, in random order, again from the beginning when all had their turn."""
    shop = pocket_shop(cache_folder())
    rules = Rules(shop, shop.goals(GoalSpec("human", 0)), get_tagger("rule"))
    rng = random.Random(f"goals/{seed}")
    mine = [
        g for g in rules.goals if split_of(CATALOGUE.seed, index_of(CATALOGUE.seed, g.product.asin) // BLOCK) == "train"
    ]
    order: list[Goal] = []
    for _ in range(count):
        order = order or rng.sample(mine, len(mine))
        yield facts_of(rules, order.pop())


def right_plan(f: Facts) -> Plan:
    """Search for it by name, open it, choose what is asked for, buy."""
    return (f.words, Open((f.head,)), *((Choose(f.values),) if f.values else ()), Buy())


def wrong_plan(f: Facts, rng: random.Random) -> Plan:
    """Another product, and other values."""
    other = other_title(f, rng)
    values = (Choose(tuple(rng.sample(f.wrong_values, 1))),) if f.wrong_values else ()
    return (Search("quoted", " ".join(other.split()[:2]).lower()), Open((other.split(",")[0],)), *values, Buy())


def wrong_step(f: Facts, rng: random.Random) -> Plan:
    """Right but for one thing: a wrong value, or a wrong product."""
    if f.values and f.wrong_values:
        return tuple(Choose((rng.choice(f.wrong_values),)) if isinstance(s, Choose) else s for s in right_plan(f))
    return tuple(Open((other_title(f, rng).split(",")[0],)) if isinstance(s, Open) else s for s in right_plan(f))


def other_title(f: Facts, rng: random.Random) -> str:
    """The title of another product, rather of another line."""
    others = [t for t in f.others if not t.startswith(f.brand)] or list(f.others)
    return rng.choice(others)


def draw_plan(f: Facts, rng: random.Random) -> Plan:
    """A plan as people write them: right, partial, general or wrong."""
    kind = rng.random()
    if kind < 0.1:
        return ()
    if kind < 0.18:
        return wrong_plan(f, rng)
    steps: list[Step] = []
    if rng.random() < 0.95:
        steps.append(_search(f, rng))
    if rng.random() < 0.95:
        steps += _open(f, rng)
    if rng.random() < 0.3:
        steps.append(Missing(Search("kind") if rng.random() < 0.3 else None))
    if rng.random() < 0.3:
        steps.append(Reject())
    if rng.random() < 0.9:
        steps += _choose(f, rng)
    if rng.random() < 0.985:
        steps.append(Buy())
    return tuple(steps)


def _search(f: Facts, rng: random.Random) -> Search:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice((f.words, Search("quoted", f.brand.lower()), Search("quoted", f.head.lower())))
    if kind < 0.6:
        return Search("quoted", rng.choice(queries(f.goal.instruction)))
    return Search("request") if kind < 0.85 else Search("kind")


def _open(f: Facts, rng: random.Random) -> list[Step]:
    kind = rng.random()
    if kind < 0.45:
        title = f.title if rng.random() < 0.75 else other_title(f, rng)
        head, brand = title.split(",")[0].strip(), " ".join(title.split()[:2])
        trait = " ".join(head.split()[2:])
        return [Open(rng.choice(((head,), (head,), (title,), (brand,), (brand, trait) if trait else (head,))))]
    affordable = rng.random() < 0.2
    if kind < 0.55:
        return [Open((), 0, affordable)]
    return [Open((), rng.choice((1, 1, 2, 3, 4, 5)), affordable)]


def _choose(f: Facts, rng: random.Random) -> list[Step]:
    if rng.random() < 0.3 or not f.values:
        return [Choose()] if f.values or rng.random() < 0.5 else []
    values = [v if rng.random() < 0.8 or not f.wrong_values else rng.choice(f.wrong_values) for v in f.values]
    if rng.random() < 0.15:
        values.pop()
    return [Choose(tuple(values))] if values else []


def _listed(rules: Rules, goal: Goal, search: Search) -> Sequence[str]:
    """Titles on the first page of results."""
    words = search.words
    if search.how != "quoted":
        words = queries(goal.instruction)[0] if search.how == "request" else kind_of(goal.instruction)
    try:
        rows = rules.shop.find(words.split(" "), random.Random(0))[:PER_PAGE]
    except Refused:
        return ()
    return [rules.shop.store.product(row).title for row in rows]
