"""Where a shop comes from: an imported folder, or the original's files, imported on first use if they are small."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from skillevo.envs.base import DataError
from skillevo.envs.webshop.importer import MANIFEST, import_catalogue
from skillevo.envs.webshop.official import OfficialFiles
from skillevo.envs.webshop.shop import Shop, open_shop

DATA_VARIABLE = "WEBSHOP_DATA"
CACHE_VARIABLE = "SKILLEVO_CACHE"

_HUMAN = "items_human_ins.json"
SMALL = ("items_shuffle_1000.json", "items_ins_v2_1000.json")
FULL = ("items_shuffle.json", "items_ins_v2.json")
_IMPORT_AT_ONCE = 100_000_000
"""Bytes of an items file up to which it is imported without being asked."""


def find_shop(root: Path | str | None = None, prefer: Sequence[tuple[str, str]] = (SMALL, FULL)) -> Shop:
    """Open the shop in a folder.

    Args:
        root: a shop folder, or one with the original's files; by default $WEBSHOP_DATA.
        prefer: which pair of items and attributes files, where a folder has several.

    Raises:
        DataError: nothing given, nothing of the kind there, or a large catalogue that has not been imported.
    """
    given = root or os.environ.get(DATA_VARIABLE)
    if not given:
        raise DataError(
            "a catalogue is needed here: give the folder of an imported shop, or of WebShop's own files, as "
            f"`-T root=DIR` (--root DIR, --data DIR) or in ${DATA_VARIABLE}"
        )
    folder = Path(given).expanduser().resolve()
    if (folder / MANIFEST).exists():
        return open_shop(folder)
    for items, attributes in prefer:
        if (folder / items).exists():
            return open_shop(_imported(folder, items, attributes))
    if (folder / ".import").is_dir():
        raise DataError(
            f"the import into {folder} has not finished: run `skillevo data webshop` again to go on with it"
        )
    raise DataError(f"{folder} holds no imported shop and no {SMALL[0]} or {FULL[0]}: not a WebShop catalogue")


def cache_folder() -> Path:
    """Where shops are made that nobody gave a place: $SKILLEVO_CACHE, or the user's cache folder."""
    given = os.environ.get(CACHE_VARIABLE)
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "skillevo"
    return base / "webshop"


def _imported(folder: Path, items: str, attributes: str) -> Path:
    size = (folder / items).stat().st_size
    if size > _IMPORT_AT_ONCE:
        raise DataError(
            f"{folder / items} ({size / 1e9:.1f} GB) has to be imported once: skillevo data webshop --items "
            f"{folder / items} --attributes {folder / attributes} --human {folder / _HUMAN} --out DIR; then use DIR"
        )
    human = folder / _HUMAN
    catalogue = OfficialFiles(folder / items, folder / attributes, human if human.exists() else None)
    target = cache_folder() / catalogue.fingerprint[:16]
    if not (target / MANIFEST).exists():
        import_catalogue(catalogue, target)
    return target
