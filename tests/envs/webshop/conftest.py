from pathlib import Path

import pytest
from small_shop import ListCatalogue, catalogue, webshop_folder

from skillevo.envs.webshop.goals import GoalSpec
from skillevo.envs.webshop.importer import import_catalogue
from skillevo.envs.webshop.official import OfficialFiles
from skillevo.envs.webshop.session import Rules
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.tagging import get_tagger


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    import_catalogue(ListCatalogue(catalogue()), folder)
    return Shop(folder)


@pytest.fixture(scope="session")
def rules(shop: Shop) -> Rules:
    return Rules(shop, shop.goals(GoalSpec()), get_tagger("rule"))


@pytest.fixture(scope="session")
def real_folder() -> Path:
    folder = webshop_folder()
    if not (folder / "traces" / "text.jsonl.gz").exists():
        pytest.skip("the recorded traces and the 1,000 products are not at hand ($SKILLEVO_SHARED)")
    return folder


@pytest.fixture(scope="session")
def real_shop(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    files = OfficialFiles(
        real_folder / "items_shuffle_1000.json",
        real_folder / "items_ins_v2_1000.json",
        real_folder / "items_human_ins.json",
    )
    folder = tmp_path_factory.mktemp("real")
    import_catalogue(files, folder)
    return Shop(folder)
