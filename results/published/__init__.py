"""Numbers that papers printed, with table, confidence and known contradictions; never mixed with measured ones."""

from skillevo.results.published.checks import computed_whole, findings
from skillevo.results.published.loader import (
    Published,
    PublishedCurve,
    PublishedError,
    PublishedNumber,
    published,
    read,
)
from skillevo.results.published.schema import Confidence, Document, Inconsistency, Paper, Row, Table

__all__ = [
    "Confidence",
    "Document",
    "Inconsistency",
    "Paper",
    "Published",
    "PublishedCurve",
    "PublishedError",
    "PublishedNumber",
    "Row",
    "Table",
    "computed_whole",
    "findings",
    "published",
    "read",
]
