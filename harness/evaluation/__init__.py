"""Numbers from episodes: intervals and summaries."""

from skillevo.harness.evaluation.generations import BestGeneration, Generation, best_generation, generations
from skillevo.harness.evaluation.intervals import wilson
from skillevo.harness.evaluation.runner import evaluate
from skillevo.harness.evaluation.summary import Cell, Summary, summarise
from skillevo.harness.evaluation.transfer import Transfer, find_siblings, summarise_transfer, transfer

__all__ = [
    "BestGeneration",
    "Cell",
    "Generation",
    "Summary",
    "Transfer",
    "best_generation",
    "evaluate",
    "find_siblings",
    "generations",
    "summarise",
    "summarise_transfer",
    "transfer",
    "wilson",
]
