"""WebShop's panels: lists of goals, frozen with their price limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from skillevo.envs.base import DataError, Panel, SkillevoError, TaskInstance, content_digest
from skillevo.envs.webshop.catalogue import GENERATOR_VERSION, POCKET, pocket_goals, pocket_shop
from skillevo.envs.webshop.data import FULL, SMALL, cache_folder, find_shop
from skillevo.envs.webshop.goals import Goal, GoalSpec, Kind
from skillevo.envs.webshop.options import WebShopOptions
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Shop, open_shop
from skillevo.envs.webshop.tagging import get_tagger

DEFAULT_PANEL = "pocket-test"


@dataclass(frozen=True, slots=True)
class _Goals:
    """Some goals of a catalogue.

    Attributes:
        products, goals: how many the catalogue has that the indices are meant for.
    """

    split: str
    kind: Kind
    products: int
    goals: int
    indices: Sequence[int]


_SMALL = (1000, 6910)
_FULL = (1_181_436, 12_087)
PANELS = {
    "verl-500": _Goals("test", "synthetic", *_SMALL, range(500)),
    "verl-train": _Goals("train", "synthetic", *_SMALL, range(500, 6910)),
    "princeton-test": _Goals("test", "human", *_FULL, range(500)),
    "princeton-dev": _Goals("dev", "human", *_FULL, range(500, 1500)),
    "princeton-train": _Goals("train", "human", *_FULL, range(1500, 12_087)),
}
ETO = {"eto-test": "test", "eto-test-500": "test", "eto-train": "train"}
"""By ETO's lists (github.com/Yifan-Song793/ETO, eval_agent/data/webshop), with their splits, as the copies in
github.com/zjunlp/KnowSelf have them (200, 500 and 1,824 goals, as many as ETO's own). Of the 200 test goals 21 are
training goals, too, of the 500 none. The training list names goal 4116 twice; the panel has it once."""


def panel_names() -> tuple[str, ...]:
    return (*POCKET, *PANELS, *ETO)


def load_panel(
    name: str = DEFAULT_PANEL, root: Path | str | None = None, options: WebShopOptions = WebShopOptions()
) -> Panel:
    """A panel by name, every goal with its content digest.

    Args:
        name: one of `panel_names()`, or `synthetic@FILE` or `human@FILE` with a JSON list of goal indices, as AgentGym
            (`webshop_N` as `item_id`) and ETO (plain numbers) publish theirs.
        root: a shop folder or the original's files; by default $WEBSHOP_DATA. Pocket panels have their own.
        options: seed and profile of the goals; what the reward is computed with.

    Returns:
        The panel. From a catalogue with other goals than the panel was made of, it is called
        "princeton-test (13 of 500)", or "verl-500 (another catalogue)".

    Raises:
        SkillevoError: no such panel; its data is missing or damaged.
    """
    if name in POCKET:
        if root is not None:
            raise SkillevoError(f"{name} has a catalogue of its own: leave root away, or take another panel")
        return _pocket(name, options)
    listed = "@" in name
    wanted = _listed(name) if listed else _eto(name) if name in ETO else PANELS.get(name)
    if wanted is None:
        raise SkillevoError(
            f"there is no WebShop panel {name!r}; there are {', '.join(panel_names())}, synthetic@FILE and human@FILE"
        )
    shop = find_shop(root, (SMALL, FULL) if wanted.products == 1000 else (FULL, SMALL))
    spec = GoalSpec(wanted.kind, options.env_seed, options.profile)
    goals = shop.goals(spec)
    chosen = [i for i in wanted.indices if i < len(goals)]
    if not chosen:
        raise DataError(f"{shop.folder} has {len(goals):,} {wanted.kind} goals, none of them of {name}")
    label = f"{wanted.kind}@{Path(name.partition('@')[2]).stem}" if listed else name
    if len(chosen) != len(wanted.indices):
        label = f"{label} ({len(chosen)} of {len(wanted.indices)})"
    elif len(goals) != wanted.goals:
        label = f"{label} (another catalogue)"
    instances = tuple(_instance(shop, spec, goals[i], wanted.split, options) for i in chosen)
    return Panel(label, "webshop", instances, f"goals of WebShop (MIT), {len(shop.store):,} products, {spec.name}")


def _pocket(name: str, options: WebShopOptions) -> Panel:
    shop = pocket_shop(cache_folder())
    spec = GoalSpec("human", options.env_seed, options.profile)
    instances = []
    for goal in pocket_goals(name, shop.goals(spec)):
        instance = _instance(shop, spec, goal, POCKET[name][0], options)
        instances.append(replace(instance, id=f"{name}/{goal.product.category}-{goal.index}"))
    note = f"skillevo's own catalogue, version {GENERATOR_VERSION}; {len(shop.store):,} products, {spec.name}"
    return Panel(name, "webshop", tuple(instances), note)


def _eto(name: str) -> _Goals:
    lists = json.loads((Path(__file__).parent / "bundled" / "eto.json").read_text("utf-8"))
    return _Goals(ETO[name], "human", *_FULL, tuple(dict.fromkeys(lists[name])))


def _listed(name: str) -> _Goals:
    kind, _, path = name.partition("@")
    if kind not in ("synthetic", "human"):
        raise SkillevoError(f"a panel from a list is synthetic@FILE or human@FILE, not {name!r}")
    try:
        raw = json.loads(Path(path).read_text("utf-8"))
        indices = tuple(map(_goal_index, raw))
    except OSError as e:
        raise DataError(f"the list {path} cannot be read: {e.strerror}") from None
    except (ValueError, KeyError, TypeError) as e:
        raise DataError(f"{path} is no JSON list of goal indices ({e})") from None
    if len(set(indices)) != len(indices) or min(indices, default=0) < 0:
        raise DataError(f"{path} names a goal twice, or one below 0")
    full = kind == "human"
    return _Goals("listed", "human" if full else "synthetic", *(_FULL if full else _SMALL), indices)


def _goal_index(entry: Any) -> int:
    named = entry["item_id"] if isinstance(entry, dict) else entry
    found = int(named.removeprefix("webshop_")) if isinstance(named, str) else named
    if type(found) is not int:
        raise ValueError(f"{entry!r} is no goal index")
    return found


def goal_of(instance: TaskInstance) -> Goal:
    """The goal that an instance stands for.

    Raises:
        DataError: the shop has changed since the panel was made.
    """
    rules = rules_of(instance)
    goal = rules.goals[int(instance.payload["goal"])]
    if instance.digest and _digest(rules.shop, goal) != instance.digest:
        raise DataError(f"goal {goal.index} of {rules.shop.folder} has changed since its panel was made")
    return goal


def rules_of(instance: TaskInstance) -> Rules:
    """Shop, goals and reward that an instance is played with, shared by all that name the same."""
    p = instance.payload
    spec = GoalSpec(p["kind"], p["seed"], p["profile"])
    return _rules(p["shop"], spec, p["tagger"], p["reward"], p["show_attributes"])


@lru_cache
def _rules(folder: str, spec: GoalSpec, tagger: str, variant: str, show_attributes: bool) -> Rules:
    shop = open_shop(Path(folder))
    return Rules(shop, shop.goals(spec), get_tagger(tagger), variant, show_attributes)  # type: ignore[arg-type]


def _instance(shop: Shop, spec: GoalSpec, goal: Goal, split: str, options: WebShopOptions) -> TaskInstance:
    return TaskInstance(
        id=f"{spec.name}/{goal.index}",
        env="webshop",
        split=split,
        prompt=goal.instruction,
        payload={
            "shop": str(shop.folder),
            "kind": spec.kind,
            "seed": spec.seed,
            "profile": spec.profile,
            "goal": goal.index,
            "tagger": options.tagger,
            "reward": options.reward,
            "show_attributes": options.show_attributes,
        },
        tags={"category": goal.product.category, "product": goal.product.asin},
        digest=_digest(shop, goal),
    )


def _digest(shop: Shop, goal: Goal) -> str:
    """Of the goal and of the whole catalogue, in which the shopper has to find it."""
    wish = [goal.product.asin, goal.attributes, goal.options, goal.price_upper]
    return content_digest([goal.instruction, json.dumps(wish), shop.manifest.content])
