"""From an instance's record to rows: which skills were written, what they earned, and the credit of each.

An answer that was no skill earns 0, though its rollouts were played under its parent's text and earned what that is
worth; what is rewritten from it was in truth rewritten from that parent, and is compared with it. Rollouts that failed
by no fault of the task model (StopReason MODEL_ERROR, ENV_ERROR) say nothing of a skill and are left out of its mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from skillevo.envs.base import StopReason
from skillevo.harness.journal import ERRORS
from skillevo.harness.methods import Record, TrainRow
from skillevo.harness.skills import Attempt
from skillevo.harness.trainer.credit import Credit, CreditConfig, Place, assign_credit
from skillevo.harness.trainer.diagnostics import credit_metrics


class SkillCredit:
    """The credit of written skills. Called with a record, it gives the rows to learn from.

    A record that the run's budget cut short, or that has a skill without a single rollout that says anything of it,
    gives none.
    """

    def __init__(self, config: CreditConfig) -> None:
        self.config = config

    def __call__(self, record: Record) -> Sequence[TrainRow]:
        credit = self.of(record)
        if credit is None:
            return ()
        calls = [[a.edit for a in row] for row in _generations(record)]
        return [
            TrainRow(call, skill.advantages, inter=skill.inter)
            for row, skills in zip(calls, credit.rows, strict=True)
            for call, skill in zip(row, skills, strict=True)
            if call is not None
        ]

    def of(self, record: Record) -> Credit | None:
        """The credit of a record's skills; None where nothing can be said of them."""
        written = _generations(record)
        base = [a for a in record.attempts if a.generation == 0]
        rewards = [[_rewards(a) for a in row] for row in written]
        s_0 = _rewards(base[0]) if base else []
        if _cut_short(record) or not written or not s_0 or not all(r for row in rewards for r in row):
            return None
        parents = [[_source(a, record) for a in row] for row in written]
        return assign_credit(rewards, parents, s_0, self.config)

    def metrics(self, records: Sequence[Record]) -> Mapping[str, float]:
        """What a step's records say: rewards by generation, groups, unreadable answers, rollouts and records lost."""
        credits = [self.of(r) for r in records]
        written = [a for r in records for a in r.attempts if a.edit is not None]
        s_0 = [a.reward for r in records for a in r.attempts if a.generation == 0]
        reasons = Counter(p.episode.stop_reason for r in records for p in r.played)
        return {
            "reward_gen0": sum(s_0) / len(s_0) if s_0 else 0.0,
            **credit_metrics([c for c in credits if c is not None]),
            "unreadable": sum(not a.readable for a in written) / len(written) if written else 0.0,
            "lost_instances": float(sum(c is None for c in credits)),
            "lost_rollouts": float(sum(reasons[r] for r in ERRORS)),
            "timed_out": float(reasons[StopReason.TIME_LIMIT]),
        }


def _generations(record: Record) -> list[list[Attempt]]:
    """The skills that were written, by generation."""
    found: dict[int, list[Attempt]] = {}
    for a in record.attempts:
        if a.edit is not None:
            found.setdefault(a.generation, []).append(a)
    return [found[g] for g in sorted(found)]


def _rewards(attempt: Attempt) -> list[float]:
    sound = [p for p in attempt.played if p.episode.stop_reason not in ERRORS]
    return [p.verdict.reward if attempt.readable else 0.0 for p in sound]


def _cut_short(record: Record) -> bool:
    return any(p.episode.stop_reason is StopReason.BUDGET for p in record.played)


def _source(attempt: Attempt, record: Record) -> Place:
    """The skill whose text was rewritten: the nearest forebear that was a skill."""
    by_place = {a.place: a for a in record.attempts}
    found = attempt
    while found.parent is not None:
        found = by_place[found.parent]
        if found.readable:
            break
    return Place(*found.place)
