"""Numbers from episodes: intervals and summaries."""

from skillevo.harness.evaluation.generations import Generation, generations
from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.evaluation.runner import evaluate
from skillevo.harness.evaluation.summary import Cell, Summary, summarise

__all__ = ["Cell", "Generation", "Summary", "evaluate", "generations", "summarise", "wilson"]
