"""Reading and writing the official `game.tw-pddl` files.

A game file is JSON with the domain, the grammar (the task sentence inside it), the problem, and a
walkthrough. The native engine reads the problem and the sentence; domain and grammar it only
recognises, by digest: a file with other ones is another game, and is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillevo.envs.alfworld.game import Game, compile_game
from skillevo.envs.alfworld.problem import UnsupportedGame, parse_problem
from skillevo.envs.base import DataError, content_digest

GAME_FILE = "game.tw-pddl"

# sha256 (32 hex digits) of the domains that the native engine is exact on.
_DOMAINS = {
    "0af55e7f92d12b09d28515aa730e4d03": "data",  # the released games
    "f1473041ed01da514de1f87adfd7ef08": "wheel",  # alfred.pddl of alfworld 0.4.2, which alfworld-generate uses
}
# The same of the grammars, the task sentence taken out.
_GRAMMARS = frozenset({"063d42f07581dbed3b4f655bae25e0af", "93119b93cd2872a8057ed9a13f40891d"})

_SENTENCE = re.compile(r'("rhs": ")(Your task is to: (?:[^"\\]|\\.)*)(")')


@dataclass(frozen=True, slots=True)
class GameText:
    """What distinguishes one game from the next: all that a pack keeps of a file.

    `walkthrough` is for validation and oracles; no environment holds it, so no agent can reach it.
    """

    problem: str
    task: str
    """The whole task line: "Your task is to: put a mug in desk."."""
    walkthrough: tuple[str, ...] = ()
    dialect: str = "data"
    """`data` and `wheel` are the two that the native engine plays; anything else names an unknown one."""

    @property
    def digest(self) -> str:
        """Content hash over what the game is played by: dialect, problem and task line."""
        return content_digest((self.dialect, self.problem, self.task))

    @property
    def known(self) -> bool:
        return self.dialect in _DOMAINS.values()

    def compile(self, where: str = "this game") -> Game:
        """Tables for the native engine.

        Args:
            where: names the game in errors.

        Raises:
            UnsupportedGame: the native engine is not proven exact on it.
            DataError: the problem is damaged.
        """
        if not self.known:
            raise UnsupportedGame(f"{where} has {self.dialect}")
        try:
            # The released games' domain lets a Sink clean too; the wheel's has only the SinkBasin.
            return compile_game(parse_problem(self.problem), self.task, sink_cleans=self.dialect == "data")
        except DataError as e:
            raise type(e)(f"{where}: {e.args[0]}") from None


def read_game(path: Path) -> GameText:
    """Read one official game file, of whatever dialect.

    Raises:
        DataError: the file is missing, cut off or no game.
    """
    return parse_game(_load(path), str(path))


def parse_game(data: Mapping[str, Any], where: str) -> GameText:
    """As `read_game`, from the parsed JSON; `where` names it in errors."""
    try:
        domain, grammar, problem = (str(data[k]) for k in ("pddl_domain", "grammar", "pddl_problem"))
        walkthrough = tuple(str(c) for c in data.get("walkthrough") or ())
    except (KeyError, TypeError) as e:
        raise DataError(f"{where} is not an ALFWorld game file: {e} is missing") from None
    bare, sentence = split_grammar(grammar)
    dialect = _DOMAINS.get(_digest(domain), f"a domain of its own (sha256 {_digest(domain)})")
    if sentence is None or _digest(bare) not in _GRAMMARS:
        dialect = f"a grammar of its own (sha256 {_digest(bare)})"
    return GameText(problem, json.loads(f'"{sentence or ""}"'), walkthrough, dialect)


def split_grammar(grammar: str) -> tuple[str, str | None]:
    """The grammar without its task line, and the line as it stands there (JSON-escaped)."""
    found = _SENTENCE.search(grammar)
    if found is None:
        return grammar, None
    return grammar[: found.start(2)] + grammar[found.end(2) :], found[2]


@dataclass(frozen=True, slots=True)
class Shell:
    """The domain and grammar texts that the official engine wants in each game file.

    They are not part of this project: they come from a data tree or from an installed alfworld.
    """

    domain: str
    grammar: str

    @classmethod
    def from_game(cls, path: Path) -> Shell:
        data = _load(path)
        if not parse_game(data, str(path)).known:
            raise UnsupportedGame(f"{path} is of another dialect")
        return cls(data["pddl_domain"], data["grammar"])

    @classmethod
    def from_alfworld(cls, package: Path) -> Shell:
        """From the `alfworld` package's folder (the one that holds `data/alfred.pddl`)."""
        try:
            return cls(*(Path(package, "data", f).read_text("utf-8") for f in ("alfred.pddl", "alfred.twl2")))
        except OSError as e:
            raise DataError(f"{package} holds no data/alfred.pddl and alfred.twl2: {e}") from None

    def wrap(self, game: GameText) -> str:
        """The game as the text of a game file; for a released game and its own shell, to the byte."""
        found = _SENTENCE.search(self.grammar)
        if found is None:
            raise DataError("this grammar has no task line to fill in")
        task = json.dumps(game.task, ensure_ascii=False)[1:-1]
        grammar = self.grammar[: found.start(2)] + task + self.grammar[found.end(2) :]
        return json.dumps(
            {
                "pddl_domain": self.domain,
                "grammar": grammar,
                "pddl_problem": game.problem,
                "solvable": True,
                "walkthrough": list(game.walkthrough),
            }
        )


def _load(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as e:
        raise DataError(f"cannot read the game {path}: {e.strerror}") from None
    except ValueError as e:
        raise DataError(f"{path} is damaged or cut off (not JSON: {e}); fetch it again") from None
    if not isinstance(data, dict):
        raise DataError(f"{path} is not an ALFWorld game file: no JSON object")
    return data


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
