"""What a generator reads: an instance's record of skills, rollouts and verdicts, and its text.

H_0 = {(s_0, rollouts, verdicts)}, H_g = H_{g-1} + {(s_g, rollouts, verdicts)} (Skill-R1, section 3). The
paper does not print how a history is serialised; this is ours: deterministic, within a token budget,
the newest generation first, failures before successes.

What a world showed may be somebody else's text (a page, a file). Every line of it stands behind a bar, and every line
of an action behind `>`, so that none of them is a heading, a verdict or the end of its rollout, whatever it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import NamedTuple

from skillevo.envs.base import Call, Turn
from skillevo.harness.journal import Played
from skillevo.harness.skills.skill import Skill

VERSION = "3"
"""Changes with every change of the text that a history becomes."""

_GAP = "\n\n"


def estimate_tokens(text: str) -> int:
    """Tokens by rule of thumb, four characters each, where no tokenizer is at hand."""
    return -(-len(text) // 4)


def quoted(text: str, mark: str = "|") -> str:
    """A text of somebody else's, every line of it behind a mark; whatever anybody takes for a line's end is one."""
    return "\n".join(f"{mark} {line}".rstrip() for line in text.splitlines() or [""])


def task_text(prompt: str, first: str) -> str:
    """The task as an agent is told it.

    Args:
        prompt: the instance's; "" where the world itself says what to do, at first.
        first: what the world shows at first.
    """
    if not prompt.strip() or not first.strip():
        return (prompt or first).strip()
    return f"{prompt.strip()}\n\nWhat it sees first:\n\n{quoted(first.strip())}"


class Place(NamedTuple):
    """Where an attempt stands in its recurrence."""

    generation: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One skill and what came of it.

    Attributes:
        parent: the attempt that was rewritten; None for an initial skill.
        edit: the completion that the skill was read from.
        readable: False where that completion was no skill, so that the parent's text was played again.
    """

    generation: int
    candidate: int
    skill: Skill
    played: tuple[Played, ...]
    parent: Place | None = None
    edit: Call | None = None
    readable: bool = True

    @property
    def place(self) -> Place:
        return Place(self.generation, self.candidate)

    @property
    def reward(self) -> float:
        """Mean reward of its rollouts."""
        return mean(p.verdict.reward for p in self.played) if self.played else 0.0


@dataclass(frozen=True, slots=True)
class History:
    """The attempts at one instance, oldest first."""

    attempts: tuple[Attempt, ...] = ()

    def add(self, *attempts: Attempt) -> History:
        return replace(self, attempts=(*self.attempts, *attempts))

    def line(self, last: Attempt) -> History:
        """The history of one line of descent: `last`, its parent, and so on back to the first skill."""
        found = [last]
        for a in reversed(self.attempts):
            if a.place == found[-1].parent:
                found.append(a)
        return History(tuple(reversed(found)))

    def recent(self, generations: int | None) -> History:
        """The attempts of the newest so many generations; all of them for None."""
        if generations is None:
            return self
        shown = sorted({a.generation for a in self.attempts})[-generations:]
        return History(tuple(a for a in self.attempts if a.generation in shown))

    @property
    def task(self) -> str:
        """The first observation of any rollout: the task, where the world itself says it."""
        return next((p.episode.turns[0].observation for a in self.attempts for p in a.played if p.episode.turns), "")

    def render(self, budget: int, count: Callable[[str], int] = estimate_tokens) -> str:
        """The history as text, within `budget` tokens by `count`.

        The newest skill's text is kept whole before anything else; then come rollouts of the newest
        generation, failures first, each cut in its middle if it must be; then older generations. What
        does not fit is counted in a line at the end. The newest skill and that line are there in any case, and may
        alone exceed the budget.
        """
        blocks: list[str] = []
        gap = count(_GAP)
        left, dropped = budget - gap - count(_left_out(sum(len(a.played) for a in self.attempts))), 0
        for attempt in reversed(self.attempts):
            head = _heading(attempt)
            if blocks and count(head) + gap > left:
                dropped += len(attempt.played)
                continue
            left -= count(head) + (gap if blocks else 0)
            blocks.append(head)
            for number, played in enumerate(failures_first(attempt.played), 1):
                text = render_rollout(played, number, left - gap, count)
                if text is None:
                    dropped += 1
                    continue
                blocks.append(text)
                left -= count(text) + gap
        if dropped:
            blocks.append(_left_out(dropped))
        return _GAP.join(blocks)


def _left_out(rollouts: int) -> str:
    return f"({rollouts} more rollouts are left out for want of room.)"


def failures_first(played: Sequence[Played]) -> list[Played]:
    """Failures before successes, low rewards before high ones, then as they were played."""
    return sorted(played, key=lambda p: (p.verdict.success, p.verdict.reward, p.episode.key.rollout))


def _heading(a: Attempt) -> str:
    wins = sum(p.verdict.success for p in a.played)
    head = f"## Generation {a.generation}: {wins} of {len(a.played)} rollouts succeeded (mean reward {a.reward:.2f})"
    return f"{head}\n\nThe skill:\n\n{a.skill.body.strip()}"


def render_rollout(played: Played, number: int, room: int, count: Callable[[str], int] = estimate_tokens) -> str | None:
    """A rollout with as many of its steps as the room holds: the first ones and the last ones, in equal parts.

    Args:
        number: in its heading.
        room: tokens.

    Returns:
        None where not even two steps fit.
    """
    e = played.episode
    outcome = "success" if played.verdict.success else f"failure ({e.stop_reason.value})"
    steps = _steps(e.turns, e.final)
    for kept in (len(steps), *(n for n in (32, 16, 8, 4, 2) if n < len(steps))):
        shown = steps if kept == len(steps) else _middle_out(steps, kept)
        text = "\n".join([f"### Rollout {number}: {outcome} after {e.steps} steps", *shown])
        if count(text) <= room:
            return text
    return None


def _steps(turns: Sequence[Turn], final: str) -> list[str]:
    after = [t.observation for t in turns[1:]] + [final]
    return [f"{quoted(t.action, '>')}\n{quoted(seen)}" for t, seen in zip(turns, after, strict=False)]


def _middle_out(steps: list[str], kept: int) -> list[str]:
    first = kept // 2
    return [*steps[:first], f"(... {len(steps) - kept} steps ...)", *steps[len(steps) - (kept - first) :]]
