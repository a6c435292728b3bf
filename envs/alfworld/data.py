"""Where games come from: a data tree as alfworld-download leaves it, a pack of ours, or the generator.

A *source* is a short text that a task instance carries and that finds its game again:
`tree:PATH`, `pack:PATH!ID`, `pocket:TYPE/ROOM/SEED`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from skillevo.envs.alfworld.game import Game
from skillevo.envs.alfworld.gamefile import GAME_FILE, GameText, read_game
from skillevo.envs.alfworld.pack import Pack
from skillevo.envs.alfworld.problem import TASK_TYPES
from skillevo.envs.base import DataError

DATA_VARIABLE = "ALFWORLD_DATA"
SPLITS = {"train": 3553, "valid_seen": 140, "valid_unseen": 134}
"""The released splits and their numbers of games."""


@dataclass(frozen=True, slots=True)
class GameRef:
    """A game that can be loaded: its id (the path below the splits' folder), split and source."""

    id: str
    split: str
    source: str

    @property
    def task_type(self) -> str:
        return self.id.split("/")[-2].split("-", 1)[0]

    @property
    def room(self) -> str:
        """The floor plan's number, as the folder's name ends in it."""
        return self.id.split("/")[-2].rsplit("-", 1)[-1]


def find_root(root: Path | str | None = None) -> Path:
    """The folder holding the split folders (or a pack file), from an argument or $ALFWORLD_DATA.

    Accepts the splits' folder itself or the one above it that holds `json_2.1.1/`.

    Raises:
        DataError: nothing given, or nothing of the kind there.
    """
    given = root or os.environ.get(DATA_VARIABLE)
    if not given:
        raise DataError(
            "the released ALFWorld games are needed here: give their folder as `-T root=DIR` (--root DIR) or in "
            f"${DATA_VARIABLE} (alfworld-download fetches them), or use a pocket-* panel, which needs no download"
        )
    path = Path(given).expanduser()
    if path.is_file():
        return path
    candidates = [path, *sorted(path.glob("json_2.1.*"))]
    for folder in candidates:
        if any((folder / split).is_dir() for split in SPLITS):
            return folder
    raise DataError(f"{path} holds none of {', '.join(SPLITS)} and no json_2.1.1/ with them: not an ALFWorld tree")


def list_games(root: Path, split: str) -> list[GameRef]:
    """The games of a split, in the order of their ids.

    Games with movable receptacles or slicing are left out, as the official environment does.
    """
    if root.is_file():
        with Pack(root) as pack:
            return [GameRef(i, split, f"pack:{root}!{i}") for i in pack.ids(split)]
    refs = [
        GameRef(path.parent.relative_to(root).as_posix(), split, f"tree:{path}")
        for path in sorted((root / split).glob(f"*/*/{GAME_FILE}"))
        if "movable" not in str(path.relative_to(root)) and "Sliced" not in str(path.relative_to(root))
    ]
    known = [r for r in refs if r.task_type in TASK_TYPES]
    return sorted(known, key=lambda r: r.id)


def load_text(source: str) -> GameText:
    """The game behind a source, walkthrough and all: for validation, packing and oracles.

    Raises:
        DataError: the source is no source, or what it names is missing or damaged.
    """
    kind, _, rest = source.partition(":")
    if kind == "tree":
        return read_game(Path(rest))
    if kind == "pack":
        path, _, game_id = rest.rpartition("!")
        with Pack(Path(path)) as pack:
            return pack.read(game_id)
    if kind == "pocket":
        from skillevo.envs.alfworld.generate import generate

        parts = rest.split("/")
        if len(parts) == 3 and parts[2].isdigit():
            return generate(parts[0], parts[1], int(parts[2]))
    raise DataError(f"{source!r} names no game: tree:PATH, pack:PATH!ID or pocket:TYPE/ROOM/SEED")


@lru_cache(maxsize=256)
def load_game(source: str, digest: str = "") -> Game:
    """The compiled game, without walkthrough; the 256 latest are kept (about 100 KB each, immutable).

    Raises:
        DataError: as `load_text`; or the game is not the one that `digest` was taken of.
    """
    text = load_text(source)
    if digest and text.digest != digest:
        raise DataError(f"{source} has changed since its panel was made (digest {text.digest}, panel {digest})")
    return text.compile(source)
