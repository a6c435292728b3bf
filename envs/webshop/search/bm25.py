"""BM25 as Lucene 8 computes it, to the last bit: k1 = 0.9, b = 0.4, single precision.

    score(q, d) = sum over the distinct terms t of q of  w_t - w_t / (1 + tf * s(d))
    w_t = count of t in q * ln(1 + (N - df + 0.5) / (df + 0.5))
    s(d) = 1 / (k1 * (1 - b + b * |d| / mean length)),  |d| from its one-byte code

Each summand is a float32, the sum is taken in double precision and rounded to float32 at its end.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skillevo.envs.webshop.search.lengths import LENGTHS

_ONE = np.float32(1)
_K1 = np.float32(0.9)
_B = np.float32(0.4)

Floats = NDArray[np.float32]


def saturation(frequencies: NDArray[np.int64], codes: NDArray[np.uint8], mean_length: float) -> Floats:
    """tf * s(d) for term frequencies and length codes, (C,), (C,) -> (C,)."""
    scale = _ONE / (_K1 * ((_ONE - _B) + _B * LENGTHS.astype(np.float32) / np.float32(mean_length)))
    product: Floats = frequencies.astype(np.float32) * scale[codes]
    return product


def weight(count: int, documents: int, frequency: int) -> np.float32:
    """w_t for a term that stands `count` times in the query and in `frequency` of the documents."""
    idf = np.float32(math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5)))
    return np.float32(count) * idf


def scores(term_weight: np.float32, saturations: Floats) -> Floats:
    """What a term adds to documents of these saturations, (C,) -> (C,)."""
    added: Floats = term_weight - term_weight / (_ONE + saturations)
    return added
