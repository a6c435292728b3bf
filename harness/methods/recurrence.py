"""The recurrence of Skill-R1 (arXiv 2605.09359): skill -> rollouts -> verdicts -> next skill, G times.

    H_0 = {(x, s_0, y_i, r_i)}_{i=1..N}
    s_g ~ pi_theta(. | x, H_{g-1}),   N rollouts of the frozen model under s_g,   H_g = H_{g-1} + {...}

The paper writes one skill per generation (M = 1). With M > 1, M candidates are written from one and the
same history. Left open by the paper, and options here: which attempt is rewritten next (`parent`), how
the generator decodes, and how a history becomes text (harness/skills/history.py).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from skillevo.envs.base import Call, CallRole, EpisodeKey, TaskInstance
from skillevo.envs.checks import check_one_of, check_whole
from skillevo.harness.methods.answers import BadEdit
from skillevo.harness.methods.base import Record
from skillevo.harness.methods.generator import (
    PROMPT_VERSION,
    Decoding,
    EditRules,
    Generator,
    edit_prompt,
    preset_of,
    read_edit,
)
from skillevo.harness.play import Conditioning, SpendStop
from skillevo.harness.redaction import is_private
from skillevo.harness.rollouts import Play
from skillevo.harness.skills import Attempt, Guard, History, Skill
from skillevo.harness.skills.history import VERSION as HISTORY_VERSION

EVOLVING_AXES = {"weights": "unseen", "skill_source": "same", "test_feedback": "verdict"}
"""The protocol of a recurrence with an untrained generator: it is scored on the instance its skill comes from."""

ParentRule = Literal["last", "best", "random"]
Score = Literal["last", "best"]


@dataclass(frozen=True, slots=True)
class RecurrenceOptions:
    """The shape of a recurrence. Recorded in every run.

    Attributes:
        generations: G, rewritings after the initial skill; the paper's figure has 5.
        candidates: M skills written from one history; the paper has 1.
        rollouts: N episodes under each skill; 4 in the paper's figure.
        parent: which attempt is rewritten: the `last` generation's best, the `best` of all so far (earlier
            ones win ties), or one of the last generation at `random`.
        decoding: of the generator.
        score: what a method is scored by: the `last` generation, or the `best` of the skills that were written, by
            their own rollouts, played N times more. Those that chose it flatter it; the fresh ones do not.
    """

    generations: int = 5
    candidates: int = 1
    rollouts: int = 4
    parent: ParentRule = "last"
    decoding: Decoding = "sample"
    score: Score = "last"
    edit: EditRules = field(default_factory=EditRules)

    def __post_init__(self) -> None:
        for name in ("generations", "candidates", "rollouts"):
            check_whole(name, getattr(self, name))
        check_one_of("parent", self.parent, get_args(ParentRule))
        check_one_of("decoding", self.decoding, get_args(Decoding))
        check_one_of("score", self.score, get_args(Score))

    @property
    def scored(self) -> int:
        """The generation that a method is scored by; fresh rollouts of the best are one after the last."""
        return self.generations + (self.score == "best")

    def episodes(self) -> int:
        """Rollouts that one instance costs: N under the initial skill, N under each candidate, N fresh ones if any."""
        return self.rollouts * (1 + self.generations * self.candidates + (self.score == "best"))

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "prompt_version": PROMPT_VERSION, "history_version": HISTORY_VERSION}


class Recurrence:
    """The recurrence, ready to run on any instance: what generates, what guards, what is recorded."""

    def __init__(self, generator: Generator, options: RecurrenceOptions, guard: Guard) -> None:
        self.generator = generator
        self.options = options
        self.guard = guard

    async def evolve(self, instance: TaskInstance, initial: Skill, play: Play, rng: random.Random) -> Record:
        """Run it on one instance.

        An answer of the generator that is no skill leaves the parent's text in force for that candidate's
        rollouts and is counted in the record's notes. Where the budget ends it, the last generation is in
        the record as unplayed: it stays in the denominator.
        """
        notes: Counter[str] = Counter()
        first = Attempt(0, 0, initial, ())
        history = History((await self._play(first, instance, play, notes),))
        try:
            for g in range(1, self.options.generations + 1):
                parent = choose_parent(history, self.options.parent, rng)
                written = await self._rewrite(instance, parent, history, play, g, notes)
                history = history.add(*await play.side_by_side(written, lambda a: self._play(a, instance, play, notes)))
        except SpendStop:
            history = history.add(*self._unplayed(instance, history, play))
        if self.options.score == "best":
            best = max(history.attempts[1:], key=lambda a: a.reward)
            fresh = Attempt(self.options.scored, 0, best.skill, (), best.place)
            history = history.add(await self._play(fresh, instance, play, notes))
        return Record(
            instance.id,
            tuple(p for a in history.attempts for p in a.played),
            history.attempts,
            scored=self.options.scored,
            notes=dict(sorted(notes.items())),
        )

    async def _play(self, attempt: Attempt, instance: TaskInstance, play: Play, notes: Counter[str]) -> Attempt:
        conditioning, findings = self.guard.serve([attempt.skill], instance)
        notes.update(f"guard: {f.reason}" for f in findings)
        where = attempt.place._asdict()
        return replace(
            attempt, played=tuple(await play.rollouts(instance, conditioning, self.options.rollouts, **where))
        )

    async def _rewrite(
        self, instance: TaskInstance, parent: Attempt, history: History, play: Play, g: int, notes: Counter[str]
    ) -> list[Attempt]:
        line = history.line(parent)
        prompt = edit_prompt(line, self.options.edit, preset_of(self.generator), instance.prompt)

        async def write(missing: Sequence[EpisodeKey]) -> Sequence[Call]:
            seeds = [k.seed(play.seed) & 0x7FFFFFFF for k in missing]
            return await self.generator.write([prompt] * len(missing), self.options.decoding, seeds)

        keys = [EpisodeKey(instance.id, g, m) for m in range(self.options.candidates)]
        calls = await play.calls(keys, CallRole.EDIT, write)
        old = parent.skill
        rewards = tuple(a.reward for a in line.attempts)
        seen = (self.generator.name, instance.id, instance.split, rewards)
        provenance = old.provenance.joined(*seen, private=is_private(instance))
        written = []
        for m, call in enumerate(calls):
            edit = read_edit(call.completion, old, provenance, self.options.edit)
            readable = not isinstance(edit, BadEdit)
            if isinstance(edit, BadEdit):
                notes[f"the generator's answer was no skill: {edit.reason}"] += 1
                edit = replace(old, provenance=provenance)
            elif edit.id == old.id:
                notes["the generator's answer left the skill as it was"] += 1
            if call.sampling.get("truncated"):
                notes["the generator's answer was cut at its token limit"] += 1
            written.append(Attempt(g, m, edit, (), parent.place, call, readable))
        return written

    def _unplayed(self, instance: TaskInstance, history: History, play: Play) -> list[Attempt]:
        """The last generation, all of it: the budget ended the recurrence before it began."""
        g, skill = self.options.generations, history.attempts[-1].skill
        shown = Conditioning((skill.shown(),))
        attempts = []
        for m in range(self.options.candidates):
            keys = [EpisodeKey(instance.id, g, m, k) for k in range(self.options.rollouts)]
            attempts.append(Attempt(g, m, skill, tuple(play.unplayed(instance, k, shown) for k in keys)))
        return attempts

    def describe(self) -> dict[str, Any]:
        return {
            **self.options.as_dict(),
            "skill_source": self.guard.skill_source,
            "generator": {
                "name": self.generator.name,
                "prompt": preset_of(self.generator),
                **self.generator.describe(),
            },
        }


def choose_parent(history: History, rule: ParentRule, rng: random.Random) -> Attempt:
    """The attempt that is rewritten next; of equals, the earliest."""
    newest = history.attempts[-1].generation
    last = [a for a in history.attempts if a.generation == newest]
    if rule == "random":
        return last[rng.randrange(len(last))]
    return max(history.attempts if rule == "best" else last, key=lambda a: a.reward)
