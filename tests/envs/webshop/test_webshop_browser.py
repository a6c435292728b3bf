"""The shop in a real Chromium: the same episodes as the text backend, and nothing on a page is ever executed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from small_shop import ListCatalogue, product, recorded

pytest.importorskip("jinja2", reason="the site needs the extra web: pip install 'skillevo[web]'")
pytest.importorskip("starlette", reason="the site needs the extra web: pip install 'skillevo[web]'")
pytest.importorskip("uvicorn", reason="the site needs the extra web: pip install 'skillevo[web]'")

from skillevo.envs.base import Env, SkillevoError, Step
from skillevo.envs.pages.chromium import CHROMIUM_VARIABLE
from skillevo.envs.webshop import WebShopEnv, WebShopOptions, browser, load_panel, make_env
from skillevo.envs.webshop.browser import BrowserEnv, check_browser
from skillevo.envs.webshop.goals import Goal, GoalSpec
from skillevo.envs.webshop.importer import import_catalogue
from skillevo.envs.webshop.panels import goal_of, rules_of
from skillevo.envs.webshop.plan import plan
from skillevo.envs.webshop.product import Instruction
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.site import Serving
from skillevo.envs.webshop.tagging import get_tagger

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def play(env: Env, actions: Sequence[str]) -> list[Step]:
    """Everything that an episode shows, up to its purchase."""
    steps = [Step(await env.reset(), 0.0, False)]
    for action in actions:
        steps.append(await env.step(action))
        if steps[-1].done:
            break
    await env.close()
    return steps


async def both(
    rules: Rules, goal: Goal, actions: Sequence[str], options: WebShopOptions
) -> tuple[list[Step], list[Step]]:
    text = await play(WebShopEnv(rules, goal, options), actions)
    return text, await play(BrowserEnv(rules, goal, options), actions)


SCRIPTS = {
    "a purchase": [
        "search[red\tlamp]",
        "search[red lamp]",
        "click[b000000001]",
        "click[dark red]",
        "click[small]",
        "click[large]",
        "click[buy now]",
    ],
    "sub pages": [
        "search[lamp]",
        "click[b000000003]",
        "click[features]",
        "click[< prev]",
        "click[description]",
        "click[< prev]",
        "click[reviews]",
        "click[< prev]",
        "click[< prev]",
    ],
    "pages of results": [
        "search[chair oak]",
        "click[next >]",
        "click[next >]",
        "click[< prev]",
        "click[next >]",
        "click[next >]",
        "click[next >]",
        "click[next >]",
        "click[back to search]",
    ],
    "what does nothing": [
        "click[search]",
        "click[b000000001]",
        "look around",
        "search[]",
        "search[a [b] c]",
        "click[buy now]",
        "search[lamp] and more",
        "search[x]y]",
        "click[B000000001]",
    ],
    "odd words": [
        "search[ ]",
        "search[<r>]",
        "search[<c> beauty]",
        "search[<q> lamps]",
        "search[<c>]",
        "search[<a> x]",
        "search[\u00fcn\u00efcode \u2605 & <b>]",
        "search[search_results lamp]",
        "click[b000000011]",
        "click[< prev]",
    ],
    "odd products": [
        "search[option words]",
        "click[b000000004]",
        "click[plain]",
        "click[description]",
        "click[< prev]",
        "search[twice]",
        "click[b000000005]",
        "click[same]",
        "click[one]",
        "click[buy now]",
    ],
    "odd texts": [
        "<ignored>",
        "search[unicode lamp]",
        "search[\u00fcn\u00efcode]",
        "click[b000000008]",
        'click[with "quotes"]',
        "click[m | l]",
        "click[features]",
        "click[< prev]",
        "search[<q> lamps]",
        "click[b000000007]",
        "click[features]",
        "click[< prev]",
        "click[description]",
        "click[< prev]",
        "click[buy now]",
    ],
}


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop, and with it one Chromium, for all tests: a window stays open until the last is done."""
    with asyncio.Runner() as runner:

        async def open_window() -> Any:
            return await browser._browser().open()

        window = runner.run(open_window())
        yield runner

        async def close_window() -> bool:
            mine = browser._browser()
            await mine.leave(window)
            return mine.windows == 0 and mine.chromium is None

        assert runner.run(close_window())  # every episode gave its window back, and the last one closed Chromium


def test_scripts_play_alike(rules: Rules, loop: asyncio.Runner) -> None:
    """Observations, what can be clicked, state keys, rewards and ends: equal, step for step; many windows at once."""
    goal = rules.goals[2]

    async def run() -> list[tuple[list[Step], list[Step]]]:
        rich = [both(rules, goal, script, WebShopOptions(observation="text_rich")) for script in SCRIPTS.values()]
        plain = [both(rules, goal, SCRIPTS["a purchase"], WebShopOptions(observation="text"))]
        return await asyncio.gather(*rich, *plain)

    for text, seen in loop.run(run()):
        assert seen == text


