"""A compact file of games: about 5 KB a game where the official file takes 85.

What makes one game differ from the next is its problem, task line and walkthrough. A pack keeps
those, compressed against a common dictionary, in one SQLite file. With the domain and grammar of an
installed alfworld or a data tree (`gamefile.Shell`) the official file is rebuilt to the byte.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path

from skillevo.envs.alfworld.gamefile import GameText
from skillevo.envs.base import DataError

FORMAT = "skillevo-alfworld-pack-1"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE games (id TEXT PRIMARY KEY, split TEXT NOT NULL, digest TEXT NOT NULL, game BLOB NOT NULL);
"""


class Pack:
    """A pack open for reading. Use as a context manager; not shared between threads."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise DataError(f"there is no pack at {path}")
        self._path = path
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            meta = dict(self._db.execute("SELECT key, value FROM meta").fetchall())
        except sqlite3.DatabaseError as e:
            self._db.close()
            raise DataError(f"{path} is not a pack of games ({e})") from None
        if meta.get("format") != FORMAT:
            self._db.close()
            raise DataError(f"{path} is a pack of format {meta.get('format')!r}; this version reads {FORMAT!r}")
        self._dictionary: bytes = meta["dictionary"]

    def __enter__(self) -> Pack:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def ids(self, split: str | None = None) -> list[str]:
        """Ids of the games, of one split or all, in order."""
        if split is None:
            rows = self._db.execute("SELECT id FROM games ORDER BY id")
        else:
            rows = self._db.execute("SELECT id FROM games WHERE split = ? ORDER BY id", (split,))
        return [r[0] for r in rows]

    def read(self, game_id: str) -> GameText:
        """One game, checked against its digest.

        Raises:
            DataError: the pack has no such game, or its bytes are damaged.
        """
        row = self._db.execute("SELECT digest, game FROM games WHERE id = ?", (game_id,)).fetchone()
        if row is None:
            raise DataError(f"the pack {self._path} has no game {game_id!r}")
        try:
            inflate = zlib.decompressobj(zdict=self._dictionary)
            problem, task, walkthrough, dialect = json.loads(inflate.decompress(row[1]) + inflate.flush())
        except (zlib.error, ValueError) as e:
            raise DataError(f"game {game_id!r} of the pack {self._path} is damaged ({e})") from None
        game = GameText(problem, task, tuple(walkthrough), dialect)
        if game.digest != row[0]:
            raise DataError(f"game {game_id!r} of the pack {self._path} does not match its digest")
        return game


def write_pack(path: Path, games: Iterable[tuple[str, str, GameText]]) -> int:
    """Write (id, split, game) triples as a pack; the file appears only when it is whole.

    Returns:
        The number of games written.
    """
    temporary = path.with_name(path.name + ".part")
    temporary.unlink(missing_ok=True)
    db = sqlite3.connect(temporary)
    count, dictionary = 0, b""
    try:
        db.executescript(_SCHEMA)
        for game_id, split, game in games:
            raw = json.dumps([game.problem, game.task, list(game.walkthrough), game.dialect]).encode()
            if not count:
                dictionary = raw[-32768:]  # zlib looks back no further
                db.executemany("INSERT INTO meta VALUES (?, ?)", [("format", FORMAT), ("dictionary", dictionary)])
            deflate = zlib.compressobj(9, zdict=dictionary)
            blob = deflate.compress(raw) + deflate.flush()
            db.execute("INSERT INTO games VALUES (?, ?, ?, ?)", (game_id, split, game.digest, blob))
            count += 1
        if not count:
            raise DataError("there are no games to pack")
        db.commit()
    except BaseException:
        db.close()
        temporary.unlink(missing_ok=True)
        raise
    db.close()
    temporary.replace(path)
    return count
