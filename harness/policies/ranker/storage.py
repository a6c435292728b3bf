"""The ranker's weights on disk: one .npz, the large table in 8 bits with a scale per row, the rest in 16 bits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.base import DataError
from skillevo.harness.policies.ranker.features import FEATURES_VERSION

SHIPPED = Path(__file__).parent / "weights"
_TABLE, _SCALE, _VERSION = "table", "table.scale", "features_version"


def save(path: Path, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Write weights; equal arrays give equal bytes."""
    table = arrays[_TABLE]
    scale = np.maximum(np.abs(table).max(1, keepdims=True), 1e-8) / 127
    packed: dict[str, NDArray[np.generic]] = {
        _VERSION: np.array(FEATURES_VERSION),
        _TABLE: np.round(table / scale).astype(np.int8),
        _SCALE: scale.astype(np.float16),
        **{name: a.astype(np.float16) for name, a in arrays.items() if name != _TABLE},
    }
    np.savez(path, allow_pickle=False, **packed)


def load(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read weights.

    Raises:
        DataError: there are none, or they belong to another version of the features.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            packed = {name: file[name] for name in file.files}
        version = int(packed.pop(_VERSION))
        table = packed.pop(_TABLE).astype(np.float32) * packed.pop(_SCALE).astype(np.float32)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as e:
        raise DataError(f"{path} holds no ranker's weights: {e}") from None
    if version != FEATURES_VERSION:
        raise DataError(
            f"{path} holds weights for features of version {version}, this is version {FEATURES_VERSION}: "
            "make them anew with `skillevo pocket build`"
        )
    return {_TABLE: table, **{name: a.astype(np.float32) for name, a in packed.items()}}
