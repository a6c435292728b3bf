"""training.json: what a checkpoint says that it was trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import panel

from skillevo.envs.base import DataError
from skillevo.harness.methods import Training, read_training

TOLD = Training("skill_r1", "counting", "0123456789abcdef", ("c0", "c1", "elsewhere"))


def test_it_is_read_back_from_the_first_folder_that_has_one(tmp_path: Path) -> None:
    TOLD.write(tmp_path)
    (tmp_path / "adapter").mkdir()
    assert read_training([tmp_path / "adapter", tmp_path]) == TOLD
    assert read_training([tmp_path / "adapter"]) is None and read_training([]) is None


def test_instances_that_were_trained_on_are_counted() -> None:
    assert TOLD.seen(panel(5)) == 2
    assert Training("grpo", "p", "h", ()).seen(panel(5)) == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"method": "m", "panel": "p", "panel_hash": "h", "instances": "c0"}', "\x00"]
)
def test_a_damaged_one_is_never_taken_for_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text(text)
    with pytest.raises(DataError, match="damaged"):
        read_training([tmp_path])
