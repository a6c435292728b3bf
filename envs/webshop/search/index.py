"""The search index: the best 50 products for a query, in the very order of the original's search engine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skillevo.envs.base import DataError, SkillevoError
from skillevo.envs.webshop.arrayfile import Array, ArrayFile
from skillevo.envs.webshop.search.analyser import Analyser
from skillevo.envs.webshop.search.bm25 import Floats, scores, weight
from skillevo.envs.webshop.search.segments import FORMAT

TOP = 50
MAX_CLAUSES = 1024

_WORTH_PRUNING = 50_000
"""Postings of a query above which it pays to ask which of them can matter."""
_LEAD = 5_000
"""Documents that are watched, at least, to see how good the best are already."""
_LOOK_UP_COST = 6
"""What finding a document among a term's postings costs, in postings read."""
_SLACK = 1 - 1e-6
"""Sums are compared in double precision but ranked in single: what is this close may still tie."""
_REMEMBERED_TERMS = 1 << 16


class TooManyClauses(SkillevoError):
    """A query of more than 1,024 distinct terms, which the original's engine refuses."""


class _Term(NamedTuple):
    """A query's term: its postings, what each class of them adds, and the most that it can add."""

    rows: Array
    classes: Array
    adds: Array
    bound: float


class Index:
    """An open index. Immutable and shared; a query keeps what it needs to itself."""

    def __init__(self, path: Path) -> None:
        """Map the index.

        Raises:
            DataError: it is missing, incomplete or of another version.
        """
        self._file = ArrayFile.open(path)
        if self._file.meta.get("format") != FORMAT:
            raise DataError(f"{path} is an index of another version: build it again")
        arrays = self._file.arrays
        # Views of plain memory: an element costs a tenth of a numpy scalar.
        self._terms = arrays["terms"].data
        self._term_ends = arrays["term_ends"].data
        self._posting_ends = arrays["posting_ends"].data
        self._peaks: Floats = arrays["peaks"]
        self._rows, self._classes, self._ranks = arrays["rows"], arrays["classes"], arrays["ranks"]
        self._saturations = np.array(arrays["class_saturations"])
        self._filled = int(self._file.meta["filled"])
        self._analyser = Analyser()
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        """The number of documents."""
        return int(self._file.meta["documents"])

    def check(self) -> None:
        """Compare the file's checksum.

        Raises:
            DataError: it is damaged.
        """
        self._file.check()

    def search(self, query: str, top: int = TOP) -> list[int]:
        """Rows of the best documents, best first; equal scores in the order of the documents' names.

        Raises:
            TooManyClauses: the query has more than 1,024 distinct terms.
        """
        return [row for row, _ in self.ranked(query, top)]

    def ranked(self, query: str, top: int = TOP) -> list[tuple[int, float]]:
        """As `search`, with the scores."""
        counts = Counter(self._analyser.terms(query))
        if len(counts) > MAX_CLAUSES:
            raise TooManyClauses(f"the query has {len(counts):,} distinct terms; the engine takes {MAX_CLAUSES:,}")
        terms = [found for term, count in counts.items() if (found := self._term(term, count)) is not None]
        if not terms:
            return []
        terms.sort(key=lambda t: -t.bound)
        rows, sums = self._collect(terms, top)
        return self._best(rows, sums.astype(np.float32), top)

    def _term(self, term: str, count: int) -> _Term | None:
        number = self._numbers.get(term)
        if number is None:
            if len(self._numbers) >= _REMEMBERED_TERMS:
                self._numbers.clear()
            number = self._numbers[term] = self._find(term.encode())
        if number < 0:
            return None
        start = self._posting_ends[number - 1] if number else 0
        end = self._posting_ends[number]
        w = weight(count, self._filled, end - start)
        bound = float(scores(w, self._peaks[number : number + 1])[0])
        adds = scores(w, self._saturations).astype(np.float64)  # what is summed in double precision
        return _Term(self._rows[start:end], self._classes[start:end], adds, bound)

    def _find(self, term: bytes) -> int:
        """The term's number, by bisection; -1 where no document has it."""
        low, high = 0, len(self._term_ends)
        while low < high:
            middle = (low + high) // 2
            start = self._term_ends[middle - 1] if middle else 0
            found = self._terms[start : self._term_ends[middle]].tobytes()
            if found == term:
                return middle
            if found < term:
                low = middle + 1
            else:
                high = middle
        return -1

    def _collect(self, terms: list[_Term], top: int) -> tuple[Array, Array]:
        """Candidate rows and their whole scores, (C,), (C,); none of the best `top` is missing.

        Terms are read from the weightiest down. Once what is left cannot lift a document above those that are already
        ahead, only the documents within its reach are candidates, ever fewer of them; where they are few, a term's
        postings are looked up for them instead of being read.
        """
        sums = np.zeros(len(self))
        lead = _lead(terms) if sum(len(t.rows) for t in terms) > _WORTH_PRUNING else None
        left = sum(t.bound for t in terms)
        rows: Array | None = None
        for term in terms:
            if rows is None or len(rows) * _LOOK_UP_COST > len(term.rows):
                np.add.at(sums, term.rows, term.adds.take(term.classes))
            else:
                _look_up(term, rows, sums)
            left -= term.bound
            if lead is not None and left < (bar := _bar(sums[lead], top)):
                rows = np.flatnonzero(sums >= bar - left) if rows is None else rows[sums[rows] >= bar - left]
        if rows is None:
            rows = np.flatnonzero(sums > 0)
        return rows, sums[rows]

    def _best(self, rows: Array, single: Floats, top: int) -> list[tuple[int, float]]:
        if len(rows) > top:
            kept = single >= np.partition(single, -top)[-top]
            rows, single = rows[kept], single[kept]
        order = np.lexsort((self._ranks[rows], -single))[:top]
        return list(zip(rows[order].tolist(), single[order].tolist(), strict=True))


def _lead(terms: list[_Term]) -> Array:
    """Rows among which the best are likely to be: those of the weightiest terms that have not too many."""
    chosen: list[Array] = [np.empty(0, np.int32)]
    for term in terms:
        if len(term.rows) < 4 * _LEAD:
            chosen.append(term.rows)
        if sum(map(len, chosen)) >= _LEAD:
            break
    rows = np.sort(np.concatenate(chosen))
    return rows[np.append(rows[1:] != rows[:-1], True)] if len(rows) else rows


def _bar(sums: Array, top: int) -> float:
    """A score that the best `top` documents surely reach: some of them, whichever, are as good already."""
    return float(np.partition(sums, -top)[-top]) * _SLACK if len(sums) >= top else 0.0


def _look_up(term: _Term, rows: Array, sums: Array) -> None:
    """Add what the term adds to these rows, (C,), sorted."""
    wanted = rows.astype(term.rows.dtype)
    places = np.searchsorted(term.rows, wanted)
    places[places == len(term.rows)] = 0
    hit = term.rows[places] == wanted
    sums[rows[hit]] += term.adds.take(term.classes[places[hit]])
