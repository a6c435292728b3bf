"""Where a recurrence begins: the bank, what of it an instance may begin with, and what a run adds to it.

The paper (Skill-R1) has some nine base skills, a bank B_x of them for an instance x, and an s_0 selected from B_x; how,
it does not say. Neither does it say outright whether what is rewritten for one instance is there for the next, though
what it shows of its runs speaks for it: one document holds evidence from tasks that have nothing to do with each other.
So both are options, and recorded. The defaults: the skill that shares most words with the task, since nothing else is
known before anything was played; and no sharing, since only then an instance's result depends on no other instance.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from skillevo.envs.base import SkillevoError, StopReason, TaskInstance
from skillevo.envs.checks import check_whole
from skillevo.harness.methods.base import Frozen, Record
from skillevo.harness.skills import Skill

SELECTOR_VERSION = "1"
"""Changes with every change of what a selector chooses."""

TYPE_KEY = "task_type"
"""Where a skill's front matter says which kind of task it is for: an entry of `metadata`."""

Selector = Literal["words", "by_type", "first", "random"]
Share = Literal["none", "run"]

_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class BankOptions:
    """How recurrences begin. Recorded in every run.

    Attributes:
        selector: which skill of B_x is s_0. `words`: the one whose name and description share most words with the task
            as the agent is told it; of equals, the first. `by_type`: as `words`, among the skills that say in their
            front matter that they are for the instance's type (among all, where none does); the type is the panel's
            tag, which the agent is not told. `first`: the bank's first. `random`: drawn by the run's seed and the
            instance's id.
        share: whether a rewritten skill takes its forebear's place in the bank for the instances that follow
            (`run`), or every instance begins with the bank as it was given (`none`).
        barrier: with `share=run`, instances between two such replacements, which happen in panel order. 1 is one
            instance after another; with more, as many may be under way at once and do not see each other's skills.
    """

    selector: Selector = "words"
    share: Share = "none"
    barrier: int = 1

    def __post_init__(self) -> None:
        check_whole("barrier", self.barrier)
        if self.share == "none" and self.barrier != 1:
            raise SkillevoError("barrier says when skills are shared: give share=run with it")


class InitialBank:
    """The bank of a run, and the choice of s_0 from it.

    Args:
        skills: the base bank.
        task: what is known of an instance before anything is played (its prompt, or its first observation).
        seed: of the run; for `selector=random`.
        type_tag: the instance tag that `selector=by_type` goes by.

    Raises:
        SkillevoError: the bank is empty, or holds two skills of one name.
    """

    def __init__(
        self,
        skills: Sequence[Skill],
        task: Callable[[TaskInstance], str],
        options: BankOptions = BankOptions(),
        *,
        seed: int = 0,
        type_tag: str = "type",
    ) -> None:
        if not skills:
            raise SkillevoError("a recurrence begins with a skill: give --skill PATH, a skill's folder or a bank's")
        self.options = options
        self._skills = {s.name: s for s in skills}
        if len(self._skills) != len(skills):
            raise SkillevoError("two skills of the bank have the same name; rename one: a rewritten skill keeps it")
        self._task = task
        self._seed = seed
        self._type_tag = type_tag

    @property
    def skills(self) -> tuple[Skill, ...]:
        """The bank as it is now."""
        return tuple(self._skills.values())

    @property
    def barrier(self) -> int:
        """Instances between two commits; 0 where nothing is shared."""
        return self.options.barrier if self.options.share == "run" else 0

    def of(self, instance: TaskInstance) -> tuple[Skill, ...]:
        """B_x, in the bank's order."""
        if self.options.selector != "by_type":
            return self.skills
        wanted = instance.tags.get(self._type_tag, "")
        return tuple(s for s in self.skills if _declared_type(s) == wanted) or self.skills

    def __call__(self, instance: TaskInstance) -> Skill:
        """s_0."""
        bank = self.of(instance)
        if self.options.selector == "first":
            return bank[0]
        if self.options.selector == "random":
            return random.Random(f"{self._seed}/s_0/{instance.id}").choice(bank)
        wanted = _words(self._task(instance))
        shared = [len(wanted & _words(f"{s.name} {s.description}")) for s in bank]
        return bank[shared.index(max(shared))]

    def adopt(self, written: Iterable[Skill]) -> None:
        """Put rewritten skills in their forebears' places, in the order given: of two for one place, the later stays.

        Without sharing, nothing changes.
        """
        if self.options.share == "run":
            for skill in written:
                self._skills[skill.name] = skill

    def state(self) -> Mapping[str, Any]:
        """The bank, for a checkpoint."""
        return {"skills": [s.as_dict() for s in self.skills]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """The bank as it was when `state` was taken."""
        skills = [Skill.from_dict(s) for s in state["skills"]]
        self._skills = {s.name: s for s in skills}

    def describe(self) -> Mapping[str, Any]:
        return {**asdict(self.options), "selector_version": SELECTOR_VERSION, "skills": [s.id for s in self.skills]}


class FromBank(Frozen):
    """What methods share that begin with a bank and may write to it.

    Args:
        initial: chooses s_0 for an instance; an `InitialBank`, or a function, which shares nothing.
    """

    def __init__(self, initial: Callable[[TaskInstance], Skill]) -> None:
        self._initial = initial
        self._bank = initial if isinstance(initial, InitialBank) else None
        self.barrier = self._bank.barrier if self._bank else 0

    def commit(self, records: Sequence[Record]) -> None:
        """Put the final skills of these instances into the bank, in their order; what was never played stays out."""
        if self._bank is not None:
            self._bank.adopt(skill for r in records if (skill := _rewritten(r)) is not None)

    def state(self) -> Mapping[str, Any]:
        return {"bank": self._bank.state()} if self._bank else {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        if self._bank is not None:
            self._bank.restore(state["bank"])

    def describe_bank(self) -> Mapping[str, Any]:
        return {"bank": self._bank.describe()} if self._bank else {}


def _rewritten(record: Record) -> Skill | None:
    """A record's final skill, if it is another text than the first and was played."""
    final = record.final
    if final is None or final.skill.id == record.attempts[0].skill.id:
        return None
    played = any(p.episode.stop_reason is not StopReason.BUDGET for p in final.played)
    return final.skill if played else None


def _declared_type(skill: Skill) -> str:
    metadata = skill.extra.get("metadata")
    return str(metadata.get(TYPE_KEY, "")) if isinstance(metadata, Mapping) else ""


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))
