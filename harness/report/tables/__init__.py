"""The report's tables, each made from families of arms."""

from skillevo.harness.report.tables.ablations import ablation_tables
from skillevo.harness.report.tables.budgets import budget_table
from skillevo.harness.report.tables.comparisons import comparison_table
from skillevo.harness.report.tables.costs import cost_table
from skillevo.harness.report.tables.generations import generation_table
from skillevo.harness.report.tables.groups import group_tables
from skillevo.harness.report.tables.methods import methods_table
from skillevo.harness.report.tables.runs import runs_table
from skillevo.harness.report.tables.training import training_table

__all__ = [
    "ablation_tables",
    "budget_table",
    "comparison_table",
    "cost_table",
    "generation_table",
    "group_tables",
    "methods_table",
    "runs_table",
    "training_table",
]
