"""Official files: recognised by their domain and grammar, rebuilt to the byte."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from house import KITCHEN, make_game
from real_data import RealGames

from skillevo.envs.alfworld.gamefile import Shell, parse_game, read_game
from skillevo.envs.alfworld.pack import Pack, write_pack
from skillevo.envs.alfworld.problem import UnsupportedGame
from skillevo.envs.base import DataError

GAME = make_game(
    **KITCHEN, goal=("heat", "Apple", "SideTable"), task="Your task is to: heat some apple and put it in sidetable."
)


def test_a_real_file_is_rebuilt_to_the_byte(real_games: RealGames, tmp_path: Path) -> None:
    names = real_games.names()[::40]
    source = tmp_path / "game.tw-pddl"
    source.write_text(real_games.raw(names[0]), "utf-8")
    shell = Shell.from_game(source)
    packed = tmp_path / "games.pack"
    assert write_pack(packed, ((n, n.split("/")[0], parse_game(real_games.read(n), n)) for n in names)) == len(names)
    assert packed.stat().st_size / len(names) < 8_000
    with Pack(packed) as pack:
        assert pack.ids() == sorted(names)
        for name in names:
            assert shell.wrap(pack.read(name)) == real_games.raw(name)


def test_an_unknown_domain_reads_but_does_not_compile(real_games: RealGames) -> None:
    data = real_games.read(real_games.names()[0])
    for key in ("pddl_domain", "grammar"):
        other = parse_game({**data, key: data[key] + " "}, "somewhere")
        assert not other.known
        with pytest.raises(UnsupportedGame, match="this game has a (domain|grammar) of its own"):
            other.compile()
        assert other.digest != parse_game(data, "somewhere").digest


def test_the_sentence_is_the_one_thing_free_in_the_grammar(real_games: RealGames) -> None:
    data = real_games.read(real_games.names()[0])
    sentence = parse_game(data, "x").task
    changed = parse_game({**data, "grammar": data["grammar"].replace(sentence, 'Your task is to: say \\"hi\\".')}, "x")
    assert changed.known and changed.task == 'Your task is to: say "hi".'


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pddl_domain": ""}', "\x00\x01"])
def test_what_is_no_game_is_one_clear_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "game.tw-pddl"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match="game.tw-pddl"):
        read_game(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere.*No such file"):
        read_game(tmp_path / "nowhere")


def test_a_file_cut_off_is_named(real_games: RealGames, tmp_path: Path) -> None:
    raw = real_games.raw(real_games.names()[0])
    path = tmp_path / "game.tw-pddl"
    for share in (0.1, 0.5, 0.99):
        path.write_text(raw[: int(len(raw) * share)], "utf-8")
        with pytest.raises(DataError, match="damaged or cut off"):
            read_game(path)


def test_a_pack_keeps_games_whole(tmp_path: Path) -> None:
    path = tmp_path / "p"
    write_pack(path, [("a/b", "train", GAME), ("a/c", "valid_seen", GAME)])
    with Pack(path) as pack:
        assert pack.ids("train") == ["a/b"]
        assert pack.read("a/b") == GAME
        with pytest.raises(DataError, match="no game 'x'"):
            pack.read("x")


def test_a_game_that_does_not_match_its_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p"
    write_pack(path, [("a/b", "train", GAME)])
    with sqlite3.connect(path) as db:
        db.execute("UPDATE games SET digest = '0'")
    with pytest.raises(DataError, match="does not match its digest"), Pack(path) as pack:
        pack.read("a/b")


def test_a_pack_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def games():  # type: ignore[no-untyped-def]
        yield "a", "train", GAME
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        write_pack(tmp_path / "p", games())
    assert not list(tmp_path.iterdir())


def test_a_damaged_pack_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "p"
    write_pack(path, [("a/b", "train", GAME)])
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    with pytest.raises(DataError, match="not a pack"), Pack(path) as pack:
        pack.read("a/b")
    (tmp_path / "q").write_text(json.dumps({}))
    with pytest.raises(DataError, match="not a pack"):
        Pack(tmp_path / "q")
