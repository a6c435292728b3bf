"""What the ranker reads: words of any text, and what an episode has shown so far."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.alfworld import load_panel, optimal_plan
from skillevo.envs.alfworld.data import load_game
from skillevo.envs.alfworld.engine import World
from skillevo.envs.base import DataError
from skillevo.harness.policies.ranker.features import FLAGS, LONGEST_SKILL, STATE_FLAGS, Reader, read_text
from skillevo.harness.policies.ranker.memory import VERBS, Memory, read_command
from skillevo.harness.policies.ranker.record import Scene, read_turn_text, write_turn
from skillevo.harness.policies.ranker.storage import load, save
from skillevo.harness.policies.ranker.words import BUCKETS, pieces, read_words, stems

ROOM = (
    "-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle of a room. Looking quickly around you, you see a "
    "drawer 2, a drawer 1, and a fridge 1.\n\nYour task is to: put a cool mug in drawer."
)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for token in read_words(text):
        assert all(0 <= p < BUCKETS for p in pieces(token.word))
    stems(text)


def test_sentences_are_counted_and_numbered_lines_are_one_sentence_each() -> None:
    tokens = read_words("1. Find it.\n2. Take it, then go.\n\n- Done")
    assert [t.word for t in tokens] == ["1", "find", "it", "2", "take", "it", ",", "then", "go", "done"]
    assert [t.sentence for t in tokens] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize(("text", "stem"), [("side tables", "sidetable"), ("the shelves", "shelf"), ("Knives", "knif")])
def test_plurals_and_compounds_have_the_stem_of_the_worlds_name(text: str, stem: str) -> None:
    assert stem in stems(text)
    assert "pen" not in stems("open the door")


def test_memory_follows_what_the_world_says() -> None:
    m = Memory(ROOM)
    assert m.task == "put a cool mug in drawer."
    assert m.places == ("drawer 2", "drawer 1", "fridge 1")
    m.observe("go to drawer 1", "You arrive at drawer 1. The drawer 1 is closed.")
    assert m.closed == {"drawer 1"}
    m.observe("open drawer 1", "You open the drawer 1. The drawer 1 is open. In it, you see a mug 1, and a pen 2.")
    assert m.opened == {"drawer 1"}
    assert m.seen == {"mug 1": "drawer 1", "pen 2": "drawer 1"}
    m.observe("take mug 1 from drawer 1", "You pick up the mug 1 from the drawer 1.")
    assert m.held == "mug 1"
    assert "mug 1" not in m.seen
    m.observe("heat mug 1 with fridge 1", "Nothing happens.")
    assert m.refused
    assert not m.treated
    m.observe("cool mug 1 with fridge 1", "You cool the mug 1 using the fridge 1.")
    m.observe("move mug 1 to drawer 1", "You move the mug 1 to the drawer 1.")
    assert m.treated == {"mug 1": {"cool"}}
    assert m.placed == {"mug 1": "drawer 1"}
    assert not m.held


def test_every_command_of_the_world_is_understood() -> None:
    for instance in load_panel("pocket-val").take(12):
        world = World(load_game(str(instance.payload["source"])))
        for command in optimal_plan(instance):
            assert all(read_command(a).name for a in world.actions)
            world.step(command)
    assert read_command("dance with fridge 1").name == ""


def features_of(skill: str) -> tuple[Reader, list[str]]:
    instance = load_panel("pocket-val").instances[3]
    world = World(load_game(str(instance.payload["source"])))
    reader = Reader(world.reset(), skill)
    for step, command in enumerate(optimal_plan(instance)[:3]):
        reader.turn(world.actions, step)
        reader.memory.observe(command, world.step(command))
    return reader, list(world.actions)


def test_a_turn_survives_being_written_down() -> None:
    reader, actions = features_of("1. Look in the drawers.\n2. Heat it in the microwave.")
    turn = reader.turn(tuple(actions), 3)
    assert turn.flags.shape == (len(actions), FLAGS)
    assert turn.state.shape == (STATE_FLAGS,)
    scene, again = read_turn_text(write_turn(reader, turn))
    assert scene == Scene.of(reader)
    for name in ("verbs", "things", "places", "flags", "state"):
        np.testing.assert_array_equal(getattr(turn, name), getattr(again, name))
    assert (turn.last, turn.held, turn.here) == (again.last, again.held, again.here)


def test_a_written_turn_of_other_features_is_refused() -> None:
    reader, actions = features_of("")
    text = json.loads(write_turn(reader, reader.turn(tuple(actions), 3)))
    with pytest.raises(DataError, match="features of version 0"):
        read_turn_text(json.dumps({**text, "features": 0}))
    with pytest.raises(DataError, match="no turn"):
        read_turn_text("look")


def test_a_long_skill_is_cut() -> None:
    text = read_text("put a mug in drawer", "word " * 2000)
    assert len(text.tokens) == LONGEST_SKILL
    assert text.task == 5


def test_weights_survive_storage(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {"table": rng.normal(size=(50, 8)).astype(np.float32), "x": rng.normal(size=(3, len(VERBS))).astype("f4")}
    save(tmp_path / "a.npz", arrays)
    save(tmp_path / "b.npz", arrays)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    for name, kept in load(tmp_path / "a.npz").items():
        np.testing.assert_allclose(kept, arrays[name], atol=0.02)


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_damaged_weights_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "weights.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match="weights.npz"):
        load(path)
