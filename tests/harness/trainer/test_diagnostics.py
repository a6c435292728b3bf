"""Metrics of a step's credit; those of the objective are tested with it."""

from __future__ import annotations

import pytest

from skillevo.harness.trainer import CreditConfig, assign_credit, credit_metrics


def test_credit_metrics() -> None:
    config = CreditConfig(gamma=0.5)
    long = assign_credit([[[1.0, 0.0]], [[1.0, 1.0]]], None, None, config)
    short = assign_credit([[[0.0]]], None, None, config)
    assert credit_metrics([long, short]) == {
        "objective": pytest.approx((0.5 + 0.5 * 1.0 + 0.0) / 2),
        "reward_gen1": 0.25,
        "reward_gen2": 1.0,
        "zero_variance": pytest.approx(1 / 3),
        "singletons": pytest.approx(1 / 3),
    }
    assert credit_metrics([]) == {}
