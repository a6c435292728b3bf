from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics import fisher_exact, holm, holm_family

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_holms_own_steps() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(P_VALUES)
def test_adjusted_values_keep_the_order_and_stand_between_plain_and_bonferroni(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for p, q in zip(p_values, adjusted, strict=True):
        assert p <= q <= min(1.0, len(p_values) * p)
    by_p = sorted(zip(p_values, adjusted, strict=True))
    assert [q for _, q in by_p] == sorted(adjusted)


@given(P_VALUES, st.floats(0.001, 0.2))
def test_rejecting_by_adjusted_values_is_holms_procedure(p_values: list[float], level: float) -> None:
    rejected = 0
    for rank, p in enumerate(sorted(p_values)):
        if p * (len(p_values) - rank) > level:
            break
        rejected += 1
    assert sum(q <= level for q in holm(p_values)) == rejected


def test_a_family_keeps_the_plain_value() -> None:
    family = holm_family([fisher_exact(31, 53, 21, 53), fisher_exact(28, 86, 24, 86)])
    assert [t.unadjusted for t in family] == [fisher_exact(31, 53, 21, 53).p, fisher_exact(28, 86, 24, 86).p]
    assert family[0].p == pytest.approx(2 * fisher_exact(31, 53, 21, 53).p)
    assert family[0].method.endswith("Holm over 2")


def test_no_p_value() -> None:
    with pytest.raises(SkillevoError, match="1.5 is no p-value"):
        holm([0.1, 1.5])
