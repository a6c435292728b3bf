"""Product search with the very ordering of Lucene 8's BM25 (Anserini's defaults)."""

from skillevo.envs.webshop.search.analyser import Analyser
from skillevo.envs.webshop.search.index import TOP, Index, TooManyClauses
from skillevo.envs.webshop.search.segments import merge, write_segment

__all__ = ["TOP", "Analyser", "Index", "TooManyClauses", "merge", "write_segment"]
