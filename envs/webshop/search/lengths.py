"""Document lengths in one byte each, as Lucene keeps them (`SmallFloat.intToByte4`).

Lengths below 24 are exact; longer ones keep four significant bits, rounded down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EXACT = 24


def _decode(code: int) -> int:
    if code < _EXACT:
        return code
    exponent, bits = divmod(code - _EXACT, 8)
    return _EXACT + (bits if exponent == 0 else (bits | 8) << (exponent - 1))


LENGTHS: NDArray[np.int64] = np.array([_decode(code) for code in range(256)])
"""The length that each of the 256 codes stands for, (256,), rising."""


def encode(lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The codes of document lengths: the largest that does not exceed each, (N,) -> (N,)."""
    return (np.searchsorted(LENGTHS, lengths, "right") - 1).astype(np.uint8)
