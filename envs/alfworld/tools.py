"""What `skillevo data alfworld` does: check a tree, pack it, export official game files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from skillevo.envs.alfworld.data import SPLITS, GameRef, find_root, list_games, load_text
from skillevo.envs.alfworld.gamefile import GAME_FILE, GameText, Shell
from skillevo.envs.alfworld.pack import write_pack
from skillevo.envs.alfworld.panels import load_panel
from skillevo.envs.base import DataError


@dataclass(frozen=True, slots=True)
class SplitReport:
    """One split of a tree: how many games it should and does hold, and which cannot be played."""

    name: str
    expected: int
    found: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TreeReport:
    root: Path
    splits: tuple[SplitReport, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"root": str(self.root), "splits": [asdict(s) for s in self.splits]}


def check_tree(root: Path | str | None) -> TreeReport:
    """Read and compile every game of a tree or pack."""
    folder = find_root(root)
    reports = []
    for name, expected in SPLITS.items():
        refs = list_games(folder, name)
        damaged = tuple(complaint for ref in refs if (complaint := _complaint(ref)))
        reports.append(SplitReport(name, expected, len(refs), damaged))
    return TreeReport(folder, tuple(reports))


def _complaint(ref: GameRef) -> str:
    try:
        load_text(ref.source).compile(ref.source)
    except DataError as e:
        return str(e)
    return ""


def pack_tree(root: Path, path: Path) -> int:
    """Pack all released splits of a tree.

    Returns:
        The number of games.
    """

    def games() -> Iterator[tuple[str, str, GameText]]:
        for split in SPLITS:
            for ref in list_games(root, split):
                yield ref.id, split, load_text(ref.source)

    return write_pack(path, games())


def export_panel(name: str, root: Path | str | None, folder: Path, shell: Path | None) -> int:
    """Write a panel's games as official game files, below `folder` as in a data tree.

    Args:
        shell: a game.tw-pddl or the alfworld package's folder, for domain and grammar; by default the
            installed alfworld.

    Returns:
        The number of files written.
    """
    texts = _find_shell(shell)
    panel = load_panel(name, root)
    for instance in panel:
        target = folder / instance.id / GAME_FILE
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_text(texts.wrap(load_text(str(instance.payload["source"]))), "utf-8")
        part.replace(target)
    return len(panel)


def _find_shell(given: Path | None) -> Shell:
    if given is not None:
        return Shell.from_game(given) if given.is_file() else Shell.from_alfworld(given)
    found = find_spec("alfworld")
    if found is None or found.origin is None:
        raise DataError(
            "official game files need alfworld's domain and grammar, which are not part of skillevo: install alfworld, "
            "or give --shell a released game.tw-pddl"
        )
    return Shell.from_alfworld(Path(found.origin).parent)
