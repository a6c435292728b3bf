"""A WebShop page as an agent reads it: public text alone, in both of the world's text modes. Who shops builds on it."""

from skillevo.harness.policies.shop.memory import Memory, Trip
from skillevo.harness.policies.shop.page import PLACES, Offer, Page, read_page
from skillevo.harness.policies.shop.words import content, kind_of, limit_of, overlap, queries, request_of, says

__all__ = [
    "PLACES",
    "Memory",
    "Offer",
    "Page",
    "Trip",
    "content",
    "kind_of",
    "limit_of",
    "overlap",
    "queries",
    "read_page",
    "request_of",
    "says",
]
