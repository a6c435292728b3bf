"""Building an index: documents become segments, segments become one index.

A segment is a slice of the catalogue, inverted and written on its own, so that a killed import goes on with the next
slice and memory stays that of one slice. `merge` then lays the postings of all segments side by side.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
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
    # One segment is open at a time: what is mapped counts as memory.
    metas = [ArrayFile.open(p).meta for p in paths]
    filled, tokens = (sum(meta[key] for meta in metas) for key in ("filled", "tokens"))
    lengths = np.concatenate([np.empty(0, np.uint8), *(np.array(ArrayFile.open(p).arrays["lengths"]) for p in paths)])
    number, postings, classes = _survey(paths, lengths)
    ends = np.cumsum(postings)
    saturations = saturation(classes >> 8, (classes & 255).astype(np.uint8), tokens / filled if filled else 1.0)
    blob, term_ends = _blob(list(number))
    total = int(ends[-1]) if len(ends) else 0
    layout: dict[str, tuple[str, int]] = {
        "terms": ("u1", len(blob)),
        "term_ends": ("i8", len(number)),
        "posting_ends": ("i8", len(number)),
        "peaks": ("f4", len(number)),
        "rows": ("i4", total),
        "classes": ("u2" if len(classes) <= 1 << 16 else "u4", total),
        "class_saturations": ("f4", len(classes)),
        "ranks": ("i4", len(lengths)),
    }
    writer = ArrayWriter(path, layout)
    out = writer.arrays
    out["terms"][:], out["term_ends"][:], out["posting_ends"][:] = blob, term_ends, ends
    out["class_saturations"][:], out["ranks"][:] = saturations, ranks
    free = ends - postings
    for segment in map(ArrayFile.open, paths):
        kinds = np.searchsorted(classes, _class_keys(segment, lengths))
        _lay(segment, _places(segment, number), kinds, saturations[kinds], free, out)
    writer.commit({"format": FORMAT, "documents": len(lengths), "filled": filled, "tokens": tokens})


def _survey(paths: Sequence[Path], lengths: Array) -> tuple[dict[bytes, int], Array, Array]:
    """All terms with their numbers, in order; the number of postings of each, (T,); all classes of postings, (C,)."""
    seen: set[bytes] = set()
    classes = np.empty(0, np.int64)
    for segment in map(ArrayFile.open, paths):
        seen.update(_terms(segment))
        classes = np.union1d(classes, _class_keys(segment, lengths))
    number = {term: i for i, term in enumerate(sorted(seen))}
    postings = np.zeros(len(number), np.int64)
    for segment in map(ArrayFile.open, paths):
        postings[_places(segment, number)] += segment.arrays["postings"]
    return number, postings, classes


def _lay(
    segment: ArrayFile, places: Array, kinds: Array, saturations: Array, free: Array, out: Mapping[str, Array]
) -> None:
    """Put a segment's postings behind those of the segments before it.

    Args:
        places: the number of each of its terms, (S,).
        kinds, saturations: class of each of its postings, and that class's saturation, (P,).
        free: where the next posting of each term goes, (T,); moved on.
        out: the index's arrays.
    """
    counts = segment.arrays["postings"].astype(np.int64)
    starts = np.cumsum(counts) - counts
    target = np.repeat(free[places] - starts, counts) + np.arange(len(kinds))
    out["rows"][target] = segment.arrays["rows"]
    out["classes"][target] = kinds
    if len(places):
        out["peaks"][places] = np.maximum(out["peaks"][places], np.maximum.reduceat(saturations, starts))
    free[places] += counts


def _places(segment: ArrayFile, number: Mapping[bytes, int]) -> Array:
    return np.fromiter(map(number.__getitem__, _terms(segment)), np.int64, len(segment.arrays["ends"]))


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