def test_a_pocket_panel_is_won_in_the_browser(loop: asyncio.Runner) -> None:
    options = WebShopOptions(backend="browser", tagger="rule", admissible=False)
    instances = load_panel("pocket-val", None, options).instances[:2]

    async def run() -> list[list[Step]]:
        """All at once: windows do not meet."""
        plans = [plan(rules_of(i), goal_of(i)) for i in instances]
        return await asyncio.gather(*(play(make_env(i, options), p) for i, p in zip(instances, plans, strict=True)))

    for steps in loop.run(run()):
        assert steps[-1].done and steps[-1].reward == 1.0
        assert steps[0].observation.actions == ()


def test_recorded_scripts_play_alike(real_shop: Shop, loop: asyncio.Runner) -> None:
    """Some of the original's recorded scripts, on its own products; they stop at a purchase."""
    rules = Rules(real_shop, real_shop.goals(GoalSpec()), get_tagger("rule"))
    episodes = [e for e in recorded("scripted") if e["mode"] == "text" and not e["show_attrs"]][::7]

    async def run() -> list[tuple[list[Step], list[Step]]]:
        options = WebShopOptions(tagger="rule")
        scripts = [[step["action"] for step in e["steps"]][:8] for e in episodes]
        goals = [rules.goals[e["goal_index"]] for e in episodes]
        return await asyncio.gather(*(both(rules, g, s, options) for g, s in zip(goals, scripts, strict=True)))

    played = loop.run(run())
    assert sum(len(text) for text, _ in played) > 20
    for text, seen in played:
        assert seen == text


# -- nothing is executed


EVIL = (
    "<script>document.title='taken'</script>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "<svg onload=\"document.title='taken'\">",
    "' autofocus onfocus='document.title=`taken`",
)
ALL_EVIL = " ".join(EVIL)


@pytest.fixture
def evil_rules(tmp_path: Path) -> Rules:
    """A shop with one product whose every text wants to be run, in each of the four ways."""
    evil = product(
        1,
        f"lamp {ALL_EVIL}",
        description=ALL_EVIL,
        bullets=EVIL,
        options={f"o{ALL_EVIL}": (*(e.lower() for e in EVIL), "plain")},
        query=ALL_EVIL.lower(),
        synthetic=Instruction(f"Find me {ALL_EVIL}", ("easy clean",)),
    )
    import_catalogue(ListCatalogue([evil], "evil"), tmp_path / "shop")
    shop = Shop(tmp_path / "shop")
    return Rules(shop, shop.goals(GoalSpec()), get_tagger("rule"), show_attributes=True)


def test_scripts_in_names_and_queries_do_nothing(evil_rules: Rules, loop: asyncio.Runner) -> None:
    asked: list[str] = []
    dialogs: list[str] = []

    async def run(site: Serving) -> list[str]:
        mine = browser._browser()
        window = await mine.open()
        window.on("request", lambda request: asked.append(request.url))
        window.on("dialog", lambda dialog: dialogs.append(dialog.message))
        seen = []

        async def look() -> None:
            seen.append(await window.title())
            active = "document.querySelectorAll('script, [onerror], [onload], [onfocus]').length"
            assert await window.evaluate(active) == 0

        await window.goto(site.address)
        await window.fill("#goal", "0")
        await window.click("form:has(#goal) button")
        await look()
        for words in (*EVIL, "lamp"):
            await window.fill("form[role=search] input", words)
            await window.click("form[role=search] button")
            await look()
        for target in (
            "button[value=b000000001]",
            *(f".value >> nth={n}" for n in range(len(EVIL))),
            "text=Description",
            "text='< Prev'",
            "text=Features",
            "text='< Prev'",
            "text=Attributes",
            "text='< Prev'",
            "text='Buy Now'",
        ):
            await window.click(target)
            await look()
        await mine.leave(window)
        return seen

    with Serving(evil_rules) as site:
        seen = loop.run(run(site))
    assert len(seen) == 1 + len(EVIL) + 1 + 12 and "taken" not in seen
    assert not dialogs
    assert {url for url in asked if not url.startswith(site.address)} == set()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_spec", lambda name: None if name == "playwright" else sys)
    with pytest.raises(SkillevoError, match=r"needs playwright: pip install 'skillevo\[web,browser\]'"):
        check_browser()


def test_a_chromium_that_cannot_start_is_named(rules: Rules, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CHROMIUM_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(SkillevoError, match="apt install chromium"):
        asyncio.run(BrowserEnv(rules, rules.goals[0]).reset())
