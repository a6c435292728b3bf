"""The shop as it is played: pages, sessions, the environment, panels, plans and verdicts."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from small_shop import ListCatalogue, catalogue, product, write_official

from skillevo.envs.base import DataError, Episode, EpisodeKey, SkillevoError, StopReason, Turn
from skillevo.envs.webshop import (
    BENCHMARK,
    WebShopEnv,
    WebShopOptions,
    load_panel,
    make_env,
    optimal_plan,
    pages,
    panels,
    verify,
)
from skillevo.envs.webshop.goals import GoalSpec
from skillevo.envs.webshop.importer import import_catalogue
from skillevo.envs.webshop.pages import Kind, Node, Target
from skillevo.envs.webshop.replay import replay
from skillevo.envs.webshop.session import Outcome, Rules, Session
from skillevo.envs.webshop.shop import Refused, Shop


def enter(rules: Rules, goal: int = 0) -> Session:
    return Session(rules, str(goal), rules.goals[goal], random.Random(0))


def walk(session: Session, *actions: str) -> Outcome:
    outcome = Outcome(0)
    for action in actions:
        outcome = session.act(action)
    return outcome


def seen(session: Session) -> list[str]:
    return pages.text(session.page).split(" [SEP] ")


def to_item(rules: Rules, title: str) -> Session:
    """A session on the page of the product with this title."""
    row = next(r for r in range(len(rules.shop.store)) if rules.shop.store.product(r).title == title)
    found = rules.shop.store.product(row)
    session = enter(rules)
    session.act(f"search[<q> {found.query}]")
    while found.asin.lower() not in session.page.targets:
        session.act("click[next >]")
    session.act(f"click[{found.asin}]")
    return session


def test_texts_become_nodes_as_a_parser_makes_them() -> None:
    nodes = pages._nodes(["", " ", "\n", " \n\t", "\u00a0", " a ", "x\ny"])
    assert [n.text for n in nodes] == [" ", "\n", "\n", "\u00a0", " a ", "x\ny"]
    page = pages.Page([Node("a"), *nodes], {})
    assert pages.text(page) == "a [SEP]  [SEP]  [SEP] a [SEP] x\ny"
    assert pages.rich_text(page, "", ()) == "a\n \n\u00a0\n a \nx\ny\n"


@pytest.mark.parametrize(
    "action",
    [
        *["", "search", "search[]", "click[]", "Search[lamp]", "go: search[lamp]", "search[a [b] c]", "[x]"],
        *["click[search]", "click[nothing]", "buy[x]", "search[two\nlines]"],
    ],
)
def test_what_is_no_action_does_nothing(rules: Rules, action: str) -> None:
    session = enter(rules)
    before = (seen(session), session.url)
    outcome = session.act(action)
    assert (outcome, type(outcome.reward)) == ((0, False), int)
    assert (seen(session), session.url) == before


def test_searching_and_turning_pages(rules: Rules) -> None:
    session = enter(rules)
    assert session.page.available == {"has_search_bar": True, "clickables": ["search"]}
    outcome = walk(session, "search[Chair] and what follows is ignored")
    assert (outcome.reward, type(outcome.reward)) == (0.0, float)
    assert seen(session)[2:5] == ["Back to Search", "Page 1 (Total results: 50)", "Next >"]
    first = list(session.page.targets)[2:]
    assert len(first) == 10 and first == sorted(first), "equal scores stand in the order of their names"
    walk(session, "click[NEXT >]")
    assert "< Prev" in seen(session) and session.number == 2
    walk(session, *["click[next >]"] * 6)
    assert seen(session)[2:] == ["Back to Search", "Page 8 (Total results: 50)", "< Prev", "Next >"]
    walk(session, "search[ ]")
    assert "Page 1 (Total results: 0)" in seen(session)
    walk(session, "click[back to search]")
    assert session.url.endswith("/0") and session.page.has_search_bar


def test_the_ways_back_from_a_product(rules: Rules) -> None:
    session = to_item(rules, "Red Lamp")
    walk(session, "click[dark red]", "click[description]")
    assert seen(session)[-1] == "Made for red lamp."
    walk(session, "click[< prev]")
    assert session.options == {"color": "dark red"} and "item_page" in session.url
    walk(session, "click[features]", "click[< prev]", "click[reviews]")
    assert seen(session)[-1] == "< Prev"
    walk(session, "click[< prev]", "click[< prev]")
    assert session.options == {} and "search_results" in session.url
    walk(session, f"click[{product(1, 'x').asin.lower()}]")
    assert session.options == {}, "what was chosen is forgotten on the way"


def test_a_word_in_the_address_leads_the_shop_astray(rules: Rules) -> None:
    session = enter(rules)
    walk(session, "search[search_results lamp]", "click[next >]", "click[< prev]")
    link = list(session.page.targets)[2]
    walk(session, f"click[{link}]", "click[< prev]")
    assert session.number == 0 and seen(session)[3] == "Page 0 (Total results: 7)"


def test_options_that_are_called_like_buttons(rules: Rules) -> None:
    session = to_item(rules, "Option Words")
    assert session.page.targets["description"] == Target(Kind.OPTION, "kind")
    walk(session, "click[description]")
    assert "item_sub_page" in session.url and session.options == {}
    walk(session, "click[< prev]", "click[next >]")
    assert session.options == {"kind": "next >"}
    assert walk(session, "click[buy now]").done


def test_a_value_of_two_options_belongs_to_the_last(rules: Rules) -> None:
    session = to_item(rules, "Twice")
    walk(session, "click[same]", "click[one]")
    assert session.options == {"second": "same", "first": "one"}
    assert session.url.endswith('{"second": "same", "first": "one"}')


def test_choices_show_in_rich_text_only(rules: Rules) -> None:
    session = to_item(rules, "Red Lamp")
    plain = pages.text(session.page)
    walk(session, "click[small]", "click[red]")
    assert pages.text(session.page) == plain
    rich = pages.rich_text(session.page, session.url, session.visited)
    assert rich.startswith("You have clicked small.\nYou have clicked red.\n")
    assert "  [clicked button] red [clicked button_]\n  [button] dark red [button_]\n" in rich
    walk(session, "click[< prev]")
    assert f"\n[clicked button] {product(1, 'x').asin} [clicked button_]\n" in pages.rich_text(
        session.page, session.url, session.visited
    )


def test_the_done_page_and_after(rules: Rules) -> None:
    session = to_item(rules, "Ünïcode ★ lamp™")
    bought = walk(session, 'click[with "quotes"]', "click[buy now]")
    assert bought.done and seen(session)[-3] == str(bought.reward) and session.page.available["clickables"] == []
    assert '{"gr\\u00f6\\u00dfe": "with \\"quotes\\""}' in seen(session)
    assert walk(session, "search[lamp]") == (0.0, False), "the shop goes on"
    assert "Page 1 (Total results: 7)" in seen(session)


def test_markup_in_a_catalogue_is_text(rules: Rules) -> None:
    session = to_item(rules, "Lamp <b>bold</b> & 'quoted'")
    assert "Lamp <b>bold</b> & 'quoted'" in seen(session)
    walk(session, "click[features]")
    assert seen(session)[-1] == "< Prev"


def test_a_department_is_remembered_once_whatever_follows_its_name(rules: Rules) -> None:
    first, other = (rules.shop.find(["<c>", "beauty", words], random.Random(0)) for words in ("1", "2"))
    assert first is other and first


def test_special_searches(rules: Rules) -> None:
    session = enter(rules)
    walk(session, "search[<c> beauty]")
    assert "Page 1 (Total results: 1)" in seen(session)
    walk(session, "search[<q> chairs]")
    assert "Page 1 (Total results: 60)" in seen(session), "not capped"
    walk(session, "search[<r>]")
    first = list(session.page.targets)
    walk(session, "click[next >]", "click[< prev]")
    assert list(session.page.targets) != first, "drawn anew for every page"


@pytest.mark.parametrize(
    ("query", "original"),
    [("<c>", "IndexError"), ("<a> soft", "TypeError"), (" ".join(f"w{i}" for i in range(1025)), "JavaException")],
)
def test_what_the_originals_server_dies_of_changes_nothing(rules: Rules, query: str, original: str) -> None:
    session = enter(rules)
    walk(session, "search[lamp]")
    before = (seen(session), session.url, session.keywords)
    with pytest.raises(Refused) as refused:
        session.act(f"search[{query}]")
    assert refused.value.original == original
    assert (seen(session), session.url, session.keywords) == before
    last = list(replay(rules, 0, ["search[lamp]", f"search[{query}]", "search[lamp]"]))[-1]
    assert last == {"goal": 0, "action": f"search[{query}]", "error": original}

    async def step() -> None:
        env = WebShopEnv(rules, rules.goals[0])
        start = await env.reset()
        found = await env.step(f"search[{query}]")
        assert (found.observation, found.reward, found.done) == (start, 0.0, False)
        assert found.info == {"refused": original}

    asyncio.run(step())


def test_earlier_observations_and_actions_are_shown_oldest_first(rules: Rules) -> None:
    plain = [line["observation"] for line in replay(rules, 0, ["a", "search[lamp]", "b"])]
    shown = [
        line["observation"]
        for line in replay(rules, 0, ["a", "search[lamp]", "b"], previous_observations=1, previous_actions=2)
    ]
    assert shown == [
        plain[0],
        " [SEP] ".join([plain[0], "a", plain[1]]),
        " [SEP] ".join(["a", plain[1], "search[lamp]", plain[2]]),
        " [SEP] ".join(["search[lamp]", plain[2], "b", plain[3]]),
    ]


def test_sixty_four_sessions_share_a_shop_and_nothing_else(rules: Rules) -> None:
    """Played in turns they see what each sees alone."""
    goals = [g % len(rules.goals) for g in range(64)]
    scripts = [optimal(rules, g) for g in goals]
    alone = [[line["observation"] for line in replay(rules, g, s)] for g, s in zip(goals, scripts, strict=True)]

    async def together() -> list[list[str]]:
        envs = [WebShopEnv(rules, rules.goals[g]) for g in goals]
        shown = [[(await env.reset()).text] for env in envs]
        for step in range(max(map(len, scripts))):
            for env, script, lines in zip(envs, scripts, shown, strict=True):
                if step < len(script):
                    lines.append((await env.step(script[step])).observation.text)
        return shown

    assert asyncio.run(together()) == alone


def optimal(rules: Rules, goal: int) -> Sequence[str]:
    from skillevo.envs.webshop.plan import plan

    return plan(rules, rules.goals[goal])


@pytest.fixture
def official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SKILLEVO_CACHE", str(tmp_path / "cache"))
    write_official(tmp_path, catalogue())
    return tmp_path


def test_observations_list_what_can_be_done(rules: Rules) -> None:
    async def play() -> None:
        env = WebShopEnv(rules, rules.goals[0])
        start = await env.reset()
        assert (start.actions, start.forms) == ((), ("search[<your query>]",))
        assert start.admits("search[red lamp]") and not start.admits("search[]") and not start.admits("click[x]")
        results = (await env.step("search[red lamp]")).observation
        assert results.forms == () and "click[next >]" in results.actions and not results.admits("search[lamp]")
        assert results.state_key != start.state_key
        again = (await env.step("nonsense")).observation
        assert again == results
        assert (await env.reset()) == start
        await env.close()
        bare = await WebShopEnv(rules, rules.goals[0], WebShopOptions(admissible=False)).reset()
        assert (bare.actions, bare.forms, bare.admits("anything")) == ((), (), True)
        url = await WebShopEnv(rules, rules.goals[0], WebShopOptions(observation="url")).reset()
        assert url.text == "http://127.0.0.1:3000/0"

    asyncio.run(play())


def test_a_panel_holds_goals_with_their_limits(official: Path) -> None:
    panel = load_panel("verl-500", official)
    assert panel.name == "verl-500 (10 of 500)" and len(panel) == 10
    assert [i.prompt for i in panel] == [i.prompt for i in load_panel("verl-500", official)]
    assert load_panel("verl-500", official).hash == panel.hash
    other = load_panel("verl-500", official, WebShopOptions(env_seed=1))
    assert other.hash != panel.hash and [i.id for i in other] != [i.id for i in panel]
    assert len(load_panel("princeton-test", official)) == 1
    assert {i.tags["category"] for i in panel} == {"garden"}
    with pytest.raises(DataError, match="none of them of verl-train"):
        load_panel("verl-train", official)
    with pytest.raises(SkillevoError, match="there is no WebShop panel 'x'"):
        load_panel("x", official)


def test_the_catalogue_is_part_of_a_panel(official: Path, tmp_path: Path) -> None:
    before = load_panel("verl-500", official).hash
    changed = [replace(p, description="another") if p.title == "Empty options" else p for p in catalogue()]
    write_official(official, changed)
    assert load_panel("verl-500", official).hash != before


def test_published_lists_of_goals_are_panels(official: Path) -> None:
    path = official / "agentgym.json"
    path.write_text(json.dumps([{"item_id": "webshop_6"}, {"item_id": "webshop_2"}, {"item_id": "webshop_5000"}]))
    panel = load_panel(f"synthetic@{path}", official)
    assert panel.name == "synthetic@agentgym (2 of 3)"
    assert [i.payload["goal"] for i in panel] == [6, 2]
    path.write_text("[0]")
    assert [i.id for i in load_panel(f"human@{path}", official)] == ["human-princeton-0/0"]
    for wrong in ("[1, 1]", "[-1]", '["x"]', "{", "3"):
        path.write_text(wrong)
        with pytest.raises(DataError):
            load_panel(f"synthetic@{path}", official)
    with pytest.raises(SkillevoError, match="synthetic@FILE"):
        load_panel(f"both@{path}", official)


def test_etos_lists_are_panels(official: Path) -> None:
    lists = {n: panels._eto(n).indices for n in panels.ETO}
    assert [len(i) for i in lists.values()] == [len(set(i)) for i in lists.values()] == [200, 500, 1823]
    assert all(min(i) >= 0 and max(i) < 12_087 for i in lists.values())
    train = set(lists["eto-train"])
    assert (len(train & set(lists["eto-test"])), len(train & set(lists["eto-test-500"]))) == (21, 0)
    assert lists["eto-test"][:3] == (2853, 5934, 1642) and lists["eto-test-500"][-1] == 5730
    panel = load_panel("eto-train", official)
    assert panel.name == "eto-train (1 of 1823)"
    assert [(i.id, i.split) for i in panel] == [("human-princeton-0/0", "train")]


def test_a_shop_that_changed_under_its_panel_is_refused(tmp_path: Path) -> None:
    import_catalogue(ListCatalogue(catalogue()), tmp_path)
    instance = load_panel("verl-500", tmp_path).instances[0]
    stale = replace(instance, digest="0" * 16)
    with pytest.raises(DataError, match="has changed since its panel was made"):
        make_env(stale)


def episode(actions: Sequence[str], sent: bool = True) -> Episode:
    turns = [Turn("", (), a, 0.0, False, sent) for a in actions]
    return Episode(EpisodeKey("x"), 0, turns, "", StopReason.DONE)


def test_the_verdict_is_the_reward_of_the_purchase(official: Path) -> None:
    options = WebShopOptions(reward="options-fixed")
    for instance in load_panel("verl-500", official, options):
        plan = list(optimal_plan(instance))
        verdict = verify(instance, episode(plan))
        assert verdict.success is (verdict.reward == 1.0)
        assert verdict.parts["steps"] == len(plan) and verdict.parts["bought"] == 1.0
        assert verify(instance, episode(plan[:-1])).parts == {"steps": len(plan) - 1.0, "bought": 0.0}
        assert verify(instance, episode(())).reward == 0.0
        assert not verify(instance, episode(plan, sent=False)).success
        twice = verify(instance, episode([*plan, "search[chair]", "click[b000000020]", "click[buy now]"]))
        assert twice.reward == verdict.reward, "the first purchase ends the episode"


def test_plans_win_where_the_pages_allow_it(official: Path) -> None:
    options = WebShopOptions(reward="options-fixed")
    lost = []
    for instance in load_panel("verl-500", official, options):
        verdict = verify(instance, episode(optimal_plan(instance)))
        if not verdict.success:
            lost.append(instance.prompt)
    # Two options share a value, which belongs to the second one: the first one's cannot be chosen.
    assert len(lost) == 1 and "first: same, and second: two" in lost[0]
    (human,) = load_panel("princeton-test", official, options)
    assert verify(human, episode(optimal_plan(human))).success


def test_goals_beyond_the_originals_reward_are_known(official: Path) -> None:
    for instance in load_panel("verl-500", official):
        gold = verify(instance, episode(optimal_plan(instance)))
        if not gold.success and "first: same" not in instance.prompt:
            assert BENCHMARK.known_limit(instance)
        assert BENCHMARK.extra_checks["own product"](instance) == ""


def test_options_are_checked() -> None:
    for wrong in ({"observation": "html"}, {"reward": "x"}, {"env_seed": -1}, {"profile": "x"}, {"admissible": "yes"}):
        with pytest.raises(SkillevoError):
            WebShopOptions(**wrong)  # type: ignore[arg-type]


def test_an_environment_holds_no_plan_and_shows_no_product(rules: Rules) -> None:
    goal = rules.goals[0]
    start = asyncio.run(WebShopEnv(rules, goal).reset())
    assert goal.product.asin not in start.text + start.state_key


def test_a_goal_is_one_for_all_processes(shop: Shop) -> None:
    other = Shop(shop.folder)
    spec = GoalSpec(seed=3)
    assert [shop.goals(spec)[i] for i in range(10)] == [other.goals(spec)[i] for i in range(10)]
