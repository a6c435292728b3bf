"""The trainer. What is exported here needs no torch; `objective` does, and is imported by the loop alone."""

from skillevo.harness.trainer.credit import (
    Credit,
    CreditConfig,
    Mode,
    Place,
    RowCredit,
    assign_credit,
    group_advantages,
    learns_nothing,
)
from skillevo.harness.trainer.diagnostics import Diagnostics, credit_metrics

__all__ = [
    "Credit",
    "CreditConfig",
    "Diagnostics",
    "Mode",
    "Place",
    "RowCredit",
    "assign_credit",
    "credit_metrics",
    "group_advantages",
    "learns_nothing",
]
