"""WebShop on the command line: import, search, reward, replay, validate and the two seams that it stretched."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from skillevo.envs.webshop.data import cache_folder
from skillevo.harness.cli import main
from skillevo.harness.cli.benchmarks.webshop import measure
from skillevo.harness.cli.benchmarks.webshop_official import official

PRICELESS = {"asin": "B000000001", "options": {}, "goal_index": 0}
NAMES = ("items_shuffle_1000.json", "items_ins_v2_1000.json", "items_human_ins.json")


def item(number: int, name: str, **options: list[str]) -> dict[str, Any]:
    return {
        "asin": f"B{number:09d}",
        "name": name,
        "full_description": f"A {name.lower()}.",
        "small_description": ["Easy clean"],
        "pricing": f"${number}.00",
        "customization_options": {k: [{"value": v} for v in values] for k, values in options.items()} or "",
        "category": "garden",
        "query": "lamps",
        "product_category": "Home › Lamps",
        "images": ["a.jpg"],
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    items = [
        item(1, "Red Lamp", Color=["Red", "Fashion black woman"]),
        *(item(n, f"Lamp number {n}") for n in range(2, 40)),
    ]
    attributes = {i["asin"]: {"attributes": ["easy clean"]} for i in items}
    attributes[items[0]["asin"]] |= {
        "instruction": "Find me easy clean lamps",
        "instruction_attributes": ["easy clean"],
    }
    human = {
        items[1]["asin"]: [
            {"instruction": "a lamp.", "instruction_attributes": ["easy clean"], "instruction_options": []}
        ]
    }
    for name, content in zip(NAMES, (items, attributes, human), strict=True):
        (folder / name).write_text(json.dumps(content))
    return folder


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLEVO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("WEBSHOP_DATA", raising=False)


class Run:
    """The command in this process: what it prints as JSON lines, or its complaint."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = patch, capture

    def __call__(self, *arguments: object, lines: list[Any] | None = None, status: int = 0) -> list[Any]:
        given = io.BytesIO("\n".join(map(json.dumps, lines or [])).encode())
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(given, "utf-8"))
        self._patch.setattr(sys, "argv", ["skillevo", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capture.readouterr()
        assert (ended.value.code or 0) == status, err
        return [err] if status else [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(monkeypatch, capsys)


def test_search(run: Run, data: Path) -> None:
    many = " ".join(f"w{i}" for i in range(1025))
    queries = [{"query": q} for q in ("red", "lamp", "", many)]
    found = run("webshop", "search", "--data", data, "--file", "-", lines=queries)
    assert [found[0], found[2], found[3]] == [{"asins": ["B000000001"]}, {"asins": []}, {"error": "TooManyClauses"}]
    assert len(found[1]["asins"]) == 39


def test_reward(run: Run, data: Path) -> None:
    own = {"asin": "B000000001", "options": {"color": "red"}, "goal_index": 0}
    other = {"asin": "B000000002", "options": {}, "price": 10_000, "goal_index": 0}
    reward = ("webshop", "reward", "--data", data, "--tagger", "rule", "--file", "-")
    first, second = run(*reward, lines=[own, other])
    assert first["parts"]["r_att"] == first["parts"]["r_type"] == 1.0
    assert second["parts"]["r_price"] is False and second["reward"] < first["reward"]
    black = {**own, "options": {"color": "fashion black woman"}}
    indices = range(2)
    lines = [{**black, "goal_index": i} for i in indices]
    upstream, fixed = (run(*reward, "--variant", v, lines=lines) for v in ("upstream", "options-fixed"))
    assert max(r["reward"] for r in upstream) < 1.0 == max(r["reward"] for r in fixed)
    (human,) = run(*reward, "--human", lines=[{**other, "price": 1}])
    assert human["reward"] == 1.0


def test_replay(run: Run, data: Path) -> None:
    actions = ["search[red]", "click[b000000001]", "click[red]", "click[buy now]", "search[lamp]", "search[<c>]", "x"]
    lines = [{"goal": 1, "actions": actions, "show_attrs": True, "random_seed": None}, {"goal": 0, "actions": []}]
    found = run(
        *("replay", "webshop", "--data", data, "--env-seed", 3, "--mode", "text_rich", "--tagger", "rule"),
        *("--actions", "-"),
        lines=lines,
    )
    assert [(f["goal"], f["action"]) for f in found] == [(1, None), *((1, a) for a in actions[:6]), (0, None)]
    assert found[0]["actions"] == {"has_search_bar": True, "clickables": ["search"]}
    assert "attributes" in found[2]["actions"]["clickables"]
    assert "[clicked button] red [clicked button_]" in found[3]["observation"]
    bought = found[4]
    assert bought["done"] and bought["success"] is (bought["reward"] == 1.0)
    assert not found[5]["done"] and "error" not in found[5], "it goes on after the purchase"
    assert found[6] == {"goal": 1, "action": "search[<c>]", "error": "IndexError"}


@pytest.mark.parametrize(
    ("arguments", "line", "complaint"),
    [
        (("webshop", "search", "--file", "-"), {"query": 3}, "query is a text"),
        (("webshop", "search", "--file", "-"), [], "no JSON object"),
        (("webshop", "search", "--file", "nowhere.jsonl"), {}, "cannot read nowhere.jsonl"),
        (
            ("webshop", "reward", "--file", "-"),
            {"asin": "x", "options": {}, "goal_index": 0},
            "line 1: there is no product 'x'",
        ),
        (("webshop", "reward", "--file", "-"), {"asin": "x", "options": [], "goal_index": 0}, "options is an object"),
        (("webshop", "reward", "--file", "-"), {"asin": "x", "options": {}, "goal_index": 9}, "there is no goal 9"),
        (("webshop", "reward", "--file", "-"), {**PRICELESS, "price": float("nan")}, "price is a finite number"),
        (("webshop", "reward", "--file", "-", "--tagger", "x"), {}, "there is no tagger 'x'"),
        (("webshop", "reward", "--file", "-", "--variant", "x"), {}, "reward is one of upstream, options-fixed"),
        (("replay", "webshop", "--actions", "-"), {"goal": 2, "actions": []}, "line 1: there is no goal 2"),
        (("replay", "webshop", "--actions", "-"), {"goal": 0, "actions": [1]}, "actions is a list of texts"),
        (("replay", "webshop", "--actions", "-"), {"goal": -1, "actions": []}, "goal is a whole number"),
        (("replay", "webshop", "--actions", "-"), {"goal": 0, "actions": [], "show_attrs": "no"}, "show_attrs is true"),
        (("replay", "webshop", "--actions", "-", "--mode", "html"), {}, "--mode is one of text, text_rich, url"),
        (("replay", "webshop", "--actions", "-", "-T", "reward=upstream"), {}, "-T goes with --instance"),
        (("replay", "webshop", "--actions", "-", "--panel", "verl-500"), {}, "--panel goes with --instance"),
        (("replay", "webshop", "--actions", "-", "--env-seed", "-1"), {}, "--env-seed is a whole number"),
    ],
)
def test_mistakes_are_named(run: Run, data: Path, arguments: tuple[str, ...], line: Any, complaint: str) -> None:
    (message,) = run(*arguments, "--data", data, lines=[line], status=2)
    assert complaint in message


def test_without_data_the_way_out_is_named(run: Run) -> None:
    (message,) = run("webshop", "search", "--file", "-", status=2)
    assert "WEBSHOP_DATA" in message


def test_importing_and_checking_a_shop(run: Run, data: Path, tmp_path: Path) -> None:
    items, attributes, human = (data / name for name in NAMES)
    files = ("--items", items, "--attributes", attributes, "--human", human, "--out", tmp_path / "shop")
    (made,) = run("data", "webshop", *files, "--json")
    assert made["products"] == 39
    assert run("data", "webshop", "--out", tmp_path / "shop", "--json") == [made]
    index = tmp_path / "shop" / "search.idx"
    index.write_bytes(index.read_bytes()[:-1] + b"x")
    (message,) = run("data", "webshop", "--out", tmp_path / "shop", status=2)
    assert "search.idx is damaged" in message
    (message,) = run("data", "webshop", "--items", items, "--out", tmp_path / "b", status=2)
    assert "--attributes" in message


def test_validate_lists_what_the_originals_reward_cannot_score(run: Run, data: Path) -> None:
    (found,) = run("validate", "webshop", "--panel", "verl-500", "--root", data, "--json")
    assert (found["n"], found["complaints"]) == (2, [])
    assert len(found["known_limits"]) == 1 and "score 0.667 under the original's reward" in found["known_limits"][0]


def test_the_root_is_an_option_of_the_world_too(run: Run, data: Path) -> None:
    options = ("-T", f"root={data}", "-T", "reward=upstream")
    (found,) = run("validate", "webshop", "--panel", "verl-500", *options, "--json")
    assert found["n"] == 2
    (message,) = run("validate", "webshop", "-T", f"root={data}", status=2)
    assert "pocket-test has a catalogue of its own: leave root away" in message


@pytest.mark.parametrize(
    ("listed", "complaint"),
    [([1.5], "1.5 is no goal index"), ([True], "True is no goal index"), (None, "cannot be read: No such file")],
)
def test_a_list_of_goals_holds_whole_numbers(
    run: Run, data: Path, listed: list[Any] | None, complaint: str, tmp_path: Path
) -> None:
    if listed is not None:
        (tmp_path / "goals.json").write_text(json.dumps(listed))
    panel = f"synthetic@{tmp_path / 'goals.json'}"
    (message,) = run("validate", "webshop", "--panel", panel, "--root", data, status=2)
    assert complaint in message


def test_bench_without_a_catalogue_measures_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBSHOP_OFFICIAL", raising=False)
    figures = {f.name: f for f in measure(None, ())}
    figures.pop("the original")
    assert {n.partition(":")[0] for n in figures} == {"1,000"} and all(f.value for f in figures.values())


def test_the_original_with_another_catalogue_is_not_taken_for_this_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "web_agent_site"
    (site / "engine").mkdir(parents=True)
    (site / "engine" / "engine.py").write_text("def get_top_n_product_from_keywords(*_): ...")
    (site / "envs.py").write_text(
        "from types import SimpleNamespace as N\n"
        "goal = dict(instruction_text='a', name='b', goal_options={}, asin='C')\n"
        "server = N(goals=[goal], all_products=[1, 2, 3], search_engine=0, product_item_dict={})\n"
        "def WebAgentTextEnv(**_): return N(server=server, reset=lambda session: 0, step=lambda action: 0)\n"
    )
    monkeypatch.setenv("WEBSHOP_OFFICIAL", str(tmp_path))
    monkeypatch.delenv("WEBSHOP_PYTHON", raising=False)
    (wrong,) = official({1_000: 5.0})
    assert wrong.value is None and "it loaded 3 products" in wrong.how
    assert {f.name.partition(":")[0] for f in official({3: 5.0})} == {"the original, 3", "3"}


def test_bench_measures_a_shop_and_one_made_from_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBSHOP_OFFICIAL", raising=False)
    figures = {f.name: f for f in measure(str(data), (120,))}
    assert figures["120: import"].met and figures["120: memory of the import"].met
    official = figures.pop("the original")
    assert official.value is None and "WEBSHOP_OFFICIAL" in official.how, "and it says how to have it measured"
    assert all(f.value is not None and f.value > 0 for f in figures.values())
    assert {n.partition(":")[0] for n in figures} == {"39", "120"}
    assert list(cache_folder().glob("varied-120-*/shop.json")), "it is kept for the next time"
