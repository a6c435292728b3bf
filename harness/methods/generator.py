"""The skill generator: what it is asked, and what its answer must be.

The prompt holds the task as the agent was told it and the history; nothing that the agent could not
see. The answer is the whole new skill: a SKILL.md, or its body alone, with or without a fence around
it. Name (and, unless it states one, description) stay the parent's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from skillevo.envs.base import Call, DataError
from skillevo.harness.skills import History, Provenance, Skill, parse_skill

PROMPT_VERSION = "1"
"""Changes with every change of the prompt's words or of the contract of the answer."""

Decoding = Literal["greedy", "sample"]

_ASK = """You improve a skill: a short procedure that another model reads before it tries a task.
That model stays as it is; only the skill's text can change what it does.

# The task, as that model is told it

{task}

# What has been tried, newest first

{history}

# What to write

Write the next version of the skill. Keep what the rollouts show to work, and mend what made them fail. Say, in
numbered steps of plain English, which object to look for, where, what to do with it, in which order, and what to
check. Write for other tasks of this kind, too: no names of files or runs, nothing that holds in this one case only.
Answer with the new text alone, in Markdown."""

_FENCE = re.compile(r"\A```[a-zA-Z]*\s*\n(.*?)\n```\s*\Z", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)


class Generator(Protocol):
    """Writes skills: a trained model, or any other."""

    @property
    def name(self) -> str: ...

    async def write(self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int]) -> Sequence[Call]:
        """One completion per prompt, role EDIT; what a prompt gets does not depend on the others."""
        ...

    def describe(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class EditRules:
    """The contract of prompt and answer. Recorded in every run.

    Attributes:
        history_tokens: budget of the history in the prompt, by estimate or by the generator's tokenizer.
        longest: characters beyond which an answer is no skill.
    """

    history_tokens: int = 3000
    longest: int = 8000


@dataclass(frozen=True, slots=True)
class BadEdit:
    """An answer that is no skill, and why."""

    reason: str


def edit_prompt(history: History, rules: EditRules) -> str:
    """What the generator is asked, from the history alone."""
    return _ASK.format(task=history.task.strip(), history=history.render(rules.history_tokens))


def read_edit(completion: str, parent: Skill, provenance: Provenance, rules: EditRules) -> Skill | BadEdit:
    """The skill that an answer holds, or why it holds none: empty, too long, or unreadable."""
    text = _THOUGHT.sub("", completion).strip()
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    if not text:
        return BadEdit("empty")
    if len(text) > rules.longest:
        return BadEdit("too long")
    description = parent.description
    if text.startswith("---"):
        try:
            stated = parse_skill(text)
        except DataError:
            return BadEdit("unreadable")
        text, description = stated.body, stated.description
    return parent.rewritten(text, description, provenance)
