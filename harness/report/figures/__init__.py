"""The report's figures as data; `plots` draws them."""

from skillevo.harness.report.figures.curves import generation_figure
from skillevo.harness.report.figures.dynamics import dynamics_figure
from skillevo.harness.report.figures.edits import edits_figure
from skillevo.harness.report.figures.frontier import frontier_figure
from skillevo.harness.report.figures.spent import spent_figure

__all__ = ["dynamics_figure", "edits_figure", "frontier_figure", "generation_figure", "spent_figure"]
