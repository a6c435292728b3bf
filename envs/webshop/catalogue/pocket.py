"""The pocket shop: a small catalogue of our own and three panels of goals, which need no download."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from skillevo.envs.webshop.catalogue.generated import Generated
from skillevo.envs.webshop.catalogue.lines import BLOCK, split_of
from skillevo.envs.webshop.catalogue.names import index_of
from skillevo.envs.webshop.catalogue.vocabulary import MIX, Split
from skillevo.envs.webshop.goals import Goal, Goals
from skillevo.envs.webshop.importer import MANIFEST, import_catalogue
from skillevo.envs.webshop.shop import Shop, open_shop

POCKET: Mapping[str, tuple[Split, int]] = {
    "pocket-train": ("train", 80),
    "pocket-val": ("val", 24),
    "pocket-test": ("test", 40),
}
"""The panels: whose goals, and how many of each of the five departments."""

CATALOGUE = Generated(seed=4, products=4000)


def pocket_shop(cache_folder: Path) -> Shop:
    """The shop of `CATALOGUE`: below the cache folder, made there by whoever is first.

    Where nothing can be written it is made in a temporary folder, for this process alone.
    """
    folder = cache_folder / f"pocket-{CATALOGUE.fingerprint[:16]}"
    if (folder / MANIFEST).exists():
        return open_shop(folder)
    try:
        import_catalogue(CATALOGUE, folder)
    except OSError:
        folder = _temporary()
    return open_shop(folder)


def pocket_goals(name: str, goals: Goals) -> Sequence[Goal]:
    """The goals of one of the panels: the departments in turn, each in the order of all goals.

    No product, no line of products and no turn of phrase of one panel is another one's.
    """
    split, each = POCKET[name]
    found: dict[str, list[Goal]] = {department: [] for department in MIX}
    for goal in goals:
        own = found[goal.product.category]
        if len(own) < each and split_of(CATALOGUE.seed, index_of(CATALOGUE.seed, goal.product.asin) // BLOCK) == split:
            own.append(goal)
    return [goal for one_of_each in zip(*found.values(), strict=True) for goal in one_of_each]


@cache
def _temporary() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="skillevo-pocket-"))
    import_catalogue(CATALOGUE, folder)
    return folder
