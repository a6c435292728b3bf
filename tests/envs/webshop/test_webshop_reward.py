"""Goals, likeness of texts, nouns and the two rewards."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from small_shop import ListCatalogue, catalogue, product

from skillevo.envs.base import DataError, SkillevoError
from skillevo.envs.webshop.english import tokenize
from skillevo.envs.webshop.fuzzy import alike
from skillevo.envs.webshop.goals import NO_LIMIT, Goal, GoalSpec, combination
from skillevo.envs.webshop.importer import import_catalogue
from skillevo.envs.webshop.options import WebShopOptions
from skillevo.envs.webshop.product import Instruction
from skillevo.envs.webshop.reward import color, reward
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.tagging import get_tagger, resolve

RULE = get_tagger("rule")


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("long sleeve", "sleeve long", True),
        ("red", "red and blue", True),  # what both have is compared with each alone
        ("stainless steel", "stainless steal", True),
        ("machine wash", "machine dry", False),
        ("machine washable", "machine wash", True),  # 86 per cent
        ("hand wash", "hand washing only", False),
        ("!!", "!!", False),  # no words at all
        ("", "red", False),
        ("café", "caf", True),  # accents are dropped
        ("('size', '10')", "10", True),
    ],
)
def test_likeness(one: str, other: str, wanted: bool) -> None:
    assert alike(one, other) is alike(other, one) is wanted


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Men's (Pack of 2), 12oz/pack", ["Men", "'s", "(", "Pack", "of", "2", ")", ",", "12oz", "/", "pack"]),
        ("Wi-Fi £5 5kg 3.5in. x-large", ["Wi", "-", "Fi", "£", "5", "5", "kg", "3.5", "in", ".", "x", "-", "large"]),
        ("don't cannot I’m 10am. w/o e.g. U.S.A.", "do n't can not I ’m 10 am . w/o e.g. U.S.A.".split()),  # noqa: SIM905
        ("amazon.com a,b ★best★ ...", ["amazon.com", "a", ",", "b", "★", "best", "★", "..."]),
        ("Style:X Color :D", ["Style", ":X", "Color", ":D"]),
    ],
)
def test_titles_are_split_as_by_spacy(title: str, words: list[str]) -> None:
    assert tokenize(title) == words


def test_the_rule_knows_nouns_by_the_word_alone() -> None:
    title = "The Quickly Washable Lamps for 12 reading, stylish Glass"
    assert RULE.nouns(title) == ("lamps", "glass")


def test_a_tagger_is_recorded_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillevo.envs.webshop.tagging.util.find_spec", lambda name: None)
    assert resolve("auto") == resolve("rule") == WebShopOptions().tagger == "rule"
    with pytest.raises(SkillevoError, match="needs spaCy with the model en_core_web_sm"):
        resolve("spacy")
    monkeypatch.setattr("skillevo.envs.webshop.tagging.util.find_spec", lambda name: name)
    monkeypatch.setattr("skillevo.envs.webshop.tagging.metadata.version", lambda name: "3.8.0")
    assert resolve("auto") == resolve("spacy") == "spacy/en_core_web_sm 3.8.0"
    assert resolve("spacy/en_core_web_lg") == "spacy/en_core_web_lg 3.8.0"
    assert resolve(WebShopOptions().tagger) == WebShopOptions().tagger
    with pytest.raises(SkillevoError, match=r"3\.7\.0 was asked for"):
        resolve("spacy/en_core_web_sm 3.7.0")
    for wrong in ("rules", "auto/x", ""):
        with pytest.raises(SkillevoError, match="there is no tagger"):
            resolve(wrong)


def test_goals_are_every_combination_with_one_limit_for_each_product(shop: Shop) -> None:
    goals = shop.goals(GoalSpec())
    lamp = [g for g in (goals[i] for i in range(len(goals))) if g.product.title == "Red Lamp"]
    assert {tuple(g.options.values()) for g in lamp if isinstance(g.options, Mapping)} == {
        (c, s) for c in ("red", "dark red") for s in ("small", "large")
    }
    assert len({g.price_upper for g in lamp}) == 1 and 20.0 < lamp[0].price_upper <= 50.0
    first = next(g for g in lamp if g.options == {"color": "red", "size": "small"})
    clause = f", and price lower than {first.price_upper:.2f} dollars"
    assert first.instruction == f"Find me easy clean lamps with color: red, and size: small{clause}"
    assert len(goals) == 4 + 4 + 1 + 1


def test_a_product_dearer_than_all_limits_has_none(shop: Shop) -> None:
    goals = shop.goals(GoalSpec())
    dear = next(g for g in (goals[i] for i in range(len(goals))) if g.product.title == "Dear Lamp")
    assert dear.price_upper == NO_LIMIT and dear.instruction == "Find me a dear lamp"


def test_human_goals_lose_their_full_stop_and_those_that_ask_for_nothing(shop: Shop) -> None:
    goals = shop.goals(GoalSpec("human"))
    assert len(goals) == 1 and goals[0].options == ("red",)
    assert goals[0].instruction.startswith("i want a lamp, and price lower than ")


def test_combinations_run_through_the_last_option_first() -> None:
    options = {"size": ("s", "l"), "color": ("red", "blue")}
    found = [combination(product(1, "x", options=options), n) for n in range(4)]
    assert [list(f.items()) for f in found[:2]] == [
        [("color", "red"), ("size", "s")],
        [("color", "red"), ("size", "l")],
    ]
    assert found[2:] == [{"color": "blue", "size": "s"}, {"color": "blue", "size": "l"}]
    assert combination(product(1, "x"), 0) == {}


def test_what_a_seed_decides(shop: Shop) -> None:
    zero, one = shop.goals(GoalSpec(seed=0)), shop.goals(GoalSpec(seed=1))
    assert [zero[i].product.asin for i in range(len(zero))] == [one[i].product.asin for i in range(len(one))]
    row, cheap = next((r, p) for r in range(len(shop.store)) if len((p := shop.store.product(r)).prices) == 2)
    assert cheap.prices[0] <= zero.price(row, cheap) <= cheap.prices[1] and zero.price(row, cheap) != one.price(
        row, cheap
    )
    verl = shop.goals(GoalSpec(seed=1, profile="verl"))
    assert [verl[i].product.asin for i in range(len(verl))] != [one[i].product.asin for i in range(len(one))]
    assert {verl[i].instruction for i in range(len(verl))} == {one[i].instruction for i in range(len(one))}


def test_goals_are_frozen_beside_the_shop_and_drawn_alike_where_they_cannot_be(tmp_path: Path) -> None:
    import_catalogue(ListCatalogue(catalogue()), tmp_path)
    first = Shop(tmp_path).goals(GoalSpec(seed=5))
    kept = tmp_path / "goals-synthetic-princeton-5.arr"
    assert kept.exists()
    again = Shop(tmp_path).goals(GoalSpec(seed=5))
    kept.unlink()  # the sessions above go on with what they have mapped
    kept.write_bytes(b"damaged")
    anew = Shop(tmp_path).goals(GoalSpec(seed=5))
    assert [again[i] for i in range(10)] == [first[i] for i in range(10)] == [anew[i] for i in range(10)]


def test_goals_that_there_are_not(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(IndexError, match="there is no goal 10"):
        shop.goals(GoalSpec())[10]
    for wrong in ({"kind": "some"}, {"profile": "mine"}):
        with pytest.raises(SkillevoError):
            GoalSpec(**wrong)  # type: ignore[arg-type]
    empty = product(1, "x", synthetic=Instruction("Find me x", ()))
    import_catalogue(ListCatalogue([empty]), tmp_path)
    with pytest.raises(DataError, match="instruction without attributes"):
        Shop(tmp_path).goals(GoalSpec())


def test_a_random_goal_is_drawn_by_the_weight_of_the_one_before_it(shop: Shop) -> None:
    """So the original does: the first goal is never drawn, and the last one for two."""
    goals = shop.goals(GoalSpec())
    rng = random.Random(0)
    drawn = Counter(goals.draw_index(rng) for _ in range(20_000))
    weights = goals.weights()
    assert weights == [1 / 8 if g.attributes == ("easy clean",) else 1.0 for g in (goals[i] for i in range(10))]
    shares = [0.0, *weights[:-2], weights[-2] + weights[-1]]
    assert [drawn[i] / 20_000 for i in range(10)] == pytest.approx([s / sum(shares) for s in shares], abs=0.02)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("dark red", "dark"), ("standard", "tan"), ("red", "red"), ("xl", "xl"), ("black forest", "black"), ("", "")],
)
def test_the_first_colour_of_the_list_stands_for_an_option(text: str, wanted: str) -> None:
    assert color(text) == wanted


GOAL = Goal(
    0,
    "Find me ...",
    ("easy clean", "soft and light"),
    {"color": "navy", "size": "10"},
    50.0,
    product(1, "Oak Floor Lamp", options={"color": ("navy",), "size": ("10",)}, attributes=("easy clean", "soft")),
)


def test_what_a_purchase_is_worth() -> None:
    own = reward(GOAL.product, {"color": "navy", "size": "10"}, 50.0, GOAL, RULE)
    assert own.total == 1.0
    assert own.parts["r_att"] == own.parts["r_option"] == own.parts["r_type"] == 1.0
    half = reward(GOAL.product, {"color": "red"}, 50.01, GOAL, RULE)
    assert half.total == 2 / 5 and half.parts["r_price"] is False and half.parts["r_option"] == 0.0
    assert half.parts["w_att"] == half.parts["w_option"] == 2 / 5 and half.parts["w_price"] == 1 / 5


@pytest.mark.parametrize(
    ("changes", "r_type"),
    [
        ({"title": "Oak Floor Lamp"}, 1.0),
        ({"title": "Oak Table", "query": "tables", "product_category": "x"}, 1.0),  # a third of the nouns
        ({"title": "Table", "query": "lamps"}, 0.0),  # nothing in common overrides an equal query
        ({"title": "Table", "query": "tables"}, 0.0),
    ],
)
def test_the_kind_of_product(changes: dict[str, str], r_type: float) -> None:
    bought = replace(GOAL.product, **changes)  # type: ignore[arg-type]
    assert reward(bought, {}, 1.0, GOAL, RULE).parts["r_type"] == r_type


def test_few_nouns_in_common_halve_the_reward_unless_query_or_category_agree() -> None:
    wanted = replace(GOAL, product=replace(GOAL.product, title="Oak aa bb cc dd ee ff"))
    other = replace(GOAL.product, title="Oak Table", query="tables", product_category="Home › Tables")
    assert reward(other, {}, 1.0, wanted, RULE).parts["r_type"] == 0.5
    same_path = replace(other, product_category="Lighting › Home")
    assert reward(same_path, {}, 1.0, wanted, RULE).parts["category_match"] is True
    assert reward(same_path, {}, 1.0, wanted, RULE).parts["r_type"] == 1.0
    many = replace(wanted, product=replace(wanted.product, title="Oak " + " ".join(f"n{i}" for i in range(12))))
    assert reward(other, {}, 1.0, many, RULE).parts["r_type"] == 0.1
    none = replace(wanted, product=replace(wanted.product, title="12 34"))
    assert reward(other, {}, 1.0, none, RULE).parts["title_score"] == 0.2


def test_options_fixed_compares_values_where_the_original_compares_pairs() -> None:
    wanted = {"color": "fashion black woman", "fit": "★"}
    goal = replace(GOAL, options=wanted, product=replace(GOAL.product, options={k: (v,) for k, v in wanted.items()}))
    upstream = reward(goal.product, wanted, 1.0, goal, RULE)
    fixed = reward(goal.product, wanted, 1.0, goal, RULE, "options-fixed")
    assert upstream.parts["r_option"] == 0.0 and fixed.total == 1.0
    human = replace(goal, options=("fashion black woman",))
    assert reward(goal.product, wanted, 1.0, human, RULE).parts["r_option"] == 1.0


def test_the_name_of_an_option_takes_part_in_the_original(shop: Shop, rules: Rules) -> None:
    """A value that is like the name alone counts, since the pair is compared as one text."""
    goal = replace(GOAL, options={"size": "10"})
    assert reward(GOAL.product, {"anything": "size"}, 1.0, goal, RULE).parts["r_option"] == 1.0
    assert reward(GOAL.product, {"anything": "size"}, 1.0, goal, RULE, "options-fixed").parts["r_option"] == 0.0


def test_a_goal_without_options_has_no_part_for_them() -> None:
    found = reward(GOAL.product, {}, 1.0, replace(GOAL, options={}), RULE)
    assert found.total == 1.0 and "r_option" not in found.parts
