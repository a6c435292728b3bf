"""An episode: what is seen, what tools say, and what is refused."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from skillevo.envs.base import EpisodeKey, Observation, SkillevoError, Step, TaskInstance
from skillevo.envs.gaia import BENCHMARK, GaiaEnv, GaiaOptions, load_panel, make_env
from skillevo.envs.gaia.actions import TOOL_ERROR
from skillevo.envs.gaia.calculator import NoArithmetic, calculate
from skillevo.envs.gaia.sandbox import LocalSandbox
from skillevo.envs.pages import Page, PageProblem, PageUnavailable
from skillevo.harness.play import Conditioning, PlayRules
from skillevo.harness.play import play as run_episode
from skillevo.harness.policies.oracle import OraclePolicy

PLAIN = GaiaOptions(sandbox="none")
HTML = b"<html><body><h1>Lamps</h1><a href='/b'>more</a></body></html>"


class Shelf:
    """Pages from memory."""

    async def get(self, url: str) -> Page:
        if url == "http://a.example/moved":
            return Page(url, "https://huggingface.co/datasets/x", 200, "text/html", HTML)
        if url != "http://a.example/":
            raise PageUnavailable(url, PageProblem.NOT_ARCHIVED, "the archive has no such page")
        return Page(url, url, 200, "text/html; charset=utf-8", HTML)

    async def close(self) -> None: ...


async def found(query: str) -> str:
    return f"1. http://a.example/ about {query}"


def play(env: Any, *actions: str) -> list[Observation | Step]:
    async def go() -> list[Observation | Step]:
        try:
            return [await env.reset(), *[await env.step(a) for a in actions]]
        finally:
            await env.close()

    return asyncio.run(go())


def texts(env: Any, *actions: str) -> list[str]:
    return [s.observation.text if isinstance(s, Step) else s.text for s in play(env, *actions)]


def question(kind: str, **options: Any) -> Any:
    instance = next(i for i in load_panel("pocket-test") if i.tags["kind"] == kind)
    return make_env(instance, GaiaOptions(sandbox="none", **options)), instance


def test_an_episode_from_file_to_answer() -> None:
    env, instance = question("ledger_total")
    (name,) = instance.payload["attachments"]
    first, read, wrong, last = play(env, f"read_file[{name}]", "dance", f"answer[{instance.payload['answer']}]")
    assert name in first.text
    assert first.forms == (
        "answer[<final answer>]",
        "calculate[<expression>]",
        "read_file[<file name>]",
    )
    assert read.observation.text.startswith(f"{name}:\nitem,town,") and not read.done
    assert wrong.observation.text.startswith("Error: this is no action; there are answer[")
    assert (last.reward, last.done) == (1.0, True)
    assert len({first.state_key, read.observation.state_key, wrong.observation.state_key}) == 3


def test_long_documents_are_paged(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("a" * 200 + "b" * 200 + "c")
    env = GaiaEnv({"long.txt": tmp_path / "long.txt"}, lambda a: False, GaiaOptions(sandbox="none", page_chars=200))
    _, one, two, three, none, word = play(env, "read_file[long.txt]", "page[2]", "page[3]", "page[4]", "page[x]")
    assert (
        one.observation.text == "long.txt, page 1 of 3:\n" + "a" * 200
        and "page[<page number>]" in one.observation.forms
    )
    assert two.observation.text.endswith("b" * 200) and three.observation.text == "long.txt, page 3 of 3:\nc"
    assert (
        none.observation.text
        == word.observation.text
        == "Error: page takes a number from 1 to 3, once something is open"
    )


def test_pictures_are_shown_only_to_who_wants_them() -> None:
    for media in (True, False):
        env, instance = question("tile_count", media=media)
        (name,) = instance.payload["attachments"]
        first, read = play(env, f"read_file[{name}]")
        assert [a.media_type for a in first.attachments] == ["image/png"] * media
        assert len(read.observation.attachments) == media and "image/png" in read.observation.text


def test_archives_are_laid_out() -> None:
    env, instance = question("year_balance")
    (name,) = instance.payload["attachments"]
    first, read = texts(env, "read_file[refunds.json]")
    assert f"- {name}.unpacked/books/january.csv (" in first and '"account"' in read


def test_code_of_many_lines_runs_on_copies(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("41")
    env = GaiaEnv(
        {"n.txt": tmp_path / "n.txt"}, lambda a: a == "42", GaiaOptions(sandbox="local"), sandbox=LocalSandbox()
    )
    code = "python[\nn = [int(open('n.txt').read())]\nfor x in n:\n    print(x + 1)\n]"
    first, ran, wiped, still, _ = play(env, code, "bash[rm n.txt; exit 2]", "read_file[n.txt]", "answer[42]")
    assert "python[<code>]" in first.forms and ran.observation.text == "42"
    assert wiped.observation.text == "Error: exit status 2" and still.observation.text == "n.txt:\n41"
    assert first.admits(code)


def test_tool_errors_are_counted_by_what_tools_did_not_by_what_texts_say(tmp_path: Path) -> None:
    (tmp_path / "Error: a.txt").write_text("Error: no such thing\nError: exit status 1")
    env = GaiaEnv(
        {"Error: a.txt": tmp_path / "Error: a.txt"},
        lambda a: True,
        GaiaOptions(sandbox="local"),
        sandbox=LocalSandbox(),
    )
    actions = [
        "read_file[Error: a.txt]",
        "bash[echo 'Error: exit status 2']",
        "bash[echo fine; exit 2]",
        "read_file[b.txt]",
        "calculate[1 / 0]",
        "visit[http://a.example/]",
        "answer[x]",
    ]
    instance = TaskInstance("q", "gaia", "test", "What?", {"answer": "x"})
    policy = OraclePolicy(lambda _: actions)
    episode = asyncio.run(run_episode(env, instance, EpisodeKey("q"), 0, policy, Conditioning(), PlayRules()))
    assert [t.note == TOOL_ERROR for t in episode.turns] == [False, False, True, True, True, True, False]
    parts = BENCHMARK.verify(instance, episode).parts
    assert (parts["tools"], parts["tool_errors"]) == (6, 4)


class Stuck(LocalSandbox):
    async def start(self, files: Any) -> None:
        raise SkillevoError("no engine")


def test_a_sandbox_that_does_not_start_is_the_episodes_error() -> None:
    with pytest.raises(SkillevoError, match="no engine"):
        play(GaiaEnv({}, lambda a: False, PLAIN, sandbox=Stuck()), "python[1]")


def test_the_web_through_a_page_source() -> None:
    pytest.importorskip("markitdown")
    env = GaiaEnv({}, lambda a: False, PLAIN, pages=Shelf(), search=found)
    first, hits, page, missing, *refused = play(
        env,
        "search[lamps]",
        "visit[http://a.example/]",
        "visit[http://b.example/]",
        "visit[https://huggingface.co/datasets/gaia-benchmark/GAIA]",
        "visit[http://a.example/moved]",
    )
    assert {"search[<query>]", "visit[<address>]"} <= set(first.forms)
    assert hits.observation.text.endswith("1. http://a.example/ about lamps")
    assert "# Lamps" in page.observation.text and "/b" in page.observation.text
    assert missing.observation.text == "Error: http://b.example/: the archive has no such page"
    assert all("is refused: data sets hold" in step.observation.text for step in refused)
    assert all(f.startswith("Error: this is no action") for f in texts(GaiaEnv({}, bool, PLAIN), "visit[x]")[1:])


def test_the_web_as_the_options_say() -> None:
    """The bundled walker's archive as GAIA's web: searched, visited, and never left."""
    walker = pytest.importorskip("skillevo.envs.webwalker")
    question = walker.load_panel("pocket-test").instances[0]
    archive, root = question.payload["archive"], question.payload["root"]
    env = make_env(load_panel("pocket-test").instances[0], GaiaOptions(sandbox="none", pages="replay", archive=archive))
    first, hits, page, away, odd = play(
        env, "search[university]", f"visit[{root}]", "visit[http://elsewhere.example/]", "visit[http://[]"
    )
    assert {"search[<query>]", "visit[<address>]"} <= set(first.forms)
    found = hits.observation.text.splitlines()[1]
    assert found.startswith(("http://", "https://"))
    assert page.observation.text.startswith(root) and f"<{root}" in page.observation.text
    assert "this page is not in the archive" in away.observation.text and odd.observation.text.startswith("Error: ")
    with pytest.raises(SkillevoError, match="archive=DIR"):
        BENCHMARK.check_installed(GaiaOptions(sandbox="none", pages="replay"))
    with pytest.raises(SkillevoError, match="nowhere is no archive"):
        BENCHMARK.check_installed(GaiaOptions(sandbox="none", pages="replay", archive="nowhere"))
    with pytest.raises(SkillevoError, match="record=true"):
        GaiaOptions(record=True)


def test_a_live_page_is_let_go_of_with_the_episode_and_private_ones_are_refused() -> None:
    task = load_panel("pocket-test").instances[0]
    env = make_env(task, GaiaOptions(sandbox="none", pages="live", interval=0.0))
    first, *refused = play(
        env, "visit[http://127.0.0.1:1/]", "visit[file:///etc/passwd]", "visit[http://169.254.169.254/]"
    )
    assert "search[<query>]" not in first.forms
    assert all(step.observation.text.startswith("Error: ") for step in refused)
    assert "private network" in refused[0].observation.text and "only http" in refused[1].observation.text


@pytest.mark.parametrize(
    ("expression", "value"),
    [("2 + 3 * 4", "14"), ("7 / 2", "3.5"), ("2^10", "1024"), ("sqrt(16) - -1", "5"), ("round(2 / 3, 2)", "0.67"),
     ("sum(1, 2, 3) % 4", "2"), ("max(1, pi)", "3.141592653589793")],
)  # fmt: skip
def test_the_calculator_calculates(expression: str, value: str) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize(
    "expression",
    ["", "1 +", "1 / 0", "9 ** 9 ** 9", "2 ** 99999", "(-8) ** 0.5", "'a' * 3", "__import__('os')", "x", "[1]",
     "1 if 1 else 2", "abs.__class__", "1" * 3_000, "(" * 500 + "1" + ")" * 500, "exp(1000)",
     "10.0 ** 400", "True + 1", "sqrt(-1)"],
)  # fmt: skip
def test_the_calculator_refuses(expression: str) -> None:
    with pytest.raises(NoArithmetic):
        calculate(expression)
