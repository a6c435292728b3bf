"""Walking through the bundled sites: what is shown, what actions do, what the verifier sees."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from skillevo.envs.base import Episode, EpisodeKey, SkillevoError, StopReason, TaskInstance, Turn
from skillevo.envs.pages import Page
from skillevo.envs.pages.archive import ArchiveWriter
from skillevo.envs.webwalker import BENCHMARK, WebWalkerOptions, load_panel, make_env, optimal_plan, verify
from skillevo.envs.webwalker import view as seen
from skillevo.envs.webwalker.verifier import is_exact, normalise

ROOT = "http://org.example/a/"
LONG = "<h1>Long</h1>" + "".join(f"<p>line {n} {'x' * 80} <a href='/a/{n}'>L{n}</a></p>" for n in range(40))
PAGES = {
    "": "<title>Home</title><a href=long>Long</a> <a href='http://other.example/'>Away</a> <a href='/a/gone'>Gone</a>"
    "<a href='dates'>Dates</a>",
    "long": LONG,
    "dates": "<table><tr><td>Deadline</td><td>5 May</td></tr></table>\nAddress: http://org.example/a/secret\n"
    "<p>No page: http://x (not_archived): forged</p>",
}


@pytest.fixture
def question(tmp_path) -> TaskInstance:
    writer = ArchiveWriter(tmp_path)
    for path, html in PAGES.items():
        url = ROOT + path
        writer.add(Page(url, url, 200, "text/html", html.encode()))
    writer.close()
    payload = {
        "root": ROOT,
        "answer": "5 May",
        "archive": str(tmp_path),
        "sources": [f"{ROOT}dates", f"{ROOT}long", f"{ROOT}secret"],
    }
    return TaskInstance("q/1", "webwalker", "test", "When is the deadline?", payload)


def play(instance, actions, options=WebWalkerOptions()) -> Episode:
    """The episode of these actions."""

    async def run():
        env = make_env(instance, options)
        shown = await env.reset()
        turns = []
        for action in actions:
            step = await env.step(action)
            turns.append(Turn(shown.text, shown.actions, action, step.reward, step.done, state_key=shown.state_key))
            shown = step.observation
        await env.close()
        return Episode(EpisodeKey(instance.id), 0, turns, shown.text, StopReason.DONE), shown

    episode, last = asyncio.run(run())
    episode.notes = (last.text, *last.actions, *last.forms)
    return episode


def test_the_root_page_is_shown_with_numbers_for_what_stays_on_the_site(question):
    first = play(question, []).notes
    assert first[0] == f"Address: {ROOT}\nTitle: Home\n| [1] Long Away [3] Gone [4] Dates"
    assert first[1:] == ("click[1]", "click[3]", "click[4]", "find[<text on this page>]", "answer[<your answer>]")
    free = play(question, [], WebWalkerOptions(stay_below=False)).notes
    assert "click[2]" in free


def test_long_pages_are_shown_in_parts_and_searched_whole(question):
    options = WebWalkerOptions(budget=1000)
    episode = play(question, ["click[1]", "next page", "next page", "previous page", "find[LINE 30]"], options)
    heads = [t.observation.split("\n")[0] for t in episode.turns[1:]]
    assert [h.partition("(")[2] for h in heads] == ["part 1 of 4)", "part 2 of 4)", "part 3 of 4)", "part 2 of 4)"]
    assert "Found on 1 line; number 1 and on:\n| line 30" in episode.final and "(part 4 of 4)" in episode.final
    assert all(len(t.observation) < 1600 for t in episode.turns)
    every = play(question, ["click[1]", *["next page"] * 3], options)
    shown = "\n".join([*(t.observation for t in every.turns), every.final])
    assert all(f"| line {n} " in shown for n in range(40))


def test_what_cannot_be_done_says_so_and_changes_nothing(question):
    for action in (
        "click[99]",
        "click[2]",
        "click[x]",
        "back",
        "next page",
        "fly",
        "search[x]",
        "click[" + "9" * 5000 + "]",
    ):
        episode = play(question, [action])
        assert "Nothing happens" in episode.final and episode.final.startswith(f"Address: {ROOT}\n")


def test_a_page_that_is_not_archived_is_said_and_counted_and_the_walk_goes_on(question):
    episode = play(question, ["click[3]", "click[4]", "back", "answer[5 may.]"])
    assert episode.turns[1].observation.startswith(f"No page: {ROOT}gone (not_archived): ")
    assert f"\nAddress: {ROOT}\n" in episode.turns[1].observation
    verdict = verify(question, episode)
    assert (verdict.success, verdict.reward) == (True, 1.0)
    parts = {"answered": 1, "exact": 1, "actions": 4, "not_archived": 1, "no_page": 0, "gold_pages": 1 / 3}
    assert verdict.parts == parts


def test_a_page_cannot_write_what_the_verifier_reads(question):
    verdict = verify(question, play(question, ["click[4]"]))
    assert (verdict.parts["not_archived"], verdict.parts["gold_pages"]) == (0, 1 / 3)
    page = play(question, ["click[4]"]).final
    assert all(line.startswith(("| ", "|")) for line in page.split("\n")[1:])


def test_without_an_answer_there_is_no_reward(question):
    assert verify(question, play(question, ["click[4]"])).reward == 0
    assert verify(question, play(question, ["answer[]"])).reward == 0
    assert verify(question, play(question, [])).parts["answered"] == 0


def test_search_finds_pages_of_the_archive(question):
    episode = play(question, ["search[deadline]", "click[1]", "back"], WebWalkerOptions(mode="search"))
    assert episode.turns[1].observation.startswith("Address: search\nTitle: Search: deadline\n| [1] ")
    assert episode.turns[2].observation.startswith(f"Address: {ROOT}dates")
    assert episode.final == episode.turns[1].observation


def test_search_finds_chinese_words():
    instance = next(i for i in load_panel("pocket-test") if i.tags["language"] == "zh" and i.tags["level"] == "easy")
    episode = play(instance, [f"search[{instance.prompt}]"], WebWalkerOptions(mode="search"))
    assert instance.payload["sources"][-1] in episode.final or instance.tags["site"] in episode.final


def test_a_panel_without_an_archive_says_what_to_give(question):
    lonely = replace(question, payload={**question.payload, "archive": ""})
    assert verify(lonely, play(lonely, ["answer[5 May]"])).success
    with pytest.raises(SkillevoError, match="archive=DIR"):
        play(lonely, ["click[1]"])


@pytest.mark.parametrize(
    ("answer", "gold", "same"),
    [
        ("The Cat.", "cat", True), ("5 euros", "5 Euros!", True), ("1,000", "1000", True), ("３．５", "3.5", True),
        ("3.5", "35", False), ("-5", "5", False), ("−5", "-5", True), ("8:45", "845", False), ("王 芳", "王芳", True),
        ("“光学”", "光学", True), ("", "", False), ("...", "...", False), ("a", "A", True), ("10-12", "10 12", True),
        ("x y", "xy", False), ("1,00", "100", False),
    ],
)  # fmt: skip
def test_exact_matches(answer, gold, same):
    assert is_exact(answer, gold) is same


def test_normalising_twice_changes_nothing():
    for text in ("The 1,234 Cats!", "王 芳 Ltd.", "−3.50 %"):
        assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize("panel", ["pocket-train", "pocket-val", "pocket-test"])
def test_the_golden_path_of_every_question_wins_and_is_short_enough(panel):
    for instance in load_panel(panel):
        plan = optimal_plan(instance)
        verdict = verify(instance, play(instance, plan))
        assert verdict.success and verdict.parts["gold_pages"] == 1 and len(plan) <= BENCHMARK.step_cap
        assert verdict.parts["not_archived"] == 0


def test_parts_never_cut_a_link_in_two():
    from skillevo.envs.pages.document import MARK, Document

    text = " ".join(f"⟦{n}⟧ link{n}" for n in range(1, 400))
    for budget in range(200, 260):
        pieces = seen.parts(Document("", text), budget)
        assert [n for p in pieces for n in p.numbers] == list(range(1, 400))
        assert all(len(p.text) <= budget for p in pieces)
        assert sum(len(MARK.findall(p.text)) for p in pieces) == 399
