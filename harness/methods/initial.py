"""Where a recurrence begins: the selector of s_0.

The paper selects s_0 from a bank of some nine base skills and does not say how. Here: the skill whose
name and description share most words with the task, of equals the first; deterministic and recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.skills import Skill

SELECTOR = "words-1"
"""Names the rule, for the run's record."""

_WORD = re.compile(r"[a-z]{3,}")


def select_initial(bank: Sequence[Skill], task: Callable[[TaskInstance], str]) -> Callable[[TaskInstance], Skill]:
    """The selector over a bank.

    Args:
        task: what is known of an instance before anything is played (its prompt, or its first observation).

    Raises:
        SkillevoError: the bank is empty.
    """
    if not bank:
        raise SkillevoError("a recurrence begins with a skill: give --skill PATH, once for each skill of the bank")
    words = [frozenset(_words(f"{s.name} {s.description}")) for s in bank]

    def choose(instance: TaskInstance) -> Skill:
        wanted = frozenset(_words(task(instance)))
        return bank[max(range(len(bank)), key=lambda k: (len(wanted & words[k]), -k))]

    return choose


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
