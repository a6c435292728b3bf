"""Search over pages: BM25 over an archive."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skillevo.envs.pages.archive import ReplaySource
from skillevo.envs.pages.document import MARK, document_of
from skillevo.envs.pages.search import Hit, is_search

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_K1, _B = 1.2, 0.75
_SNIPPET = 200


@dataclass(frozen=True, slots=True)
class _Text:
    url: str
    title: str
    text: str
    length: int


class ArchiveSearcher:
    """BM25 (k1 1.2, b 0.75) over the pages of an archive: words in lower case, Chinese in pairs of characters."""

    def __init__(self, archive: ReplaySource) -> None:
        self._texts: list[_Text] = []
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for url, entry in archive.entries.items():
            if entry.kind != "page" or is_search(url):
                continue
            document = document_of(archive.page(url))
            text = MARK.sub("", document.text)
            counts = Counter(words(f"{document.title} {text}"))
            number = len(self._texts)
            self._texts.append(_Text(url, document.title or url, text, counts.total()))
            for word, n in counts.items():
                self._postings.setdefault(word, []).append((number, n))
        self._mean = sum(t.length for t in self._texts) / max(1, len(self._texts))

    async def search(self, query: str, n: int) -> Sequence[Hit]:
        scores: dict[int, float] = {}
        for word in dict.fromkeys(words(query)):
            found = self._postings.get(word, ())
            weight = math.log(1 + (len(self._texts) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                norm = count + _K1 * (1 - _B + _B * self._texts[number].length / self._mean)
                scores[number] = scores.get(number, 0.0) + weight * count * (_K1 + 1) / norm
        best = sorted(scores, key=lambda number: (-round(scores[number], 9), number))[:n]
        wanted = frozenset(words(query))
        return [Hit(t.url, t.title, _snippet(t.text, wanted)) for t in (self._texts[number] for number in best)]


def words(text: str) -> Iterator[str]:
    """The terms of a text."""
    for word in _WORD.findall(text.lower()):
        if word[0] < "\u3400" or len(word) == 1:
            yield word
        else:
            yield from (word[i : i + 2] for i in range(len(word) - 1))


def _snippet(text: str, wanted: frozenset[str]) -> str:
    """The line that shares most with the query."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    best = max(lines, key=lambda line: len(wanted.intersection(words(line))), default="")
    return best[:_SNIPPET]
