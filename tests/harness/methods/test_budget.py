"""Equal budgets, as a property: whatever the size, each method plays as many episodes as the one beside it."""

from __future__ import annotations

import asyncio

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from worlds import panel
from writers import Writer, make_play, skill

from skillevo.harness.evaluation import evaluate, transfer
from skillevo.harness.methods import (
    BestOfN,
    Grpo,
    Method,
    PassAtN,
    Recurrence,
    RecurrenceOptions,
    SkillR1,
    SkillR1Inference,
)
from skillevo.harness.rollouts import Meter
from skillevo.harness.skills import Guard, Skill

INSTANCES = 5  # three even ones, two odd ones


def methods(options: RecurrenceOptions) -> list[Method]:
    def recurrence(**more: int) -> Recurrence:
        given = RecurrenceOptions(**{**{f: getattr(options, f) for f in options.__slots__}, **more})
        return Recurrence(Writer(lambda p, s: str(s % 100)), given, Guard("same"))

    def start(instance: object) -> Skill:
        return skill(30)

    once = {"candidates": options.generations * options.candidates}
    made: list[Method] = [
        SkillR1(recurrence(), start),
        SkillR1Inference(recurrence(), start),
        Grpo(recurrence(**once), start),
        PassAtN(start, options, Guard("same")),
    ]
    if options.generations * options.candidates + (options.score == "best") >= 3:
        made.append(BestOfN(recurrence(), start))
    return made


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["last", "best"]), st.integers(0, 3))
def test_every_method_spends_the_same(g: int, m: int, n: int, score: str, siblings: int) -> None:
    assume(g * m <= 8)
    options = RecurrenceOptions(generations=g, candidates=m, rollouts=n, score=score)  # type: ignore[arg-type]
    spent = {}
    for method in methods(options):
        finals: dict[str, Skill] = {}

        def see(record: object, finals: dict[str, Skill] = finals) -> None:
            finals[record.instance] = record.final.skill  # type: ignore[attr-defined]

        meter, apart = Meter(), Meter()
        instances = panel(INSTANCES, length=0)
        rows = asyncio.run(evaluate(method, instances, make_play(meter=meter), on_record=see))
        moved, _ = asyncio.run(
            transfer(finals, instances, instances, make_play(meter=apart, phase="transfer"), k=siblings,
                     type_tag="type", method=method.name)
        )  # fmt: skip
        assert len(rows) == meter.rollouts and len(moved) == apart.rollouts
        assert sum(r.scored for r in rows) >= INSTANCES
        spent[method.name] = (meter.rollouts, apart.rollouts)
    assert set(spent.values()) == {
        (INSTANCES * options.episodes(), 3 * min(siblings, 2) + 2 * min(siblings, 1)),
    }, spent
