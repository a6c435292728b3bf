"""The follower in WebShop: which sentences it reads, and that it shops as they say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from skillevo.envs.base import Episode, EpisodeKey, StopReason, TaskInstance
from skillevo.envs.webshop import WebShopOptions, load_panel, make_env, verify
from skillevo.harness.play import Conditioning, PlayRules, SkillText, play
from skillevo.harness.policies.follower import Follower
from skillevo.harness.policies.follower.errands import (
    Avoid,
    Buy,
    Choose,
    Look,
    Missing,
    Open,
    Reject,
    Search,
    Step,
    Turn,
    read_errand,
)

BEST = """1. Search for the words of the instruction.
2. Open the result that matches the instruction best.
3. If the price is over the limit, go back and open the next result.
4. Choose the options that the instruction names.
5. Buy it."""


def shop(body: str, number: int = 0, mode: str = "text", rules: PlayRules = PlayRules(step_cap=15)) -> Episode:
    options = WebShopOptions(observation=mode, tagger="rule")  # type: ignore[arg-type]
    instance = instances()[number]
    shown = Conditioning((SkillText("s", "shop", "", body),) if body else ())
    key = EpisodeKey(instance.id)
    return asyncio.run(play(make_env(instance, options), instance, key, 7, Follower(), shown, rules))


def instances() -> Sequence[TaskInstance]:
    return load_panel("pocket-val", options=WebShopOptions(tagger="rule")).instances


def actions(episode: Episode) -> list[str]:
    return [t.action for t in episode.turns]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ('Search for "oat milk face wash".', [Search("quoted", "oat milk face wash")]),
        ("Search for the words of the instruction.", [Search("request")]),
        ("Search for the kind of product alone.", [Search("kind")]),
        ("Open the third result.", [Open((), 3)]),
        ("Open the cheapest result.", [Open((), -1)]),
        ("Open the first result that costs less than the limit.", [Open((), 1, True)]),
        ('Open the first result whose title has the words "Oat Milk".', [Open(("Oat Milk",), 1)]),
        ("Open the best matching result, then choose the options that the instruction names and buy it.",
         [Open((), 0), Choose(), Buy()]),
        ('Do not open results with "for kids".', [Avoid(("for kids",))]),
        ("If it is not there, go to the next page.", [Missing()]),
        ("If no result fits, search for the kind of product.", [Missing(Search("kind"))]),
        ("If the price is over the limit, go back and open the next result.", [Reject(), ]),
        ("Go back if it costs too much.", [Reject()]),
        ("Look at the features.", [Look("features")]),
        ('If they do not mention "oat milk", go back.', [Reject(("oat milk",))]),
        ('Choose "150 ml" and "coral".', [Choose(("150 ml", "coral"))]),
        ("Go to the next page.", [Turn("next >")]),
        ("Click \u201cBuy Now\u201d.", [Buy()]),
        ("Read the instruction carefully.", []),
    ],
)  # fmt: skip
def test_sentences_that_it_reads(text: str, steps: list[Step]) -> None:
    found = read_errand(f"# Shopping\n\n1. {text}")
    assert list(found.steps) == steps
    assert not found.unread


@pytest.mark.parametrize(
    "text",
    [
        "Water the plants.",
        "If the moon is full, buy it.",
        "Never buy before noon.",
        "Search your feelings.",
        "Be wise.",
    ],
)
def test_what_it_cannot_read_does_nothing_and_is_noted(text: str) -> None:
    found = read_errand(text)
    assert not found.steps
    assert found.unread == (text,)


def test_without_a_skill_it_gives_up_at_once() -> None:
    episode = shop("")
    assert not episode.turns
    assert episode.stop_reason is StopReason.GAVE_UP


def test_a_skill_without_a_step_is_noted() -> None:
    episode = shop("Stay calm.")
    assert not episode.turns
    assert episode.notes == ("no step of the skill could be read", "unread: 'Stay calm.'")


def test_both_text_modes_are_shopped_alike_and_every_time() -> None:
    for number in range(6):
        plain, rich = shop(BEST, number), shop(BEST, number, "text_rich")
        assert actions(plain) == actions(rich) == actions(shop(BEST, number))
        assert plain.stop_reason is StopReason.DONE


def test_a_good_skill_wins_often_and_a_wrong_one_never() -> None:
    def share(body: str) -> float:
        won = [verify(i, shop(body, n)).success for n, i in enumerate(instances()[:24])]
        return sum(won) / len(won)

    assert share(BEST) > 0.3
    assert share(BEST.replace("Choose the options that the instruction names", 'Choose "no such value"')) < share(BEST)
    assert share('Search for "anvil". Open the first result. Buy it.') == 0


def test_it_buys_only_where_the_skill_says_so() -> None:
    assert actions(shop("Search for the words of the instruction. Open the first result."))[-1].startswith("click[s")
    only = shop("Search for the words of the instruction. Choose the options that the instruction names.")
    assert len(only.turns) == 1  # nothing to choose on a list of results


def test_what_is_not_listed_is_not_bought() -> None:
    body = 'Search for the words of the instruction. Open the result "Nowhere Nothing". Buy it.'
    assert len(shop(body).turns) == 1
    turned = shop(f"{body} If it is not there, go to the next page.")
    assert actions(turned)[1:] == ["click[next >]"] * 5


def test_addresses_alone_are_not_enough() -> None:
    assert shop(BEST, mode="url").stop_reason is StopReason.GAVE_UP
