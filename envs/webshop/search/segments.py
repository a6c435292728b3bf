"""Building an index: documents become segments, segments become one index.

A segment is a slice of the catalogue, inverted and written on its own, so that a killed import goes on with the next
slice and memory stays that of one slice. `merge` then lays the postings of all segments side by side.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from skillevo.envs.webshop.arrayfile import Array, ArrayFile, ArrayWriter, write_arrays
from skillevo.envs.webshop.search.analyser import Analyser
from skillevo.envs.webshop.search.bm25 import saturation
from skillevo.envs.webshop.search.lengths import encode

FORMAT = 1
"""Of the index file; raised when a change makes older indexes unreadable or rank otherwise."""


def write_segment(path: Path, first: int, documents: Iterable[str], analyser: Analyser) -> int:
    """Invert documents and write them as one segment.

    Args:
        first: the row of the first document.
        documents: the texts of consecutive rows.

    Returns:
        The number of documents.
    """
    vocabulary: dict[str, int] = {}
    ids = array("i")
    counts = array("i")
    for document in documents:
        found = analyser.terms(document)
        counts.append(len(found))
        ids.extend([vocabulary.setdefault(term, len(vocabulary)) for term in found])
    lengths = np.frombuffer(counts, np.int32) if counts else np.empty(0, np.int32)
    terms, rank = _sorted(vocabulary)
    # One key for each token, term before document: sorted, equal neighbours are one posting.
    n = max(len(lengths), 1)
    tokens = rank[np.frombuffer(ids, np.int32)] if ids else np.empty(0, np.int64)
    keys, frequencies = np.unique(tokens * n + np.repeat(np.arange(len(lengths)), lengths), return_counts=True)
    blob, ends = _blob(terms)
    write_arrays(
        path,
        {
            "terms": blob,
            "ends": ends,
            "postings": np.bincount(keys // n, minlength=len(terms)).astype(np.int32),
            "rows": (keys % n + first).astype(np.int32),
            "frequencies": frequencies.astype(np.int32),
            "lengths": encode(lengths.astype(np.int64)),
        },
        {
            "first": first,
            "documents": len(lengths),
            "filled": int(np.count_nonzero(lengths)),
            "tokens": int(lengths.sum(dtype=np.int64)),
        },
    )
    return len(lengths)


def merge(paths: Sequence[Path], path: Path, ranks: Array) -> None:
    """Make one index of all segments.

    Args:
        paths: the segments in the order of their rows, without gaps.
        path: the index, which appears whole or not at all.
        ranks: for each row its place among the sorted names, which breaks ties between equal scores, (N,).
    """
    segments = [ArrayFile.open(p) for p in paths]
    lengths = np.concatenate([s.arrays["lengths"] for s in segments]) if segments else np.empty(0, np.uint8)
    filled = sum(s.meta["filled"] for s in segments)
    tokens = sum(s.meta["tokens"] for s in segments)
    mean_length = tokens / filled if filled else 1.0
    terms = sorted(set().union(*map(_terms, segments)))
    number = {term: i for i, term in enumerate(terms)}
    places = [np.fromiter((number[t] for t in _terms(s)), np.int64, len(s.arrays["ends"])) for s in segments]
    del number

    postings = np.zeros(len(terms), np.int64)
    for segment, place in zip(segments, places, strict=True):
        postings[place] += segment.arrays["postings"]
    ends = np.cumsum(postings)
    classes = np.unique(
        np.concatenate([np.unique(_class_keys(s, lengths)) for s in segments] or [np.empty(0, np.int64)])
    )
    total = int(ends[-1]) if len(ends) else 0
    blob, term_ends = _blob(terms)
    small = np.uint16 if len(classes) <= 1 << 16 else np.uint32
    layout: dict[str, tuple[str, int]] = {
        "terms": ("u1", len(blob)),
        "term_ends": ("i8", len(terms)),
        "posting_ends": ("i8", len(terms)),
        "peaks": ("f4", len(terms)),
        "rows": ("i4", total),
        "classes": (np.dtype(small).str, total),
        "class_saturations": ("f4", len(classes)),
        "ranks": ("i4", len(lengths)),
    }
    writer = ArrayWriter(path, layout)
    out = writer.arrays
    out["terms"][:], out["term_ends"][:], out["posting_ends"][:] = blob, term_ends, ends
    out["ranks"][:] = ranks
    saturations = saturation(classes >> 8, (classes & 255).astype(np.uint8), mean_length)
    out["class_saturations"][:] = saturations
    cursor = ends - postings
    for segment, place in zip(segments, places, strict=True):
        counts = segment.arrays["postings"].astype(np.int64)
        starts = np.cumsum(counts) - counts
        target = np.repeat(cursor[place] - starts, counts) + np.arange(int(counts.sum()))
        kinds = np.searchsorted(classes, _class_keys(segment, lengths))
        out["rows"][target] = segment.arrays["rows"]
        out["classes"][target] = kinds
        if len(place):
            out["peaks"][place] = np.maximum(out["peaks"][place], np.maximum.reduceat(saturations[kinds], starts))
        cursor[place] += counts
    writer.commit({"format": FORMAT, "documents": len(lengths), "filled": filled, "tokens": tokens})


def _class_keys(segment: ArrayFile, lengths: Array) -> Array:
    """A posting's class is its term frequency with its document's length code: all that its score depends on."""
    frequencies, rows = segment.arrays["frequencies"], segment.arrays["rows"]
    return (frequencies.astype(np.int64) << 8) | lengths[rows]


def _terms(segment: ArrayFile) -> list[bytes]:
    blob = segment.arrays["terms"].tobytes()
    ends = segment.arrays["ends"].tolist()
    return [blob[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def _sorted(vocabulary: dict[str, int]) -> tuple[list[bytes], Array]:
    """The terms in the order of their bytes, and for each id its place in it."""
    terms = sorted(vocabulary, key=str.encode)
    rank = np.empty(len(terms), np.int64)
    rank[[vocabulary[t] for t in terms]] = np.arange(len(terms))
    return [t.encode() for t in terms], rank


def _blob(terms: Sequence[bytes]) -> tuple[Array, Array]:
    """Terms one after the other, and where each ends."""
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    return np.frombuffer(b"".join(terms), np.uint8), np.cumsum(lengths)
