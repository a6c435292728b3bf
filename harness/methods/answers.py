"""What a model's answer holds, once what it is wrapped in is taken away: thoughts, fences, remarks around them.

Models are asked for a document and nothing else, and many put it into a fence, think aloud before it, or say a word
about it. That is no fault of the document. A fence that is never closed is: the answer was cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_FENCE = re.compile(r"^(`{3,})([a-zA-Z]*)[ \t]*$", re.MULTILINE)
_WRAPPERS = frozenset({"", "markdown", "md", "text", "txt", "yaml"})
"""Labels of fences that hold the document itself; one in `sh` or `python` is a part of it."""


@dataclass(frozen=True, slots=True)
class BadEdit:
    """An answer that is no skill, and why."""

    reason: str


def unwrap(answer: str) -> str | BadEdit:
    """The document in an answer.

    A fence around the whole answer goes, whatever its label; a fence of the kinds that hold documents (`markdown`, or
    none) goes with all that stands before and after it, if the answer begins with it or has no other of its kind.
    """
    # A lone surrogate is no character: no file could hold it, and no digest.
    text = _THOUGHT.sub("", answer.encode("utf-8", "replace").decode()).strip()
    if text.startswith("<think>"):
        return BadEdit("a thought without an end")
    document = _fenced(text)
    if isinstance(document, str) and not document:
        return BadEdit("empty")
    return document


def _fenced(text: str) -> str | BadEdit:
    marks = list(_FENCE.finditer(text))
    if not marks:
        return text
    first = marks[0]
    if first.start() == 0:
        opening = first
    else:
        labelled = [m for m in marks if m[2] in ("markdown", "md")]
        if len(labelled) != 1:
            return text
        opening = labelled[0]
    closing = [m for m in marks if m.start() > opening.start() and m[1] == opening[1] and not m[2]]
    if not closing:
        return BadEdit("a fence without an end")
    last = closing[-1]
    if opening.start() == 0 and last.end() < len(text) and opening[2] not in _WRAPPERS:
        return text
    return text[opening.end() : last.start()].strip()
