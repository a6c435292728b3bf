"""Lines of descent: edits with the rollouts before and after them."""

from __future__ import annotations

from statistics import fmean

import pytest

from skillevo.harness.report.build import Report
from skillevo.harness.report.lineage import edits_of, lineages_of, notable, sample


def test_an_edit_has_the_rollouts_that_caused_it(report: Report) -> None:
    run = next(r for r in report.runs if r.name.startswith("skill_r1-"))
    edits = edits_of(run)
    assert edits
    for e in edits:
        assert {r.generation for r in e.after} == {e.generation}
        assert max(r.generation for r in e.before) == e.generation - 1, "all rollouts under that text so far"
        assert all(e.parent.id in r.skill_ids and r.instance == e.instance for r in e.before)
        assert e.child.parent == e.parent.id and len(e.after) == 4
        assert e.gain == pytest.approx(fmean(r.reward for r in e.after) - fmean(r.reward for r in e.before))


def test_a_lineage_leads_to_the_last_skill(report: Report) -> None:
    run = next(r for r in report.runs if r.name.startswith("skill_r1-"))
    for x in lineages_of(edits_of(run)):
        ids = [x.edits[0].parent.id, *(e.child.id for e in x.edits)]
        assert [e.parent.id for e in x.edits] == ids[:-1]
        last = max(e.generation for e in edits_of(run) if e.instance == x.instance)
        assert x.edits[-1].generation == last


def test_those_shown_gained_or_lost_most(report: Report) -> None:
    every = lineages_of([e for r in report.runs for e in edits_of(r)])
    shown = notable(every, 6)
    gains = sorted((x.gain for x in every), reverse=True)
    assert [x.gain for x in shown] == [*gains[:3], *gains[-3:]]
    assert notable(every, 1000) == sorted(every, key=lambda x: (-x.gain, -len(x.edits), x.run, x.instance))
    edits = [("a", e) for r in report.runs for e in edits_of(r)]
    assert len(sample(edits, 10)) == 10 and sample(edits, 10) == sample(edits, 10) and sample(edits, 10**6) == edits


def test_methods_that_write_nothing_have_no_edits(report: Report) -> None:
    assert all(edits_of(r) == [] for r in report.runs if r.method in ("no_skill", "react", "pass_at_n"))
