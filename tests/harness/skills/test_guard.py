"""The leakage guard, from both sides: what is kept back, and what is let through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skillevo.envs.base import SkillevoError, TaskInstance
from skillevo.harness.redaction import check_shown
from skillevo.harness.skills import Guard, Provenance, Skill

INSTANCE = TaskInstance(
    "valid/task-7b3f", "gaia", "validation",
    payload={"answer": "Saint Petersburg", "attachments": ["5wb7.pdb"]},
)  # fmt: skip


def skill(body: str = "1. Look.", made_from: tuple[str, ...] = ()) -> Skill:
    return Skill("s", "d", body, provenance=Provenance("writer", made_from, ("validation",)))


def test_a_skill_made_from_the_instance_is_refused_under_other_and_served_under_same() -> None:
    own = skill(made_from=("a", INSTANCE.id))
    shown, findings = Guard("other").serve([own], INSTANCE)
    assert shown.skills == () and [f.refused for f in findings] == [True]
    assert "made from this very instance" in findings[0].reason
    shown, findings = Guard("same").serve([own], INSTANCE)
    assert shown.skills == (own.shown(),) and findings == ()


def test_a_skill_made_from_others_is_served() -> None:
    for source in ("same", "other"):
        shown, findings = Guard(source).serve([skill(made_from=("a", "b"))], INSTANCE)  # type: ignore[arg-type]
        assert len(shown.skills) == 1 and findings == ()


def test_an_ancestors_instances_count() -> None:
    joined = skill(made_from=(INSTANCE.id,)).provenance.joined("w", "b", "validation", (0.5,))
    assert Guard("other").check(skill().rewritten("2. Go.", "d", joined), INSTANCE)[0].refused


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("Open 5wb7.pdb first.", "attachment's name"),
        ("As in TASK-7B3F, look.", "id"),
        ("It is saint petersburg.", "gold answer"),
        ("It is Saint\n  Petersburg.", "gold answer"),
    ],
)
def test_what_gives_the_instance_away_is_refused_or_flagged(body: str, reason: str) -> None:
    (finding,) = Guard("other").check(skill(body), INSTANCE)
    assert finding.refused and reason in finding.reason
    (finding,) = Guard("same").check(skill(body), INSTANCE)
    assert not finding.refused and reason in finding.reason


def test_a_short_answer_is_only_flagged() -> None:
    instance = TaskInstance("valid/long-enough", "gaia", "validation", payload={"answer": "17"})
    (finding,) = Guard("other").check(skill("Take 17 steps."), instance)
    assert not finding.refused
    assert Guard("other").check(skill("Take 170 steps."), instance) == (), "a part of another number is not the answer"


def test_reasons_never_hold_what_was_found() -> None:
    for finding in Guard("other").check(skill("5wb7.pdb, saint petersburg"), INSTANCE):
        assert "petersburg" not in finding.reason.lower() and "5wb7" not in finding.reason


def test_a_skill_that_may_quote_private_tasks_is_shown_to_such_alone() -> None:
    private = replace(INSTANCE, payload={**INSTANCE.payload, "redact": True})
    made = Provenance(known=True).joined("w", "b", "validation", (), private=True)
    assert Provenance.from_dict(made.as_dict()) == made and made.joined("w", "c", "test", ()).private
    check_shown(["s"], [private])
    check_shown([], [INSTANCE])
    with pytest.raises(SkillevoError, match="the skill s was written on tasks that are not to be shared"):
        check_shown(["s"], [private, INSTANCE])
