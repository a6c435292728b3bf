"""Several comparisons in one table: the chance that any of them errs is held at the level."""

from __future__ import annotations

from collections.abc import Sequence

from skillevo.envs.base import SkillevoError
from skillevo.harness.evaluation.statistics.outcomes import Significance


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down adjusted p-values, in the order given.

    With p_(1) <= ... <= p_(m): adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)). Holds the family-wise
    error rate whatever the dependence between the tests; never less powerful than Bonferroni's.

    Raises:
        SkillevoError: a value outside [0, 1].
    """
    if bad := [p for p in p_values if not 0 <= p <= 1]:
        raise SkillevoError(f"{bad[0]} is no p-value")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted


def holm_family(tests: Sequence[Significance]) -> list[Significance]:
    """The same tests with `p` adjusted over the family and the plain one kept in `unadjusted`."""
    note = f"Holm over {len(tests)}"
    return [test.adjusted(p, note) for test, p in zip(tests, holm([t.p for t in tests]), strict=True)]
