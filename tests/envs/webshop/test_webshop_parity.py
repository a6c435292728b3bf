"""The original's recorded behaviour, to the letter: goals, prices, searches, rewards and every step of the episodes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from small_shop import recorded

from skillevo.envs.webshop.goals import GoalSpec, Kind
from skillevo.envs.webshop.plan import ceiling
from skillevo.envs.webshop.replay import replay, rewards, search
from skillevo.envs.webshop.reward import reward
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.tagging import get_tagger

# Of the catalogue that the traces were recorded with, as their README states them.
ASINS = "760805d883558e0c31ace7d6490740bb6f58ccf978c955ff097808ea186c6832"
CONTENT = "3815c7bd688a2e1c575a6f022a66991728e32b43c2feea539bac392b29916edc"


def rules_for(shop: Shop, kind: Kind = "synthetic") -> Rules:
    return Rules(shop, shop.goals(GoalSpec(kind)), get_tagger("rule"))


def test_the_catalogue_is_cleaned_as_the_original_cleans_it(real_shop: Shop) -> None:
    assert (real_shop.manifest.asins, real_shop.manifest.content) == (ASINS, CONTENT)


@pytest.mark.parametrize("table", ["search", "search_adversarial"])
def test_searches_find_the_same_products_in_the_same_order(real_shop: Shop, table: str) -> None:
    rows = recorded(table)
    found = list(search(real_shop, [row["query"] for row in rows]))
    wanted = [{"error": row["error"]} if "error" in row else {"asins": row["asins"]} for row in rows]
    assert [i for i, (f, w) in enumerate(zip(found, wanted, strict=True)) if f != w] == []


@pytest.mark.parametrize("table", ["search", "search_adversarial"])
def test_scores_are_those_of_the_engine(real_shop: Shop, table: str) -> None:
    for row in recorded(table):
        if "error" not in row:
            scores = [score for _, score in real_shop.index.ranked(row["query"])]
            # The engine rounds to four places and lowers ties by a millionth per place.
            assert scores == pytest.approx(row["scores"], abs=1.1e-4)


def test_synthetic_goals(real_shop: Shop) -> None:
    goals, wanted = real_shop.goals(GoalSpec()), recorded("goals")
    weights = goals.weights()
    assert len(goals) == len(wanted) == 6910
    for row in wanted:
        goal = goals[row["goal_index"]]
        assert (goal.product.asin, list(goal.attributes), goal.price_upper, goal.instruction) == (
            row["asin"], row["attributes"], row["price_upper"], row["instruction"],
        )  # fmt: skip
        assert isinstance(goal.options, Mapping) and list(goal.options.items()) == list(row["options"].items())
        assert weights[goal.index] == row["weight"]


def test_human_goals(real_shop: Shop) -> None:
    goals, wanted = real_shop.goals(GoalSpec("human")), recorded("goals_human")
    assert [
        (g.product.asin, list(g.options), list(g.attributes), g.price_upper, g.instruction)
        for g in (goals[i] for i in range(len(goals)))
    ] == [(w["asin"], w["options"], w["attributes"], w["price_upper"], w["instruction"]) for w in wanted]


def test_prices(real_shop: Shop, real_folder: Path) -> None:
    goals = real_shop.goals(GoalSpec())
    wanted = json.loads((real_folder / "traces" / "prices.json").read_text())["prices"]
    assert {asin: goals.price(*real_shop.product(asin)) for asin in wanted} == wanted


@pytest.mark.parametrize(("table", "kind"), [("rewards", "synthetic"), ("rewards_human", "human")])
def test_rewards_and_their_parts(real_shop: Shop, table: str, kind: Kind) -> None:
    rows = recorded(table)
    found = rewards(rules_for(real_shop, kind), rows)
    wrong = [r for r, f in zip(rows, found, strict=True) if (f["reward"], f["parts"]) != (r["reward"], r["info"])]
    assert wrong == []


def test_the_rule_tagger(real_folder: Path) -> None:
    tagger = get_tagger("rule")
    assert [row["title"] for row in recorded("nouns") if list(tagger.nouns(row["title"])) != row["nouns"]] == []


KEYS = {"observation": "observation", "actions": "available_actions", "url": "url", "reward": "reward", "done": "done"}


@pytest.mark.parametrize("table", ["text", "text_rich", "text_history", "scripted"])
def test_every_step_of_every_episode(real_shop: Shop, table: str) -> None:
    rules = rules_for(real_shop)
    wrong: list[tuple[str, str, str]] = []
    for episode in recorded(table):
        played = replay(
            rules,
            episode["goal_index"],
            [step["action"] for step in episode["steps"]],
            mode=episode["mode"],
            show_attributes=episode["show_attrs"],
            random_seed=episode["random_seed_before_reset"],
            previous_observations=episode["num_prev_obs"],
            previous_actions=episode["num_prev_actions"],
        )
        for found, wanted in zip(played, [episode["reset"], *episode["steps"]], strict=True):
            wrong += [(episode["id"], str(wanted.get("action")), what) for what in differences(found, wanted)]
    assert wrong == []


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What differs, types included: the original gives an integer 0 where nothing happened."""
    if "error" in wanted or "error" in found:
        return [] if found.get("error") == wanted.get("error") else ["error"]
    pairs = [(ours, found[ours], wanted[theirs]) for ours, theirs in KEYS.items() if theirs in wanted]
    return [name for name, f, w in pairs if f != w or type(f) is not type(w)]


def test_every_goals_own_product_scores_1_but_for_the_originals_quirk(real_shop: Shop) -> None:
    upstream = rules_for(real_shop)
    fixed = Rules(upstream.shop, upstream.goals, upstream.tagger, "options-fixed")
    goals = [upstream.goals[i] for i in range(len(upstream.goals))]
    assert [goal.index for goal in goals if ceiling(fixed, goal).total != 1.0] == []
    beyond = [goal for goal in goals if ceiling(upstream, goal).total != 1.0]
    assert len(beyond) == 458
    for goal in beyond[:20]:
        parts = reward(goal.product, dict(goal.options), 0.0, goal, upstream.tagger).parts
        assert parts["r_option"] < 1.0 and parts["r_att"] == parts["r_type"] == 1.0
