"""How the pocket models learn to shop: plans, words, demonstrations and lessons; without torch."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable

import numpy as np
import pytest

from skillevo.envs.base import Episode, EpisodeKey, StopReason, Verdict
from skillevo.envs.webshop import WebShopOptions, load_panel, make_env, verify
from skillevo.harness.cli.generators import make_generator
from skillevo.harness.journal import Played
from skillevo.harness.methods.compact_webshop import NAME, compact_prompt, remember
from skillevo.harness.methods.generator import EditRules, edit_prompt
from skillevo.harness.play import Conditioning, PlayRules, SkillText, play
from skillevo.harness.pocket.measure import successes
from skillevo.harness.pocket.shipped import RECORD_FOLDER, digests, read_record, weights_folder
from skillevo.harness.pocket.shop.demos import demonstrate, follow
from skillevo.harness.pocket.shop.lessons import lessons
from skillevo.harness.pocket.shop.measure import CONDITIONS
from skillevo.harness.pocket.shop.phrases import TRAINED, text_of, words_of
from skillevo.harness.pocket.shop.plans import Facts, Plan, draw_plan, right_plan, training_goals, wrong_plan
from skillevo.harness.pocket.shop.teacher import Shown, revise, write
from skillevo.harness.policies.follower import Follower
from skillevo.harness.policies.follower.errands import Buy, Choose, Open, read_errand
from skillevo.harness.policies.ranker import load_ranker
from skillevo.harness.policies.ranker.record import Scene, read_turn_text, write_turn
from skillevo.harness.policies.ranker.shopping import FLAGS, STATE_FLAGS, quotes_of
from skillevo.harness.policies.shop import PLACES, kind_of, limit_of, overlap, queries, request_of
from skillevo.harness.skills import Attempt, History, Skill

REQUEST = "I need a long sleeve rain jacket with contrast stitching, in size medium, and price lower than 60.00 dollars"


@pytest.fixture(scope="module")
def goals() -> list[Facts]:
    return list(training_goals(0, 40))


def test_queries_follow_from_the_request_alone() -> None:
    assert queries(REQUEST) == (
        "long sleeve rain jacket contrast stitching medium",
        "long sleeve rain jacket",
        "jacket",
        "rain jacket",
        "long sleeve rain jacket contrast stitching",
    )
    assert kind_of(REQUEST) == "rain jacket"
    assert limit_of(REQUEST) == 60
    assert queries("") == ("anything",)


def test_training_goals_are_no_panels_goals(goals: list[Facts]) -> None:
    held = {i.tags["product"] for p in ("pocket-val", "pocket-test") for i in load_panel(p).instances}
    assert not held & {f.goal.product.asin for f in goals}


def test_who_follows_a_right_plan_wins_and_a_wrong_one_loses(goals: list[Facts]) -> None:
    rng = random.Random(0)

    def share(make: Callable[[Facts], Plan]) -> float:
        won = [follow(f, plan, text_of(plan, rng), rng).won for f in goals for plan in [make(f)]]
        return sum(won) / len(won)

    assert share(right_plan) > 0.8
    assert share(lambda f: wrong_plan(f, rng)) < 0.1
    assert share(lambda f: ()) < 0.1


def test_the_follower_reads_the_words_of_training(goals: list[Facts]) -> None:
    """Words of plans and the reader of sentences are two sides of one language."""
    rng = random.Random(1)
    said = [(step, words_of(step, rng, TRAINED)) for f in goals for step in draw_plan(f, rng)]
    wrong = [text for step, text in said if read_errand(text).steps != (step,)]
    assert len(wrong) / len(said) < 0.03, wrong


def test_a_demonstration_is_equal_for_equal_seeds(goals: list[Facts]) -> None:
    one, two = (demonstrate(goals[0], random.Random(3)) for _ in range(2))
    assert one.skill == two.skill
    for (turn, weights), (again, same) in zip(one.turns, two.turns, strict=True):
        assert turn.flags.shape[1] == FLAGS and turn.state.shape == (STATE_FLAGS,)
        assert np.array_equal(weights, same) and np.array_equal(turn.flags, again.flags)
        assert weights.sum() == pytest.approx(1)


def test_a_turn_survives_as_text(goals: list[Facts]) -> None:
    d = demonstrate(goals[1], random.Random(4))
    turn = d.turns[-1][0]
    scene, again = read_turn_text(write_turn(d.reader, turn))
    assert scene == Scene.of(d.reader)
    assert np.array_equal(turn.flags, again.flags) and np.array_equal(turn.things, again.things)


def test_what_a_skill_quotes_may_be_searched_for() -> None:
    assert quotes_of('1. Search for "Oat  Milk".\n2. Choose \u201c150 ml\u201d.') == ("oat milk", "150 ml")


def attempt(body: str) -> Attempt:
    options = WebShopOptions(tagger="rule")
    instance = load_panel("pocket-val", options=options).instances[0]
    shown = Conditioning((SkillText("s", "shop", "", body),))
    key = EpisodeKey(instance.id)
    episode = asyncio.run(play(make_env(instance, options), instance, key, 0, Follower(), shown, PlayRules(15)))
    return Attempt(0, 0, Skill("shop", "How to shop.", body), (Played(episode, verify(instance, episode), "train"),))


def played_under(body: str, episode: Episode) -> Attempt:
    return Attempt(0, 0, Skill("shop", "How to shop.", body), (Played(episode, Verdict(0.0, False), "train"),))


def test_the_prompt_holds_request_and_history_only() -> None:
    history = History((attempt("Search for the words of the instruction. Open the first result. Buy it."),))
    (played,) = history.attempts[0].played
    text = compact_prompt(history)
    lines = text.splitlines()
    assert lines[0] == f"task: {load_panel('pocket-val').instances[0].prompt}"
    offers = remember(played.episode).last_results.offers
    for place, offer in zip(PLACES, offers, strict=False):
        (line,) = [x for x in lines if x.startswith(f"{place}: ")]
        found = re.fullmatch(r"\w+: (\d+) of (\d+) words(, over the limit)?(, bought ([\d.]+) without options)?", line)
        assert found is not None, line
        assert int(found[1]) / int(found[2]) == pytest.approx(overlap(request_of(lines[0][6:]), offer.title))
        assert bool(found[3]) == (offer.price > (limit_of(lines[0]) or 1e9))
        assert bool(found[4]) == (place == "first")
    assert f"bought {played.verdict.reward:.2f}" in lines[1]
    assert lines[-2] == "lost: search request, open first, buy"
    assert text.endswith("new skill:\n")
    assert edit_prompt(history, EditRules(), NAME) == text


def test_the_teacher_reads_the_prompt_alone_and_its_skills_can_be_read() -> None:
    for lesson in lessons(training_goals(5, 12), 5):
        shown = Shown.read(lesson.prompt)
        assert shown.rollouts >= 1
        again = write(revise(shown, (), random.Random(0)))
        assert not read_errand(again).unread
    assert [x.answer for x in lessons(training_goals(5, 4), 5)] == [x.answer for x in lessons(training_goals(5, 4), 5)]


def test_skills_of_all_plans_have_text(goals: list[Facts]) -> None:
    rng = random.Random(2)
    assert all(text_of(draw_plan(f, rng), rng) for f in goals)


def test_a_ranker_without_weights_for_the_shop_says_so() -> None:
    options = WebShopOptions(tagger="rule")
    instance = load_panel("pocket-val", options=options).instances[0]
    ranker = load_ranker("pocket/ranker-able")
    episode = asyncio.run(
        play(make_env(instance, options), instance, EpisodeKey(instance.id), 0, ranker, Conditioning(), PlayRules(15))
    )
    assert episode.stop_reason is StopReason.GAVE_UP
    assert episode.notes == ("it knows its way in alfworld, not in webshop",)


def test_the_shipped_ranker_obeys_what_it_reads_of_shopping() -> None:
    panel = load_panel("pocket-val", options=WebShopOptions(tagger="rule")).take(40)
    ranker = load_ranker("pocket/ranker")
    share = {name: sum(successes(ranker, panel, say)) / len(panel) for name, say in CONDITIONS.items()}
    assert share["no skill"] < 0.15
    assert share["solver's skill"] > 0.75
    assert share["in other words"] > share["solver's skill"] - 0.15
    assert share["all wrong"] < 0.1
    assert share["one step wrong"] < share["solver's skill"] - 0.4


def test_results_are_called_by_their_places() -> None:
    """The ranker opens the place that a skill names, whatever the titles say."""
    ranker, options = load_ranker("pocket/ranker"), WebShopOptions(tagger="rule")
    for instance in load_panel("pocket-val", options=options).take(5).instances:
        for place in PLACES:
            body = f"1. Search for the words of the instruction.\n2. Open the {place} result.\n3. Buy it."
            shown = Conditioning((SkillText("s", "shop", "", body),))
            key = EpisodeKey(instance.id)
            episode = asyncio.run(play(make_env(instance, options), instance, key, 0, ranker, shown, PlayRules(15)))
            assert f"open {place}" in compact_prompt(History((played_under(body, episode),)))


def test_the_shipped_writer_is_that_of_the_record() -> None:
    said = read_record(RECORD_FOLDER)["writer-webshop"]
    assert said["sha256"] == digests(weights_folder("writer-webshop"), "writer-webshop")
    assert said["command"].startswith("skillevo pocket build writer-webshop --seed")
    assert said["config"]["preset"] == NAME


def test_the_shipped_writer_writes_what_can_be_followed() -> None:
    """Nearly all of it: its texts are drawn, and a slip of a word is no order to the follower."""
    generator = make_generator("pocket/writer-webshop")
    prompts = [x.prompt for x in lessons(training_goals(9, 30), 9)]
    calls = asyncio.run(generator.write(prompts, "sample", list(range(len(prompts)))))
    readable = [read_errand(c.completion) for c in calls if not read_errand(c.completion).unread]
    assert len(readable) / len(calls) > 0.9
    assert {s.rank for e in readable for s in e.steps if isinstance(s, Open)} >= {1, 2, 3, 4, 5}
    assert sum(Buy() in e.steps for e in readable) / len(readable) > 0.8
    assert 0.2 < sum(Choose() in e.steps for e in readable) / len(readable) < 0.95
