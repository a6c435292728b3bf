"""The follower in WebWalker: it walks as a skill tells it to, and knows no more than the skill and the pages say.

It reads these sentences, in any case and with or without a number or a dash before them:

- `Open the link that says "Dates".` Also `"Dates", "Deadlines" or "Calendar"`: the first of them that is there.
- `Open the link that the question names.` The longest link's text that stands in the question and was not opened yet.
- `Find "deadline".` `Go back.` `Turn the page.`
- `Answer with the text after "Deadline:".` What follows on the same line, or in the next cell of the table.
- `Answer with what the question asks for.` The table's row whose label the question shares most with.
- `Answer "text".`

A step that finds nothing is passed over; without a skill, or with one of which no step can be read, it gives up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from skillevo.envs.base import Observation
from skillevo.harness.play import SkillText, TurnContext

_QUOTED = re.compile(r'["“”「『]([^"“”「」『』]+)["“”」』]')
_LEAD = re.compile(r"^(?:[-*+]|\d+[.)])\s+")
_LINK = re.compile(r"\[(\d+)\] ([^\[|\n]+)")
_NUMBER = re.compile(r"\[\d+\] ")
_ROW = re.compile(r"^\| \| (.+?) \| (.+?) \|", re.MULTILINE)
_SENTENCES: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("named", r"(?:open|follow|click)\b.*\blink\b.*\bquestion\b"),
        ("open", r"(?:open|follow|click)\b.*\blinks?\b"),
        ("find", r"find\b"),
        ("back", r"go back\b"),
        ("next page", r"(?:turn the page|go to the next page)\b"),
        ("asked", r"answer with what the question asks"),
        ("after", r"answer with (?:the text|what stands|what comes) after\b"),
        ("answer", r"answer\b"),
    )
)
_NEED_QUOTES = ("open", "find", "after", "answer")


class Errand(NamedTuple):
    """One step of a skill: what to do, and the quoted texts."""

    what: str
    texts: tuple[str, ...]


class Read(NamedTuple):
    """A skill: its steps, and the sentences that are none."""

    steps: tuple[Errand, ...]
    unread: tuple[str, ...]


@dataclass(slots=True)
class Walker:
    """One episode: what is seen, and what is left to do."""

    question: str
    seen: str
    steps: Iterator[Errand]
    unread: tuple[str, ...]
    helpless: bool
    opened: set[str] = field(default_factory=set)

    def observe(self, sent: str, seen: Observation) -> None:
        self.seen = seen.text

    def next(self) -> str:
        """The action of the next step that can be done; "" where none is left."""
        return next(filter(None, map(self._do, self.steps)), "")

    def _do(self, step: Errand) -> str:
        if step.what in ("back", "next page"):
            return step.what
        if step.what == "find":
            return f"find[{step.texts[0]}]"
        if step.what in ("open", "named"):
            return self._open(step)
        answer = step.texts[0] if step.what == "answer" else self._asked() if step.what == "asked" else ""
        if step.what == "after":
            answer = next(filter(None, map(self._after, step.texts)), "")
        return f"answer[{answer}]" if answer else ""

    def _open(self, step: Errand) -> str:
        links = [(n, text.strip(" *›")) for n, text in _LINK.findall(self.seen)]
        if step.what == "named":
            named = [(n, t) for n, t in links if t.casefold() in self.question.casefold() and t not in self.opened]
            chosen = max(named, key=lambda link: len(link[1]), default=None)
        else:
            wanted = [(n, t) for said in step.texts for n, t in links if t.casefold() == said.casefold()]
            chosen = wanted[0] if wanted else None
        if chosen is None:
            return ""
        self.opened.add(chosen[1])
        return f"click[{chosen[0]}]"

    def _after(self, label: str) -> str:
        for line in self.seen.splitlines():
            place = line.casefold().find(label.casefold())
            if line.startswith("|") and place >= 0:
                rest = _NUMBER.sub("", line[place + len(label) :]).strip(" :*|")
                return rest.partition(" | ")[0].strip()
        return ""

    def _asked(self) -> str:
        rows = [(_overlap(label, self.question), value) for label, value in _ROW.findall(self.seen)]
        best, value = max(rows, key=lambda row: row[0], default=(0.0, ""))
        return _NUMBER.sub("", value).strip() if best > 0 else ""


class Web:
    """WebWalker."""

    def read(self, skill: SkillText) -> Read:
        steps, unread = [], []
        for sentence in _sentences(skill.body):
            step = _step(sentence)
            if step is None:
                unread.append(sentence)
            else:
                steps.append(step)
        return Read(tuple(steps), tuple(unread))

    def start(self, turn: TurnContext, skills: Sequence[Read]) -> Walker:
        steps = [step for skill in skills for step in skill.steps]
        unread = tuple(dict.fromkeys(s for skill in skills for s in skill.unread))
        return Walker(turn.task.prompt, turn.observation.text, iter(steps), unread, bool(skills) and not steps)


def _sentences(body: str) -> Iterator[str]:
    """The sentences of a skill's text; headings are none. A full stop inside of quotes ends nothing."""
    for line in body.splitlines():
        line = _LEAD.sub("", line.strip())
        if not line or line.startswith("#"):
            continue
        for found in re.finditer(r'(?:["“][^"“”]*["”]|[^."“])+\.?["”]?', line):
            if sentence := found[0].strip():
                yield sentence


def _step(sentence: str) -> Errand | None:
    texts = tuple(_QUOTED.findall(sentence))
    for name, pattern in _SENTENCES:
        if pattern.match(sentence) and (texts or name not in _NEED_QUOTES):
            return Errand(name, texts)
    return None


def _overlap(label: str, question: str) -> float:
    """How much of a label stands in the question: the share of its words, or of its characters in Chinese."""
    asked = question.casefold()
    if label.isascii():
        words = re.findall(r"[a-z]+", label.casefold())
        return sum(w in re.findall(r"[a-z]+", asked) for w in words) / max(1, len(words))
    return sum(c in asked for c in label) / len(label)
