"""Panels: fixed, hashed, and honest about what they are."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from house import KITCHEN, make_game
from real_data import RealGames

from skillevo.envs.alfworld import BENCHMARK, AlfworldOptions, load_panel, make_env, optimal_plan, panel_names, verify
from skillevo.envs.alfworld.data import list_games, load_game
from skillevo.envs.alfworld.demos import demonstrations
from skillevo.envs.alfworld.generate import rooms_for
from skillevo.envs.alfworld.pack import write_pack
from skillevo.envs.alfworld.problem import TASK_TYPES
from skillevo.envs.alfworld.tools import check_tree, pack_tree
from skillevo.envs.base import DataError, Episode, EpisodeKey, SkillevoError, StopReason, Turn


def lay_tree(games: RealGames, names: list[str], folder: Path) -> Path:
    for name in names:
        path = folder / "json_2.1.1" / name
        path.parent.mkdir(parents=True)
        path.write_text(games.raw(name), "utf-8")
    return folder


def test_pocket_panels_are_balanced_and_keep_their_rooms_apart() -> None:
    panels = {name: load_panel(name) for name in ("pocket-train", "pocket-val", "pocket-test")}
    for name, size in (("pocket-train", 360), ("pocket-val", 120), ("pocket-test", 240)):
        panel = panels[name]
        assert len(panel) == len({i.id for i in panel}) == len({i.digest for i in panel}) == size
        assert Counter(i.tags["type"] for i in panel) == dict.fromkeys(TASK_TYPES, size / 6)
    rooms = {name: {i.tags["room"] for i in p} for name, p in panels.items()}
    assert not rooms["pocket-train"] & rooms["pocket-test"]
    assert not rooms["pocket-train"] & rooms["pocket-val"]
    assert not rooms["pocket-val"] & rooms["pocket-test"]


def test_a_panel_is_the_same_every_time() -> None:
    assert load_panel("pocket-val").hash == load_panel("pocket-val").hash
    assert load_panel("pocket-val").take(10).hash != load_panel("pocket-val").hash


def test_released_splits_from_a_tree_and_from_a_pack_are_one_panel(real_games: RealGames, tmp_path: Path) -> None:
    names = [n for n in real_games.names() if n.startswith("valid_seen/")]
    root = lay_tree(real_games, names, tmp_path / "tree")
    panel = load_panel("valid_seen", root)
    assert panel.name == "valid_seen" and len(panel) == 140
    assert [i.id + "/game.tw-pddl" for i in panel] == sorted(names)
    assert all(i.payload["optimal"] == len(optimal_plan(i)) for i in panel.instances[::20])
    pack_tree(root / "json_2.1.1", tmp_path / "games.pack")
    assert load_panel("valid_seen", tmp_path / "games.pack").hash == panel.hash


def test_a_split_that_is_not_whole_does_not_get_its_name(real_games: RealGames, tmp_path: Path) -> None:
    names = [n for n in real_games.names() if n.startswith("valid_seen/")][:5]
    panel = load_panel("valid_seen", lay_tree(real_games, names, tmp_path))
    assert panel.name == "valid_seen (5 of 140)"


def test_a_damaged_game_in_a_tree_is_named(real_games: RealGames, tmp_path: Path) -> None:
    names = [n for n in real_games.names() if n.startswith("valid_seen/")][:3]
    root = lay_tree(real_games, names, tmp_path)
    path = root / "json_2.1.1" / names[1]
    path.write_text(path.read_text()[:5000])
    with pytest.raises(DataError, match=names[1].split("/")[1]):
        load_panel("valid_seen", root)
    report = check_tree(root)
    assert [len(s.damaged) for s in report.splits] == [0, 1, 0]


def test_another_dialect_is_refused_here_and_accepted_for_the_official_engine(
    real_games: RealGames, tmp_path: Path
) -> None:
    name = next(n for n in real_games.names() if n.startswith("valid_seen/"))
    root = lay_tree(real_games, [name], tmp_path)
    path = root / "json_2.1.1" / name
    path.write_text(json.dumps({**json.loads(path.read_text()), "pddl_domain": "(define (domain alfred))"}))
    with pytest.raises(SkillevoError, match="engine=official"):
        load_panel("valid_seen", root)
    assert len(load_panel("valid_seen", root, "official")) == 1


def test_a_game_that_changed_under_its_panel_is_refused(real_games: RealGames, tmp_path: Path) -> None:
    names = [n for n in real_games.names() if n.startswith("valid_seen/")][:2]
    root = lay_tree(real_games, names, tmp_path)
    instance = load_panel("valid_seen", root).instances[0]
    path = root / "json_2.1.1" / names[0]
    path.write_text(real_games.raw(names[1]))
    with pytest.raises(DataError, match="has changed since its panel was made"):
        make_env(instance)


GAME_ID = "valid_seen/pick_heat_then_place_in_recep-Apple-None-SideTable-7/trial_1"


def lay_pack(folder: Path, **changes: str) -> Path:
    game = replace(make_game(**KITCHEN, goal=("heat", "Apple", "SideTable")), **changes)
    write_pack(folder / "games.pack", [(GAME_ID, "valid_seen", game)])
    return folder / "games.pack"


def test_a_pack_of_our_own_is_a_part_of_a_split_and_plays(tmp_path: Path) -> None:
    panel = load_panel("valid_seen", lay_pack(tmp_path))
    assert panel.name == "valid_seen (1 of 140)" and panel.instances[0].tags == {
        "type": "pick_heat_then_place_in_recep",
        "room": "7",
    }
    assert len(optimal_plan(panel.instances[0])) == 6


def test_a_pack_of_another_dialect_is_for_the_official_engine(tmp_path: Path) -> None:
    pack = lay_pack(tmp_path, dialect="a domain of its own")
    with pytest.raises(SkillevoError, match="engine=official"):
        load_panel("valid_seen", pack)
    (instance,) = load_panel("valid_seen", pack, "official").instances
    assert BENCHMARK.task(instance).startswith("Your task is to: ")
    with pytest.raises(DataError, match="no plan for this game.*another policy can play it"):
        optimal_plan(instance)


def test_a_changed_pack_is_refused(tmp_path: Path) -> None:
    instance = load_panel("valid_seen", lay_pack(tmp_path)).instances[0]
    (tmp_path / "games.pack").unlink()
    lay_pack(tmp_path, task="Your task is to: do something else.")
    with pytest.raises(DataError, match="has changed since its panel was made"):
        make_env(instance)


def test_games_that_the_official_environment_leaves_out_are_left_out(tmp_path: Path) -> None:
    for name in (
        "pick_and_place_simple-Mug-None-Desk-301",
        "pick_and_place_simple-MugSliced-None-Desk-301",
        "pick_and_place_with_movable_recep-Mug-Bowl-Desk-301",
    ):
        (tmp_path / "train" / name / "trial_1").mkdir(parents=True)
        (tmp_path / "train" / name / "trial_1" / "game.tw-pddl").touch()
    assert [g.room for g in list_games(tmp_path, "train")] == ["301"]


def test_demonstrations_come_from_training_rooms() -> None:
    for instance in load_panel("pocket-test").instances[:6]:
        kind = instance.tags["type"]
        first, second = demonstrations(instance, 2)
        for number, text in enumerate((first, second)):
            game = load_game(f"pocket:{kind}/{rooms_for(kind, 'train')[number]}/{1_000_000 + number}")
            assert game.overview in text and game.task in text and text.count("> think:") >= 2
        assert load_game(str(instance.payload["source"])).overview not in first + second


def test_errors_name_the_thing_and_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SkillevoError, match=r"no ALFWorld panel 'valid'.*valid_seen"):
        load_panel("valid")
    monkeypatch.delenv("ALFWORLD_DATA", raising=False)
    with pytest.raises(DataError, match=r"ALFWORLD_DATA.*pocket-"):
        load_panel("valid_seen")
    with pytest.raises(DataError, match="not an ALFWorld tree"):
        load_panel("valid_seen", tmp_path)
    (tmp_path / "train").mkdir()
    with pytest.raises(SkillevoError, match="no games in valid_seen"):
        load_panel("valid_seen", tmp_path)


def test_no_plan_can_be_reached_from_an_environment() -> None:
    """What an environment holds, followed through all its attributes, contains no walkthrough."""
    instance = load_panel("pocket-val").instances[0]
    plan = tuple(optimal_plan(instance))
    assert len(plan) >= 3
    seen: set[int] = set()

    def reach(thing: object) -> None:
        if id(thing) in seen or isinstance(thing, str | int | float | type):
            return
        seen.add(id(thing))
        if isinstance(thing, tuple | list):
            assert tuple(thing) != plan
        children = list(thing) if isinstance(thing, tuple | list | set | frozenset) else []
        children += list(thing.values()) if isinstance(thing, dict) else []
        children += [getattr(thing, a) for a in getattr(type(thing), "__slots__", ()) if hasattr(thing, a)]
        for child in children:
            reach(child)

    env = make_env(instance)
    asyncio.run(env.reset())
    reach(env)
    reach(dict(instance.payload))
    assert len(seen) > 20


def test_options_shape_what_is_shown() -> None:
    instance = load_panel("pocket-val").instances[0]

    async def first(options: AlfworldOptions) -> tuple[str, ...]:
        env = make_env(instance, options)
        await env.reset()
        return (await env.step("look")).observation.actions

    shown = asyncio.run(first(AlfworldOptions()))
    assert "help" in shown
    assert asyncio.run(first(AlfworldOptions(hide_help=True))) == tuple(a for a in shown if a != "help")
    assert asyncio.run(first(AlfworldOptions(admissible=False))) == ()


def episode(*turns: tuple[str, str, float, bool, bool]) -> Episode:
    made = [Turn(seen, (), action, reward, done, sent) for seen, action, reward, done, sent in turns]
    return Episode(EpisodeKey("x"), 0, made, "You move it.", StopReason.DONE)


def test_the_verdict_is_won_or_not() -> None:
    instance = load_panel("pocket-val").instances[0]
    optimal = instance.payload["optimal"]
    won = verify(
        instance,
        episode(
            ("Hello", "look", 0.0, False, True),
            ("Nothing happens.", "think", 0.0, False, False),
            ("OK.", "move", 1.0, True, True),
        ),
    )
    assert won.success and won.reward == 1.0
    assert won.parts == {"steps": 2.0, "optimal": optimal, "nothing": 1.0, "steps_over_optimal": 2.0 - optimal}
    lost = verify(instance, episode(("Hello", "look", 0.0, False, True)))
    assert not lost.success and lost.reward == 0.0 and "steps_over_optimal" not in lost.parts
    assert not verify(instance, episode()).success
    claimed = verify(instance, episode(("Hello", "move", 1.0, True, False)))
    assert not claimed.success, "an action that the world never received wins nothing"


def test_every_name_is_a_panel_or_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALFWORLD_DATA", raising=False)
    for name in panel_names():
        if name.startswith("pocket-"):
            assert load_panel(name).name == name
        else:
            with pytest.raises(DataError):
                load_panel(name)


def test_a_game_of_ours_is_readable_by_hand() -> None:
    assert "(:domain alfred)" in make_game(**KITCHEN, goal=("simple", "Mug", "Cabinet")).problem
