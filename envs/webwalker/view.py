"""What a walker is shown of a page: a header that only the world writes, and the page's text, every line quoted.

    Address: https://icml.example/dates/ (part 1 of 2)
    Title: Dates
    | # Dates
    | [3] Call for papers

Lines of the page begin with `| `, always. So no page can write a line that looks like the world's own, whatever it
says: verifiers read the first line, and a reader of the transcript knows what was only quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from skillevo.envs.pages.base import PageUnavailable
from skillevo.envs.pages.document import MARK, Document

ADDRESS = "Address: "
NO_PAGE = "No page: "
_FIRST = re.compile(r"Address: (\S+)")
_MISSED = re.compile(r"No page: (\S+) \((\w+)\)")
_FOUND_LINES = 5
_LINE = 300
"""Characters of a line that a search within the page shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page's text from one place to another, and the numbers of the links in it."""

    text: str
    numbers: tuple[int, ...]


@lru_cache(maxsize=512)
def parts(document: Document, budget: int) -> tuple[Part, ...]:
    """The document in parts of at most `budget` characters, cut between lines where there are any."""
    found = []
    for text in _pieces(document.text, budget):
        found.append(Part(text, tuple(int(m[1]) for m in MARK.finditer(text))))
    return tuple(found) or (Part("", ()),)


def _pieces(text: str, budget: int) -> Iterator[str]:
    start = 0
    while len(text) - start > budget:
        end = text.rfind("\n", start, start + budget)
        if end <= start:
            end = text.rfind(" ", start, start + budget)
            # Never inside a link's number.
            if end <= start or text[end - 1] == "⟧":
                end = text.rfind("⟦", start + 1, start + budget) if "⟦" in text[start + 1 : start + budget] else -1
        end = start + budget if end <= start else end
        yield text[start:end].strip("\n")
        start = end
    if rest := text[start:].strip("\n"):
        yield rest


def show(url: str, document: Document, at: int, of: Sequence[Part], offered: frozenset[int], said: str = "") -> str:
    """The observation of a part of a page.

    Args:
        at: which part, from 0.
        offered: numbers of the links that may be clicked; the others are text.
        said: what the world has to say first; one line or several.
    """
    where = f" (part {at + 1} of {len(of)})" if len(of) > 1 else ""
    lines = [f"{ADDRESS}{url}{where}"]
    lines += [said] if said else []
    lines += [f"Title: {document.title}"] if document.title else []
    lines += [f"Note: {remark}" for remark in document.remarks]
    return "\n".join([*lines, quote(of[at].text, offered)])


def quote(text: str, offered: frozenset[int]) -> str:
    """A page's text as it is shown: links with their numbers, every line behind a bar."""
    shown = MARK.sub(lambda m: f"[{m[1]}] " if int(m[1]) in offered else "", text)
    return "\n".join(f"| {line}" if line else "|" for line in shown.split("\n"))


def show_problem(problem: PageUnavailable) -> str:
    """The first line of an observation where a page could not be had."""
    return f"{NO_PAGE}{_one_word(problem.url)} ({problem.problem.value}): {problem.why}."


def visited(observation: str) -> str:
    """The address of the page that an observation shows; "" for none."""
    for line in observation.split("\n", 2)[:2]:
        if found := _FIRST.match(line):
            return found[1]
    return ""


def missed(observation: str) -> str:
    """Why the page that was asked for is not there; "" where there was no such problem."""
    found = _MISSED.match(observation)
    return found[2] if found else ""


def find(text: str, wanted: str) -> list[tuple[int, str]]:
    """Places of a text that hold some words, with their lines: (offset, line). Case and width make no difference."""
    needle = wanted.casefold()
    found, start = [], 0
    for line in text.split("\n"):
        if needle in MARK.sub("", line).casefold():
            found.append((start, line))
        start += len(line) + 1
    return found


def show_found(wanted: str, lines: Sequence[str], nth: int, total: int, offered: frozenset[int]) -> str:
    """What a search within the page says: how often, which one is shown, and the lines from there on."""
    head = f"Found on {total} line{'s' if total != 1 else ''}; number {nth + 1} and on:"
    return "\n".join([head, *(quote(line[:_LINE], offered) for line in lines[:_FOUND_LINES])])


def _one_word(url: str) -> str:
    return re.sub(r"\s", "%20", url)[:300] or "-"
