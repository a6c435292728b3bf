from pathlib import Path

import pytest
from real_data import RealGames, shared_folder


@pytest.fixture(scope="session")
def real_folder() -> Path:
    folder = shared_folder() / "data" / "alfworld"
    if not (folder / "traces.jsonl.gz").exists():
        pytest.skip("the recorded traces and real games are not at hand ($SKILLEVO_SHARED)")
    return folder


@pytest.fixture(scope="session")
def real_games(real_folder: Path) -> RealGames:
    return RealGames(real_folder)
