"""What scripts read on standard output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any


def print_json(value: Any) -> None:
    """One line of JSON. A number that JSON cannot write (NaN, infinity) becomes null."""
    print(json.dumps(_writable(value), allow_nan=False))


def _writable(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {k: _writable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(v) for v in value]
    return value
