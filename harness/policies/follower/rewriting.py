"""Substitutions that are tried only where a text can hold what they replace: most sentences have little to rewrite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Rewrite(NamedTuple):
    """One substitution.

    Attributes:
        needs: every match holds one of these texts; the substitution is always tried if there are none.
    """

    pattern: re.Pattern[str]
    replacement: str
    needs: tuple[str, ...]


def rewrite(text: str, table: Iterable[Rewrite]) -> str:
    """The text after all substitutions, in order."""
    for pattern, replacement, needs in table:
        for need in needs:
            if need in text:
                break
        else:
            if needs:
                continue
        text = pattern.sub(replacement, text)
    return text


def phrases(table: str) -> tuple[Rewrite, ...]:
    """Lines of "replacement <- phrase | phrase"; phrases are patterns without blanks around bars of their own."""
    rows = [line.split(" <- ") for line in table.strip("\n").splitlines()]
    return tuple(_phrase(left, [p.strip() for p in right.split(" | ")]) for left, right in rows)


def _phrase(replacement: str, patterns: Sequence[str]) -> Rewrite:
    needs = [needed(p) for p in patterns]
    return Rewrite(re.compile(rf"\b(?:{'|'.join(patterns)})\b"), replacement, tuple(needs) if all(needs) else ())


def needed(pattern: str) -> str:
    """A text that every match of a pattern holds: its longest run of letters and blanks that has no choice in it.

    Args:
        pattern: without alternatives outside of groups.
    """
    runs, depth, i = [""], 0, 0
    while i < len(pattern):
        char, after = pattern[i], pattern[i + 1 : i + 2]
        if char == "\\":
            runs.append("")
            i += 1
        elif char == "[":
            runs.append("")
            i = pattern.index("]", i + 2)
        elif char in "()":
            runs.append("")
            depth += 1 if char == "(" else -1
        elif depth == 0 and (char.isalpha() or char == " ") and after not in ("?", "*", "{"):
            runs[-1] += char
        elif char == "{":
            i = pattern.index("}", i)
        else:
            runs.append("")
        i += 1
    return max(runs, key=len)
